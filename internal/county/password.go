package county

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The cost of a password check: RFC 9106's second recommended setting with
// fewer lanes, well above the floor of OWASP ASVS.
const (
	argonMemory  = 64 << 10 // KiB
	argonTime    = 3
	argonThreads = 2
	saltSize     = 16
	hashSize     = 32
)

// hashing admits two password checks at a time, so that guessing cannot take
// the server's memory; hashQueue more may wait.
var hashing = make(chan struct{}, 2)

const hashQueue = 24

var hashWaiting = make(chan struct{}, hashQueue)

// errBusy: more password checks wait than the server takes on.
var errBusy = errors.New("too many password checks at once")

// enterHash takes a place among the running checks.
func enterHash(ctx context.Context) (leave func(), err error) {
	select {
	case hashWaiting <- struct{}{}:
	default:
		return nil, errBusy
	}
	defer func() { <-hashWaiting }()
	select {
	case hashing <- struct{}{}:
		return func() { <-hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hashPassword returns the PHC string of an argon2id hash.
func hashPassword(ctx context.Context, password string) (string, error) {
	leave, err := enterHash(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	hash := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, hashSize)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(hash)), nil
}

// checkPassword compares in constant time, with the cost that the hash was
// made with. An empty stored hash costs as much and never matches: an unknown
// account must take as long as a known one.
func checkPassword(ctx context.Context, stored, password string) (bool, error) {
	leave, err := enterHash(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if stored == "" {
		argon2.IDKey([]byte(password), make([]byte, saltSize), argonTime, argonMemory, argonThreads, hashSize)
		return false, nil
	}
	var version, memory, time, threads int
	fields := strings.Split(stored, "$")
	if len(fields) != 6 || fields[1] != "argon2id" {
		return false, errors.New("the stored password hash is malformed")
	}
	if _, err := fmt.Sscanf(fields[2]+" "+fields[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil ||
		version != argon2.Version || memory < 8 || memory > 1<<20 || time < 1 || time > 16 || threads < 1 || threads > 16 {
		return false, errors.New("the stored password hash has impossible parameters")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(fields[4])
	hash, err2 := base64.RawStdEncoding.DecodeString(fields[5])
	if err := errors.Join(err1, err2); err != nil || len(hash) < 16 {
		return false, errors.New("the stored password hash is malformed")
	}
	got := argon2.IDKey([]byte(password), salt, uint32(time), uint32(memory), uint8(threads), uint32(len(hash)))
	return subtle.ConstantTimeCompare(got, hash) == 1, nil
}

const minPassword = 8

// weak are the passwords that guessers try first; they are refused whole.
var weak = []string{"12345678", "123456789", "1234567890", "88888888", "66666666", "11111111", "00000000", "87654321", "password",
	"passw0rd", "password1", "qwertyui", "qwerty123", "admin123", "admin1234", "administrator", "admin888", "abc12345", "abcd1234",
	"1q2w3e4r", "1qaz2wsx", "a1234567", "a12345678", "iloveyou", "fieldkit", "fanzha110", "fanzha123", "fanzha96110", "police110"}

// acceptable says why a new password cannot be taken; nil when it can.
func acceptable(password, account, countyName string) error {
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || n > 128:
		return userError("password_long", "password", "口令太长：最多 128 个字。", "The password is too long: at most 128 characters.")
	case n < minPassword:
		return userError("password_short", "password", "口令太短：至少 8 个字，可以用一句话。", "The password is too short: at least 8 characters; a sentence is fine.")
	case lower == strings.ToLower(account) || lower == strings.ToLower(countyName), oneCharacter(lower), slices.Contains(weak, lower):
		return userError("password_weak", "password", "这个口令太常见，别人一猜就中，请换一个。", "This password is too common; please choose another.")
	}
	return nil
}

// oneCharacter: the same character over and over.
func oneCharacter(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}

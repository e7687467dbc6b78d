package enrolment

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"fieldkit/sync/schema"
)

const (
	prefix     = "FK1-"
	pinSize    = 32 // SHA-256
	checkSize  = 4
	secretSize = 10 // 80 bits; guessing is online only and slowed down
	group      = 5  // symbols between hyphens

	maxAddresses   = 4
	maxAddressText = 120  // bytes of one address
	maxSymbols     = 1200 // of a whole code, before decoding
)

// Code is what the office hands to an officer: where the county's server is,
// how to recognise it, and a secret that is good for one computer.
type Code struct {
	Addresses []string  // base URLs in order of preference: "https://10.8.0.2:8443"
	Pin       []byte    // SHA-256 of the server certificate's SubjectPublicKeyInfo; nil for plain HTTP on loopback
	Realm     schema.ID // the county
	Secret    []byte    // 10 random bytes; the county keeps only their hash
}

// NewSecret returns a fresh secret for a code.
func NewSecret() ([]byte, error) {
	secret := make([]byte, secretSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return secret, nil
}

// The layout behind the prefix, before base32:
//
//	16 realm · 1 flags (1: pin present) · [32 pin] · 10 secret ·
//	1 number of addresses · each: 1 kind, then 4 IPv4 + 2 port (kinds 1, 2)
//	or 1 length + host:port (kinds 3, 4) · 4 checksum (SHA-256 of all before)
//
// Odd kinds are https, even ones http.
const (
	kindHTTPS4 byte = 1 + iota
	kindHTTP4
	kindHTTPS
	kindHTTP
)

// crockford is the alphabet without I, L, O and U: https://www.crockford.com/base32.html
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var alphabet = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// String is the text that is shown, copied and typed: "FK1-01234-56789-…".
// It is empty when the code cannot be expressed; see Validate.
func (c Code) String() string {
	if c.Validate() != nil {
		return ""
	}
	b := append([]byte(nil), c.Realm[:]...)
	if c.Pin != nil {
		b = append(append(b, 1), c.Pin...)
	} else {
		b = append(b, 0)
	}
	b = append(b, c.Secret...)
	b = append(b, byte(len(c.Addresses)))
	for _, address := range c.Addresses {
		b = appendAddress(b, address)
	}
	sum := sha256.Sum256(b)
	symbols := alphabet.EncodeToString(append(b, sum[:checkSize]...))
	var s strings.Builder
	s.WriteString(prefix)
	for i := 0; i < len(symbols); i += group {
		if i > 0 {
			s.WriteByte('-')
		}
		s.WriteString(symbols[i:min(i+group, len(symbols))])
	}
	return s.String()
}

// Validate says what keeps the code from being used.
func (c Code) Validate() error {
	switch {
	case c.Realm.IsNil():
		return errors.New("enrolment code: no realm")
	case len(c.Secret) != secretSize:
		return fmt.Errorf("enrolment code: the secret has %d bytes, not %d", len(c.Secret), secretSize)
	case c.Pin != nil && len(c.Pin) != pinSize:
		return fmt.Errorf("enrolment code: the pin has %d bytes, not %d", len(c.Pin), pinSize)
	case len(c.Addresses) == 0 || len(c.Addresses) > maxAddresses:
		return fmt.Errorf("enrolment code: %d addresses, want 1 to %d", len(c.Addresses), maxAddresses)
	}
	for _, address := range c.Addresses {
		if err := CheckAddress(address, c.Pin != nil); err != nil {
			return err
		}
	}
	return nil
}

// CheckAddress admits "https://host:port", and "http://" on loopback only.
func CheckAddress(address string, pinned bool) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddressText {
		return fmt.Errorf("enrolment code: malformed address %q", address)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 || u.Scheme+"://"+u.Host != address || u.Hostname() == "" {
		return fmt.Errorf("enrolment code: address %q is not scheme://host:port", address)
	}
	switch u.Scheme {
	case "https":
		if !pinned {
			return fmt.Errorf("enrolment code: %q needs a pin", address)
		}
	case "http":
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.IsLoopback() {
			return fmt.Errorf("enrolment code: %q is neither https nor on loopback", address)
		}
	default:
		return fmt.Errorf("enrolment code: address %q is not https", address)
	}
	return nil
}

func appendAddress(b []byte, address string) []byte {
	scheme, host, _ := strings.Cut(address, "://")
	plain := byte(0)
	if scheme == "http" {
		plain = 1
	}
	if at, err := netip.ParseAddrPort(host); err == nil && at.Addr().Is4() && at.String() == host {
		ip := at.Addr().As4()
		b = append(append(b, kindHTTPS4+plain), ip[:]...)
		return binary.BigEndian.AppendUint16(b, at.Port())
	}
	return append(append(b, kindHTTPS+plain, byte(len(host))), host...)
}

// Parse reads a code as it was typed or pasted: spaces, line breaks, case,
// full-width letters and the usual mix-ups (O for 0, I and L for 1) do not
// matter. A text that is not a good code gives an *Error.
func Parse(text string) (Code, error) {
	symbols, err := fold(text)
	if err != nil {
		return Code{}, err
	}
	b, err := alphabet.DecodeString(symbols)
	if err != nil {
		return Code{}, &Error{Reason: Incomplete, Err: err}
	}
	if len(b) < 16+1+secretSize+1+checkSize {
		return Code{}, &Error{Reason: Incomplete}
	}
	body, check := b[:len(b)-checkSize], b[len(b)-checkSize:]
	sum := sha256.Sum256(body)
	if !bytes.Equal(sum[:checkSize], check) || alphabet.EncodeToString(b) != symbols {
		return Code{}, &Error{Reason: Mistyped}
	}
	code, err := decode(body)
	if err == nil {
		err = code.Validate()
	}
	if err != nil {
		return Code{}, &Error{Reason: Incomplete, Err: err}
	}
	return code, nil
}

// fold brings what was typed to the symbols behind the prefix.
func fold(text string) (string, error) {
	var s strings.Builder
	for _, r := range text {
		if r >= '！' && r <= '～' { // full-width ASCII
			r -= '！' - '!'
		}
		switch {
		case r == ' ' || r == '\t' || r == '\r' || r == '\n' || r == '\u3000' || r == '\ufeff' || r == '\u200b':
			continue
		case strings.ContainsRune("-‐‑‒–—―−_", r):
			continue
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		if s.Len() > maxSymbols {
			return "", &Error{Reason: Incomplete}
		}
		s.WriteRune(r)
	}
	folded := s.String()
	if folded == "" {
		return "", &Error{Reason: Empty}
	}
	body, ok := strings.CutPrefix(folded, "FK1")
	if !ok {
		if len(folded) > 3 && folded[:2] == "FK" && folded[2] >= '2' && folded[2] <= '9' {
			return "", &Error{Reason: Newer}
		}
		return "", &Error{Reason: NotACode}
	}
	body = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(body)
	for i, r := range []rune(body) {
		if !strings.ContainsRune(crockford, r) {
			return "", &Error{Reason: BadSymbol, Detail: fmt.Sprintf("“%c” (%d)", r, i+1)}
		}
	}
	return body, nil
}

var errShort = errors.New("enrolment code: cut off inside")

func decode(b []byte) (Code, error) {
	var c Code
	take := func(n int) []byte {
		if n > len(b) {
			b = nil
			return nil
		}
		head := b[:n:n]
		b = b[n:]
		return head
	}
	copy(c.Realm[:], take(16))
	flags := take(1)
	if flags == nil || flags[0] > 1 {
		return c, errors.New("enrolment code: unknown flags")
	}
	if flags[0] == 1 {
		if c.Pin = take(pinSize); c.Pin == nil {
			return c, errShort
		}
	}
	if c.Secret = take(secretSize); c.Secret == nil {
		return c, errShort
	}
	count := take(1)
	if count == nil || count[0] == 0 || count[0] > maxAddresses {
		return c, errors.New("enrolment code: number of addresses")
	}
	for range count[0] {
		kind := take(1)
		if kind == nil {
			return c, errShort
		}
		scheme := "https://"
		if kind[0] == kindHTTP4 || kind[0] == kindHTTP {
			scheme = "http://"
		}
		switch kind[0] {
		case kindHTTPS4, kindHTTP4:
			raw := take(6)
			if raw == nil {
				return c, errShort
			}
			host := net.JoinHostPort(netip.AddrFrom4([4]byte(raw)).String(), strconv.Itoa(int(binary.BigEndian.Uint16(raw[4:]))))
			c.Addresses = append(c.Addresses, scheme+host)
		case kindHTTPS, kindHTTP:
			size := take(1)
			if size == nil {
				return c, errShort
			}
			host := take(int(size[0]))
			if host == nil {
				return c, errShort
			}
			c.Addresses = append(c.Addresses, scheme+string(host))
		default:
			return c, fmt.Errorf("enrolment code: address kind %d", kind[0])
		}
	}
	if len(b) != 0 {
		return c, errors.New("enrolment code: something is left over")
	}
	return c, nil
}

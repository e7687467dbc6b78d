package changeset

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
)

// Recipients are the groups that may read a payload: the county, each unit. With
// no key the payload lies open to whoever holds the changeset.
type Recipients struct {
	Keys []*ecdh.PublicKey // X25519, at most MaxGroups
	// Random is where the content key comes from, crypto/rand when nil.
	Random io.Reader
}

// Opener holds the private X25519 keys of the groups that a replica belongs to,
// nil while they are locked away.
type Opener []*ecdh.PrivateKey

// What sealing 1 adds to a header: the changeset's ephemeral public key, then for
// each group a tag of its public key and the wrapped content key, in ascending
// order of the bytes.
//
// Source: the shape is that of age's X25519 recipients (C2SP age, section "X25519
// recipient stanza"), with one ephemeral key for all of them.
const (
	keySize     = 32
	tagSize     = 4
	wrapSize    = tagSize + keySize + chacha20poly1305.Overhead
	tagDomain   = "fieldkit group tag v1\x00"
	wrapDomain  = "fieldkit wrap v1\x00"
	keyDomain   = "fieldkit content key v1\x00"
	shareDomain = "fieldkit ephemeral key v1\x00"
)

// seal replaces the compressed payload by a sealed one and notes the wrapped keys
// in the header.
func (c *Changeset) seal(to Recipients) error {
	c.PayloadSize = len(c.Payload)
	if len(to.Keys) == 0 {
		return nil
	}
	if len(to.Keys) > MaxGroups {
		return fmt.Errorf("%w: sealed for %d groups", ErrTooLarge, len(to.Keys))
	}
	c.Sealing = SealingX25519
	c.PayloadSize += chacha20poly1305.Overhead
	seed := make([]byte, keySize)
	random := to.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, seed); err != nil {
		return fmt.Errorf("draw a content key: %w", err)
	}
	// Both keys depend on the payload too: a copied machine whose random source
	// repeats itself does not seal two payloads under one key.
	digest := sha256.Sum256(c.Payload)
	content, err := hkdf.Key(sha256.New, seed, digest[:], keyDomain, keySize)
	if err != nil {
		return err
	}
	secret, err := hkdf.Key(sha256.New, seed, digest[:], shareDomain, keySize)
	if err != nil {
		return err
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return err
	}
	bound := c.appendBound(nil)
	wraps := make([][]byte, 0, len(to.Keys))
	for _, public := range to.Keys {
		shared, err := ephemeral.ECDH(public)
		if err != nil {
			return fmt.Errorf("seal for a group: %w", err)
		}
		wraps = append(wraps, append(tag(public), wrapping(shared, ephemeral.PublicKey(), public).Seal(nil, make([]byte, chacha20poly1305.NonceSize), content, bound)...))
	}
	slices.SortFunc(wraps, bytes.Compare)
	c.sealed = append(bytes.Clone(ephemeral.PublicKey().Bytes()), bytes.Join(slices.CompactFunc(wraps, bytes.Equal), nil)...)
	c.Payload = contentAEAD(content).Seal(nil, make([]byte, chacha20poly1305.NonceSizeX), c.Payload, c.appendSealed(nil))
	return nil
}

// Groups are the tags of the groups that a payload is sealed for.
func (h *Header) Groups() [][]byte {
	if h.Sealing != SealingX25519 {
		return nil
	}
	_, wraps, _ := splitSealed(h.sealed) // checked when it was parsed
	for i := range wraps {
		wraps[i] = wraps[i][:tagSize]
	}
	return wraps
}

// open is the compressed payload.
func (c *Changeset) open(keys Opener) ([]byte, error) {
	switch c.Sealing {
	case SealingNone:
		return c.Payload, nil
	case SealingX25519:
	default:
		return nil, fmt.Errorf("%w: sealing %d", ErrAlgorithm, c.Sealing)
	}
	share, wraps, err := splitSealed(c.sealed)
	if err != nil {
		return nil, err
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(share)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOpen, err)
	}
	bound := c.appendBound(nil)
	failed := ErrSealed
	for _, key := range keys {
		for _, wrap := range wraps {
			if !bytes.Equal(wrap[:tagSize], tag(key.PublicKey())) {
				continue
			}
			failed = ErrOpen
			shared, err := key.ECDH(ephemeral)
			if err != nil {
				continue // a share of low order
			}
			content, err := wrapping(shared, ephemeral, key.PublicKey()).Open(nil, make([]byte, chacha20poly1305.NonceSize), wrap[tagSize:], bound)
			if err != nil {
				continue // another group with this tag
			}
			packed, err := contentAEAD(content).Open(nil, make([]byte, chacha20poly1305.NonceSizeX), c.Payload, c.appendSealed(nil))
			if err != nil {
				return nil, fmt.Errorf("%w: the payload", ErrOpen)
			}
			return packed, nil
		}
	}
	return nil, failed
}

// tag tells a group which wrapped key is its own.
func tag(public *ecdh.PublicKey) []byte {
	sum := sha256.Sum256(append([]byte(tagDomain), public.Bytes()...))
	return bytes.Clone(sum[:tagSize])
}

// wrapping is the cipher of one wrapped key. Its key serves once: the nonce is zero.
func wrapping(shared []byte, ephemeral, group *ecdh.PublicKey) aead {
	salt := append(bytes.Clone(ephemeral.Bytes()), group.Bytes()...)
	key, err := hkdf.Key(sha256.New, shared, salt, wrapDomain, chacha20poly1305.KeySize)
	if err != nil {
		panic("changeset: HKDF of 32 bytes: " + err.Error())
	}
	a, err := chacha20poly1305.New(key)
	if err != nil {
		panic("changeset: a key of 32 bytes: " + err.Error())
	}
	return a
}

// contentAEAD is the cipher of a payload. Its key serves once: the nonce is zero.
func contentAEAD(key []byte) aead {
	a, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic("changeset: a key of 32 bytes: " + err.Error())
	}
	return a
}

type aead interface {
	Seal(dst, nonce, plaintext, additionalData []byte) []byte
	Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)
}

func splitSealed(b []byte) (ephemeral []byte, wraps [][]byte, err error) {
	n := len(b) - keySize
	if n < wrapSize || n%wrapSize != 0 {
		return nil, nil, fmt.Errorf("%w: wrapped keys of %d bytes", ErrForm, len(b))
	}
	if n/wrapSize > MaxGroups {
		return nil, nil, fmt.Errorf("%w: sealed for %d groups", ErrTooLarge, n/wrapSize)
	}
	for wrap := range slices.Chunk(b[keySize:], wrapSize) {
		if len(wraps) > 0 && bytes.Compare(wraps[len(wraps)-1], wrap) >= 0 {
			return nil, nil, fmt.Errorf("%w: wrapped keys", ErrOrder)
		}
		wraps = append(wraps, wrap)
	}
	return b[:keySize], wraps, nil
}

package replica

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"fieldkit/sync/schema"
)

// vault seals what must not lie readable on disk. Its data key is a file beside
// the database; XChaCha20-Poly1305 with random nonces, one derived key per use.
type vault struct {
	rows  cipher.AEAD
	local cipher.AEAD
}

// keyID names the data key in sealed bytes, so that it can be changed one day.
const keyID = 1

// padTo hides the exact length of sealed contents.
const padTo = 32

func openVault(files storage, dir string, random io.Reader) (*vault, error) {
	key, err := loadOrCreateSecret(files, filepath.Join(dir, "data.key"), 32, random)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	v := &vault{}
	for label, dst := range map[string]*cipher.AEAD{"rows": &v.rows, "local": &v.local} {
		sub, err := hkdf.Key(sha256.New, key, nil, "fieldkit/vault/"+label, 32)
		if err != nil {
			return nil, err
		}
		if *dst, err = chacha20poly1305.NewX(sub); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// loadOrCreateSecret reads a key file of n bytes, or writes one durably. The file
// appears whole or not at all: a key that was used must survive a power cut.
func loadOrCreateSecret(files storage, path string, n int, random io.Reader) ([]byte, error) {
	key, err := files.ReadFile(path)
	if err == nil {
		if len(key) != n {
			return nil, fmt.Errorf("%s is damaged: %d bytes, not %d", path, len(key), n)
		}
		return key, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	key = make([]byte, n)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	return key, writeDurably(files, path, key)
}

func seal(a cipher.AEAD, plain, context []byte) []byte {
	padded := binary.AppendUvarint(make([]byte, 0, len(plain)+padTo+2), uint64(len(plain)))
	padded = append(padded, plain...)
	if over := len(padded) % padTo; over != 0 {
		padded = append(padded, make([]byte, padTo-over)...)
	}
	out := make([]byte, a.NonceSize(), a.NonceSize()+len(padded)+a.Overhead())
	if _, err := rand.Read(out); err != nil {
		panic("replica: the system's random source failed: " + err.Error())
	}
	return a.Seal(out, out, padded, context)
}

var errSealed = errors.New("a sealed value does not open: it is damaged or belongs elsewhere")

func unseal(a cipher.AEAD, sealed, context []byte) ([]byte, error) {
	if len(sealed) < a.NonceSize() {
		return nil, errSealed
	}
	padded, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], context)
	if err != nil {
		return nil, errSealed
	}
	n, w := binary.Uvarint(padded)
	if w <= 0 || n > uint64(len(padded)-w) {
		return nil, errSealed
	}
	return padded[w : w+int(n)], nil
}

// envelope is one sealed blob of a row: the fields written at one instant. A
// later write of one of them adds an envelope and strikes the field out here; an
// envelope stays while one field lives in it. So fields of a row merge one by
// one without opening anything.
type envelope struct {
	columns []uint16 // sealed in, in this order; part of what is authenticated
	live    []uint16 // not yet overwritten
	sealed  []byte
}

// context binds an envelope to its row and fields.
func (e *envelope) context(table uint16, id schema.ID) []byte {
	b := binary.BigEndian.AppendUint16([]byte{keyID}, table)
	b = append(b, id[:]...)
	for _, c := range e.columns {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return b
}

// sealFields puts values, by column number, into a new envelope.
func (v *vault) sealFields(t *schema.Table, id schema.ID, columns []uint16, values []any) (envelope, error) {
	e := envelope{columns: columns, live: slices.Clone(columns)}
	var plain []byte
	for _, value := range values {
		switch value := value.(type) {
		case nil:
			plain = append(plain, 0)
		case int64:
			plain = binary.AppendVarint(append(plain, 1), value)
		case string:
			plain = append(binary.AppendUvarint(append(plain, 2), uint64(len(value))), value...)
		case []byte:
			plain = append(binary.AppendUvarint(append(plain, 3), uint64(len(value))), value...)
		case schema.ID:
			plain = append(append(plain, 4), value[:]...)
		default:
			return e, fmt.Errorf("cannot seal a %T", value)
		}
	}
	e.sealed = seal(v.rows, plain, e.context(t.Number, id))
	return e, nil
}

// openFields returns the values of an envelope, in the order of its columns.
func (v *vault) openFields(t *schema.Table, id schema.ID, e *envelope) ([]any, error) {
	b, err := unseal(v.rows, e.sealed, e.context(t.Number, id))
	if err != nil {
		return nil, err
	}
	out := make([]any, len(e.columns))
	for i := range out {
		if len(b) == 0 {
			return nil, errSealed
		}
		kind := b[0]
		b = b[1:]
		switch kind {
		case 0:
		case 1:
			n, w := binary.Varint(b)
			if w <= 0 {
				return nil, errSealed
			}
			out[i], b = n, b[w:]
		case 2, 3:
			n, w := binary.Uvarint(b)
			if w <= 0 || n > uint64(len(b)-w) {
				return nil, errSealed
			}
			value := b[w : w+int(n)]
			if kind == 2 {
				out[i] = string(value)
			} else {
				out[i] = slices.Clone(value)
			}
			b = b[w+int(n):]
		case 4:
			if len(b) < 16 {
				return nil, errSealed
			}
			out[i], b = schema.ID(b[:16]), b[16:]
		default:
			return nil, errSealed
		}
	}
	return out, nil
}

// packEnvelopes is the _sealed column: NULL when there is nothing.
func packEnvelopes(list []envelope) []byte {
	var b []byte
	for _, e := range list {
		b = append(b, keyID)
		for _, columns := range [][]uint16{e.columns, e.live} {
			b = binary.AppendUvarint(b, uint64(len(columns)))
			for _, c := range columns {
				b = binary.AppendUvarint(b, uint64(c))
			}
		}
		b = binary.AppendUvarint(b, uint64(len(e.sealed)))
		b = append(b, e.sealed...)
	}
	return b
}

func unpackEnvelopes(b []byte) ([]envelope, error) {
	var list []envelope
	for len(b) > 0 {
		if b[0] != keyID {
			return nil, fmt.Errorf("a value is sealed under unknown key %d", b[0])
		}
		r := clockReader{b: b[1:]}
		var e envelope
		for _, columns := range []*[]uint16{&e.columns, &e.live} {
			*columns = make([]uint16, r.count())
			for i := range *columns {
				(*columns)[i] = uint16(r.uint())
			}
		}
		n := r.count()
		if r.bad || slices.ContainsFunc(e.live, func(c uint16) bool { return !slices.Contains(e.columns, c) }) {
			return nil, errSealed
		}
		e.sealed, b = r.b[:n:n], r.b[n:]
		list = append(list, e)
	}
	return list, nil
}

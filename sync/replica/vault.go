package replica

import (
	"crypto/cipher"
	"crypto/ecdh"
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
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"

	"fieldkit/sync/schema"
)

// vault seals what must not lie readable on disk, with XChaCha20-Poly1305 and random
// nonces: the sealed columns under one key, which may be away, and what the engine
// keeps for itself under another, derived from a file beside the database.
type vault struct {
	local cipher.AEAD
	keys  atomic.Pointer[rowKeys] // nil while locked
	box   *ecdh.PublicKey         // nil until the replica is first locked; under Replica.mu
}

// rowKeys open the sealed columns.
type rowKeys struct {
	rows cipher.AEAD
	box  *ecdh.PrivateKey // nil until the replica is first locked
}

// What sealed bytes are sealed with.
const (
	keyRows = 1
	keyBox  = 2 // the letter-box: put in while the key of the rows was away
)

// padTo hides the exact length of sealed contents.
const padTo = 32

// ErrLocked: the key of the sealed columns is away.
var ErrLocked = errors.New("the sealed columns are locked")

// openVault reads or makes the data key; rows gives the key of the sealed columns, nil
// for the data key itself, and is not asked when locked.
func openVault(files storage, dir string, random io.Reader, rows func() ([]byte, error), locked bool) (*vault, error) {
	key, err := loadOrCreateSecret(files, filepath.Join(dir, "data.key"), 32, random)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	v := &vault{}
	if v.local, err = derive(key, "local"); err != nil || locked {
		return v, err
	}
	return v, v.unlock(files, dir, rows)
}

// unlock fetches the key of the sealed columns.
func (v *vault) unlock(files storage, dir string, rows func() ([]byte, error)) error {
	if rows == nil {
		rows = func() ([]byte, error) { return files.ReadFile(filepath.Join(dir, "data.key")) }
	}
	key, err := rows()
	if err != nil {
		return fmt.Errorf("key of the sealed columns: %w", err)
	}
	if len(key) != 32 {
		return fmt.Errorf("key of the sealed columns: %d bytes, not 32", len(key))
	}
	sub, err := derive(key, "rows")
	if err == nil {
		v.keys.Store(&rowKeys{rows: sub})
	}
	return err
}

func derive(key []byte, label string) (cipher.AEAD, error) {
	sub, err := hkdf.Key(sha256.New, key, nil, "fieldkit/vault/"+label, 32)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(sub)
}

// texts is the key of a column's long texts.
func (v *vault) texts(c *schema.Column) (cipher.AEAD, error) {
	if !c.Sealed() {
		return v.local, nil
	}
	if k := v.keys.Load(); k != nil {
		return k.rows, nil
	}
	return nil, ErrLocked
}

// errKey: a file beside the database that holds a key has another size.
var errKey = errors.New("the key is damaged")

// loadOrCreateSecret reads a key file of n bytes, or writes one durably. The file
// appears whole or not at all: a key that was used must survive a power cut.
func loadOrCreateSecret(files storage, path string, n int, random io.Reader) ([]byte, error) {
	key, err := files.ReadFile(path)
	if err == nil {
		if len(key) != n {
			return nil, fmt.Errorf("%s: %w: %d bytes, not %d", path, errKey, len(key), n)
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
	key     byte     // what it is sealed with
	columns []uint16 // sealed in, in this order; part of what is authenticated
	live    []uint16 // not yet overwritten
	sealed  []byte
}

// context binds an envelope to its row and fields.
func (e *envelope) context(table uint16, id schema.ID) []byte {
	b := binary.BigEndian.AppendUint16([]byte{e.key}, table)
	b = append(b, id[:]...)
	for _, c := range e.columns {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return b
}

// sealFields puts values, by column number, into a new envelope; into the letter-box
// while the vault is locked.
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
	if k := v.keys.Load(); k != nil {
		e.key = keyRows
		e.sealed = seal(k.rows, plain, e.context(t.Number, id))
		return e, nil
	}
	e.key = keyBox
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return e, err
	}
	a, err := boxCipher(own, v.box, own.PublicKey())
	if err != nil {
		return e, err
	}
	e.sealed = append(own.PublicKey().Bytes(), seal(a, plain, e.context(t.Number, id))...)
	return e, nil
}

// openFields returns the values of an envelope, in the order of its columns.
func (v *vault) openFields(t *schema.Table, id schema.ID, e *envelope) ([]any, error) {
	b, err := v.openEnvelope(e, e.context(t.Number, id))
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

func (v *vault) openEnvelope(e *envelope, context []byte) ([]byte, error) {
	k := v.keys.Load()
	if k == nil {
		return nil, ErrLocked
	}
	if e.key == keyRows {
		return unseal(k.rows, e.sealed, context)
	}
	if len(e.sealed) < 32 || k.box == nil {
		return nil, errSealed
	}
	sender, err := ecdh.X25519().NewPublicKey(e.sealed[:32])
	if err != nil {
		return nil, errSealed
	}
	a, err := boxCipher(k.box, sender, sender)
	if err != nil {
		return nil, errSealed
	}
	return unseal(a, e.sealed[32:], context)
}

// boxCipher is what one sender's key and the letter-box agree on.
func boxCipher(own *ecdh.PrivateKey, other, sender *ecdh.PublicKey) (cipher.AEAD, error) {
	if other == nil {
		return nil, ErrLocked
	}
	shared, err := own.ECDH(other)
	if err != nil {
		return nil, err
	}
	return derive(append(shared, sender.Bytes()...), "letter-box")
}

// packEnvelopes is the _sealed column: NULL when there is nothing.
func packEnvelopes(list []envelope) []byte {
	var b []byte
	for _, e := range list {
		b = append(b, e.key)
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
		if b[0] != keyRows && b[0] != keyBox {
			return nil, fmt.Errorf("a value is sealed under unknown key %d", b[0])
		}
		r := clockReader{b: b[1:]}
		e := envelope{key: b[0]}
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

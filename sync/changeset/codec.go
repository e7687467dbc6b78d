package changeset

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"fieldkit/sync/schema"
)

// Seal makes a changeset: the body is encoded, compressed and sealed for the
// recipients, the header completed and signed. The caller sets Realm, Stream,
// Number, Prev, First, Last and Complete of the header. A body too large for one
// changeset gives ErrTooLarge: split it.
func Seal(h Header, body *Body, key ed25519.PrivateKey, to Recipients) (*Changeset, error) {
	p, err := pack(body)
	if err != nil {
		return nil, err
	}
	c := &Changeset{Header: h, Payload: p.payload}
	c.Rows = body.Introduced + body.introduces()
	c.RawSize, c.Compression, c.Dictionary = p.rawSize, p.algorithm, p.dictionary
	if err := c.seal(to); err != nil {
		return nil, err
	}
	c.PayloadHash = sha256.Sum256(c.Payload)
	c.header = c.Header.append(nil)
	if c.Size() > MaxSize || len(c.header) > MaxHeader || len(h.Stream.Audience) > MaxAudience {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, c.Size())
	}
	copy(c.Signature[:], ed25519.Sign(key, c.signed()))
	return c, nil
}

// signed is what the signature is over.
func (c *Changeset) signed() []byte {
	hash := c.Hash()
	return append([]byte(signatureDomain), hash[:]...)
}

// readable checks that a payload says what it was made of: once signed and sent,
// it could not be mended.
func readable(raw []byte, body *Body, s style) error {
	back, err := DecodeBody(raw, body.Origins[0], rowsOf(body))
	if err != nil {
		return fmt.Errorf("a sealed payload does not read back: %w", err)
	}
	again, err := encodeBody(back, s)
	if err != nil || !bytes.Equal(raw, again) {
		return fmt.Errorf("%w: a sealed payload reads back as another", ErrMalformed)
	}
	return nil
}

type nameKey struct {
	table  uint16
	origin Origin
	seq    uint64
}

type ownRows map[nameKey]schema.ID

// rowsOf are the names in a body that is being written.
func rowsOf(body *Body) ownRows {
	rows := ownRows{}
	for i := range body.Tables {
		for j := range body.Tables[i].Rows {
			if row := &body.Tables[i].Rows[j]; row.Name.Seq > 0 {
				rows[nameKey{body.Tables[i].Number, body.Origins[row.Name.Origin], row.Name.Seq}] = row.ID
			}
		}
	}
	return rows
}

func (ownRows) Known(uint16) bool { return true }

func (o ownRows) Row(table uint16, origin Origin, seq uint64) (schema.ID, error) {
	return o[nameKey{table, origin, seq}], nil
}

// Hash names the changeset: the digest of its header, which holds the payload's.
func (c *Changeset) Hash() Hash {
	return sha256.Sum256(append([]byte(chainDomain), c.header...))
}

// Size is the number of bytes of the changeset as carried.
func (c *Changeset) Size() int {
	return len(magic) + len(binary.AppendUvarint(nil, uint64(len(c.header)))) + len(c.header) + signatureSize + len(c.Payload)
}

// Bytes is the changeset as carried and stored; of one whose payload was dropped,
// what ParseDropped reads.
func (c *Changeset) Bytes() []byte {
	m := magic
	if c.dropped {
		m = magicDropped
	}
	b := append(make([]byte, 0, c.Size()), m...)
	b = binary.AppendUvarint(b, uint64(len(c.header)))
	b = append(b, c.header...)
	b = append(b, c.Signature[:]...)
	return append(b, c.Payload...)
}

// Drop is the changeset without its payload. Hash, Verify and the chain go on to
// hold; Body gives ErrDropped.
func (c *Changeset) Drop() *Changeset {
	return &Changeset{Header: c.Header, Signature: c.Signature, dropped: true, header: c.header}
}

// Parse reads a changeset and checks its structure and its payload's hash, but
// not its signature: the key depends on the stream that the header names. The
// changeset keeps parts of b.
func Parse(b []byte) (*Changeset, error) {
	c, err := parse(b, magic)
	if err != nil {
		return nil, err
	}
	if len(c.Payload) < c.PayloadSize {
		return nil, fmt.Errorf("%w: a payload of %d bytes instead of %d", ErrTruncated, len(c.Payload), c.PayloadSize)
	}
	if len(c.Payload) > c.PayloadSize {
		return nil, fmt.Errorf("%w: a payload of %d bytes instead of %d", ErrTrailing, len(c.Payload), c.PayloadSize)
	}
	if sha256.Sum256(c.Payload) != c.PayloadHash {
		return nil, ErrHash
	}
	return c, nil
}

// ParseDropped reads a changeset whose payload was dropped.
func ParseDropped(b []byte) (*Changeset, error) {
	c, err := parse(b, magicDropped)
	if err != nil {
		return nil, err
	}
	if len(c.Payload) > 0 {
		return nil, fmt.Errorf("%w: %d after a header whose payload was dropped", ErrTrailing, len(c.Payload))
	}
	c.Payload, c.dropped = nil, true
	return c, nil
}

func parse(b []byte, magic string) (*Changeset, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	if len(b) < len(magic) || string(b[:3]) != magic[:3] {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrMagic)
	}
	if b[3] != magic[3] {
		return nil, fmt.Errorf("%w: %d", ErrVersion, b[3])
	}
	r := &reader{b: b[len(magic):]}
	c := &Changeset{}
	c.header = r.bytes(r.upTo(MaxHeader, "bytes of header"))
	copy(c.Signature[:], r.bytes(signatureSize))
	c.Payload = r.b
	if r.err != nil {
		return nil, r.err
	}
	if err := c.Header.decode(c.header); err != nil {
		return nil, err
	}
	return c, nil
}

// Verify checks the signature by the stream's key.
func (c *Changeset) Verify(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, c.signed(), c.Signature[:]) {
		return fmt.Errorf("%w: %s number %d", ErrSignature, c.Stream.Origin, c.Number)
	}
	return nil
}

// Body opens, decompresses and decodes the payload. keys are needed only for one
// that is sealed.
func (c *Changeset) Body(rows Rows, keys Opener) (*Body, error) {
	raw, err := c.raw(keys)
	if err != nil {
		return nil, err
	}
	return c.Header.body(raw, rows)
}

// raw is the payload after opening and decompression.
func (c *Changeset) raw(keys Opener) ([]byte, error) {
	if c.dropped {
		return nil, ErrDropped
	}
	packed, err := c.open(keys)
	if err != nil {
		return nil, err
	}
	return decompress(c.Compression, c.Dictionary, packed, c.RawSize)
}

// body decodes a raw payload under its header.
func (h *Header) body(raw []byte, rows Rows) (*Body, error) {
	body, err := DecodeBody(raw, h.Stream.Origin, rows)
	if err != nil {
		return nil, err
	}
	n := body.introduces()
	if n > h.Rows {
		return nil, fmt.Errorf("%w: %d rows introduced of %d", ErrValue, n, h.Rows)
	}
	body.Introduced = h.Rows - n
	return body, nil
}

package changeset

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Seal makes a changeset: the body is encoded and compressed, the header
// completed and signed. The caller sets Realm, Stream, Number, Prev, First,
// Last and Complete of the header. A body too large for one changeset gives ErrTooLarge: split it.
func Seal(h Header, body *Body, key ed25519.PrivateKey) (*Changeset, error) {
	raw, err := EncodeBody(body)
	if err != nil {
		return nil, err
	}
	if err := readable(raw, body); err != nil {
		return nil, err
	}
	c := &Changeset{Header: h}
	c.RawSize = len(raw)
	c.Compression, c.Payload = compress(raw)
	c.PayloadSize = len(c.Payload)
	c.PayloadHash = sha256.Sum256(c.Payload)
	c.header = appendHeader(nil, &c.Header)
	if c.Size() > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, c.Size())
	}
	hash := c.Hash()
	copy(c.Signature[:], ed25519.Sign(key, append([]byte(signatureDomain), hash[:]...)))
	return c, nil
}

// readable checks that a payload says what it was made of: once signed and sent,
// it could not be mended.
func readable(raw []byte, body *Body) error {
	back, err := DecodeBody(raw, body.Origins[0], rowsOf(body))
	if err != nil {
		return fmt.Errorf("a sealed payload does not read back: %w", err)
	}
	again, err := EncodeBody(back)
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

// Bytes is the changeset as carried and stored.
func (c *Changeset) Bytes() []byte {
	b := append(make([]byte, 0, c.Size()), magic...)
	b = binary.AppendUvarint(b, uint64(len(c.header)))
	b = append(b, c.header...)
	b = append(b, c.Signature[:]...)
	return append(b, c.Payload...)
}

// Parse reads a changeset and checks its structure and its payload's hash, but
// not its signature: the key depends on the stream that the header names. The
// changeset keeps parts of b.
func Parse(b []byte) (*Changeset, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(b))
	}
	if len(b) < len(magic) || string(b[:3]) != magic[:3] {
		return nil, fmt.Errorf("%w: it does not begin as one", ErrMalformed)
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
	if len(c.Payload) != c.PayloadSize {
		return nil, fmt.Errorf("%w: a payload of %d bytes instead of %d", ErrMalformed, len(c.Payload), c.PayloadSize)
	}
	if sha256.Sum256(c.Payload) != c.PayloadHash {
		return nil, ErrHash
	}
	return c, nil
}

// Verify checks the signature by the stream's key.
func (c *Changeset) Verify(key ed25519.PublicKey) error {
	hash := c.Hash()
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, append([]byte(signatureDomain), hash[:]...), c.Signature[:]) {
		return fmt.Errorf("%w: %s number %d", ErrSignature, c.Stream.Origin, c.Number)
	}
	return nil
}

// Body decompresses and decodes the payload.
func (c *Changeset) Body(rows Rows) (*Body, error) {
	if c.Sealing != SealingNone {
		return nil, fmt.Errorf("%w: sealing %d", ErrAlgorithm, c.Sealing)
	}
	raw, err := decompress(c.Compression, c.Payload, c.RawSize)
	if err != nil {
		return nil, err
	}
	return DecodeBody(raw, c.Stream.Origin, rows)
}

func appendHeader(b []byte, h *Header) []byte {
	b = append(b, headerVersion, HashSHA256, SignatureEd25519, h.Compression)
	b = binary.AppendUvarint(b, uint64(h.Dictionary))
	b = append(b, h.Sealing)
	b = append(b, h.Realm[:]...)
	b = append(b, h.Stream.Origin.Replica[:]...)
	b = binary.AppendUvarint(b, uint64(h.Stream.Origin.Incarnation))
	b = binary.AppendUvarint(b, uint64(len(h.Stream.Audience)))
	b = append(b, h.Stream.Audience...)
	b = binary.AppendUvarint(b, h.Number)
	if h.Number > 1 {
		b = append(b, h.Prev[:]...)
	}
	b = binary.AppendUvarint(b, uint64(h.First))
	b = binary.AppendUvarint(b, uint64(h.Last))
	b = binary.AppendUvarint(b, uint64(h.Complete))
	b = binary.AppendUvarint(b, uint64(len(h.Recipients)))
	for _, r := range h.Recipients {
		b = binary.AppendUvarint(b, uint64(len(r)))
		b = append(b, r...)
	}
	b = append(b, h.PayloadHash[:]...)
	b = binary.AppendUvarint(b, uint64(h.PayloadSize))
	return binary.AppendUvarint(b, uint64(h.RawSize))
}

func (h *Header) decode(b []byte) error {
	r := &reader{b: b}
	if v := r.byte(); r.err == nil && v != headerVersion {
		return fmt.Errorf("%w: header %d", ErrVersion, v)
	}
	if a := r.byte(); r.err == nil && a != HashSHA256 {
		return fmt.Errorf("%w: hash %d", ErrAlgorithm, a)
	}
	if a := r.byte(); r.err == nil && a != SignatureEd25519 {
		return fmt.Errorf("%w: signature %d", ErrAlgorithm, a)
	}
	if h.Compression = r.byte(); h.Compression > CompressionZstd {
		return fmt.Errorf("%w: compression %d", ErrAlgorithm, h.Compression)
	}
	h.Dictionary = uint32(r.upTo(1<<32-1, "as a dictionary number"))
	h.Sealing = r.byte()
	copy(h.Realm[:], r.bytes(16))
	copy(h.Stream.Origin.Replica[:], r.bytes(16))
	h.Stream.Origin.Incarnation = uint32(r.upTo(1<<32-1, "incarnations"))
	h.Stream.Audience = string(r.bytes(r.upTo(MaxAudience, "bytes of audience")))
	h.Number = r.uint()
	if h.Number > 1 {
		copy(h.Prev[:], r.bytes(len(h.Prev)))
	}
	h.First, h.Last, h.Complete = hlc.Stamp(r.uint()), hlc.Stamp(r.uint()), hlc.Stamp(r.uint())
	for range r.upTo(64, "recipients") {
		h.Recipients = append(h.Recipients, r.bytes(r.upTo(1<<10, "bytes of wrapped key")))
	}
	copy(h.PayloadHash[:], r.bytes(len(h.PayloadHash)))
	h.PayloadSize = r.upTo(MaxSize, "bytes of payload")
	h.RawSize = r.upTo(MaxRaw, "bytes of raw payload")
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrMalformed, "%d bytes too many in the header", len(r.b))
	}
	if r.err == nil && (h.Number == 0 || h.Stream.Audience == "" || h.First == 0 || h.First > h.Last || h.Last >= 1<<63 || h.Complete >= 1<<63) {
		r.fail(ErrMalformed, "an impossible number, audience or time span")
	}
	return r.err
}

package changeset

import (
	"encoding/binary"
	"fmt"
)

// Archived is a changeset that was put away: its header still verifies and links the
// chain; of its payload the body is kept, less what was redacted.
type Archived struct {
	Header
	Signature [signatureSize]byte
	header    []byte
	raw       []byte
}

// PutAway keeps the body of a changeset. rewrite, when not nil, may take cells out of
// the body; it tells whether it did.
func PutAway(c *Changeset, rows Rows, keys Opener, rewrite func(*Body) bool) (*Archived, error) {
	raw, err := c.raw(keys)
	if err != nil {
		return nil, err
	}
	a := &Archived{Header: c.Header, Signature: c.Signature, header: c.header, raw: raw}
	return a, a.Rewrite(rows, rewrite)
}

// Rewrite takes cells out of the body; see PutAway.
func (a *Archived) Rewrite(rows Rows, rewrite func(*Body) bool) error {
	if rewrite == nil {
		return nil
	}
	body, err := a.Body(rows)
	if err != nil || !rewrite(body) {
		return err
	}
	a.raw, err = EncodeBody(body)
	return err
}

// Body decodes what is kept of the payload.
func (a *Archived) Body(rows Rows) (*Body, error) { return a.Header.body(a.raw, rows) }

// Size is about how many bytes it takes before compression.
func (a *Archived) Size() int { return len(a.header) + len(a.raw) + signatureSize + 8 }

// MaxArchive is how many bytes of archived changesets one archive holds.
const MaxArchive = MaxRaw / 2

// PackArchive compresses archived changesets together. Their sizes together must not
// exceed MaxArchive; ErrTooLarge.
func PackArchive(list []*Archived) ([]byte, error) {
	var b []byte
	for _, a := range list {
		b = binary.AppendUvarint(b, uint64(len(a.header)))
		b = append(b, a.header...)
		b = append(b, a.Signature[:]...)
		b = binary.AppendUvarint(b, uint64(len(a.raw)))
		b = append(b, a.raw...)
	}
	if len(b) > MaxRaw {
		return nil, fmt.Errorf("%w: an archive of %d bytes", ErrTooLarge, len(b))
	}
	p := compress(b)
	head := binary.AppendUvarint([]byte{p.algorithm}, uint64(p.dictionary))
	return append(binary.AppendUvarint(head, uint64(p.rawSize)), p.payload...), nil
}

// UnpackArchive is the inverse of PackArchive.
func UnpackArchive(b []byte) ([]*Archived, error) {
	r := &reader{b: b}
	algorithm, dictionary, size := r.byte(), r.upTo(1<<32-1, "as a dictionary number"), r.upTo(MaxRaw, "bytes of archive")
	if r.err != nil {
		return nil, r.err
	}
	raw, err := decompress(algorithm, uint32(dictionary), r.b, size)
	if err != nil {
		return nil, err
	}
	r = &reader{b: raw}
	var out []*Archived
	for len(r.b) > 0 {
		a := &Archived{header: r.bytes(r.upTo(MaxHeader, "bytes of header"))}
		copy(a.Signature[:], r.bytes(signatureSize))
		a.raw = r.bytes(r.upTo(MaxRaw, "bytes of payload"))
		if r.err == nil {
			r.err = a.Header.decode(a.header)
		}
		if r.err != nil {
			return nil, r.err
		}
		out = append(out, a)
	}
	return out, r.err
}

package changeset

import (
	"encoding/binary"
	"fmt"
	"math"

	"fieldkit/sync/hlc"
)

// maxSealed is the size in bytes of what a sealing may add to a header.
const maxSealed = 3500

// appendBound writes the fields of a header that its wrapped keys are bound to: all
// but those keys and the payload's hash.
func (h *Header) appendBound(b []byte) []byte {
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
	b = binary.AppendUvarint(b, uint64(h.Last-h.First))
	b = binary.AppendVarint(b, int64(h.Complete)-int64(h.Last))
	b = binary.AppendUvarint(b, h.Rows)
	b = binary.AppendUvarint(b, uint64(h.RawSize))
	return binary.AppendUvarint(b, uint64(h.PayloadSize))
}

// appendSealed writes all but the payload's hash: what a sealed payload is bound to.
func (h *Header) appendSealed(b []byte) []byte {
	b = h.appendBound(b)
	if h.Sealing != SealingNone {
		b = binary.AppendUvarint(b, uint64(len(h.sealed)))
		b = append(b, h.sealed...)
	}
	return b
}

func (h *Header) append(b []byte) []byte { return append(h.appendSealed(b), h.PayloadHash[:]...) }

// decode reads a header. Of algorithms that are not known, those that only the
// payload needs are let pass: the changeset can be kept and forwarded.
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
	h.Compression = r.byte()
	h.Dictionary = uint32(r.upTo(1<<32-1, "as a dictionary's number"))
	h.Sealing = r.byte()
	copy(h.Realm[:], r.bytes(16))
	copy(h.Stream.Origin.Replica[:], r.bytes(16))
	h.Stream.Origin.Incarnation = uint32(r.upTo(1<<32-1, "incarnations"))
	h.Stream.Audience = string(r.bytes(r.upTo(MaxAudience, "bytes of audience")))
	h.Number = r.uint()
	if h.Number > 1 {
		copy(h.Prev[:], r.bytes(len(h.Prev)))
	}
	first, span, after := r.uint(), r.uint(), r.int()
	h.Rows = r.uint()
	h.RawSize = r.upTo(MaxRaw, "bytes of raw payload")
	h.PayloadSize = r.upTo(MaxSize, "bytes of payload")
	if h.Sealing != SealingNone {
		h.sealed = r.bytes(r.upTo(maxSealed, "bytes of wrapped keys"))
	}
	copy(h.PayloadHash[:], r.bytes(len(h.PayloadHash)))
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrTrailing, "%d in the header", len(r.b))
	}
	switch {
	case r.err != nil:
	case h.Number == 0 || h.Number >= 1<<63:
		r.fail(ErrValue, "number %d", h.Number)
	case h.Stream.Audience == "":
		r.fail(ErrValue, "no audience")
	case first == 0 || first >= 1<<63 || span >= 1<<63 || first+span >= 1<<63:
		r.fail(ErrValue, "first and last")
	case after < -int64(first+span) || after > math.MaxInt64-int64(first+span):
		r.fail(ErrValue, "complete")
	case h.Rows >= maxSeq:
		r.fail(ErrValue, "%d rows introduced", h.Rows)
	case h.Dictionary != 0 && h.Compression == CompressionNone:
		r.fail(ErrValue, "a dictionary without compression")
	}
	if r.err != nil {
		return r.err
	}
	h.First, h.Last = hlc.Stamp(first), hlc.Stamp(first+span)
	h.Complete = hlc.Stamp(int64(h.Last) + after)
	if h.Sealing == SealingX25519 {
		_, _, err := splitSealed(h.sealed)
		return err
	}
	return nil
}

package changeset

import (
	"encoding/binary"
	"fmt"
)

// reader takes bytes apart. The first error sticks and empties it, so that a
// decoder may read on and look once.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(err error, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", err, fmt.Sprintf(format, args...))
	}
	r.b = nil
}

// uint reads a varint in its shortest form.
func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n == 0 {
		r.fail(ErrTruncated, "within a number")
		return 0
	}
	if n < 0 || n > 1 && r.b[n-1] == 0 {
		r.fail(ErrNumber, "a varint")
		return 0
	}
	r.b = r.b[n:]
	return v
}

// upTo reads a varint that must not exceed limit.
func (r *reader) upTo(limit uint64, what string) int {
	v := r.uint()
	if v > limit {
		r.fail(ErrTooLarge, "%d %s are more than %d", v, what, limit)
		return 0
	}
	return int(v)
}

// length reads the length of something that takes at least one byte each of what is left.
func (r *reader) length() int {
	v := r.uint()
	if v > uint64(len(r.b)) {
		r.fail(ErrTruncated, "a length of %d where %d bytes are left", v, len(r.b))
		return 0
	}
	return int(v)
}

func (r *reader) int() int64 {
	u := r.uint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail(ErrTruncated, "a byte is missing")
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail(ErrTruncated, "%d bytes are missing", n-len(r.b))
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

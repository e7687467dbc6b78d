package changeset

import (
	"encoding/binary"
	"fmt"

	"fieldkit/sync/hlc"
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
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		r.fail(ErrMalformed, "bad varint")
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
		r.fail(ErrMalformed, "a length of %d where %d bytes are left", v, len(r.b))
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
		r.fail(ErrMalformed, "ends too early")
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail(ErrMalformed, "ends %d bytes too early", n-len(r.b))
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// Blocks of integers take the smallest of four forms.
const (
	intsConst  = 0 // one value for all
	intsPlain  = 1
	intsDelta  = 2 // differences
	intsDelta2 = 3 // differences of differences
)

func appendInts(b []byte, values []int64) []byte {
	if len(values) == 0 {
		return b
	}
	var size [4]int
	same := true
	var prev, prevDelta int64
	for i, v := range values {
		d := v - prev
		dd := d - prevDelta
		size[intsPlain] += zigzagLen(v)
		size[intsDelta] += zigzagLen(d)
		size[intsDelta2] += zigzagLen(dd)
		same = same && v == values[0]
		prev, prevDelta = v, d
		if i == 0 {
			prevDelta = 0
		}
	}
	if same {
		return binary.AppendVarint(append(b, intsConst), values[0])
	}
	mode := byte(intsPlain)
	for _, m := range []byte{intsDelta, intsDelta2} {
		if size[m] < size[mode] {
			mode = m
		}
	}
	b = append(b, mode)
	prev, prevDelta = 0, 0
	for i, v := range values {
		d := v - prev
		switch mode {
		case intsPlain:
			b = binary.AppendVarint(b, v)
		case intsDelta:
			b = binary.AppendVarint(b, d)
		case intsDelta2:
			b = binary.AppendVarint(b, d-prevDelta)
		}
		prev, prevDelta = v, d
		if i == 0 {
			prevDelta = 0
		}
	}
	return b
}

func zigzagLen(v int64) int {
	u := uint64(v<<1) ^ uint64(v>>63)
	n := 1
	for u >= 0x80 {
		u >>= 7
		n++
	}
	return n
}

// ints reads a block of n integers.
func (r *reader) ints(n int) []int64 {
	if n == 0 || r.err != nil {
		return nil
	}
	mode := r.byte()
	if mode == intsConst {
		v := r.int()
		out := make([]int64, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	if mode > intsDelta2 {
		r.fail(ErrMalformed, "unknown integer form %d", mode)
		return make([]int64, n)
	}
	if n > len(r.b) {
		r.fail(ErrMalformed, "%d integers in %d bytes", n, len(r.b))
		return make([]int64, n)
	}
	out := make([]int64, n)
	var prev, prevDelta int64
	for i := range out {
		v := r.int()
		switch mode {
		case intsDelta:
			v += prev
		case intsDelta2:
			v += prev + prevDelta
		}
		prevDelta, prev = v-prev, v
		if i == 0 {
			prevDelta = 0
		}
		out[i] = v
	}
	return out
}

// appendStamps writes stamps as milliseconds after their bases, then counters.
func appendStamps(b []byte, stamps []hlc.Stamp, bases []int64) []byte {
	ms, counters := make([]int64, len(stamps)), make([]int64, len(stamps))
	for i, s := range stamps {
		ms[i], counters[i] = s.UnixMilli()-bases[i], int64(s.Counter())
	}
	return appendInts(appendInts(b, ms), counters)
}

func (r *reader) stamps(n int, bases []int64) []hlc.Stamp {
	ms, counters := r.ints(n), r.ints(n)
	out := make([]hlc.Stamp, n)
	if r.err != nil {
		return out
	}
	for i := range out {
		at := ms[i] + bases[i]
		if at < 0 || at >= 1<<47 || counters[i] < 0 || counters[i] >= 1<<16 {
			r.fail(ErrMalformed, "a stamp is out of range")
			return out
		}
		out[i] = hlc.At(at) + hlc.Stamp(counters[i])
	}
	return out
}

// Blocks of texts are plain, or indexes into the distinct ones.
const (
	textsPlain = 0
	textsDict  = 1
)

func appendTexts(b []byte, values []string) []byte {
	if len(values) == 0 {
		return b
	}
	index := map[string]int64{}
	var distinct []string
	codes := make([]int64, len(values))
	for i, v := range values {
		code, ok := index[v]
		if !ok {
			code = int64(len(distinct))
			index[v] = code
			distinct = append(distinct, v)
		}
		codes[i] = code
	}
	if len(distinct)*2 > len(values) && len(values) > 1 {
		return appendPlainTexts(append(b, textsPlain), values)
	}
	b = binary.AppendUvarint(append(b, textsDict), uint64(len(distinct)))
	return appendInts(appendPlainTexts(b, distinct), codes)
}

func appendPlainTexts(b []byte, values []string) []byte {
	lengths := make([]int64, len(values))
	for i, v := range values {
		lengths[i] = int64(len(v))
	}
	b = appendInts(b, lengths)
	for _, v := range values {
		b = append(b, v...)
	}
	return b
}

func (r *reader) texts(n int) []string {
	if n == 0 || r.err != nil {
		return nil
	}
	switch mode := r.byte(); mode {
	case textsPlain:
		return r.plainTexts(n)
	case textsDict:
		distinct := r.plainTexts(r.upTo(uint64(n), "distinct texts"))
		codes := r.ints(n)
		out := make([]string, n)
		for i, code := range codes {
			if code < 0 || code >= int64(len(distinct)) {
				r.fail(ErrMalformed, "text %d of %d", code, len(distinct))
				return out
			}
			out[i] = distinct[code]
		}
		return out
	default:
		r.fail(ErrMalformed, "unknown text form %d", mode)
		return make([]string, n)
	}
}

func (r *reader) plainTexts(n int) []string {
	lengths := r.ints(n)
	out := make([]string, n)
	var total int64
	for _, l := range lengths {
		if l < 0 || l > int64(len(r.b)) {
			r.fail(ErrMalformed, "a text of %d bytes", l)
			return out
		}
		if total += l; total > int64(len(r.b)) {
			r.fail(ErrMalformed, "texts longer than the payload")
			return out
		}
	}
	if r.err != nil {
		return out
	}
	all := string(r.bytes(int(total)))
	for i, l := range lengths {
		out[i], all = all[:l], all[l:]
	}
	return out
}

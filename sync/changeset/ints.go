package changeset

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"fieldkit/sync/hlc"
)

// Blocks of integers take the form that promises the fewest bytes after
// compression: the one whose bytes have the least entropy.
const (
	intsConst       = 0 // one value for all
	intsPlain       = 1 // signed varints
	intsDelta       = 2 // differences, as signed varints
	intsDelta2      = 3 // differences of differences, as signed varints
	intsPlanes      = 4 // values less their minimum, one plane of bytes after another
	intsDeltaPlanes = 5 // the same of the differences
)

func appendInts(b []byte, values []int64) []byte {
	if len(values) == 0 {
		return b
	}
	if !slices.ContainsFunc(values, func(v int64) bool { return v != values[0] }) {
		return binary.AppendVarint(append(b, intsConst), values[0])
	}
	deltas, deltas2 := make([]int64, len(values)), make([]int64, len(values))
	var prev, prevDelta int64
	for i, v := range values {
		d := v - prev
		deltas[i], deltas2[i] = d, d-prevDelta
		prev, prevDelta = v, d
		if i == 0 {
			prevDelta = 0
		}
	}
	var best []byte
	least := math.Inf(1)
	for form, list := range [][]int64{intsPlain: values, intsDelta: deltas, intsDelta2: deltas2, intsPlanes: values, intsDeltaPlanes: deltas} {
		block := append(make([]byte, 0, 2*len(list)+16), byte(form))
		switch form {
		case intsConst:
			continue
		case intsPlanes, intsDeltaPlanes:
			if block = appendPlanes(block, list); block == nil {
				continue
			}
		default:
			for _, v := range list {
				block = binary.AppendVarint(block, v)
			}
		}
		if cost := entropy(block); cost < least {
			best, least = block, cost
		}
	}
	return append(b, best...)
}

// appendPlanes writes the values less the smallest of them in as many bytes as
// the largest needs: all most significant bytes first. Values that span more
// than seven bytes, or nothing, have no such form.
func appendPlanes(b []byte, values []int64) []byte {
	low, high := slices.Min(values), slices.Max(values)
	span := uint64(high) - uint64(low)
	if span == 0 || span >= 1<<56 {
		return nil
	}
	width := (bits.Len64(span) + 7) / 8
	b = append(binary.AppendVarint(b, low), byte(width))
	for plane := width - 1; plane >= 0; plane-- {
		for _, v := range values {
			b = append(b, byte((uint64(v)-uint64(low))>>(8*plane)))
		}
	}
	return b
}

// entropy estimates the bytes that a block takes after compression: the
// zero-order entropy of its bytes.
func entropy(b []byte) float64 {
	var counts [256]int
	for _, c := range b {
		counts[c]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			sum += float64(n) * math.Log2(float64(len(b))/float64(n))
		}
	}
	return sum / 8
}

// ints reads a block of n integers.
func (r *reader) ints(n int) []int64 {
	if n == 0 || r.err != nil {
		return nil
	}
	form := r.byte()
	if form == intsConst {
		v := r.int()
		out := make([]int64, n)
		for i := range out {
			out[i] = v
		}
		return out
	}
	if n > len(r.b) {
		r.fail(ErrTruncated, "%d integers in %d bytes", n, len(r.b))
		return nil
	}
	out := make([]int64, n)
	switch form {
	case intsPlain, intsDelta, intsDelta2:
		for i := range out {
			out[i] = r.int()
		}
	case intsPlanes, intsDeltaPlanes:
		r.planes(out)
	default:
		r.fail(ErrForm, "integer form %d", form)
		return nil
	}
	switch form {
	case intsDelta, intsDeltaPlanes:
		var prev int64
		for i := range out {
			out[i] += prev
			prev = out[i]
		}
	case intsDelta2:
		var prev, delta int64
		for i := range out {
			out[i] += prev + delta
			delta, prev = out[i]-prev, out[i]
			if i == 0 {
				delta = 0
			}
		}
	}
	return out
}

func (r *reader) planes(out []int64) {
	low, width := r.int(), int(r.byte())
	if r.err == nil && (width == 0 || width > 7) {
		r.fail(ErrForm, "%d planes of bytes", width)
	}
	for range width {
		plane := r.bytes(len(out))
		if r.err != nil {
			return
		}
		for i, c := range plane {
			out[i] = out[i]<<8 | int64(c)
		}
	}
	for i := range out {
		out[i] += low
	}
}

// stampAfter is a stamp with the milliseconds it is written against.
type stampAfter struct {
	at   hlc.Stamp
	base int64
}

func split(list []stampAfter) (stamps []hlc.Stamp, bases []int64) {
	for _, s := range list {
		stamps, bases = append(stamps, s.at), append(bases, s.base)
	}
	return stamps, bases
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
		if bases[i] == noBase {
			continue
		}
		at := ms[i] + bases[i]
		if at < 0 || at >= 1<<47 || counters[i] < 0 || counters[i] >= 1<<16 {
			r.fail(ErrValue, "a stamp out of range")
			return out
		}
		out[i] = hlc.At(at) + hlc.Stamp(counters[i])
	}
	return out
}

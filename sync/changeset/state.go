package changeset

import (
	"encoding/binary"
	"fmt"
	"math"

	"fieldkit/sync/hlc"
)

// States carry rows as they stand at the root, everybody's writes merged under
// their original stamps: a snapshot for a new replica, or rows that have come into
// an audience. Only the root may write them.
type States struct {
	// Last marks the last part of a snapshot.
	Last bool
	// Audiences that Heads and rows speak of; the first is the changeset's own.
	Audiences []string
	// Heads say how much of every stream is in the rows: in the first part of a
	// snapshot, and with rows that have come into an audience.
	Heads  []Head
	Tables []Table // every row with its id; see Row.Names and Row.From
}

// Head is how far a stream goes: its newest changeset, see Header.
type Head struct {
	Audience int // index into States.Audiences
	Origin   int // index into Body.Origins
	Number   uint64
	Hash     Hash
	Complete hlc.Stamp
	Rows     uint64 // rows it introduced
	// Held are times of changesets, before Number, of which something is not in the
	// rows: it was held back.
	Held []Span
}

// Span is a changeset's first and last stamp.
type Span struct{ First, Last hlc.Stamp }

func appendStates(b []byte, s *States, texts style) ([]byte, error) {
	if s == nil {
		return append(b, 0), nil
	}
	kind := byte(1)
	if s.Last {
		kind = 2
	}
	b = append(b, kind)
	if len(s.Audiences) == 0 || len(s.Audiences) > MaxOrigins {
		return nil, fmt.Errorf("%w: %d audiences", ErrTooLarge, len(s.Audiences))
	}
	b = appendPlainTexts(binary.AppendUvarint(b, uint64(len(s.Audiences))), s.Audiences)
	n := len(s.Heads)
	audiences, origins, numbers, completes, rows := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, h := range s.Heads {
		audiences[i], origins[i], numbers[i], completes[i], rows[i] = int64(h.Audience), int64(h.Origin), int64(h.Number), int64(h.Complete), int64(h.Rows)
	}
	b = binary.AppendUvarint(b, uint64(n))
	for _, list := range [][]int64{audiences, origins, numbers, completes, rows} {
		b = appendInts(b, list)
	}
	held := make([]int64, n)
	var first, length []int64
	for i, h := range s.Heads {
		b = append(b, h.Hash[:]...)
		held[i] = int64(len(h.Held))
		for _, span := range h.Held {
			first, length = append(first, int64(span.First)), append(length, int64(span.Last-span.First))
		}
	}
	for _, list := range [][]int64{held, first, length} {
		b = appendInts(b, list)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Tables)))
	for i := range s.Tables {
		t := &s.Tables[i]
		content := appendRowStates(encodeTable(t, texts), t)
		b = binary.AppendUvarint(b, uint64(t.Number))
		b = binary.AppendUvarint(b, uint64(len(content)))
		b = append(b, content...)
	}
	return b, nil
}

// appendRowStates writes what a row's state has beside its cells, in the order that
// encodeTable has given the rows.
func appendRowStates(b []byte, t *Table) []byte {
	var names, origins, seqs, froms, from, passed, columns, by []int64
	var stamps []hlc.Stamp
	var bases []int64
	for i := range t.Rows {
		row := &t.Rows[i]
		names, froms = append(names, int64(len(row.Names))), append(froms, int64(len(row.From)))
		for _, n := range row.Names {
			origins, seqs = append(origins, int64(n.Origin)), append(seqs, int64(n.Seq))
		}
		for _, a := range row.From {
			from = append(from, int64(a))
		}
		passed = append(passed, int64(len(row.Passed)))
		for _, v := range row.Passed {
			columns, by, stamps, bases = append(columns, int64(v.Column)), append(by, int64(v.Origin)), append(stamps, v.At), append(bases, row.At.UnixMilli())
		}
	}
	for _, list := range [][]int64{names, origins, seqs, froms, from, passed, columns, by} {
		b = appendInts(b, list)
	}
	return appendStamps(b, stamps, bases)
}

func decodeStates(r *reader, body *Body, rows Rows, left *allowance) (*States, error) {
	kind := r.byte()
	if kind == 0 || r.err != nil {
		return nil, nil
	}
	if kind > 2 {
		r.fail(ErrForm, "states %d", kind)
		return nil, nil
	}
	s := &States{Last: kind == 2}
	n := r.upTo(MaxOrigins, "audiences")
	if r.err == nil && n == 0 {
		r.fail(ErrValue, "states of no audience")
		return nil, nil
	}
	s.Audiences = r.pieces(n)
	n = r.upTo(MaxCells, "heads")
	r.cells(left, int64(n))
	audiences, origins, numbers, completes, counts := r.ints(n), r.ints(n), r.ints(n), r.ints(n), r.ints(n)
	hashes := r.bytes(n * len(Hash{}))
	held := r.ints(n)
	spans := 0
	for _, k := range held {
		r.cells(left, k)
		if r.err != nil {
			return nil, nil
		}
		spans += int(k)
	}
	first, length := r.ints(spans), r.ints(spans)
	if r.err != nil {
		return nil, nil
	}
	s.Heads = make([]Head, n)
	for i := range s.Heads {
		if audiences[i] < 0 || audiences[i] >= int64(len(s.Audiences)) || origins[i] < 0 || origins[i] >= int64(len(body.Origins)) {
			r.fail(ErrReference, "a head of audience %d of %d, origin %d of %d", audiences[i], len(s.Audiences), origins[i], len(body.Origins))
			return nil, nil
		}
		if numbers[i] <= 0 || completes[i] < 0 || counts[i] < 0 || counts[i] >= maxSeq {
			r.fail(ErrValue, "an impossible head")
			return nil, nil
		}
		s.Heads[i] = Head{Audience: int(audiences[i]), Origin: int(origins[i]), Number: uint64(numbers[i]), Complete: hlc.Stamp(completes[i]), Rows: uint64(counts[i])}
		copy(s.Heads[i].Hash[:], hashes[i*len(Hash{}):])
		for range held[i] {
			if first[0] <= 0 || length[0] < 0 || first[0] > math.MaxInt64-length[0] {
				r.fail(ErrValue, "an impossible time span")
				return nil, nil
			}
			s.Heads[i].Held = append(s.Heads[i].Held, Span{First: hlc.Stamp(first[0]), Last: hlc.Stamp(first[0] + length[0])})
			first, length = first[1:], length[1:]
		}
	}
	last := -1
	for range r.upTo(MaxTables, "tables") {
		number := r.upTo(1<<16-1, "as a table number")
		content := &reader{b: r.bytes(r.length())}
		if r.err == nil && number <= last {
			r.fail(ErrOrder, "table %d after %d", number, last)
		}
		if r.err != nil {
			return nil, nil
		}
		last = number
		t := Table{Number: uint16(number)}
		var err error
		if rows.Known(t.Number) {
			if t, err = decodeTable(content, t.Number, body, rows, left); err == nil && content.err == nil {
				decodeRowStates(content, &t, body, len(s.Audiences), left)
			}
		} else {
			content.skip(&t, left)
		}
		if err == nil {
			err = content.err
		}
		if err != nil {
			return nil, fmt.Errorf("table %d: %w", number, err)
		}
		s.Tables = append(s.Tables, t)
	}
	return s, nil
}

func decodeRowStates(r *reader, t *Table, body *Body, audiences int, left *allowance) {
	count := func(counts []int64) (sum int) {
		for _, n := range counts {
			if !r.cells(left, n) {
				return 0
			}
			sum += int(n)
		}
		return sum
	}
	names := r.ints(len(t.Rows))
	n := count(names)
	origins, seqs := r.ints(n), r.ints(n)
	froms := r.ints(len(t.Rows))
	from := r.ints(count(froms))
	passed := r.ints(len(t.Rows))
	n = count(passed)
	columns, by := r.ints(n), r.ints(n)
	if r.err != nil {
		return
	}
	var bases []int64
	for i, k := range passed {
		for range k {
			bases = append(bases, t.Rows[i].At.UnixMilli())
		}
	}
	stamps := r.stamps(n, bases)
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrTrailing, "%d in the table", len(r.b))
	}
	if r.err != nil {
		return
	}
	for i := range t.Rows {
		row := &t.Rows[i]
		if row.Name.Seq != 0 {
			r.fail(ErrForm, "a state without an id")
			return
		}
		for range names[i] {
			if seqs[0] <= 0 || seqs[0] >= maxSeq {
				r.fail(ErrValue, "a row named %d", seqs[0])
				return
			}
			if origins[0] < 0 || origins[0] >= int64(len(body.Origins)) {
				r.fail(ErrReference, "row %d of origin %d of %d", seqs[0], origins[0], len(body.Origins))
				return
			}
			row.Names = append(row.Names, Name{Origin: int(origins[0]), Seq: uint64(seqs[0])})
			origins, seqs = origins[1:], seqs[1:]
		}
		for range froms[i] {
			if from[0] < 0 || from[0] >= int64(audiences) {
				r.fail(ErrReference, "audience %d of %d", from[0], audiences)
				return
			}
			row.From = append(row.From, int(from[0]))
			from = from[1:]
		}
		for range passed[i] {
			if by[0] < 0 || by[0] >= int64(len(body.Origins)) {
				r.fail(ErrReference, "a version of origin %d of %d", by[0], len(body.Origins))
				return
			}
			if columns[0] <= 0 || columns[0] >= 1<<16 || stamps[0] == 0 {
				r.fail(ErrValue, "a version of column %d at %s", columns[0], stamps[0])
				return
			}
			row.Passed = append(row.Passed, Passed{Column: uint16(columns[0]), Version: Version{At: stamps[0], Origin: int(by[0])}})
			columns, by, stamps = columns[1:], by[1:], stamps[1:]
		}
	}
}

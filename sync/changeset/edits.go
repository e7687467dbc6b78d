package changeset

import "fieldkit/sync/schema"

// Edits of long texts: how many insertions each cell has, then of all of them the
// author's numbers, the characters they follow, their stamps and their texts; then
// the same for deletions.

func encodeEdits(b []byte, t *Table, col *column, s style) []byte {
	var insertions, deletions edits
	for i, c := range col.cells {
		row := &t.Rows[col.rows[i]]
		for _, n := range c.Insertions {
			insertions.add(n.Seq, n.After, stampAfter{n.At, row.At.UnixMilli()})
			insertions.texts = append(insertions.texts, n.Text)
		}
		for _, d := range c.Deletions {
			deletions.add(d.Count, d.First, stampAfter{d.At, row.At.UnixMilli()})
		}
		insertions.counts, deletions.counts = append(insertions.counts, int64(len(c.Insertions))), append(deletions.counts, int64(len(c.Deletions)))
	}
	b = insertions.append(b)
	b = appendTexts(b, insertions.texts, s)
	return deletions.append(b)
}

type edits struct {
	counts, numbers, origins, seqs []int64
	stamps                         []stampAfter
	texts                          []string
}

func (e *edits) add(number uint64, at Char, s stampAfter) {
	e.numbers, e.origins, e.seqs, e.stamps = append(e.numbers, int64(number)), append(e.origins, int64(at.Origin)), append(e.seqs, int64(at.Seq)), append(e.stamps, s)
}

func (e *edits) append(b []byte) []byte {
	b = appendInts(b, e.counts)
	for _, block := range [][]int64{e.numbers, e.origins, e.seqs} {
		b = appendInts(b, block)
	}
	stamps, bases := split(e.stamps)
	return appendStamps(b, stamps, bases)
}

// edits reads what append wrote. Every number is checked.
func (r *reader) edits(t *Table, col *column, origins int, left *allowance) *edits {
	e := &edits{counts: r.ints(len(col.cells))}
	if r.err != nil {
		return e
	}
	sum := 0
	var bases []int64
	for i, n := range e.counts {
		if !r.cells(left, n) {
			return e
		}
		sum += int(n)
		for range n {
			bases = append(bases, t.Rows[col.rows[i]].base())
		}
	}
	e.numbers, e.origins, e.seqs = r.ints(sum), r.ints(sum), r.ints(sum)
	for i, at := range r.stamps(sum, bases) {
		if r.err != nil {
			return e
		}
		if e.origins[i] < 0 || e.origins[i] >= int64(origins) {
			r.fail(ErrReference, "an edit at a character of origin %d of %d", e.origins[i], origins)
			return e
		}
		if e.numbers[i] <= 0 || e.numbers[i] >= maxSeq || e.seqs[i] < 0 || e.seqs[i] >= maxSeq || at == 0 && bases[i] != noBase {
			r.fail(ErrValue, "an impossible edit of a text")
			return e
		}
		e.stamps = append(e.stamps, stampAfter{at: at})
	}
	return e
}

func decodeEdits(r *reader, t *Table, col *column, origins int, left *allowance) {
	insertions := r.edits(t, col, origins, left)
	texts := r.texts(len(insertions.stamps), left)
	deletions := r.edits(t, col, origins, left)
	if r.err != nil {
		return
	}
	at := 0
	for i, n := range insertions.counts {
		c := col.cells[i]
		for range n {
			c.Insertions = append(c.Insertions, Insertion{Seq: uint64(insertions.numbers[at]), After: Char{int(insertions.origins[at]), uint64(insertions.seqs[at])}, At: insertions.stamps[at].at, Text: texts[at]})
			at++
		}
	}
	at = 0
	for i, n := range deletions.counts {
		c := col.cells[i]
		for range n {
			c.Deletions = append(c.Deletions, Deletion{First: Char{int(deletions.origins[at]), uint64(deletions.seqs[at])}, Count: uint64(deletions.numbers[at]), At: deletions.stamps[at].at})
			at++
		}
	}
	if col.typ != schema.Text {
		r.fail(ErrValue, "a long text of type %d", col.typ)
	}
}

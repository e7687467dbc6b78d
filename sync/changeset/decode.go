package changeset

import (
	"bytes"
	"cmp"
	"fmt"
	"math"

	"fieldkit/sync/schema"
)

// maxSeq bounds what counts rows and characters.
const maxSeq = 1 << 48

// allowance is how much a body may still hold. It is taken before memory is.
type allowance struct{ rows, cells, text, repeated int }

func (r *reader) take(left *int, n int64, limit int, what string) bool {
	if n < 0 {
		r.fail(ErrValue, "%d %s", n, what)
		return false
	}
	if n > int64(*left) {
		r.fail(ErrTooLarge, "more than %d %s", limit, what)
		return false
	}
	*left -= int(n)
	return true
}

// cells takes field changes, or what they list, off the allowance.
func (r *reader) cells(a *allowance, n int64) bool {
	return r.take(&a.cells, n, MaxCells, "field changes")
}

// DecodeBody reads a payload after decompression. author is the changeset's
// own origin. Every limit is checked before memory is taken. Of a table that is
// not known, only the number of rows that it introduces is read. Introduced is
// left at zero: the header tells it.
func DecodeBody(raw []byte, author Origin, rows Rows) (*Body, error) {
	if len(raw) > MaxRaw {
		return nil, fmt.Errorf("%w: a payload of %d bytes", ErrTooLarge, len(raw))
	}
	r := &reader{b: raw}
	n := r.upTo(MaxOrigins-1, "origins")
	body := &Body{Origins: []Origin{author}}
	named := map[Origin]bool{author: true}
	for range n {
		var o Origin
		copy(o.Replica[:], r.bytes(16))
		o.Incarnation = uint32(r.upTo(1<<32-1, "incarnations"))
		if r.err != nil {
			return nil, r.err
		}
		if named[o] {
			return nil, fmt.Errorf("%w: origin %s", ErrOrder, o)
		}
		named[o] = true
		body.Origins = append(body.Origins, o)
	}
	left := &allowance{rows: MaxRows, cells: MaxCells, text: MaxRaw, repeated: MaxText}
	last := -1
	for range r.upTo(MaxTables, "tables") {
		number := r.upTo(1<<16-1, "as a table number")
		content := &reader{b: r.bytes(r.length())}
		if r.err == nil && number <= last {
			r.fail(ErrOrder, "table %d after %d", number, last)
		}
		if r.err != nil {
			return nil, r.err
		}
		last = number
		t := Table{Number: uint16(number)}
		var err error
		if rows.Known(t.Number) {
			t, err = decodeTable(content, t.Number, body, rows, left)
			if err == nil && content.err == nil && len(content.b) > 0 {
				content.fail(ErrTrailing, "%d in the table", len(content.b))
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
		body.Tables = append(body.Tables, t)
	}
	var err error
	if body.States, err = decodeStates(r, body, rows, left); err != nil {
		return nil, err
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrTrailing, "%d in the payload", len(r.b))
	}
	if r.err != nil {
		return nil, r.err
	}
	return body, nil
}

// skip reads of a table that is not known how many rows it introduces.
func (r *reader) skip(t *Table, left *allowance) {
	t.Unknown = r.upTo(MaxRows, "rows")
	r.take(&left.rows, int64(t.Unknown), MaxRows, "rows")
}

func decodeTable(r *reader, number uint16, body *Body, rows Rows, left *allowance) (Table, error) {
	t := Table{Number: number}
	introduced := r.upTo(MaxRows, "rows")
	r.take(&left.rows, int64(introduced), MaxRows, "rows")
	ids := r.ids(introduced)
	for i := 1; i < len(ids); i++ {
		if bytes.Compare(ids[i-1][:], ids[i][:]) >= 0 {
			r.fail(ErrOrder, "row %s", ids[i])
			return t, nil
		}
	}
	named := r.upTo(MaxRows, "rows")
	r.take(&left.rows, int64(named), MaxRows, "rows")
	origins, seqs := r.ints(named), r.ints(named)
	if r.err != nil {
		return t, nil
	}
	n := introduced + named
	names := make([]Name, named)
	for i := range names {
		if origins[i] < 0 || origins[i] >= int64(len(body.Origins)) {
			r.fail(ErrReference, "a row of origin %d of %d", origins[i], len(body.Origins))
			return t, nil
		}
		if seqs[i] <= 0 || seqs[i] >= maxSeq {
			r.fail(ErrValue, "a row named %d", seqs[i])
			return t, nil
		}
		names[i] = Name{Origin: int(origins[i]), Seq: uint64(seqs[i])}
		if i > 0 && cmp.Or(cmp.Compare(names[i-1].Origin, names[i].Origin), cmp.Compare(names[i-1].Seq, names[i].Seq)) >= 0 {
			r.fail(ErrOrder, "row %d of origin %d", seqs[i], origins[i])
			return t, nil
		}
		id, err := rows.Row(number, body.Origins[names[i].Origin], names[i].Seq)
		if err != nil {
			return t, err
		}
		ids = append(ids, id)
	}
	bases := idTimes(ids)
	for i := introduced; i < n; i++ {
		if ids[i].IsNil() {
			bases[i] = noBase
		}
	}
	stamps := r.stamps(n, bases)
	shapes := make([][]uint16, r.upTo(uint64(n), "shapes of rows"))
	for i := range shapes {
		shapes[i] = make([]uint16, min(r.upTo(maxColumns, "columns"), len(r.b)))
		last := 0
		for j := range shapes[i] {
			last += r.upTo(1<<16-1, "as a column number")
			if r.err == nil && (last == 0 || last > 1<<16-1) {
				r.fail(ErrValue, "column %d", last)
			}
			shapes[i][j] = uint16(last)
		}
		if r.err != nil {
			return t, nil
		}
	}
	shapeOf := r.ints(n)
	if r.err != nil {
		return t, nil
	}
	cells, sizes := 0, map[uint16]int{}
	for _, s := range shapeOf {
		if s < 0 || s >= int64(len(shapes)) {
			r.fail(ErrReference, "shape %d of %d", s, len(shapes))
			return t, nil
		}
		if !r.cells(left, int64(len(shapes[s]))) {
			return t, nil
		}
		cells += len(shapes[s])
		for _, c := range shapes[s] {
			sizes[c]++
		}
	}
	t.Rows = make([]Row, n)
	all := make([]Cell, cells)
	columns := make(map[uint16]*column, len(sizes))
	for c, size := range sizes {
		columns[c] = &column{number: c, rows: make([]int, 0, size), cells: make([]*Cell, 0, size)}
	}
	for i := range t.Rows {
		shape := shapes[shapeOf[i]]
		t.Rows[i] = Row{ID: ids[i], At: stamps[i], Cells: all[:len(shape):len(shape)]}
		all = all[len(shape):]
		if i >= introduced {
			t.Rows[i].Name = names[i-introduced]
		}
		for j, c := range shape {
			col := columns[c]
			col.rows, col.cells = append(col.rows, i), append(col.cells, &t.Rows[i].Cells[j])
		}
	}
	last := -1
	for range r.length() {
		c := r.upTo(1<<16-1, "as a column number")
		kind, typ := schema.Kind(r.byte()), schema.Type(r.byte())
		content := &reader{b: r.bytes(r.length())}
		col := columns[uint16(c)]
		if r.err != nil {
			return t, nil
		}
		if c <= last {
			r.fail(ErrOrder, "column %d after %d", c, last)
			return t, nil
		}
		if col == nil {
			r.fail(ErrReference, "column %d is not in any row", c)
			return t, nil
		}
		last = c
		col.kind, col.typ = kind, typ
		delete(columns, uint16(c))
		decodeColumn(content, &t, col, len(body.Origins), left)
		if content.err != nil {
			r.fail(content.err, "column %d", c)
			return t, nil
		}
	}
	if r.err == nil && len(columns) > 0 {
		r.fail(ErrTruncated, "the content of %d columns", len(columns))
	}
	return t, nil
}

func decodeColumn(r *reader, t *Table, col *column, origins int, left *allowance) {
	n := len(col.cells)
	bases := make([]int64, n)
	for i, row := range col.rows {
		bases[i] = t.Rows[row].base()
	}
	for i, at := range r.stamps(n, bases) {
		c := col.cells[i]
		c.Column, c.Kind, c.Type, c.At = col.number, col.kind, col.typ, at
	}
	for i, by := range r.ints(n) {
		if by < 0 || by >= int64(origins) {
			r.fail(ErrReference, "origin %d of %d", by, origins)
			return
		}
		col.cells[i].By = int(by)
	}
	switch col.kind {
	case schema.Counter:
		plus, minus := r.ints(n), r.ints(n)
		for i, c := range col.cells {
			if r.err != nil {
				return
			}
			if plus[i] < 0 || minus[i] < 0 {
				r.fail(ErrValue, "a negative total")
				return
			}
			c.Plus, c.Minus = uint64(plus[i]), uint64(minus[i])
		}
	case schema.Set:
		decodeSets(r, t, col, origins, left)
	case schema.Register, schema.Immutable, schema.LongText:
		for i, list := range r.versions(t, col.rows, origins, left) {
			col.cells[i].Prev = list
		}
		if col.kind == schema.LongText {
			decodeEdits(r, t, col, origins, left)
		} else {
			decodeValues(r, col, left)
		}
	default:
		// A merge kind of a later version: kept in the stored bytes, not merged.
		r.b = nil
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrTrailing, "%d in the column", len(r.b))
	}
}

func (r *reader) versions(t *Table, rows []int, origins int, left *allowance) [][]Version {
	counts := r.ints(len(rows))
	out := make([][]Version, len(rows))
	if r.err != nil {
		return out
	}
	sum := 0
	bases := make([]int64, 0, len(rows))
	for i, n := range counts {
		if !r.cells(left, n) {
			return out
		}
		sum += int(n)
		base := t.Rows[rows[i]].idBase()
		for range n {
			bases = append(bases, base)
		}
	}
	if sum == 0 {
		return out
	}
	stamps, from := r.stamps(sum, bases), r.ints(sum)
	if r.err != nil {
		return out
	}
	flat := make([]Version, sum)
	for i := range flat {
		if from[i] < 0 || from[i] >= int64(origins) {
			r.fail(ErrReference, "a version of origin %d of %d", from[i], origins)
			return out
		}
		if stamps[i] == 0 && bases[i] != noBase {
			r.fail(ErrValue, "a version without a stamp")
			return out
		}
		flat[i] = Version{At: stamps[i], Origin: int(from[i])}
	}
	for i, n := range counts {
		if n > 0 {
			out[i], flat = flat[:n:n], flat[n:]
		}
	}
	return out
}

func decodeValues(r *reader, col *column, left *allowance) {
	nulls := r.ints(len(col.cells))
	if r.err != nil {
		return
	}
	n := 0
	for i, null := range nulls {
		switch null {
		case 0:
			n++
		case 1:
			col.cells[i].Null = true
		default:
			r.fail(ErrValue, "a null mark of %d", null)
			return
		}
	}
	var ints []int64
	var texts []string
	switch col.typ {
	case schema.Int, schema.Bool:
		ints = r.ints(n)
	default:
		texts = r.texts(n, left)
	}
	if r.err != nil {
		return
	}
	for _, c := range col.cells {
		switch {
		case c.Null:
		case ints != nil:
			c.Int, ints = ints[0], ints[1:]
		case texts != nil:
			c.Text, texts = texts[0], texts[1:]
			if col.typ == schema.Ref && len(c.Text) != 16 {
				r.fail(ErrValue, "a reference of %d bytes", len(c.Text))
				return
			}
		}
	}
}

func decodeSets(r *reader, t *Table, col *column, origins int, left *allowance) {
	counts := r.ints(len(col.cells))
	if r.err != nil {
		return
	}
	var rows []int
	for i, n := range counts {
		if !r.cells(left, n) {
			return
		}
		for range n {
			rows = append(rows, col.rows[i])
		}
	}
	values, present := r.texts(len(rows), left), r.ints(len(rows))
	if r.err != nil {
		return
	}
	bases := make([]int64, len(rows))
	for i, p := range present {
		switch p {
		case 0:
		case 1:
			bases[i] = t.Rows[rows[i]].base()
		default:
			r.fail(ErrValue, "a mark of %d", p)
			return
		}
	}
	added := r.stamps(len(rows), bases)
	removed := r.versions(t, rows, origins, left)
	if r.err != nil {
		return
	}
	elements := make([]Element, len(rows))
	for i := range elements {
		if bases[i] != noBase && (present[i] == 1) != (added[i] != 0) {
			r.fail(ErrValue, "an element that is neither added nor not")
			return
		}
		elements[i] = Element{Value: values[i], Added: added[i], Removed: removed[i]}
	}
	for i, n := range counts {
		col.cells[i].Elements, elements = elements[:n:n], elements[n:]
	}
}

// noBase marks the row behind a name that means nothing here: its times cannot
// be known and are read as zero.
const noBase = math.MinInt64

// base is what the times of a row's cells are written against, in milliseconds.
func (row *Row) base() int64 {
	if row.ID.IsNil() && row.Name.Seq > 0 {
		return noBase
	}
	return row.At.UnixMilli()
}

// idBase is what the times of overwritten versions are written against.
func (row *Row) idBase() int64 {
	if row.ID.IsNil() && row.Name.Seq > 0 {
		return noBase
	}
	return idTime(row.ID)
}

package changeset

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// The payload keeps the changes of a table column by column: what is alike lies
// together, and a reader can step over a table or column it does not know.

// EncodeBody writes a payload before compression. It sorts the rows of each
// table: those introduced by id, then those named, by name. Cells must be in
// ascending order of their columns.
func EncodeBody(body *Body) ([]byte, error) {
	if len(body.Origins) == 0 || len(body.Origins) > MaxOrigins {
		return nil, fmt.Errorf("%w: %d origins", ErrTooLarge, len(body.Origins))
	}
	b := binary.AppendUvarint(nil, uint64(len(body.Origins)-1))
	for _, o := range body.Origins[1:] {
		b = append(b, o.Replica[:]...)
		b = binary.AppendUvarint(b, uint64(o.Incarnation))
	}
	b = binary.AppendUvarint(b, body.Introduced)
	b = binary.AppendUvarint(b, uint64(len(body.Tables)))
	for i := range body.Tables {
		t := &body.Tables[i]
		content := encodeTable(t)
		b = binary.AppendUvarint(b, uint64(t.Number))
		b = binary.AppendUvarint(b, uint64(len(content)))
		b = append(b, content...)
	}
	b, err := appendStates(b, body.States)
	if err == nil && len(b) > MaxRaw {
		err = fmt.Errorf("%w: a payload of %d bytes", ErrTooLarge, len(b))
	}
	return b, err
}

// column gathers the cells of one column with the rows they belong to.
type column struct {
	number uint16
	kind   schema.Kind
	typ    schema.Type
	rows   []int
	cells  []*Cell
}

func encodeTable(t *Table) []byte {
	slices.SortFunc(t.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(min(a.Name.Seq, 1), min(b.Name.Seq, 1)), cmp.Compare(a.Name.Origin, b.Name.Origin),
			cmp.Compare(a.Name.Seq, b.Name.Seq), bytes.Compare(a.ID[:], b.ID[:]))
	})
	n := len(t.Rows)
	introduced := 0
	for introduced < n && t.Rows[introduced].Name.Seq == 0 {
		introduced++
	}
	ids, stamps := make([]schema.ID, n), make([]hlc.Stamp, n)
	origins, seqs := make([]int64, 0, n-introduced), make([]int64, 0, n-introduced)
	for i, row := range t.Rows {
		ids[i], stamps[i] = row.ID, row.At
		if i >= introduced {
			origins, seqs = append(origins, int64(row.Name.Origin)), append(seqs, int64(row.Name.Seq))
		}
	}
	b := binary.AppendUvarint(nil, uint64(introduced))
	b = appendIDs(b, ids[:introduced])
	b = binary.AppendUvarint(b, uint64(len(seqs)))
	b = appendInts(b, origins)
	b = appendInts(b, seqs)
	b = appendStamps(b, stamps, idTimes(ids))

	var shapes [][]uint16
	shapeOf := make([]int64, n)
	columns := map[uint16]*column{}
	for i := range t.Rows {
		row := &t.Rows[i]
		shape := make([]uint16, len(row.Cells))
		for j := range row.Cells {
			cell := &row.Cells[j]
			shape[j] = cell.Column
			col := columns[cell.Column]
			if col == nil {
				col = &column{number: cell.Column, kind: cell.Kind, typ: cell.Type}
				columns[cell.Column] = col
			}
			col.rows, col.cells = append(col.rows, i), append(col.cells, cell)
		}
		at := slices.IndexFunc(shapes, func(s []uint16) bool { return slices.Equal(s, shape) })
		if at < 0 {
			at = len(shapes)
			shapes = append(shapes, shape)
		}
		shapeOf[i] = int64(at)
	}
	b = binary.AppendUvarint(b, uint64(len(shapes)))
	for _, shape := range shapes {
		b = binary.AppendUvarint(b, uint64(len(shape)))
		last := uint16(0)
		for _, c := range shape {
			b = binary.AppendUvarint(b, uint64(c-last))
			last = c
		}
	}
	b = appendInts(b, shapeOf)

	numbers := make([]uint16, 0, len(columns))
	for number := range columns {
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	b = binary.AppendUvarint(b, uint64(len(numbers)))
	for _, number := range numbers {
		col := columns[number]
		content := encodeColumn(t, col)
		b = binary.AppendUvarint(b, uint64(number))
		b = append(b, byte(col.kind), byte(col.typ))
		b = binary.AppendUvarint(b, uint64(len(content)))
		b = append(b, content...)
	}
	return b
}

func encodeColumn(t *Table, col *column) []byte {
	stamps, bases := make([]hlc.Stamp, len(col.cells)), make([]int64, len(col.cells))
	for i, c := range col.cells {
		stamps[i], bases[i] = c.At, t.Rows[col.rows[i]].At.UnixMilli()
	}
	b := appendStamps(nil, stamps, bases)
	by := make([]int64, len(col.cells))
	for i, c := range col.cells {
		by[i] = int64(c.By)
	}
	b = appendInts(b, by)
	switch col.kind {
	case schema.Counter:
		plus, minus := make([]int64, len(col.cells)), make([]int64, len(col.cells))
		for i, c := range col.cells {
			plus[i], minus[i] = int64(c.Plus), int64(c.Minus)
		}
		return appendInts(appendInts(b, plus), minus)
	case schema.Set:
		return encodeSets(b, t, col)
	}
	b = appendVersions(b, t, col, func(c *Cell) []Version { return c.Prev })
	if col.kind == schema.LongText {
		return encodeEdits(b, t, col)
	}
	return encodeValues(b, col)
}

// appendVersions writes lists of versions: how many each cell has, then their
// times after the time of the row's id, then their origins.
func appendVersions(b []byte, t *Table, col *column, of func(*Cell) []Version) []byte {
	counts := make([]int64, len(col.cells))
	var stamps []hlc.Stamp
	var bases, origins []int64
	for i, c := range col.cells {
		list := of(c)
		counts[i] = int64(len(list))
		base := idTime(t.Rows[col.rows[i]].ID)
		for _, v := range list {
			stamps, bases, origins = append(stamps, v.At), append(bases, base), append(origins, int64(v.Origin))
		}
	}
	b = appendInts(b, counts)
	b = appendStamps(b, stamps, bases)
	return appendInts(b, origins)
}

func encodeValues(b []byte, col *column) []byte {
	nulls := make([]int64, len(col.cells))
	var ints []int64
	var texts []string
	for i, c := range col.cells {
		if c.Null {
			nulls[i] = 1
			continue
		}
		ints, texts = append(ints, c.Int), append(texts, c.Text)
	}
	b = appendInts(b, nulls)
	switch col.typ {
	case schema.Int, schema.Bool:
		return appendInts(b, ints)
	default:
		return appendTexts(b, texts)
	}
}

func encodeSets(b []byte, t *Table, col *column) []byte {
	counts := make([]int64, len(col.cells))
	flat := &column{}
	var values []string
	var added []hlc.Stamp
	var bases []int64
	var removed [][]Version
	for i, c := range col.cells {
		counts[i] = int64(len(c.Elements))
		for _, e := range c.Elements {
			values, added, removed = append(values, e.Value), append(added, e.Added), append(removed, e.Removed)
			base := int64(0)
			if e.Added != 0 {
				base = t.Rows[col.rows[i]].At.UnixMilli()
			}
			bases = append(bases, base)
			flat.rows, flat.cells = append(flat.rows, col.rows[i]), append(flat.cells, c)
		}
	}
	b = appendInts(b, counts)
	b = appendTexts(b, values)
	present := make([]int64, len(added))
	for i, at := range added {
		if at != 0 {
			present[i] = 1
		}
	}
	b = appendInts(b, present)
	b = appendStamps(b, added, bases)
	next := 0
	return appendVersions(b, t, flat, func(*Cell) []Version { next++; return removed[next-1] })
}

// DecodeBody reads a payload after decompression. author is the changeset's
// own origin. Every limit is checked before memory is taken. Of a table that is
// not known, only the number of rows that it introduces is read.
func DecodeBody(raw []byte, author Origin, rows Rows) (*Body, error) {
	if len(raw) > MaxRaw {
		return nil, fmt.Errorf("%w: a payload of %d bytes", ErrTooLarge, len(raw))
	}
	r := &reader{b: raw}
	n := r.upTo(MaxOrigins-1, "origins")
	body := &Body{Origins: []Origin{author}}
	for range n {
		var o Origin
		copy(o.Replica[:], r.bytes(16))
		o.Incarnation = uint32(r.upTo(1<<32-1, "incarnations"))
		body.Origins = append(body.Origins, o)
	}
	if body.Introduced = r.uint(); body.Introduced >= 1<<48 {
		r.fail(ErrMalformed, "%d rows introduced before", body.Introduced)
	}
	cells := 0
	for range r.upTo(1<<16, "tables") {
		number := r.upTo(1<<16-1, "as a table number")
		content := &reader{b: r.bytes(r.length())}
		if r.err != nil {
			break
		}
		if !rows.Known(uint16(number)) {
			t := Table{Number: uint16(number), Unknown: content.upTo(MaxCells, "rows")}
			if content.err != nil {
				return nil, fmt.Errorf("table %d: %w", number, content.err)
			}
			body.Tables = append(body.Tables, t)
			continue
		}
		t, err := decodeTable(content, uint16(number), body, rows, &cells)
		if err == nil && content.err == nil && len(content.b) > 0 {
			content.fail(ErrMalformed, "%d bytes too many", len(content.b))
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
	if body.States, err = decodeStates(r, body, rows, &cells); err != nil {
		return nil, err
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrMalformed, "%d bytes too many", len(r.b))
	}
	if r.err != nil {
		return nil, r.err
	}
	return body, nil
}

func decodeTable(r *reader, number uint16, body *Body, rows Rows, total *int) (Table, error) {
	t := Table{Number: number}
	introduced := r.upTo(MaxCells, "rows")
	ids := r.ids(introduced)
	named := r.upTo(MaxCells, "rows")
	origins, seqs := r.ints(named), r.ints(named)
	n := introduced + named
	if r.err == nil && n > MaxCells {
		r.fail(ErrTooLarge, "%d rows", n)
	}
	if r.err != nil {
		return t, nil
	}
	names := make([]Name, named)
	for i := range names {
		if origins[i] < 0 || origins[i] >= int64(len(body.Origins)) || seqs[i] <= 0 {
			r.fail(ErrMalformed, "row %d of origin %d of %d", seqs[i], origins[i], len(body.Origins))
			return t, nil
		}
		names[i] = Name{Origin: int(origins[i]), Seq: uint64(seqs[i])}
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
	shapes := make([][]uint16, 0, 16)
	for range r.length() {
		shape := make([]uint16, r.upTo(1<<10, "columns"))
		last := 0
		for j := range shape {
			step := r.upTo(1<<16, "as a column number")
			if last += step; last == 0 || last > 1<<16-1 {
				r.fail(ErrMalformed, "columns out of order")
			}
			shape[j] = uint16(last)
		}
		if r.err != nil {
			return t, nil
		}
		shapes = append(shapes, shape)
	}
	shapeOf := r.ints(n)
	if r.err != nil {
		return t, nil
	}
	for _, s := range shapeOf {
		if s < 0 || s >= int64(len(shapes)) {
			r.fail(ErrMalformed, "shape %d of %d", s, len(shapes))
			return t, nil
		}
		if *total += len(shapes[s]); *total > MaxCells {
			r.fail(ErrTooLarge, "more than %d field changes", MaxCells)
			return t, nil
		}
	}
	t.Rows = make([]Row, n)
	columns := map[uint16]*column{}
	for i := range t.Rows {
		shape := shapes[shapeOf[i]]
		t.Rows[i] = Row{ID: ids[i], At: stamps[i], Cells: make([]Cell, len(shape))}
		if i >= introduced {
			t.Rows[i].Name = names[i-introduced]
		}
		for j, c := range shape {
			col := columns[c]
			if col == nil {
				col = &column{number: c}
				columns[c] = col
			}
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
		if col == nil || c <= last {
			r.fail(ErrMalformed, "column %d is not in any row or out of order", c)
			return t, nil
		}
		last = c
		col.kind, col.typ = kind, typ
		delete(columns, uint16(c))
		decodeColumn(content, &t, col, len(body.Origins), total)
		if content.err != nil {
			r.fail(content.err, "column %d", c)
			return t, nil
		}
	}
	if len(columns) > 0 {
		r.fail(ErrMalformed, "a column's content is missing")
	}
	return t, nil
}

func decodeColumn(r *reader, t *Table, col *column, origins int, total *int) {
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
			r.fail(ErrMalformed, "origin %d of %d", by, origins)
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
				r.fail(ErrMalformed, "a negative total")
				return
			}
			c.Plus, c.Minus = uint64(plus[i]), uint64(minus[i])
		}
	case schema.Set:
		decodeSets(r, t, col, origins, total)
	case schema.Register, schema.Immutable, schema.LongText:
		for i, list := range r.versions(t, col.rows, origins, total) {
			col.cells[i].Prev = list
		}
		if col.kind == schema.LongText {
			decodeEdits(r, t, col, origins, total)
		} else {
			decodeValues(r, col)
		}
	default:
		// A merge kind of a later version: kept in the stored bytes, not merged.
		r.b = nil
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail(ErrMalformed, "%d bytes too many", len(r.b))
	}
}

func (r *reader) versions(t *Table, rows []int, origins int, total *int) [][]Version {
	counts := r.ints(len(rows))
	out := make([][]Version, len(rows))
	if r.err != nil {
		return out
	}
	sum := 0
	bases := make([]int64, 0, len(rows))
	for i, n := range counts {
		if n < 0 || n > MaxCells-int64(*total) {
			r.fail(ErrTooLarge, "%d versions", n)
			return out
		}
		*total += int(n)
		sum += int(n)
		base := t.Rows[rows[i]].idBase()
		for range n {
			bases = append(bases, base)
		}
	}
	stamps, from := r.stamps(sum, bases), r.ints(sum)
	if r.err != nil {
		return out
	}
	flat := make([]Version, sum)
	for i := range flat {
		if from[i] < 0 || from[i] >= int64(origins) || stamps[i] == 0 && bases[i] != noBase {
			r.fail(ErrMalformed, "a version of origin %d of %d", from[i], origins)
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

func decodeValues(r *reader, col *column) {
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
			r.fail(ErrMalformed, "a null mark of %d", null)
			return
		}
	}
	var ints []int64
	var texts []string
	switch col.typ {
	case schema.Int, schema.Bool:
		ints = r.ints(n)
	default:
		texts = r.texts(n)
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
				r.fail(ErrMalformed, "a reference of %d bytes", len(c.Text))
				return
			}
		}
	}
}

func decodeSets(r *reader, t *Table, col *column, origins int, total *int) {
	counts := r.ints(len(col.cells))
	if r.err != nil {
		return
	}
	var rows []int
	for i, n := range counts {
		if n < 0 || n > MaxCells-int64(*total) {
			r.fail(ErrTooLarge, "%d elements", n)
			return
		}
		*total += int(n)
		for range n {
			rows = append(rows, col.rows[i])
		}
	}
	values, present := r.texts(len(rows)), r.ints(len(rows))
	if r.err != nil {
		return
	}
	bases := make([]int64, len(rows))
	for i, p := range present {
		if p == 1 {
			bases[i] = t.Rows[rows[i]].base()
		}
	}
	added := r.stamps(len(rows), bases)
	removed := r.versions(t, rows, origins, total)
	if r.err != nil {
		return
	}
	elements := make([]Element, len(rows))
	for i := range elements {
		if bases[i] != noBase && (present[i] == 1) != (added[i] != 0) {
			r.fail(ErrMalformed, "an element that is neither added nor not")
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

// Blocks of ids: version 7 ids as times and tails, any others whole.
const (
	idsPlain = 0
	idsTimed = 1
)

func appendIDs(b []byte, ids []schema.ID) []byte {
	if len(ids) == 0 {
		return b
	}
	if slices.ContainsFunc(ids, func(id schema.ID) bool { _, timed := id.UnixMilli(); return !timed }) {
		b = append(b, idsPlain)
		for _, id := range ids {
			b = append(b, id[:]...)
		}
		return b
	}
	b = appendInts(append(b, idsTimed), idTimes(ids))
	for _, id := range ids {
		b = append(b, id[6:]...)
	}
	return b
}

func (r *reader) ids(n int) []schema.ID {
	if n == 0 || r.err != nil {
		return nil
	}
	switch mode := r.byte(); mode {
	case idsPlain:
		raw := r.bytes(16 * n)
		if r.err != nil {
			return nil
		}
		out := make([]schema.ID, n)
		for i := range out {
			copy(out[i][:], raw[16*i:])
		}
		return out
	case idsTimed:
		times := r.ints(n)
		raw := r.bytes(10 * n)
		if r.err != nil {
			return nil
		}
		out := make([]schema.ID, n)
		for i := range out {
			if times[i] < 0 || times[i] >= 1<<48 || raw[10*i]>>4 != 7 {
				r.fail(ErrMalformed, "an id with an impossible time")
				return nil
			}
			var ms [8]byte
			binary.BigEndian.PutUint64(ms[:], uint64(times[i]))
			copy(out[i][:6], ms[2:])
			copy(out[i][6:], raw[10*i:10*i+10])
		}
		return out
	default:
		r.fail(ErrMalformed, "unknown id form %d", mode)
		return nil
	}
}

// idTime is the time a version 7 id carries, 0 for others.
func idTime(id schema.ID) int64 {
	ms, _ := id.UnixMilli()
	return ms
}

func idTimes(ids []schema.ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = idTime(id)
	}
	return out
}

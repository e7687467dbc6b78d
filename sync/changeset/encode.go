package changeset

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// The payload keeps the changes of a table column by column: what is alike lies
// together, and a reader can step over a table or column it does not know.

// EncodeBody writes a payload before compression. It sorts the rows of each
// table: those introduced by id, then those named, by name. Cells must be in
// ascending order of their columns.
func EncodeBody(body *Body) ([]byte, error) { return encodeBody(body, byRank) }

// EncodeCommon writes a payload as the dictionaries know it: its texts in the
// common alphabet.
func EncodeCommon(body *Body) ([]byte, error) { return encodeBody(body, commonly) }

func encodeBody(body *Body, s style) ([]byte, error) {
	if len(body.Origins) == 0 || len(body.Origins) > MaxOrigins {
		return nil, fmt.Errorf("%w: %d origins", ErrTooLarge, len(body.Origins))
	}
	tables := body.Tables
	if body.States != nil {
		tables = slices.Concat(tables, body.States.Tables)
	}
	rows, text := 0, 0
	for i := range tables {
		rows += len(tables[i].Rows)
		for j := range tables[i].Rows {
			for k := range tables[i].Rows[j].Cells {
				text += tables[i].Rows[j].Cells[k].text()
			}
		}
	}
	if rows > MaxRows || len(tables) > MaxTables {
		return nil, fmt.Errorf("%w: %d rows in %d tables", ErrTooLarge, rows, len(tables))
	}
	if text > MaxText {
		return nil, fmt.Errorf("%w: %d bytes of text", ErrTooLarge, text)
	}
	b := binary.AppendUvarint(nil, uint64(len(body.Origins)-1))
	for _, o := range body.Origins[1:] {
		b = append(b, o.Replica[:]...)
		b = binary.AppendUvarint(b, uint64(o.Incarnation))
	}
	b = binary.AppendUvarint(b, uint64(len(body.Tables)))
	for i := range body.Tables {
		t := &body.Tables[i]
		content := encodeTable(t, s)
		b = binary.AppendUvarint(b, uint64(t.Number))
		b = binary.AppendUvarint(b, uint64(len(content)))
		b = append(b, content...)
	}
	b, err := appendStates(b, body.States, s)
	if err == nil && len(b) > MaxRaw {
		err = fmt.Errorf("%w: a payload of %d bytes", ErrTooLarge, len(b))
	}
	return b, err
}

// text is how many bytes of text a cell holds.
func (c *Cell) text() int {
	n := len(c.Text)
	for i := range c.Elements {
		n += len(c.Elements[i].Value)
	}
	for i := range c.Insertions {
		n += len(c.Insertions[i].Text)
	}
	return n
}

// column gathers the cells of one column with the rows they belong to.
type column struct {
	number uint16
	kind   schema.Kind
	typ    schema.Type
	rows   []int
	cells  []*Cell
}

func encodeTable(t *Table, s style) []byte {
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
		content := encodeColumn(t, col, s)
		b = binary.AppendUvarint(b, uint64(number))
		b = append(b, byte(col.kind), byte(col.typ))
		b = binary.AppendUvarint(b, uint64(len(content)))
		b = append(b, content...)
	}
	return b
}

func encodeColumn(t *Table, col *column, s style) []byte {
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
		return encodeSets(b, t, col, s)
	}
	b = appendVersions(b, t, col, func(c *Cell) []Version { return c.Prev })
	if col.kind == schema.LongText {
		return encodeEdits(b, t, col, s)
	}
	return encodeValues(b, col, s)
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

func encodeValues(b []byte, col *column, s style) []byte {
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
		return appendTexts(b, texts, s)
	}
}

func encodeSets(b []byte, t *Table, col *column, s style) []byte {
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
	b = appendTexts(b, values, s)
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

package replica

import (
	"context"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// standing is a row with everything that is kept beside it.
type standing struct {
	row    *row
	losers []loser
	texts  map[uint16]*longText
	names  []run // each of one row
	from   []int
	passed []passedVersion
	size   int
}

type loser struct {
	column  uint16
	stamp   stamp
	pending bool
	value   any
}

type passedVersion struct {
	column uint16
	stamp  stamp
}

// stateBatch puts rows as they stand into a body.
type stateBatch struct {
	r           *Replica
	body        changeset.Body
	origins     map[int]int // local number → index in the body
	first, last hlc.Stamp
}

func (b *stateBatch) origin(number int) int {
	i, ok := b.origins[number]
	if !ok {
		i = len(b.body.Origins)
		b.origins[number] = i
		b.body.Origins = append(b.body.Origins, b.r.origins.name(number))
	}
	return i
}

// audience is the index of an audience in the body.
func (b *stateBatch) audience(number int) int {
	name := b.r.audienceName(number)
	s := b.body.States
	i := slices.Index(s.Audiences, name)
	if i < 0 {
		i = len(s.Audiences)
		s.Audiences = append(s.Audiences, name)
	}
	return i
}

func (b *stateBatch) head(h base) {
	b.body.States.Heads = append(b.body.States.Heads, changeset.Head{Audience: b.audience(h.audience), Origin: b.origin(h.origin), Number: h.number, Hash: h.hash, Complete: h.complete, Rows: h.rows, Held: h.held})
}

// add puts a row into the body.
func (b *stateBatch) add(st *standing) error {
	out := changeset.Row{ID: st.row.id}
	for _, g := range st.names {
		out.Names = append(out.Names, changeset.Name{Origin: b.origin(g.origin), Seq: g.seq})
	}
	for _, a := range st.from {
		out.From = append(out.From, b.audience(a))
	}
	for _, v := range st.passed {
		out.Passed = append(out.Passed, changeset.Passed{Column: v.column, Version: changeset.Version{At: v.stamp.at, Origin: b.origin(v.stamp.origin)}})
	}
	cells, err := b.cells(st)
	if err != nil {
		return fmt.Errorf("%s %s: %w", st.row.table.Name, st.row.id, err)
	}
	out.Cells = cells
	counts := map[hlc.Stamp]int{}
	for _, c := range cells {
		counts[c.At]++
		b.last = max(b.last, c.At)
		if b.first == 0 || c.At < b.first {
			b.first = c.At
		}
	}
	for s, n := range counts {
		if best := counts[out.At]; n > best || n == best && s < out.At {
			out.At = s
		}
	}
	s := b.body.States
	if len(s.Tables) == 0 || s.Tables[len(s.Tables)-1].Number != st.row.table.Number {
		s.Tables = append(s.Tables, changeset.Table{Number: st.row.table.Number})
	}
	t := &s.Tables[len(s.Tables)-1]
	t.Rows = append(t.Rows, out)
	return nil
}

// cells are a row's cells, in the order of their columns: of a register the value,
// with the names that came before their versions, and the versions that lost; of
// other kinds one for every author.
func (b *stateBatch) cells(st *standing) ([]changeset.Cell, error) {
	t := st.row.table
	public, err := b.r.public(st.row)
	if err != nil {
		return nil, err
	}
	var out []changeset.Cell
	for i := range t.Columns {
		c := &t.Columns[i]
		like := changeset.Cell{Column: c.Number, Kind: c.Kind, Type: c.Type}
		switch c.Kind {
		case schema.Counter:
			for _, s := range st.row.clock.shards {
				if s.column == c.Number {
					cell := like
					cell.By, cell.At, cell.Plus, cell.Minus = b.origin(s.origin), s.at, s.plus, s.minus
					out = append(out, cell)
				}
			}
		case schema.Set:
			out = append(out, b.set(st, c, like)...)
		case schema.LongText:
			if s := st.row.stampOf(i); !s.zero() {
				text, _ := public.value(c.Name).(string)
				state := st.texts[c.Number]
				if state == nil {
					state = written(s, text)
				}
				out = append(out, b.text(state, s, like)...)
			}
		default:
			s := st.row.stampOf(i)
			if s.zero() {
				continue
			}
			cell := like
			cell.By, cell.At = b.origin(s.origin), s.at
			setValue(&cell, public.value(c.Name))
			at := len(out)
			out = append(out, cell)
			for _, l := range st.losers {
				switch {
				case l.column != c.Number:
				case l.pending:
					out[at].Prev = append(out[at].Prev, changeset.Version{At: l.stamp.at, Origin: b.origin(l.stamp.origin)})
				default:
					cell := like
					cell.By, cell.At = b.origin(l.stamp.origin), l.stamp.at
					setValue(&cell, l.value)
					out = append(out, cell)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b changeset.Cell) int { return int(a.Column) - int(b.Column) })
	return out, nil
}

func setValue(cell *changeset.Cell, value any) {
	switch v := value.(type) {
	case nil:
		cell.Null = true
	case int64:
		cell.Int = v
	case string:
		cell.Text = v
	case []byte:
		cell.Text = string(v)
	case schema.ID:
		cell.Text = string(v[:])
	}
}

// set is a set's cells: each author's adds, what was removed beside the first.
func (b *stateBatch) set(st *standing, c *schema.Column, like changeset.Cell) []changeset.Cell {
	cells := map[int]*changeset.Cell{}
	cell := func(origin int, at hlc.Stamp) *changeset.Cell {
		if cells[origin] == nil {
			cell := like
			cell.By = b.origin(origin)
			cells[origin] = &cell
		}
		cells[origin].At = max(cells[origin].At, at)
		return cells[origin]
	}
	for i := range st.row.clock.elements {
		e := &st.row.clock.elements[i]
		if e.column != c.Number {
			continue
		}
		var removed []changeset.Version
		for _, t := range e.removed {
			removed = append(removed, changeset.Version{At: t.at, Origin: b.origin(t.origin)})
		}
		for _, t := range e.added {
			at := cell(t.origin, t.at)
			at.Elements = append(at.Elements, changeset.Element{Value: e.value, Added: t.at, Removed: removed})
			removed = nil
		}
		if removed != nil { // removed before any add arrived
			at := cell(e.removed[0].origin, e.removed[0].at)
			at.Elements = append(at.Elements, changeset.Element{Value: e.value, Removed: removed})
		}
	}
	return byOrigin(cells)
}

func (b *stateBatch) text(state *longText, s stamp, like changeset.Cell) []changeset.Cell {
	cells := map[int]*changeset.Cell{}
	cell := func(by stamp) *changeset.Cell {
		if cells[by.origin] == nil {
			cell := like
			cell.By = b.origin(by.origin)
			cells[by.origin] = &cell
		}
		cells[by.origin].At = max(cells[by.origin].At, by.at)
		return cells[by.origin]
	}
	cell(s)
	char := func(c char) changeset.Char {
		if c.seq == 0 {
			return changeset.Char{}
		}
		return changeset.Char{Origin: b.origin(c.origin), Seq: c.seq}
	}
	for _, n := range state.insertions {
		c := cell(stamp{n.at, n.first.origin})
		c.Insertions = append(c.Insertions, changeset.Insertion{Seq: n.first.seq, After: char(n.after), At: n.at, Text: string(n.runes)})
	}
	for _, d := range state.deletions {
		c := cell(d.by)
		c.Deletions = append(c.Deletions, changeset.Deletion{First: char(d.first), Count: d.count, At: d.by.at})
	}
	return byOrigin(cells)
}

// losersOf reads the losing versions and waiting names of a table, by row.
func (r *Replica) losersOf(ctx context.Context, q querier, t *schema.Table) (map[schema.ID][]loser, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, col, at, origin, pending, value, sealed FROM _loser WHERE tbl = ?`, t.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[schema.ID][]loser{}
	for rows.Next() {
		var id schema.ID
		var l loser
		var sealed []byte
		if err := rows.Scan(&id, &l.column, &l.stamp.at, &l.stamp.origin, &l.pending, &l.value, &sealed); err != nil {
			return nil, err
		}
		at := t.Index(l.column)
		if at < 0 {
			continue
		}
		if !l.pending {
			if l.value, err = r.openVersion(t, id, &t.Columns[at], l.value, sealed); err != nil {
				return nil, err
			}
		}
		out[id] = append(out[id], l)
	}
	return out, rows.Err()
}

func passedOf(ctx context.Context, q querier, t *schema.Table) (map[schema.ID][]passedVersion, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, col, at, origin FROM _passed WHERE tbl = ?`, t.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[schema.ID][]passedVersion{}
	for rows.Next() {
		var id schema.ID
		var v passedVersion
		if err := rows.Scan(&id, &v.column, &v.stamp.at, &v.stamp.origin); err != nil {
			return nil, err
		}
		out[id] = append(out[id], v)
	}
	return out, rows.Err()
}

// movedOf reads the audiences that rows of a table were in before.
func movedOf(ctx context.Context, q querier, t *schema.Table) (map[schema.ID][]int, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, audience FROM _moved WHERE tbl = ? ORDER BY audience`, t.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[schema.ID][]int{}
	for rows.Next() {
		var id schema.ID
		var audience int
		if err := rows.Scan(&id, &audience); err != nil {
			return nil, err
		}
		out[id] = append(out[id], audience)
	}
	return out, rows.Err()
}

func textsOf(ctx context.Context, q querier, t *schema.Table) (map[schema.ID]map[uint16][]byte, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, col, sealed FROM _text WHERE tbl = ?`, t.Number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[schema.ID]map[uint16][]byte{}
	for rows.Next() {
		var id schema.ID
		var column uint16
		var sealed []byte
		if err := rows.Scan(&id, &column, &sealed); err != nil {
			return nil, err
		}
		if out[id] == nil {
			out[id] = map[uint16][]byte{}
		}
		out[id][column] = sealed
	}
	return out, rows.Err()
}

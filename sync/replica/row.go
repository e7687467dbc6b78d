package replica

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"fieldkit/sync/schema"
)

// row is a row as the database holds it: open values, packed clock, sealed fields.
type row struct {
	table     *schema.Table
	id        schema.ID
	n         int64 // its number in the table, 0 until it is written
	values    []any // by position in table.Columns; nil for sealed fields, counters and sets are derived
	clock     rowClock
	envelopes []envelope
	exists    bool
}

// stampOf is the stamp of a register by position.
func (r *row) stampOf(i int) stamp {
	c := &r.table.Columns[i]
	return r.clock.field(c.Number, r.null(i))
}

// null tells whether a register holds nothing; a sealed field that was written
// at all does not count as nothing.
func (r *row) null(i int) bool {
	c := &r.table.Columns[i]
	if !c.Sealed() {
		return r.values[i] == nil
	}
	return !slices.ContainsFunc(r.envelopes, func(e envelope) bool { return slices.Contains(e.live, c.Number) })
}

// strike takes a field out of every envelope and drops those left empty.
func (r *row) strike(column uint16) {
	for i := range r.envelopes {
		e := &r.envelopes[i]
		if at := slices.Index(e.live, column); at >= 0 {
			e.live = slices.Delete(slices.Clone(e.live), at, at+1)
		}
	}
	r.envelopes = slices.DeleteFunc(r.envelopes, func(e envelope) bool { return len(e.live) == 0 })
}

// take removes a field from its envelope and returns an envelope that still
// holds it, to be kept as a losing version.
func (r *row) take(column uint16) *envelope {
	for _, e := range r.envelopes {
		if slices.Contains(e.live, column) {
			kept := envelope{key: e.key, columns: e.columns, live: []uint16{column}, sealed: e.sealed}
			r.strike(column)
			return &kept
		}
	}
	return nil
}

// refresh derives the SQL values of counters and sets from the clock.
func (r *row) refresh() {
	for i := range r.table.Columns {
		c := &r.table.Columns[i]
		switch c.Kind {
		case schema.Counter:
			r.values[i] = r.clock.sum(c.Number)
		case schema.Set:
			r.values[i] = nil
			if members := r.clock.members(c.Number); len(members) > 0 {
				text, _ := json.Marshal(members) // strings always encode
				r.values[i] = string(text)
			}
		}
	}
}

// sqlValue is a register's value as SQLite stores it.
func sqlValue(v any) any {
	if id, ok := v.(schema.ID); ok {
		return id[:]
	}
	return v
}

// fromSQL is the inverse of sqlValue for a column's type.
func fromSQL(c *schema.Column, v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if c.Type == schema.Int || c.Type == schema.Bool {
			return v, nil
		}
	case string:
		if c.Type == schema.Text || c.Type == schema.JSON || c.Type == schema.Texts {
			return v, nil
		}
	case []byte:
		if c.Type == schema.Bytes {
			return slices.Clone(v), nil
		}
		if c.Type == schema.Ref && len(v) == 16 {
			return schema.ID(v), nil
		}
	}
	return nil, fmt.Errorf("column %s holds a %T", c.Name, v)
}

// Row is a row as the application reads it. Accessors panic on a column that
// the table does not declare: a mistake in the program.
type Row struct {
	ID      schema.ID
	row     *row
	sealed  map[uint16]any // opened fields by number
	self    schema.ID
	origins *origins
	name    func(origin int) schema.ID // the replica behind an origin
}

func (v *Row) value(column string) any {
	c := v.row.table.Column(column)
	if c == nil {
		panic("replica: table " + v.row.table.Name + " has no column " + column)
	}
	if c.Sealed() {
		return v.sealed[c.Number]
	}
	return v.row.values[v.row.table.Index(c.Number)]
}

// Text is a text or JSON column, "" when NULL.
func (v *Row) Text(column string) string { s, _ := v.value(column).(string); return s }

// Int is an integer column or the sum of a counter, 0 when NULL.
func (v *Row) Int(column string) int64 { n, _ := v.value(column).(int64); return n }

// Bool is a Boolean column, false when NULL.
func (v *Row) Bool(column string) bool { return v.Int(column) != 0 }

// Ref is a reference, the zero ID when NULL.
func (v *Row) Ref(column string) schema.ID { id, _ := v.value(column).(schema.ID); return id }

// Bytes is a byte string, nil when NULL.
func (v *Row) Bytes(column string) []byte { b, _ := v.value(column).([]byte); return b }

// Null tells whether a column holds nothing.
func (v *Row) Null(column string) bool { return v.value(column) == nil }

// Strings are the members of a set, sorted.
func (v *Row) Strings(column string) []string {
	if c := v.row.table.Column(column); c != nil {
		return v.row.clock.members(c.Number)
	}
	panic("replica: table " + v.row.table.Name + " has no column " + column)
}

// Own is this replica's own contribution to a counter, over all its incarnations.
func (v *Row) Own(column string) int64 {
	c := v.row.table.Column(column)
	if c == nil {
		panic("replica: table " + v.row.table.Name + " has no column " + column)
	}
	var n int64
	for _, s := range v.row.clock.shards {
		if s.column == c.Number && v.name(s.origin) == v.self {
			n += int64(s.plus) - int64(s.minus)
		}
	}
	return n
}

// UpdatedAt is the newest stamp in the row.
func (v *Row) UpdatedAt() time.Time {
	all, _ := v.row.clock.newest(0)
	return all.Time()
}

// Contributors are the replicas that have added to a counter.
func (v *Row) Contributors(column string) []schema.ID {
	c := v.row.table.Column(column)
	if c == nil {
		panic("replica: table " + v.row.table.Name + " has no column " + column)
	}
	var out []schema.ID
	for _, s := range v.row.clock.shards {
		if id := v.name(s.origin); s.column == c.Number && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Fingerprint names the state of a row but for some columns: it is equal on all
// replicas that know the same writes of it, and another after any further write.
func (v *Row) Fingerprint(except ...string) string {
	h := hasher{origins: v.origins}
	left := func(number uint16) bool {
		at := v.row.table.Index(number)
		return at >= 0 && slices.Contains(except, v.row.table.Columns[at].Name)
	}
	return strconv.FormatUint(h.rowBut(v.row, left), 16)
}

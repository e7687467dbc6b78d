package replica

import (
	"context"
	"fmt"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// FieldVersion is one known write of a field: the one that counts, a share of a
// counter, an element of a set, or one that lost a concurrent overwrite.
type FieldVersion struct {
	Column string
	Value  any // string, int64, []byte, schema.ID or nil; of a counter the share, of a set an element
	At     time.Time
	Stamp  hlc.Stamp
	Origin changeset.Origin
	// Lost: another write counts; this one is kept until somebody settles the two.
	Lost bool
	// Removed: of a set, the element is not in it.
	Removed bool
}

// Versions lists what is known of a row: who wrote each field, when, and what
// stands beside it. nil when there is no such row.
func (r *Replica) Versions(ctx context.Context, table string, id schema.ID) ([]FieldVersion, error) {
	row, err := r.Get(ctx, table, id)
	if err != nil || row == nil {
		return nil, err
	}
	t := row.row.table
	var out []FieldVersion
	add := func(c *schema.Column, s stamp, value any, lost, removed bool) {
		out = append(out, FieldVersion{Column: c.Name, Value: value, At: s.at.Time(), Stamp: s.at, Origin: r.origins.name(s.origin), Lost: lost, Removed: removed})
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		switch c.Kind {
		case schema.Counter:
			for _, s := range row.row.clock.shards {
				if s.column == c.Number {
					add(c, stamp{s.at, s.origin}, int64(s.plus)-int64(s.minus), false, false)
				}
			}
		case schema.Set:
			for k := range row.row.clock.elements {
				e := &row.row.clock.elements[k]
				for _, a := range e.added {
					if e.column == c.Number {
						add(c, stamp{a.at, a.origin}, e.value, false, !e.present())
					}
				}
			}
		default:
			if s := row.row.stampOf(i); !s.zero() {
				add(c, s, row.value(c.Name), false, false)
			}
		}
	}
	rows, err := r.read.QueryContext(ctx, `SELECT col, at, origin, value, sealed FROM _loser WHERE tbl = ? AND id = ? AND pending = 0 ORDER BY col, at`, t.Number, id[:])
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var column uint16
		var s stamp
		var value any
		var sealed []byte
		if err := rows.Scan(&column, &s.at, &s.origin, &value, &sealed); err != nil {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		if at := t.Index(column); at >= 0 {
			c := &t.Columns[at]
			if value, err = r.openVersion(t, id, c, value, sealed); err != nil {
				return nil, err
			}
			add(c, s, value, true, false)
		}
	}
	return out, rows.Err()
}

// openVersion is the value of a losing version.
func (r *Replica) openVersion(t *schema.Table, id schema.ID, c *schema.Column, value any, sealed []byte) (any, error) {
	if !c.Sealed() {
		value, err := fromSQL(c, value)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", t.Name, id, err)
		}
		return value, nil
	}
	list, err := unpackEnvelopes(sealed)
	if err != nil || len(list) != 1 {
		return nil, fmt.Errorf("%s %s: %w", t.Name, id, errSealed)
	}
	values, err := r.vault.openFields(t, id, &list[0])
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", t.Name, id, err)
	}
	for i, n := range list[0].columns {
		if n == c.Number {
			return values[i], nil
		}
	}
	return nil, fmt.Errorf("%s %s: %w", t.Name, id, errSealed)
}

package replica

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Write is one write of one field as its changeset carries it.
type Write struct {
	Column string
	Kind   schema.Kind
	At     time.Time
	Stamp  hlc.Stamp
	Origin changeset.Origin
	// Value is what a register or an immutable column was set to: string, int64,
	// []byte, schema.ID or nil.
	Value any
	// Plus and Minus are, of a counter, the origin's totals up to then.
	Plus, Minus int64
	// Added and Removed are elements put into a set and taken out of it.
	Added, Removed []string
	// Inserted are the pieces put into a long text, Deleted how many characters were
	// taken out.
	Inserted []string
	Deleted  int
	// Received is when it came here; of what was written here, when it was sealed.
	Received time.Time
}

// History lists every write of a row that is in a changeset here, oldest first. What
// was written here since the last seal is in Versions only. Of a redacted row, what
// was personal is left out. It reads the changesets of the row's audiences: cancel ctx
// to end it early.
func (r *Replica) History(ctx context.Context, table string, id schema.ID) ([]Write, error) {
	row, err := r.Get(ctx, table, id)
	if err != nil || row == nil {
		return nil, err
	}
	t := row.row.table
	names, err := namesOf(ctx, r.read, t, row.row.n)
	if err != nil {
		return nil, err
	}
	born := hlc.Stamp(0)
	if ms, ok := id.UnixMilli(); ok {
		born = hlc.At(ms)
	}
	var out []Write
	for audience, known := range names {
		if err := r.eachBody(ctx, audience, born, only{t: t.Number, names: known, id: id}, func(body *changeset.Body, received time.Time) {
			for i := range body.Tables {
				for j := range body.Tables[i].Rows {
					if w := &body.Tables[i].Rows[j]; body.Tables[i].Number == t.Number && w.ID == id {
						out = appendWrites(out, t, w, body, row.row, received)
					}
				}
			}
		}); err != nil {
			return nil, fmt.Errorf("history of %s %s: %w", table, id, err)
		}
	}
	slices.SortStableFunc(out, func(a, b Write) int {
		if a.Stamp != b.Stamp {
			return int(min(1, max(-1, int64(a.Stamp)-int64(b.Stamp))))
		}
		return a.Origin.Compare(b.Origin)
	})
	return out, nil
}

func appendWrites(out []Write, t *schema.Table, row *changeset.Row, body *changeset.Body, of *row, received time.Time) []Write {
	for i := range row.Cells {
		cell := &row.Cells[i]
		at := t.Index(cell.Column)
		if at < 0 {
			continue
		}
		c := &t.Columns[at]
		if cell.Kind != c.Kind || cell.Type != c.Type || of.redacted(c) {
			continue
		}
		w := Write{Column: c.Name, Kind: c.Kind, At: cell.At.Time(), Stamp: cell.At, Origin: body.Origins[cell.By], Received: received}
		switch c.Kind {
		case schema.Counter:
			w.Plus, w.Minus = int64(cell.Plus), int64(cell.Minus)
		case schema.Set:
			for _, e := range cell.Elements {
				if e.Added != 0 {
					w.Added = append(w.Added, e.Value)
				} else if len(e.Removed) > 0 {
					w.Removed = append(w.Removed, e.Value)
				}
			}
		case schema.LongText:
			for _, n := range cell.Insertions {
				w.Inserted = append(w.Inserted, n.Text)
			}
			for _, d := range cell.Deletions {
				w.Deleted += int(d.Count)
			}
		default:
			w.Value = cellValue(cell)
		}
		out = append(out, w)
	}
	return out
}

// only is a changeset.Rows that knows one row.
type only struct {
	t     uint16
	names map[rowName]bool
	id    schema.ID
}

type rowName struct {
	origin changeset.Origin
	seq    uint64
}

func (o only) Known(table uint16) bool { return table == o.t }

func (o only) Row(_ uint16, origin changeset.Origin, seq uint64) (schema.ID, error) {
	if o.names[rowName{origin, seq}] {
		return o.id, nil
	}
	return schema.Nil, nil
}

// namesOf lists the short names of a row by audience.
func namesOf(ctx context.Context, q querier, t *schema.Table, n int64) (map[int]map[rowName]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT o.replica, o.incarnation, d.audience, d.seq + ?1 - d.n FROM _named d JOIN _origin o ON o.idx = d.origin
		WHERE d.tbl = ?2 AND d.n > 0 AND d.n <= ?1 AND d.n + d.count > ?1`, n, t.Number)
	if err != nil {
		return nil, fmt.Errorf("read short names: %w", err)
	}
	defer rows.Close()
	out := map[int]map[rowName]bool{}
	for rows.Next() {
		var name rowName
		var audience int
		if err := rows.Scan(&name.origin.Replica, &name.origin.Incarnation, &audience, &name.seq); err != nil {
			return nil, fmt.Errorf("read short names: %w", err)
		}
		if out[audience] == nil {
			out[audience] = map[rowName]bool{}
		}
		out[audience][name] = true
	}
	return out, rows.Err()
}

// eachBody reads the changesets of an audience that hold anything at or after since,
// those put away and those stored. One that was held back for not being readable is
// left out.
func (r *Replica) eachBody(ctx context.Context, audience int, since hlc.Stamp, known changeset.Rows, fn func(*changeset.Body, time.Time)) error {
	for _, query := range []string{`SELECT x'', sealed, at FROM _archive WHERE audience = ? AND till >= ?`, `SELECT hash, sealed, received_at FROM _changeset WHERE audience = ? AND last >= ?`} {
		rows, err := r.read.QueryContext(ctx, query, audience, int64(since))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash, sealed []byte
			var at int64
			if err := rows.Scan(&hash, &sealed, &at); err != nil {
				return err
			}
			if len(hash) > 0 {
				c, err := r.openStored(hash, sealed)
				if err != nil {
					return err
				}
				if body, err := c.Body(known, r.opener()); err == nil {
					fn(body, time.UnixMilli(at))
				}
				continue
			}
			away, err := r.openArchive(sealed)
			if err != nil {
				return err
			}
			for _, a := range away {
				if body, err := a.Body(known); err == nil {
					fn(body, time.UnixMilli(at))
				}
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

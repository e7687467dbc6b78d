package replica

import (
	"context"
	"encoding/json"
	"fmt"

	"fieldkit/sync/changeset"
)

// A changeset may hold tables and columns that a newer schema declares. They
// are kept in the stored bytes, forwarded with them, and merged when this
// replica is opened with a schema that knows them.

// noteUnknown remembers a changeset of which something was not merged.
func (tx *Tx) noteUnknown(origin, audience int, number uint64) error {
	return tx.exec(`INSERT INTO _unknown (origin, audience, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, origin, audience, int64(number))
}

// columnNames is the schema's set of known columns, "table.column" by numbers.
func (r *Replica) columnNames() map[string]bool {
	out := map[string]bool{}
	for _, t := range r.opts.Schema.Tables {
		for i := range t.Columns {
			out[columnName(t.Number, t.Columns[i].Number)] = true
		}
	}
	return out
}

func columnName(table, column uint16) string { return fmt.Sprintf("%d.%d", table, column) }

// evolve merges what earlier schemas did not know, once per change of schema, and what
// waited for the key of the sealed columns when it is there. Merging seals first, and
// only a replica that has asked the county may seal: with unsealed writes, it waits for
// the next seal.
func (r *Replica) evolve(ctx context.Context) error {
	return r.update(ctx, true, func(tx *Tx) error {
		r.unmerged = true
		var unsealed bool
		if err := tx.conn.QueryRowContext(tx.ctx, `SELECT EXISTS (SELECT 1 FROM _journal)`).Scan(&unsealed); err != nil || unsealed && !r.isRoot() {
			return err
		}
		return tx.evolve()
	})
}

func (tx *Tx) evolve() error {
	r := tx.r
	if !r.unmerged {
		return nil
	}
	text, err := meta[[]byte](tx.ctx, tx.conn, "columns")
	if err != nil {
		return err
	}
	before := map[string]bool{}
	if text != nil {
		if err := json.Unmarshal(text, &before); err != nil {
			return fmt.Errorf("read known columns: %w", err)
		}
	}
	now, err := json.Marshal(r.columnNames())
	if err != nil {
		return err
	}
	r.unmerged = false
	// A crash may have left what waits for the key.
	waits := r.vault.box != nil && !r.Locked()
	if string(now) == string(text) && !waits {
		return nil
	}
	if err := setMeta(tx.ctx, tx.conn, "columns", now); err != nil || text == nil {
		return err
	}
	return tx.mergeUnknown(func(table, column uint16) bool {
		return before[columnName(table, column)] && !(waits && r.sealedText(table, column))
	})
}

// mergeUnknown merges what could not be merged when it arrived: all but the columns
// that are known, which were.
func (tx *Tx) mergeUnknown(known func(table, column uint16) bool) error {
	r := tx.r
	if err := tx.seal(); err != nil { // what is merged may overtake what was written here
		return err
	}
	if err := tx.evolveParts(known); err != nil {
		return err
	}
	type item struct {
		origin, audience int
		number           int64
		hash, sealed     []byte
	}
	var items []item
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT c.origin, c.audience, c.number, c.hash, c.sealed FROM _unknown u
		JOIN _changeset c ON c.origin = u.origin AND c.audience = u.audience AND c.number = u.number ORDER BY c.rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var i item
		if err := rows.Scan(&i.origin, &i.audience, &i.number, &i.hash, &i.sealed); err != nil {
			return err
		}
		items = append(items, i)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, i := range items {
		c, err := r.openStored(i.hash, i.sealed)
		if err != nil {
			return err
		}
		m := &merger{tx: tx, origin: i.origin, audience: i.audience, number: uint64(i.number), seen: map[int]head{},
			known: known}
		body, err := c.Body(m, r.opener())
		if m.err != nil {
			return m.err
		}
		if err != nil {
			continue // was held back when it arrived
		}
		if err := m.body(body); err != nil {
			return err
		}
		names, err := tx.shortNames()
		if err != nil {
			return err
		}
		if err := names.reintroduce(tx, i.origin, i.audience, body); err != nil {
			return err
		}
		if !m.unknown {
			if err := tx.exec(`DELETE FROM _unknown WHERE origin = ? AND audience = ? AND number = ?`, i.origin, i.audience, i.number); err != nil {
				return err
			}
		}
	}
	if err := tx.retryAll(); err != nil { // what named rows of tables that were not known
		return err
	}
	return tx.restateMerged()
}

// evolveParts merges what was not known of snapshots.
func (tx *Tx) evolveParts(known func(table, column uint16) bool) error {
	if tx.r.isRoot() {
		return nil // those that it made
	}
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT audience, number, hash, sealed FROM _part ORDER BY audience, number`)
	if err != nil {
		return err
	}
	defer rows.Close()
	type item struct {
		audience int
		c        *changeset.Changeset
	}
	var items []item
	for rows.Next() {
		var i item
		var number int64
		var hash, sealed []byte
		if err := rows.Scan(&i.audience, &number, &hash, &sealed); err != nil {
			return err
		}
		if i.c, err = tx.r.openStored(hash, sealed); err != nil {
			return err
		}
		items = append(items, i)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, i := range items {
		m := &merger{tx: tx, audience: i.audience, number: i.c.Number, seen: map[int]head{}, known: known}
		body, err := i.c.Body(m, tx.r.opener())
		if err != nil || body.States == nil {
			return fmt.Errorf("stored snapshot: %w", err)
		}
		if err := m.resolve(body); err != nil {
			return err
		}
		if err := m.states(body.States, nil); err != nil {
			return err
		}
		if !m.unknown {
			if err := tx.exec(`DELETE FROM _part WHERE audience = ? AND number = ?`, i.audience, int64(i.c.Number)); err != nil {
				return err
			}
		}
	}
	return nil
}

// openStored is a changeset from the database.
func (r *Replica) openStored(hash, sealed []byte) (*changeset.Changeset, error) {
	raw, err := unseal(r.vault.local, sealed, hash)
	if err != nil {
		return nil, fmt.Errorf("stored changeset: %w", err)
	}
	c, err := changeset.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("stored changeset: %w", err)
	}
	return c, nil
}

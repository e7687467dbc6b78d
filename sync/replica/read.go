package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"fieldkit/sync/schema"
)

type scanner interface{ Scan(...any) error }

// scan reads the columns of statements.columns into a row; false when there is none.
func (r *Replica) scan(t *schema.Table, from scanner, into *row) (bool, error) {
	s := r.sql[t]
	cells := make([]any, len(s.open))
	dest := make([]any, 0, len(s.open)+4)
	for i := range cells {
		dest = append(dest, &cells[i])
	}
	var clock, sealed []byte
	dest = append(dest, &clock, &sealed, &into.n, &into.id)
	if err := from.Scan(dest...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return false, err
	}
	for at, i := range s.open {
		v, err := fromSQL(&t.Columns[i], cells[at])
		if err != nil {
			return false, fmt.Errorf("%w: %v", ErrDamaged, err)
		}
		into.values[i] = v
	}
	var err error
	if into.clock, err = unpackClock(clock); err != nil {
		return false, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	if into.envelopes, err = unpackEnvelopes(sealed); err != nil {
		return false, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return true, nil
}

// public opens a row's sealed fields for the application; of a locked replica they
// read as empty.
func (r *Replica) public(from *row) (*Row, error) {
	out := &Row{ID: from.id, row: from, self: r.id, origins: r.origins, name: func(origin int) schema.ID { return r.origins.name(origin).Replica }}
	for i := range from.envelopes {
		e := &from.envelopes[i]
		values, err := r.vault.openFields(from.table, from.id, e)
		if errors.Is(err, ErrLocked) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", from.table.Name, from.id, err)
		}
		if out.sealed == nil {
			out.sealed = map[uint16]any{}
		}
		for j, column := range e.columns {
			for _, live := range e.live {
				if live == column {
					out.sealed[column] = values[j]
				}
			}
		}
	}
	return out, nil
}

// Get reads a row; nil when there is none.
func (r *Replica) Get(ctx context.Context, table string, id schema.ID) (*Row, error) {
	rows, err := r.Select(ctx, table, "WHERE id = ?", id[:])
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// Select reads rows. clause is what follows the table's name in SQL, over open
// columns: "WHERE activity_id = ? ORDER BY id DESC LIMIT 50".
func (r *Replica) Select(ctx context.Context, table, clause string, args ...any) ([]*Row, error) {
	var out []*Row
	err := r.Each(ctx, table, clause, args, func(row *Row) error { out = append(out, row); return nil })
	return out, err
}

// Each is Select, one row at a time: for searches through sealed columns. An
// error of fn ends it and is returned.
func (r *Replica) Each(ctx context.Context, table, clause string, args []any, fn func(*Row) error) error {
	return r.each(ctx, r.read, table, clause, args, fn)
}

func (r *Replica) each(ctx context.Context, q querier, table, clause string, args []any, fn func(*Row) error) error {
	t := r.opts.Schema.Table(table)
	if t == nil {
		return fmt.Errorf("table %q: %w", table, ErrUnknown)
	}
	rows, err := q.QueryContext(ctx, "SELECT "+r.sql[t].columns+" FROM "+quote(table)+" "+clause, args...)
	if err != nil {
		return fmt.Errorf("select from %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		from := &row{table: t, values: make([]any, len(t.Columns)), exists: true}
		if _, err := r.scan(t, rows, from); err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
		public, err := r.public(from)
		if err != nil {
			return err
		}
		if err := fn(public); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Query runs a query over open columns: sums, counts, lists of ids. Tables and
// columns carry the names of the schema; ids are 16-byte blobs.
func (r *Replica) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.read.QueryContext(ctx, query, args...)
}

// View runs fn with a Query that sees the database as it was at one moment, whatever is
// written meanwhile. fn holds one of the few connections that read; rows that it leaves
// open are closed.
func (r *Replica) View(ctx context.Context, fn func(query func(ctx context.Context, query string, args ...any) (*sql.Rows, error)) error) error {
	tx, err := r.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin a view: %w", err)
	}
	defer tx.Rollback() // nothing was written
	return fn(tx.QueryContext)
}

// PutLocal keeps a value on this device alone, encrypted; nil deletes it.
func (r *Replica) PutLocal(ctx context.Context, key string, value []byte) error {
	return r.Update(ctx, func(tx *Tx) error { return tx.PutLocal(key, value) })
}

// GetLocal reads a value kept on this device; nil when there is none.
func (r *Replica) GetLocal(ctx context.Context, key string) ([]byte, error) {
	return r.getLocal(ctx, r.read, key)
}

// PutLocal is Replica.PutLocal within the transaction.
func (tx *Tx) PutLocal(key string, value []byte) error {
	if value == nil {
		return tx.exec(`DELETE FROM _local WHERE key = ?`, key)
	}
	return tx.exec(`INSERT INTO _local (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
		key, seal(tx.r.vault.local, value, []byte(key)))
}

// GetLocal is Replica.GetLocal within the transaction.
func (tx *Tx) GetLocal(key string) ([]byte, error) { return tx.r.getLocal(tx.ctx, tx.conn, key) }

func (r *Replica) getLocal(ctx context.Context, q querier, key string) ([]byte, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, `SELECT value FROM _local WHERE key = ?`, key).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read local value: %w", err)
	}
	value, err := unseal(r.vault.local, sealed, []byte(key))
	if err != nil {
		return nil, err
	}
	if value == nil {
		value = []byte{}
	}
	return value, nil
}

package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Rows carry their own checksums. What the engine keeps beside them is checked
// against what it must agree with: changesets are sealed and name their place,
// certificates are signed, a row's unsealed writes are in the journal.

// checkOwn checks the engine's own tables; damage is named by table.
func (r *Replica) checkOwn(ctx context.Context) (damaged []Pending, err error) {
	for _, c := range []struct {
		table string
		check func(context.Context) (bool, error)
	}{{"_changeset", r.streamsFit}, {"_archive", r.archivesFit}, {"_part", r.partsFit}, {"_certificate", r.certificatesFit}, {"_local", r.localsFit}, {"_journal", r.journalFits}} {
		fits, err := c.check(ctx)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", c.table, err)
		}
		if !fits {
			damaged = append(damaged, Pending{Table: c.table})
		}
	}
	return damaged, nil
}

// streamsFit tells whether every stored changeset opens and is where its header says,
// and no stream's head lies below it.
func (r *Replica) streamsFit(ctx context.Context) (fits bool, err error) {
	rows, err := r.read.QueryContext(ctx, `SELECT o.replica, o.incarnation, a.name, c.number, c.hash, c.sealed, coalesce(s.number, 0), coalesce(s.hash, x'')
		FROM _changeset c LEFT JOIN _origin o ON o.idx = c.origin LEFT JOIN _audience a ON a.idx = c.audience LEFT JOIN _stream s ON s.origin = c.origin AND s.audience = c.audience`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var st changeset.Stream
		var number, head uint64
		var hash, sealed, headHash []byte
		if err := rows.Scan(&st.Origin.Replica, &st.Origin.Incarnation, &st.Audience, &number, &hash, &sealed, &head, &headHash); err != nil {
			return false, nil // an origin or audience without a name
		}
		raw, err := unseal(r.vault.local, sealed, hash)
		if err != nil {
			return false, nil
		}
		c, err := changeset.Parse(raw)
		if err != nil {
			return false, nil
		}
		if own := c.Hash(); c.Stream != st || c.Number != number || string(own[:]) != string(hash) || number > head || number == head && string(own[:]) != string(headHash) {
			return false, nil
		}
	}
	return true, rows.Err()
}

// archivesFit tells whether every archive opens and holds the run that it says.
func (r *Replica) archivesFit(ctx context.Context) (fits bool, err error) {
	rows, err := r.read.QueryContext(ctx, `SELECT o.replica, o.incarnation, n.name, a.first, a.last, a.sealed FROM _archive a
		LEFT JOIN _origin o ON o.idx = a.origin LEFT JOIN _audience n ON n.idx = a.audience`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var st changeset.Stream
		var first, last uint64
		var sealed []byte
		if err := rows.Scan(&st.Origin.Replica, &st.Origin.Incarnation, &st.Audience, &first, &last, &sealed); err != nil {
			return false, nil // an origin or audience without a name
		}
		list, err := r.openArchive(sealed)
		if err != nil || last < first || uint64(len(list)) != last-first+1 {
			return false, nil
		}
		for i, a := range list {
			if a.Stream != st || a.Number != first+uint64(i) {
				return false, nil
			}
		}
	}
	return true, rows.Err()
}

// partsFit tells whether every stored part of a snapshot opens and is where its header says.
func (r *Replica) partsFit(ctx context.Context) (fits bool, err error) {
	rows, err := r.read.QueryContext(ctx, `SELECT a.name, p.number, p.hash, p.sealed FROM _part p LEFT JOIN _audience a ON a.idx = p.audience`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var audience string
		var number uint64
		var hash, sealed []byte
		if err := rows.Scan(&audience, &number, &hash, &sealed); err != nil {
			return false, nil // an audience without a name
		}
		c, err := r.openStored(hash, sealed)
		if err != nil || c.Stream.Audience != audience || c.Number != number {
			return false, nil
		}
	}
	return true, rows.Err()
}

// certificatesFit tells whether every certificate is signed by the root.
func (r *Replica) certificatesFit(ctx context.Context) (fits bool, err error) {
	rows, err := r.read.QueryContext(ctx, `SELECT replica, key, signature FROM _certificate`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	r.mu.Lock()
	root := r.root
	r.mu.Unlock()
	for rows.Next() {
		var c changeset.Certificate
		var key, signature []byte
		if err := rows.Scan(&c.Replica, &key, &signature); err != nil {
			return false, nil
		}
		c.Key = key
		copy(c.Signature[:], signature)
		if c.Verify(r.opts.Realm, root) != nil {
			return false, nil
		}
	}
	return true, rows.Err()
}

// localsFit tells whether everything that never leaves this replica opens under its name.
func (r *Replica) localsFit(ctx context.Context) (fits bool, err error) {
	rows, err := r.read.QueryContext(ctx, `SELECT key, value FROM _local`)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var value []byte
		if err := rows.Scan(&key, &value); err != nil {
			return false, nil
		}
		if _, err := unseal(r.vault.local, value, []byte(key)); err != nil {
			return false, nil
		}
	}
	return true, rows.Err()
}

// journalFits tells whether what waits to be sealed or confirmed names rows that are
// there, at times that can be, and whether what is confirmed was sealed.
func (r *Replica) journalFits(ctx context.Context) (fits bool, err error) {
	queries := []string{
		`SELECT EXISTS (SELECT 1 FROM _unsent u LEFT JOIN _changeset c ON c.origin = u.origin AND c.audience = u.audience AND c.number = u.number
			WHERE c.number IS NULL OR u.at NOT BETWEEN c.first AND c.last)`,
		`SELECT EXISTS (SELECT 1 FROM _ack k JOIN _changeset c ON c.origin = k.origin AND c.audience = k.audience AND c.number = k.number WHERE k.last <> c.last)
			OR EXISTS (SELECT 1 FROM _ack k LEFT JOIN _stream s ON s.origin = k.origin AND s.audience = k.audience WHERE k.number > coalesce(s.number, 0))`,
		`SELECT EXISTS (SELECT 1 FROM _journal WHERE since <= coalesce((SELECT value FROM _meta WHERE key = 'sealed'), 0)
			OR since > coalesce((SELECT value FROM _meta WHERE key = 'clock'), 0))`,
	}
	for _, t := range r.opts.Schema.Tables {
		for _, list := range []string{"_journal", "_unsent"} {
			queries = append(queries, fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM %s w WHERE w.tbl = %d AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.id = w.id))`, list, t.Number, quote(t.Name)))
		}
	}
	for _, query := range queries {
		var odd bool
		if err := r.read.QueryRowContext(ctx, query).Scan(&odd); err != nil || odd {
			return false, err
		}
	}
	return true, nil
}

// whole tells whether each sealed field that was written lies in one envelope: its
// checksum takes the stamp for the value.
func (r *row) whole() bool {
	for i := range r.table.Columns {
		c := &r.table.Columns[i]
		if !c.Sealed() || c.Kind == schema.Counter || c.Kind == schema.Set {
			continue
		}
		in := 0
		for _, e := range r.envelopes {
			if slices.Contains(e.live, c.Number) {
				in++
			}
		}
		if _, stamped := slices.BinarySearchFunc(r.clock.fields, c.Number, byColumn); in > 1 || stamped && in == 0 {
			return false
		}
	}
	return true
}

// errIdentity: what a replica is called is not what it wrote under.
var errIdentity = errors.New("the replica's identity is damaged")

// identify reads this replica's id. A database that was written in knows the id as an
// origin too: it never goes on under another one.
func (r *Replica) identify(ctx context.Context, q querier, created bool) error {
	id, err := meta[[]byte](ctx, q, "replica")
	if err != nil {
		return err
	}
	incarnation, err := meta[int64](ctx, q, "incarnation")
	if err != nil {
		return err
	}
	if len(id) != len(r.id) {
		return errIdentity
	}
	r.id = schema.ID(id)
	if _, known := r.origins.lookup(changeset.Origin{Replica: r.id, Incarnation: uint32(incarnation)}); known == created {
		return errIdentity
	}
	return nil
}

package replica

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// The root may have to give an audience rows again as they stand: rows that were
// merged after a snapshot had moved the heads past them, and rows that come into an
// audience. They travel as states in the root's own stream.

// restate seals rows as they stand for an audience. Everything written here is in
// changesets already.
func (tx *Tx) restate(audience int, rows []*pendingRow) error {
	if err := tx.flush(); err != nil {
		return err
	}
	var heads []base
	froms := map[int]bool{audience: true}
	list := make([]*standing, 0, len(rows))
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b *pendingRow) int {
		return cmp.Or(cmp.Compare(a.table.Number, b.table.Number), cmp.Compare(a.n, b.n))
	})
	for _, p := range rows {
		st, err := tx.standing(p, audience)
		if err != nil {
			return err
		}
		for _, a := range st.from {
			froms[a] = true
		}
		list = append(list, st)
	}
	s := &snapshotter{r: tx.r, ctx: tx.ctx, q: tx.conn}
	if err := s.readHeads(); err != nil {
		return err
	}
	for _, h := range s.heads {
		if froms[h.audience] {
			heads = append(heads, h)
		}
	}
	return tx.sealStates(audience, heads, list)
}

// noteMerged notes a row of a changeset that was merged, at least in part, later than it came.
func (tx *Tx) noteMerged(p *pendingRow, audience int) {
	if !tx.r.isRoot() {
		return
	}
	if tx.merged == nil {
		tx.merged = map[int]map[*pendingRow]bool{}
	}
	if tx.merged[audience] == nil {
		tx.merged[audience] = map[*pendingRow]bool{}
	}
	tx.merged[audience][p] = true
}

// restateMerged gives such rows as they stand: whoever began with a snapshot has the
// heads and not what was held back then.
func (tx *Tx) restateMerged() error {
	for _, audience := range slices.Sorted(maps.Keys(tx.merged)) {
		snapped, err := tx.snapped(audience)
		if err != nil {
			return err
		}
		var rows []*pendingRow
		for p := range tx.merged[audience] {
			if p.exists {
				rows = append(rows, p)
			}
		}
		if !snapped || len(rows) == 0 {
			continue
		}
		if err := tx.restate(audience, rows); err != nil {
			return err
		}
	}
	tx.merged = nil
	return nil
}

func (tx *Tx) sealStates(audience int, heads []base, list []*standing) error {
	if len(list) == 0 {
		return nil
	}
	r := tx.r
	own, err := tx.head(r.own, audience)
	if err != nil {
		return err
	}
	b := &stateBatch{r: r, origins: map[int]int{r.own: 0}}
	b.body.Origins = []changeset.Origin{r.origins.name(r.own)}
	b.body.Introduced = own.rows
	b.body.States = &changeset.States{Audiences: []string{r.audiences.list[audience]}}
	for _, h := range heads {
		b.head(h)
	}
	for _, st := range list {
		if err := b.add(st); err != nil {
			return err
		}
	}
	at := r.clock.Now()
	tx.ticked = true
	c, err := changeset.Seal(changeset.Header{
		Realm: r.opts.Realm, Stream: changeset.Stream{Origin: b.body.Origins[0], Audience: r.audiences.list[audience]},
		Number: own.number + 1, Prev: own.hash, First: at, Last: at, Complete: at,
	}, &b.body, r.key, r.recipients(audience))
	if errors.Is(err, changeset.ErrTooLarge) && len(list) > 1 {
		if err := tx.sealStates(audience, heads, list[:len(list)/2]); err != nil {
			return err
		}
		return tx.sealStates(audience, heads, list[len(list)/2:])
	}
	if err != nil {
		return fmt.Errorf("seal states: %w", err)
	}
	r.sealed = max(r.sealed, at)
	if err := setMeta(tx.ctx, tx.conn, "sealed", int64(r.sealed)); err != nil {
		return err
	}
	return tx.storeChangeset(r.own, audience, c, own.rows)
}

// standing is a row in the transaction with what is kept beside it.
func (tx *Tx) standing(p *pendingRow, audience int) (*standing, error) {
	st := &standing{row: &p.row, texts: map[uint16]*longText{}}
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT col, at, origin, pending, value, sealed FROM _loser WHERE tbl = ? AND id = ?`, p.table.Number, p.id[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l loser
		var sealed []byte
		if err := rows.Scan(&l.column, &l.stamp.at, &l.stamp.origin, &l.pending, &l.value, &sealed); err != nil {
			return nil, err
		}
		at := p.table.Index(l.column)
		if at < 0 {
			continue
		}
		if !l.pending {
			if l.value, err = tx.r.openVersion(p.table, p.id, &p.table.Columns[at], l.value, sealed); err != nil {
				return nil, err
			}
		}
		st.losers = append(st.losers, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range p.table.Columns {
		if c := &p.table.Columns[i]; c.Kind == schema.LongText {
			if st.texts[c.Number], err = tx.textState(p, i); err != nil {
				return nil, err
			}
		}
	}
	passed, err := passedOf(tx.ctx, tx.conn, p.table)
	if err != nil {
		return nil, err
	}
	complete := map[int]hlc.Stamp{}
	for _, v := range passed[p.id] {
		if _, known := complete[v.stamp.origin]; !known {
			h, err := tx.head(v.stamp.origin, audience)
			if err != nil {
				return nil, err
			}
			complete[v.stamp.origin] = h.complete
		}
		if v.stamp.at > complete[v.stamp.origin] {
			st.passed = append(st.passed, v)
		}
	}
	if st.from, err = tx.audiencesOf(p); err != nil {
		return nil, err
	}
	st.from = slices.DeleteFunc(st.from, func(a int) bool { return a == audience })
	names, err := namesOf(tx.ctx, tx.conn, p.table, p.n)
	if err != nil {
		return nil, err
	}
	for name := range names[audience] {
		origin, err := tx.r.origins.number(tx.ctx, tx.conn, name.origin)
		if err != nil {
			return nil, err
		}
		st.names = append(st.names, run{origin: origin, seq: name.seq})
	}
	return st, nil
}

// Rehome asks anew who may hold a row and, when it first lay in another audience, gives
// it to that one as it stands, under its original stamps. Only the root can;
// who held the row before keeps it. It takes effect with the transaction.
func (tx *Tx) Rehome(table string, id schema.ID) error {
	if !tx.r.isRoot() {
		return ErrNotRoot
	}
	p, err := tx.load(table, id)
	if err != nil || !p.exists {
		return err
	}
	name, err := tx.r.opts.Audience(tx, p.table, id)
	if err != nil {
		return fmt.Errorf("audience of %s %s: %w", table, id, err)
	}
	audience, err := tx.r.audiences.number(tx.ctx, tx.conn, name)
	if err != nil {
		return err
	}
	if err := tx.noteAudience(p, audience); err != nil {
		return err
	}
	// Whoever changed the row's audience wrote only the change to the new one.
	res, err := tx.conn.ExecContext(tx.ctx, `UPDATE _moved SET whole = 1 WHERE tbl = ? AND id = ? AND audience = ? AND NOT whole`, p.table.Number, id[:], audience)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	p.clock.audience, p.dirty = audience, true
	tx.rehomed = append(tx.rehomed, p)
	return nil
}

// restateRehomed gives the rows of Rehome to their new audiences.
func (tx *Tx) restateRehomed() error {
	if len(tx.rehomed) == 0 {
		return nil
	}
	if err := tx.seal(); err != nil {
		return err
	}
	byAudience := map[int][]*pendingRow{}
	for _, p := range tx.rehomed {
		byAudience[p.clock.audience] = append(byAudience[p.clock.audience], p)
	}
	for _, audience := range slices.Sorted(maps.Keys(byAudience)) {
		if err := tx.restate(audience, byAudience[audience]); err != nil {
			return err
		}
		for _, p := range byAudience[audience] {
			if err := tx.exec(`UPDATE _moved SET told = 1 WHERE tbl = ? AND id = ? AND audience = ?`, p.table.Number, p.id[:], audience); err != nil {
				return err
			}
		}
	}
	return nil
}

// snapped tells whether a snapshot of an audience was made.
func (tx *Tx) snapped(audience int) (bool, error) {
	s, err := tx.loadSnapshot(audience)
	return err == nil && s.number > 0, err
}

// noteAudience notes that a row also lies in another audience than it says.
func (tx *Tx) noteAudience(p *pendingRow, audience int) error {
	if p.clock.audience == 0 || p.clock.audience == audience {
		return nil
	}
	for _, a := range []int{p.clock.audience, audience} {
		if err := tx.share(p, a); err != nil {
			return err
		}
	}
	return nil
}

// movedThrough lists the audiences of a row that lies, or lay, in several.
const movedThrough = `SELECT audience FROM _moved WHERE tbl = ? AND id = ? AND audience > 0 ORDER BY audience`

// audiencesOf are the audiences in which a row was written, as far as known here.
func (tx *Tx) audiencesOf(p *pendingRow) ([]int, error) {
	stmt, err := tx.stmt(movedThrough)
	if err != nil {
		return nil, err
	}
	out, err := numbersIn(stmt.QueryContext(tx.ctx, p.table.Number, p.id[:]))
	if p.clock.audience != 0 && !slices.Contains(out, p.clock.audience) {
		out = append(out, p.clock.audience)
	}
	return out, err
}

// numbersIn reads rows of one number each.
func numbersIn(rows *sql.Rows, err error) ([]int, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []int{}
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// restateShared gives rows that lie in several audiences to each of them as they
// stand, those that changed since the last time.
func (tx *Tx) restateShared() error {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT tbl, id, audience FROM _moved WHERE NOT told ORDER BY audience, tbl, id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	shared := map[int][]rowKey{}
	for rows.Next() {
		var k rowKey
		var audience int
		if err := rows.Scan(&k.table, &k.id, &audience); err != nil {
			return err
		}
		shared[audience] = append(shared[audience], k)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, audience := range slices.Sorted(maps.Keys(shared)) {
		var list []*pendingRow
		for _, k := range shared[audience] {
			t := tx.r.opts.Schema.TableByNumber(k.table)
			if t == nil {
				continue
			}
			p, err := tx.loadRow(t, k.id)
			if err != nil {
				return err
			}
			if p.exists {
				list = append(list, p)
			}
		}
		if err := tx.restate(audience, list); err != nil {
			return err
		}
	}
	return tx.exec(`UPDATE _moved SET told = 1 WHERE NOT told`)
}

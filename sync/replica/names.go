package replica

import (
	"cmp"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
)

// shortNames maps the short names of rows — the seq-th row that an origin
// introduced for an audience — to their numbers in the tables, and back. What was
// introduced together mostly lies together, so names are kept as runs.
type shortNames struct {
	runs map[stream][]run        // by seq
	back map[audienceTable][]run // by n; of a row with several names, one
}

// stream is a changeset.Stream by local numbers.
type stream struct{ origin, audience int }

type audienceTable struct {
	audience int
	table    uint16
}

// run is count rows with consecutive names and numbers.
type run struct {
	origin int
	seq    uint64
	count  uint64
	table  uint16
	n      int64 // of the first; 0: the rows were not taken here
}

// shortNames reads the names once.
func (tx *Tx) shortNames() (*shortNames, error) {
	if tx.r.short != nil {
		return tx.r.short, nil
	}
	s := &shortNames{runs: map[stream][]run{}, back: map[audienceTable][]run{}}
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT origin, audience, seq, count, tbl, n FROM _named ORDER BY origin, audience, seq`)
	if err != nil {
		return nil, fmt.Errorf("read short names: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var g run
		var audience int
		if err := rows.Scan(&g.origin, &audience, &g.seq, &g.count, &g.table, &g.n); err != nil {
			return nil, fmt.Errorf("read short names: %w", err)
		}
		s.keep(audience, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read short names: %w", err)
	}
	tx.r.short = s
	return s, nil
}

// keep takes a run whose seq follows those of its stream.
func (s *shortNames) keep(audience int, g run) {
	key := stream{g.origin, audience}
	s.runs[key] = append(s.runs[key], g)
	s.keepBack(audience, g)
}

func (s *shortNames) keepBack(audience int, g run) {
	if g.n == 0 {
		return
	}
	at := audienceTable{audience, g.table}
	list := s.back[at]
	i, _ := slices.BinarySearchFunc(list, g.n, func(r run, n int64) int { return cmp.Compare(r.n, n) })
	if i > 0 && list[i-1].n+int64(list[i-1].count) > g.n || i < len(list) && list[i].n < g.n+int64(g.count) {
		return // named already, at least in part
	}
	s.back[at] = slices.Insert(list, i, g)
}

// row is the table and number behind a name; n is 0 for a row not taken here.
func (s *shortNames) row(origin, audience int, seq uint64) (table uint16, n int64, found bool) {
	list := s.runs[stream{origin, audience}]
	i, exact := slices.BinarySearchFunc(list, seq, func(r run, seq uint64) int { return cmp.Compare(r.seq, seq) })
	if !exact {
		i--
	}
	if i < 0 || seq >= list[i].seq+list[i].count {
		return 0, 0, false
	}
	g := list[i]
	if g.n == 0 {
		return g.table, 0, true
	}
	return g.table, g.n + int64(seq-g.seq), true
}

// name is a name of a row within an audience, if it has one.
func (s *shortNames) name(audience int, table uint16, n int64) (origin int, seq uint64, found bool) {
	list := s.back[audienceTable{audience, table}]
	i, exact := slices.BinarySearchFunc(list, n, func(r run, n int64) int { return cmp.Compare(r.n, n) })
	if !exact {
		i--
	}
	if i < 0 || n >= list[i].n+int64(list[i].count) {
		return 0, 0, false
	}
	return list[i].origin, list[i].seq + uint64(n-list[i].n), true
}

// runsOf are the runs of the rows that a body introduces, and how many rows the
// stream has introduced after it.
func (tx *Tx) runsOf(origin int, body *changeset.Body) (list []run, introduced uint64) {
	seq := body.Introduced
	add := func(table uint16, n int64, count uint64) {
		if last := len(list) - 1; last >= 0 && list[last].table == table &&
			(n == 0 && list[last].n == 0 || n != 0 && list[last].n != 0 && list[last].n+int64(list[last].count) == n) {
			list[last].count += count
		} else {
			list = append(list, run{origin: origin, seq: seq + 1, count: count, table: table, n: n})
		}
		seq += count
	}
	for i := range body.Tables {
		t := &body.Tables[i]
		if t.Unknown > 0 {
			add(t.Number, 0, uint64(t.Unknown))
		}
		for j := range t.Rows {
			if t.Rows[j].Name.Seq != 0 {
				break
			}
			n := int64(0)
			if p := tx.rows[rowKey{t.Number, t.Rows[j].ID}]; p != nil {
				n = p.n
			}
			add(t.Number, n, 1)
		}
	}
	return list, seq
}

// introduce names the rows that a body introduces and returns how many rows the
// stream has introduced after it.
func (s *shortNames) introduce(tx *Tx, origin, audience int, body *changeset.Body) (uint64, error) {
	list, introduced := tx.runsOf(origin, body)
	for _, g := range list {
		if err := tx.exec(`INSERT INTO _named (origin, audience, seq, count, tbl, n) VALUES (?, ?, ?, ?, ?, ?)`,
			origin, audience, int64(g.seq), int64(g.count), g.table, g.n); err != nil {
			return 0, fmt.Errorf("name rows: %w", err)
		}
		s.keep(audience, g)
	}
	return introduced, nil
}

// reintroduce names them anew after a table has become known or a changeset was
// released.
func (s *shortNames) reintroduce(tx *Tx, origin, audience int, body *changeset.Body) error {
	list, introduced := tx.runsOf(origin, body)
	if len(list) == 0 {
		return nil
	}
	if err := tx.exec(`DELETE FROM _named WHERE origin = ? AND audience = ? AND seq > ? AND seq <= ?`,
		origin, audience, int64(body.Introduced), int64(introduced)); err != nil {
		return fmt.Errorf("name rows: %w", err)
	}
	for _, g := range list {
		if err := tx.exec(`INSERT INTO _named (origin, audience, seq, count, tbl, n) VALUES (?, ?, ?, ?, ?, ?)`,
			origin, audience, int64(g.seq), int64(g.count), g.table, g.n); err != nil {
			return fmt.Errorf("name rows: %w", err)
		}
	}
	if err := tx.exec(`UPDATE _stream SET rows = max(rows, ?) WHERE origin = ? AND audience = ?`, int64(introduced), origin, audience); err != nil {
		return fmt.Errorf("name rows: %w", err)
	}
	tx.r.short = nil // read anew: the runs lie between others
	return nil
}

// givenName is a name of a row in a table.
type givenName struct {
	origin int
	seq    uint64
	table  uint16
	n      int64
}

// give names rows that came with their names. A row that was not taken under a name
// before is now.
func (s *shortNames) give(tx *Tx, audience int, list []givenName) error {
	slices.SortFunc(list, func(a, b givenName) int { return cmp.Or(cmp.Compare(a.origin, b.origin), cmp.Compare(a.seq, b.seq)) })
	for i := 0; i < len(list); {
		g := run{origin: list[i].origin, seq: list[i].seq, table: list[i].table, n: list[i].n}
		for ; i < len(list) && list[i].origin == g.origin && list[i].seq == g.seq+g.count && list[i].table == g.table && list[i].n == g.n+int64(g.count); i++ {
			g.count++
		}
		if err := s.giveRun(tx, audience, g); err != nil {
			return err
		}
	}
	return nil
}

func (s *shortNames) giveRun(tx *Tx, audience int, g run) error {
	if g.count == 0 {
		return nil
	}
	key := stream{g.origin, audience}
	// Where another run lies, the names that it has already are left out.
	for at, old := range s.runs[key] {
		if old.seq >= g.seq+g.count || old.seq+old.count <= g.seq {
			continue
		}
		from, to := max(old.seq, g.seq), min(old.seq+old.count, g.seq+g.count)
		if old.n == 0 { // rows that were not taken: the run gives way
			s.runs[key] = slices.Delete(s.runs[key], at, at+1)
			if err := tx.exec(`DELETE FROM _named WHERE origin = ? AND audience = ? AND seq = ?`, g.origin, audience, int64(old.seq)); err != nil {
				return fmt.Errorf("name rows: %w", err)
			}
			for _, part := range []run{{origin: g.origin, seq: old.seq, count: from - old.seq, table: old.table}, {origin: g.origin, seq: to, count: old.seq + old.count - to, table: old.table}} {
				if err := s.add(tx, audience, part); err != nil {
					return err
				}
			}
			return s.giveRun(tx, audience, g)
		}
		before, after := g, g
		before.count = from - g.seq
		after.seq, after.count, after.n = to, g.seq+g.count-to, g.n+int64(to-g.seq)
		if err := s.giveRun(tx, audience, before); err != nil {
			return err
		}
		return s.giveRun(tx, audience, after)
	}
	return s.add(tx, audience, g)
}

// add keeps a run whose seq may lie anywhere among those of its stream.
func (s *shortNames) add(tx *Tx, audience int, g run) error {
	if g.count == 0 { // of a run that was split at its end
		return nil
	}
	if err := tx.exec(`INSERT INTO _named (origin, audience, seq, count, tbl, n) VALUES (?, ?, ?, ?, ?, ?)`,
		g.origin, audience, int64(g.seq), int64(g.count), g.table, g.n); err != nil {
		return fmt.Errorf("name rows: %w", err)
	}
	key := stream{g.origin, audience}
	list := s.runs[key]
	i, _ := slices.BinarySearchFunc(list, g.seq, func(r run, seq uint64) int { return cmp.Compare(r.seq, seq) })
	s.runs[key] = slices.Insert(list, i, g)
	s.keepBack(audience, g)
	return nil
}

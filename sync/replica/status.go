package replica

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// State says how far what this replica wrote of a row has got.
type State int

// The states of a row.
const (
	// StateRemote: this replica wrote nothing of it.
	StateRemote State = iota
	// StateStored: durable here; the county has not confirmed all of it.
	StateStored
	// StateReceived: the county has everything this replica wrote of it on its disk.
	StateReceived
)

// Progress is the state of a row; At is the county's acknowledgement when it is
// StateReceived, zero when the county was restored since and the bytes are no longer
// kept here; else this replica's newest write of it.
type Progress struct {
	State State
	At    time.Time
}

// Progress tells the states of rows. Rows that do not exist are left out.
func (r *Replica) Progress(ctx context.Context, table string, ids []schema.ID) (map[schema.ID]Progress, error) {
	t := r.opts.Schema.Table(table)
	if t == nil {
		return nil, fmt.Errorf("table %q: %w", table, ErrUnknown)
	}
	out := make(map[schema.ID]Progress, len(ids))
	for _, id := range ids {
		var clock []byte
		var waiting int
		rows, err := r.read.QueryContext(ctx, `SELECT _clock, EXISTS (SELECT 1 FROM _journal WHERE tbl = ?1 AND id = ?2)
			OR EXISTS (SELECT 1 FROM _unsent WHERE tbl = ?1 AND id = ?2) FROM `+quote(table)+` WHERE id = ?2`, t.Number, id[:])
		if err != nil {
			return nil, fmt.Errorf("read progress: %w", err)
		}
		found := rows.Next()
		if found {
			err = rows.Scan(&clock, &waiting)
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("read progress: %w", err)
		}
		if !found {
			continue
		}
		c, err := unpackClock(clock)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", table, id, ErrDamaged)
		}
		own := r.ownNewest(&c)
		switch {
		case own == 0:
			out[id] = Progress{State: StateRemote}
		case waiting != 0:
			out[id] = Progress{State: StateStored, At: own.Time()}
		default:
			at, err := r.acknowledgedAt(ctx, own)
			if err != nil {
				return nil, err
			}
			out[id] = Progress{State: StateReceived, At: at}
		}
	}
	return out, nil
}

// ownNewest is the newest stamp by any incarnation of this replica.
func (r *Replica) ownNewest(c *rowClock) hlc.Stamp {
	var newest hlc.Stamp
	for origin := 1; origin < r.origins.len(); origin++ {
		if r.origins.name(origin).Replica == r.id {
			_, own := c.newest(origin)
			newest = max(newest, own)
		}
	}
	return newest
}

func (r *Replica) acknowledgedAt(ctx context.Context, own hlc.Stamp) (time.Time, error) {
	var ms int64
	err := r.read.QueryRowContext(ctx, `SELECT coalesce(min(at), 0) FROM _ack WHERE last >= ?`, int64(own)).Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("read acknowledgements: %w", err)
	}
	if ms == 0 {
		return time.Time{}, nil
	}
	return time.UnixMilli(ms), nil
}

// Status sums up what waits.
type Status struct {
	Waiting          int       // rows written here of which the county lacks something
	OldestWaiting    time.Time // zero when nothing waits
	LastAcknowledged time.Time // zero when never
	Held             int       // changesets and rows that were received but not merged
}

// Status reads the sums.
func (r *Replica) Status(ctx context.Context) (Status, error) {
	var s Status
	var oldest, last int64
	err := r.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM (SELECT tbl, id FROM _journal UNION SELECT tbl, id FROM _unsent)),
		(SELECT coalesce(min(at), 0) FROM (SELECT since AS at FROM _journal UNION ALL SELECT at FROM _unsent)),
		(SELECT coalesce(max(value), 0) FROM _meta WHERE key = 'acknowledged'), (SELECT count(*) FROM _held)`).
		Scan(&s.Waiting, &oldest, &last, &s.Held)
	if err != nil {
		return s, fmt.Errorf("read status: %w", err)
	}
	if oldest > 0 {
		s.OldestWaiting = hlc.Stamp(oldest).Time()
	}
	if last > 0 {
		s.LastAcknowledged = time.UnixMilli(last)
	}
	return s, nil
}

// Pending is a row of which the county lacks something.
type Pending struct {
	Table string
	ID    schema.ID
	At    time.Time
}

// Waiting lists what waits, oldest first.
func (r *Replica) Waiting(ctx context.Context, limit int) ([]Pending, error) {
	out, err := r.pending(ctx, `SELECT tbl, id, min(at) AS oldest FROM (SELECT tbl, id, since AS at FROM _journal UNION ALL SELECT tbl, id, at FROM _unsent)
		GROUP BY tbl, id ORDER BY oldest LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list what waits: %w", err)
	}
	return out, nil
}

// Written lists the rows that a stored changeset writes and that this schema knows, as
// far as their names mean something here; none when it is not stored or cannot be read.
func (r *Replica) Written(ctx context.Context, stream changeset.Stream, number uint64) ([]Pending, error) {
	var hash, sealed []byte
	names := namedRows{ctx: ctx, r: r}
	err := r.read.QueryRowContext(ctx, `SELECT c.audience, c.hash, c.sealed FROM _changeset c JOIN _origin o ON o.idx = c.origin JOIN _audience a ON a.idx = c.audience
		WHERE o.replica = ? AND o.incarnation = ? AND a.name = ? AND c.number = ?`, stream.Origin.Replica[:], stream.Origin.Incarnation, stream.Audience, int64(number)).Scan(&names.audience, &hash, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a changeset: %w", err)
	}
	c, err := r.openStored(hash, sealed)
	if err != nil {
		return nil, err
	}
	body, err := c.Body(&names, r.opener())
	if names.err != nil {
		return nil, fmt.Errorf("read a changeset's names: %w", names.err)
	}
	if err != nil {
		return nil, nil // not readable here
	}
	var out []Pending
	for i := range body.Tables {
		t := r.opts.Schema.TableByNumber(body.Tables[i].Number)
		for j := range body.Tables[i].Rows {
			if w := &body.Tables[i].Rows[j]; t != nil && !w.ID.IsNil() {
				out = append(out, Pending{Table: t.Name, ID: w.ID, At: w.At.Time()})
			}
		}
	}
	return out, nil
}

// namedRows is a changeset.Rows that looks names up one by one.
type namedRows struct {
	ctx      context.Context
	r        *Replica
	audience int
	err      error
}

func (n *namedRows) Known(table uint16) bool { return n.r.opts.Schema.TableByNumber(table) != nil }

func (n *namedRows) Row(table uint16, origin changeset.Origin, seq uint64) (id schema.ID, err error) {
	err = n.r.read.QueryRowContext(n.ctx, `SELECT t.id FROM _named d JOIN _origin o ON o.idx = d.origin JOIN `+quote(n.r.opts.Schema.TableByNumber(table).Name)+` t ON t._n = d.n + ?1 - d.seq
		WHERE o.replica = ?2 AND o.incarnation = ?3 AND d.audience = ?4 AND d.tbl = ?5 AND d.n > 0 AND d.seq <= ?1 AND d.seq + d.count > ?1`,
		int64(seq), origin.Replica[:], origin.Incarnation, n.audience, table).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return schema.Nil, nil
	}
	if err != nil {
		n.err = err
	}
	return id, err
}

// pending reads rows that wait: table, id and stamp.
func (r *Replica) pending(ctx context.Context, query string, args ...any) ([]Pending, error) {
	rows, err := r.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Pending
	for rows.Next() {
		var p Pending
		var table uint16
		var at int64
		if err := rows.Scan(&table, &p.ID, &at); err != nil {
			return nil, err
		}
		if t := r.opts.Schema.TableByNumber(table); t != nil {
			p.Table = t.Name
		}
		p.At = hlc.Stamp(at).Time()
		out = append(out, p)
	}
	return out, rows.Err()
}

// Held is a changeset, one row of it or one field of that, which was received but not
// merged. Its bytes are kept.
type Held struct {
	N      int64 // names it for Release
	Stream changeset.Stream
	Number uint64
	Table  string    // "" for a whole changeset
	ID     schema.ID // the row, zero for a whole changeset
	Column string    // the field, "" for the whole row
	Fork   bool      // another changeset has its place: it cannot be released
	Reason string
	At     time.Time
}

// HeldBack lists them, at most 1,000: whole changesets, which can be released, before
// rows, newest first.
func (r *Replica) HeldBack(ctx context.Context) ([]Held, error) {
	return r.held(ctx, `1 ORDER BY h.tbl IS NOT NULL, h.n DESC LIMIT 1000`)
}

// HeldOf lists what is held back of one replica's streams and will not come by itself,
// in the order in which it came, at most limit, and counts all of it. Rows that wait
// for another row are not in it, nor are forks.
func (r *Replica) HeldOf(ctx context.Context, id schema.ID, limit int) (list []Held, all int, err error) {
	const of = `o.replica = ? AND h.named IS NULL AND h.fork = 0`
	if err := r.read.QueryRowContext(ctx, `SELECT count(*) FROM _held h JOIN _origin o ON o.idx = h.origin WHERE `+of, id[:]).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("count what is held back: %w", err)
	}
	if all == 0 {
		return nil, 0, nil
	}
	list, err = r.held(ctx, of+` ORDER BY h.n LIMIT ?`, id[:], limit)
	return list, all, err
}

func (r *Replica) held(ctx context.Context, which string, args ...any) ([]Held, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT h.n, o.replica, o.incarnation, a.name, h.number, coalesce(h.tbl, 0), h.id, coalesce(h.col, 0), h.fork, h.reason, h.at
		FROM _held h JOIN _origin o ON o.idx = h.origin JOIN _audience a ON a.idx = h.audience WHERE `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("list what is held back: %w", err)
	}
	defer rows.Close()
	var out []Held
	for rows.Next() {
		var h Held
		var table, column uint16
		var at int64
		if err := rows.Scan(&h.N, &h.Stream.Origin.Replica, &h.Stream.Origin.Incarnation, &h.Stream.Audience, &h.Number, &table, &h.ID, &column, &h.Fork, &h.Reason, &at); err != nil {
			return nil, fmt.Errorf("list what is held back: %w", err)
		}
		if t := r.opts.Schema.TableByNumber(table); t != nil {
			h.Table = t.Name
			if i := t.Index(column); column != 0 && i >= 0 {
				h.Column = t.Columns[i].Name
			}
		}
		h.At = time.UnixMilli(at)
		out = append(out, h)
	}
	return out, rows.Err()
}

// Version is one of the values that were written without knowing of each other.
type Version struct {
	Value   any // string, int64, []byte, schema.ID or nil
	At      time.Time
	Replica schema.ID
}

// Conflict is a field that two replicas overwrote without seeing each other's
// value. The winner is the field's value; the loser is kept.
type Conflict struct {
	Table  string
	ID     schema.ID
	Column string
	Winner Version
	Loser  Version
}

// Conflicts lists the concurrent overwrites that nobody has settled, newest
// first. Pairs with equal values are left out.
func (r *Replica) Conflicts(ctx context.Context) ([]Conflict, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT tbl, id, col, at, origin, value, sealed FROM _loser WHERE pending = 0 ORDER BY at DESC LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("list concurrent edits: %w", err)
	}
	defer rows.Close()
	var out []Conflict
	for rows.Next() {
		var number, column uint16
		var id schema.ID
		var s stamp
		var value any
		var sealed []byte
		if err := rows.Scan(&number, &id, &column, &s.at, &s.origin, &value, &sealed); err != nil {
			return nil, fmt.Errorf("list concurrent edits: %w", err)
		}
		t := r.opts.Schema.TableByNumber(number)
		if t == nil || t.Index(column) < 0 {
			continue
		}
		at := t.Index(column)
		c := &t.Columns[at]
		if value, err = r.openVersion(t, id, c, value, sealed); err != nil {
			return nil, err
		}
		row, err := r.Get(ctx, t.Name, id)
		if err != nil {
			return nil, err
		}
		if row == nil {
			continue
		}
		won := row.row.stampOf(at)
		k := Conflict{Table: t.Name, ID: id, Column: c.Name,
			Winner: Version{Value: row.value(c.Name), At: won.at.Time(), Replica: r.origins.name(won.origin).Replica},
			Loser:  Version{Value: value, At: s.at.Time(), Replica: r.origins.name(s.origin).Replica}}
		if fmt.Sprint(k.Winner.Value) != fmt.Sprint(k.Loser.Value) {
			out = append(out, k)
		}
	}
	return out, rows.Err()
}

// StateHash is equal on replicas that hold the same rows with the same clocks
// and the same losing versions, of all tables or of those named. It reads every
// row's clock.
func (r *Replica) StateHash(ctx context.Context, tables ...string) (uint64, error) {
	var sum uint64
	wanted := func(t *schema.Table) bool { return len(tables) == 0 || slices.Contains(tables, t.Name) }
	for _, t := range r.opts.Schema.Tables {
		if !wanted(t) {
			continue
		}
		rows, err := r.read.QueryContext(ctx, "SELECT substr(_clock, 1, 8) FROM "+quote(t.Name))
		if err != nil {
			return 0, fmt.Errorf("hash state: %w", err)
		}
		for rows.Next() {
			var b []byte
			if err := rows.Scan(&b); err != nil {
				rows.Close()
				return 0, fmt.Errorf("hash state: %w", err)
			}
			if len(b) == 8 {
				sum += binary.BigEndian.Uint64(b)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return 0, fmt.Errorf("hash state: %w", err)
		}
	}
	losers, err := r.hashLosers(ctx, wanted)
	if err != nil {
		return 0, err
	}
	texts, err := r.hashTexts(ctx, wanted)
	return sum + losers + texts, err
}

func (r *Replica) hashLosers(ctx context.Context, wanted func(*schema.Table) bool) (uint64, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT tbl, id, col, at, origin, value FROM _loser WHERE pending = 0`)
	if err != nil {
		return 0, fmt.Errorf("hash state: %w", err)
	}
	defer rows.Close()
	h := hasher{origins: r.origins}
	var sum uint64
	for rows.Next() {
		var number, column uint16
		var id schema.ID
		var s stamp
		var value any
		if err := rows.Scan(&number, &id, &column, &s.at, &s.origin, &value); err != nil {
			return 0, fmt.Errorf("hash state: %w", err)
		}
		t := r.opts.Schema.TableByNumber(number)
		if t == nil || t.Index(column) < 0 || !wanted(t) {
			continue
		}
		c := &t.Columns[t.Index(column)]
		if !c.Sealed() {
			if value, err = fromSQL(c, value); err != nil {
				return 0, fmt.Errorf("hash state: %w", err)
			}
		}
		sum += h.version(partLoser, t, id, c, s, value)
	}
	return sum, rows.Err()
}

// Check recomputes every row's checksum and opens every sealed field, and names
// the rows that do not fit: damage that SQLite itself cannot see.
func (r *Replica) Check(ctx context.Context) (damaged []Pending, err error) {
	h := hasher{origins: r.origins}
	for _, t := range r.opts.Schema.Tables {
		rows, err := r.read.QueryContext(ctx, "SELECT "+r.sql[t].columns+" FROM "+quote(t.Name))
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", t.Name, err)
		}
		for rows.Next() {
			from := &row{table: t, values: make([]any, len(t.Columns)), exists: true}
			_, err := r.scan(t, rows, from)
			if err == nil {
				_, err = r.public(from)
			}
			if err == nil {
				stored := make([]any, len(from.values))
				copy(stored, from.values)
				from.refresh()
				for i := range stored {
					if stored[i] != nil && fmt.Sprint(stored[i]) != fmt.Sprint(from.values[i]) {
						err = ErrDamaged
					}
				}
				if h.row(from) != from.clock.check || !from.whole() {
					err = ErrDamaged
				}
			}
			if err != nil {
				damaged = append(damaged, Pending{Table: t.Name, ID: from.id})
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("check %s: %w", t.Name, err)
		}
	}
	own, err := r.checkOwn(ctx)
	return append(damaged, own...), err
}

package replica

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A whole disk that is put back from an image brings its anchor with it: nothing on it
// tells that numbers, stamps and characters were given out since. Only the county can
// tell, and a replica asks before it seals. So that the county's answer says which of
// the unsealed writes it has, each opening draws a token, which is told with the
// changesets that carry what was written in it. An opening that the county has heard of
// wrote before the image was made; one that it has not, after the disk was put back.

// Line is how far an incarnation of a replica has come in its own database.
type Line struct {
	Incarnation uint32
	Numbers     map[uint32]uint64 // of its streams, by AudienceMark
	Openings    []Opening         // those that wrote what is not confirmed yet
}

// Opening is what one run of a program writes to a database up to a seal.
type Opening struct {
	Token uint32
	Shift int64 // ms that its stamps were set back, see Correct
}

// MaxLines is how many incarnations a replica tells of, MaxOpenings how many of their
// openings: the newest. What is not told is taken for the county's.
const (
	MaxLines    = 64
	MaxOpenings = 256
)

// LineAnswer is what the county knows of a line.
type LineAnswer struct {
	Ahead bool    // it holds later changesets
	Known []Known // for each opening
}

// Known says under which name and time an opening's writes were told.
type Known struct {
	Incarnation uint32 // 0: it is not known
	Shift       int64
}

// AudienceMark stands for an audience's name.
func AudienceMark(name string) uint32 {
	h := sha256.Sum256([]byte(name))
	return binary.BigEndian.Uint32(h[:])
}

// opening is one as the database keeps it.
type opening struct {
	at     hlc.Stamp // of its first write since it sealed
	token  uint32
	origin int
	floor  hlc.Stamp // the newest stamp before
	shift  int64
}

func newToken(random io.Reader) (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return 0, fmt.Errorf("draw a token: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

// noteOpening notes that an opening begins to write.
func (tx *Tx) noteOpening() error {
	if tx.r.wroteSince != 0 || tx.r.isRoot() {
		return nil
	}
	r := tx.r
	floor := r.clock.Last()
	r.wroteSince = tx.now().at
	return tx.exec(`INSERT INTO _opening (at, token, origin, floor, shift) VALUES (?, ?, ?, ?, ?)`,
		int64(r.wroteSince), r.token, r.own, int64(floor), r.Ahead().Milliseconds())
}

// fromEarlier tells whether a stamp is of an earlier opening and not confirmed to be
// this database's alone: it may lie elsewhere too.
func (r *Replica) fromEarlier(s stamp) bool {
	return s.at != 0 && s.origin == r.own && s.at < r.wroteSince
}

// noteBase keeps the clock of a row whose counters and sets an earlier opening wrote
// too: what belongs to each can be told apart later.
func (tx *Tx) noteBase(p *pendingRow) error {
	if !p.exists {
		return nil
	}
	return tx.exec(`INSERT INTO _base (at, tbl, id, clock) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(tx.r.wroteSince), p.table.Number, p.id[:], p.clock.pack())
}

func readOpenings(ctx context.Context, q querier) ([]opening, error) {
	rows, err := q.QueryContext(ctx, `SELECT at, token, origin, floor, shift FROM _opening ORDER BY at`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []opening
	for rows.Next() {
		var o opening
		if err := rows.Scan(&o.at, &o.token, &o.origin, &o.floor, &o.shift); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// forgetOpenings drops what only serves to tell unconfirmed writes apart, once there
// are none.
func (tx *Tx) forgetOpenings() error {
	var some bool
	if err := tx.conn.QueryRowContext(tx.ctx, `SELECT EXISTS (SELECT 1 FROM _journal) OR EXISTS (SELECT 1 FROM _unsent)`).Scan(&some); err != nil || some {
		return err
	}
	tx.r.wroteSince = 0
	return errors.Join(tx.exec(`DELETE FROM _opening`), tx.exec(`DELETE FROM _base`))
}

// Lines are this replica's incarnations with writes that the county has not confirmed;
// the one that it is now comes first.
func (r *Replica) Lines(ctx context.Context) ([]Line, error) {
	r.mu.Lock()
	own, token := r.own, r.token
	r.mu.Unlock()
	list, err := readOpenings(ctx, r.read)
	if err != nil {
		return nil, fmt.Errorf("list openings: %w", err)
	}
	out := []Line{{Incarnation: r.origins.name(own).Incarnation}}
	index := map[int]int{own: 0}
	noted := false
	for _, o := range list {
		i, ok := index[o.origin]
		if !ok {
			i = len(out)
			index[o.origin] = i
			out = append(out, Line{Incarnation: r.origins.name(o.origin).Incarnation})
		}
		out[i].Openings = append(out[i].Openings, Opening{o.token, o.shift})
		noted = noted || o.token == token
	}
	if !noted { // it may write before the next seal
		out[0].Openings = append(out[0].Openings, Opening{token, r.Ahead().Milliseconds()})
	}
	for i := range out {
		out[i].Openings = out[i].Openings[max(0, len(out[i].Openings)-MaxOpenings):]
	}
	for origin, i := range index {
		if out[i].Numbers, err = r.numbers(ctx, origin); err != nil {
			return nil, fmt.Errorf("list streams: %w", err)
		}
	}
	return slices.Concat(out[:1], out[1:][max(0, len(out)-MaxLines):]), nil
}

// Untold tells whether this replica has written since it told its lines.
func (r *Replica) Untold(ctx context.Context, lines []Line) (bool, error) {
	list, err := readOpenings(ctx, r.read)
	if err != nil {
		return false, fmt.Errorf("list openings: %w", err)
	}
	told := map[uint32]bool{}
	for _, l := range lines {
		for _, o := range l.Openings {
			told[o.Token] = true
		}
	}
	return slices.ContainsFunc(list[max(0, len(list)-MaxOpenings):], func(o opening) bool { return !told[o.token] }), nil
}

// numbers are the heads of an origin's streams.
func (r *Replica) numbers(ctx context.Context, origin int) (map[uint32]uint64, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT a.name, s.number FROM _stream s JOIN _audience a ON a.idx = s.audience WHERE s.origin = ?`, origin)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[uint32]uint64{}
	for rows.Next() {
		var name string
		var n uint64
		if err := rows.Scan(&name, &n); err != nil {
			return nil, err
		}
		out[AudienceMark(name)] = n
	}
	return out, rows.Err()
}

// CompareLines is the county's answer to a replica that is about to seal.
func (r *Replica) CompareLines(ctx context.Context, of schema.ID, lines []Line) ([]LineAnswer, error) {
	out := make([]LineAnswer, len(lines))
	known := func(token uint32) (k Known, err error) {
		err = r.read.QueryRowContext(ctx, `SELECT incarnation, shift FROM _told WHERE replica = ? AND token = ?`, of[:], token).Scan(&k.Incarnation, &k.Shift)
		if errors.Is(err, sql.ErrNoRows) {
			return Known{}, nil
		}
		return k, err
	}
	for i, l := range lines {
		if origin, ok := r.origins.lookup(changeset.Origin{Replica: of, Incarnation: l.Incarnation}); ok {
			held, err := r.numbers(ctx, origin)
			if err != nil {
				return nil, fmt.Errorf("compare lines: %w", err)
			}
			for mark, n := range held {
				out[i].Ahead = out[i].Ahead || n > l.Numbers[mark]
			}
		}
		for _, o := range l.Openings {
			k, err := known(o.Token)
			if err != nil {
				return nil, fmt.Errorf("compare lines: %w", err)
			}
			out[i].Known = append(out[i].Known, k)
		}
	}
	return out, nil
}

// NoteLines notes at the county which openings wrote what a replica is about to send.
func (r *Replica) NoteLines(ctx context.Context, of schema.ID, lines []Line) error {
	return r.update(ctx, false, func(tx *Tx) error {
		for _, l := range lines {
			for _, o := range l.Openings {
				if err := tx.exec(`INSERT INTO _told (replica, token, incarnation, shift) VALUES (?, ?, ?, ?)
					ON CONFLICT (replica, token) DO UPDATE SET incarnation = excluded.incarnation, shift = excluded.shift`, of[:], o.Token, l.Incarnation, o.Shift); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

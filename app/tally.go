package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Tallies are a unit's counts of a day that have no record of their own: kind
// reminders, remittances, text alerts, transfers refused.
type Tallies struct{ s *Session }

// NewTallies makes the service.
func NewTallies(s *Session) *Tallies { return &Tallies{s} }

// TallyLine is one count of a day.
type TallyLine struct {
	ID    schema.ID `json:"id"`
	Kind  string    `json:"kind"`
	Mine  int64     `json:"mine"`
	Total int64     `json:"total"`
}

// TallyDay is a day's counts.
type TallyDay struct {
	On       string      `json:"on"` // YYYY-MM-DD
	Lines    []TallyLine `json:"lines"`
	Closed   bool        `json:"closed"`
	ClosedBy string      `json:"closed_by"`
	ClosedAt int64       `json:"closed_at"` // ms
	Reopened bool        `json:"reopened"`  // closed once, changed since
	Recent   []Tap       `json:"recent"`    // newest first; Target is the kind
	CanUndo  bool        `json:"can_undo"`
	Missing  []string    `json:"missing"` // of the last seven days, those without a closed tally
}

// closedMark is the value of a tally's closed register.
type closedMark struct {
	By  schema.ID `json:"by"`
	At  int64     `json:"at"`  // ms
	Qty int64     `json:"qty"` // what the sum was then
}

func closedOf(row *replica.Row) (closedMark, bool) {
	var m closedMark
	return m, json.Unmarshal([]byte(row.Text("closed")), &m) == nil && m.At > 0
}

// Day reads a day; "" is today.
func (t *Tallies) Day(on string) (TallyDay, error) {
	out := TallyDay{Lines: []TallyLine{}, Recent: []Tap{}, Missing: []string{}}
	r, err := t.s.open()
	if err != nil {
		return out, err
	}
	if on == "" {
		on = model.Date(r.Wall())
	}
	if _, err := model.ParseDate("on", "日期", "The date", on); err != nil {
		return out, t.s.explain(err)
	}
	out.On = on
	ctx := context.Background()
	d := t.s.directory(r)
	closed, changed, rows := 0, false, 0
	codes := t.s.codes()
	used := codes.inUse("tally_kind")
	for _, c := range codes.all("tally_kind") {
		line := TallyLine{ID: model.TallyID(r.Realm(), t.s.Unit(), on, c.Code), Kind: c.Code}
		row, err := r.Get(ctx, "daily_tally", line.ID)
		if err != nil {
			return out, err
		}
		if row != nil && live(row) {
			rows++
			n := count(row, "qty")
			line.Mine, line.Total = n.Mine, n.Total
			if mark, ok := closedOf(row); ok {
				closed++
				changed = changed || mark.Qty != row.Int("qty")
				if mark.At > out.ClosedAt {
					by, err := d.name("officer", mark.By)
					if err != nil {
						return out, err
					}
					out.ClosedAt, out.ClosedBy = mark.At, by.Name
				}
			}
		}
		// A count that the county no longer asks for is shown where it was kept.
		if line.Total != 0 || slices.ContainsFunc(used, func(u model.Code) bool { return u.Code == c.Code }) {
			out.Lines = append(out.Lines, line)
		}
	}
	out.Closed, out.Reopened = rows > 0 && closed == rows && !changed, changed
	raw, err := r.GetLocal(ctx, tallyKey(on))
	if err != nil {
		return out, err
	}
	taps := readTaps(raw)
	slices.Reverse(taps)
	out.Recent, out.CanUndo = taps, undoable(taps) >= 0
	out.Missing, err = t.missingDays(r)
	return out, err
}

// missingDays are the last seven days before today on which the unit has closed
// no tally. A unit that has never kept one misses none.
func (t *Tallies) missingDays(r *replica.Replica) ([]string, error) {
	out := []string{}
	today := dayStart(r.Wall())
	from := model.Date(today.AddDate(0, 0, -7))
	kept, first := map[string]bool{}, ""
	if err := r.Each(context.Background(), "daily_tally", "WHERE unit_id = ? ORDER BY \"on\"", []any{t.s.Unit()}, func(row *replica.Row) error {
		if !live(row) {
			return nil
		}
		if first == "" {
			first = row.Text("on")
		}
		if _, ok := closedOf(row); ok && row.Text("on") >= from {
			kept[row.Text("on")] = true
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for day := today.AddDate(0, 0, -7); day.Before(today); day = day.AddDate(0, 0, 1) {
		if on := model.Date(day); first != "" && on >= first && !kept[on] {
			out = append(out, on)
		}
	}
	return out, nil
}

// Add adds to a count; a correction is negative.
func (t *Tallies) Add(on, kind string, delta int64) (TallyDay, error) {
	return t.tap(on, kind, func(*replica.Row) int64 { return delta })
}

// Set states what the day's count is; the difference is what is entered.
func (t *Tallies) Set(on, kind string, total int64) (TallyDay, error) {
	if err := model.Range("qty", "数量", "The number", total, 0, 1_000_000); err != nil {
		return TallyDay{}, t.s.explain(err)
	}
	return t.tap(on, kind, func(row *replica.Row) int64 {
		if row == nil {
			return total
		}
		return total - row.Int("qty")
	})
}

func (t *Tallies) tap(on, kind string, delta func(*replica.Row) int64) (TallyDay, error) {
	err := t.s.update(func(tx *replica.Tx) error {
		if err := model.OneOf("kind", "项目", "a count", "tally_kind", kind, true); err != nil {
			return err
		}
		if err := t.day(tx, &on); err != nil {
			return err
		}
		row, id, err := t.row(tx, on, kind)
		if err != nil {
			return err
		}
		n := delta(row)
		if n == 0 {
			return nil
		}
		if n > 1_000_000 || n < -1_000_000 {
			return refuse("qty", "一次最多记 1000000。", "At most 1000000 at a time.")
		}
		if err := tx.Add("daily_tally", id, "qty", n); err != nil {
			return err
		}
		raw, err := tx.GetLocal(tallyKey(on))
		if err != nil {
			return err
		}
		return keepTaps(tx, tallyKey(on), append(readTaps(raw), Tap{Target: kind, Name: t.s.codes().label("tally_kind", kind), Delta: n, At: tx.Now().UnixMilli()}))
	})
	if err != nil {
		return TallyDay{}, err
	}
	return t.Day(on)
}

// day checks a date, today by default: not to come, not older than a year.
func (t *Tallies) day(tx *replica.Tx, on *string) error {
	if *on == "" {
		*on = model.Date(tx.Now())
	}
	day, err := model.ParseDate("on", "日期", "The date", *on)
	if err != nil {
		return err
	}
	if day.After(tx.Now()) {
		return refuse("on", "还没到这一天，不能先记。", "This day has not come yet.")
	}
	if day.Before(tx.Now().AddDate(-1, 0, 0)) {
		return refuse("on", "一年以前的日计不能再改，请报县办公室。", "Tallies older than a year are the county office's to change.")
	}
	return nil
}

func (t *Tallies) row(tx *replica.Tx, on, kind string) (*replica.Row, schema.ID, error) {
	r, err := t.s.open()
	if err != nil {
		return nil, schema.Nil, err
	}
	id := model.TallyID(r.Realm(), t.s.Unit(), on, kind)
	row, err := tx.Get("daily_tally", id)
	if err == nil && row == nil {
		err = tx.Put("daily_tally", id, t.s.created(tx, schema.Values{"unit_id": t.s.Unit(), "on": on, "kind": kind}))
	}
	return row, id, err
}

// Undo takes back this laptop's last entry of the day.
func (t *Tallies) Undo(on string) (TallyDay, error) {
	err := t.s.update(func(tx *replica.Tx) error {
		if err := t.day(tx, &on); err != nil {
			return err
		}
		raw, err := tx.GetLocal(tallyKey(on))
		if err != nil {
			return err
		}
		taps := readTaps(raw)
		newest := slices.Clone(taps)
		slices.Reverse(newest)
		at := undoable(newest)
		if at < 0 {
			return nil
		}
		tap := &taps[len(taps)-1-at]
		tap.Undone = true
		_, id, err := t.row(tx, on, tap.Target)
		if err != nil {
			return err
		}
		if err := tx.Add("daily_tally", id, "qty", -tap.Delta); err != nil {
			return err
		}
		return keepTaps(tx, tallyKey(on), taps)
	})
	if err != nil {
		return TallyDay{}, err
	}
	return t.Day(on)
}

// Close says that the day's counts are complete, also those at nought.
func (t *Tallies) Close(on string) (TallyDay, error) {
	return t.mark(on, func(tx *replica.Tx, row *replica.Row) (any, error) {
		qty := int64(0)
		if row != nil {
			qty = row.Int("qty")
		}
		raw, err := json.Marshal(closedMark{By: t.s.Officer(), At: tx.Now().UnixMilli(), Qty: qty})
		return string(raw), err
	})
}

// Reopen takes that back.
func (t *Tallies) Reopen(on string) (TallyDay, error) {
	return t.mark(on, func(*replica.Tx, *replica.Row) (any, error) { return nil, nil })
}

func (t *Tallies) mark(on string, value func(*replica.Tx, *replica.Row) (any, error)) (TallyDay, error) {
	r, err := t.s.open()
	if err != nil {
		return TallyDay{}, err
	}
	err = t.s.update(func(tx *replica.Tx) error {
		if err := t.day(tx, &on); err != nil {
			return err
		}
		codes := t.s.codes()
		used := codes.inUse("tally_kind")
		for _, c := range codes.all("tally_kind") {
			if !slices.ContainsFunc(used, func(u model.Code) bool { return u.Code == c.Code }) {
				if row, err := tx.Get("daily_tally", model.TallyID(r.Realm(), t.s.Unit(), on, c.Code)); err != nil {
					return err
				} else if row == nil {
					continue // no longer asked for
				}
			}
			row, id, err := t.row(tx, on, c.Code)
			if err != nil {
				return err
			}
			v, err := value(tx, row)
			if err != nil {
				return err
			}
			if err := tx.Put("daily_tally", id, schema.Values{"closed": v}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return TallyDay{}, err
	}
	return t.Day(on)
}

// Week are the last days with what they counted, newest first.
func (t *Tallies) Week() ([]TallyDay, error) {
	r, err := t.s.open()
	if err != nil {
		return nil, err
	}
	out := []TallyDay{}
	for back := range 8 {
		day, err := t.Day(model.Date(r.Wall().Add(-time.Duration(back) * 24 * time.Hour)))
		if err != nil {
			return nil, fmt.Errorf("tallies of the week: %w", err)
		}
		out = append(out, day)
	}
	return out, nil
}

func tallyKey(on string) string { return "tally/" + on }

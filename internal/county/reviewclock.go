package county

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// clockWindow is a span in which a computer recorded under a wrong clock: from its
// last contact with a right one to the contact that found it wrong, both as its own
// clock told the time.
type clockWindow struct {
	id       int64
	device   schema.ID
	from, to int64 // Unix milliseconds by the computer's clock
	offset   int64 // ms ahead of the county
}

// noteClock keeps a window of a computer whose clock is off, before its registry line is renewed.
func (s *store) noteClock(ctx context.Context, tx *sql.Tx, id schema.ID, report transport.Report) error {
	offset := report.ClockOffset.Milliseconds()
	if max(offset, -offset) < clockLimit {
		return nil
	}
	to := report.At.UnixMilli() + offset
	var w clockWindow
	err := tx.QueryRowContext(ctx, `SELECT id, offset_ms FROM clock_window WHERE device = ? AND settled_at IS NULL ORDER BY id DESC LIMIT 1`, id).Scan(&w.id, &w.offset)
	if err == nil && max(w.offset-offset, offset-w.offset) < clockLimit {
		_, err = tx.ExecContext(ctx, `UPDATE clock_window SET to_at = ? WHERE id = ?`, to, w.id)
		return err
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var seen, before sql.NullInt64
	var enrolled int64
	if err := tx.QueryRowContext(ctx, `SELECT last_seen, clock_offset, enrolled_at FROM device WHERE id = ?`, id).Scan(&seen, &before, &enrolled); err != nil {
		return err
	}
	from := enrolled + offset
	if seen.Valid {
		from = seen.Int64 + offset
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO clock_window (device, from_at, to_at, offset_ms) VALUES (?, ?, ?, ?)`, id, from, to, offset)
	return err
}

func (s *store) clockWindows(ctx context.Context, only int64) ([]clockWindow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, device, from_at, to_at, offset_ms FROM clock_window WHERE settled_at IS NULL AND (? = 0 OR id = ?) ORDER BY id DESC`, only, only)
	if err != nil {
		return nil, fmt.Errorf("read clock windows: %w", err)
	}
	defer rows.Close()
	var list []clockWindow
	for rows.Next() {
		var w clockWindow
		if err := rows.Scan(&w.id, &w.device, &w.from, &w.to, &w.offset); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// timed are the tables whose records say when they happened, and by which column.
var timed = []struct{ table, column string }{{"activity", "start_at"}, {"consultation", "occurred_at"}}

// under lists the records that a window's computer made under its wrong clock: the
// time of the event is one that its clock gave.
func (c *County) under(ctx context.Context, w clockWindow, limit int) (map[string][]schema.ID, int64, error) {
	found := map[string][]schema.ID{}
	var n int64
	for _, t := range timed {
		where := ` FROM ` + t.table + ` t WHERE t.device_id = ? AND t.created_at > ? AND t.created_at <= ? AND t.` + t.column + ` > ? AND t.` + t.column + ` <= ? AND ` + live
		args := []any{w.device, w.from, w.to, w.from, w.to}
		count, err := c.number(ctx, `SELECT count(*)`+where, args...)
		if err != nil {
			return nil, 0, err
		}
		n += count
		if found[t.table], err = c.ids(ctx, `SELECT t.id`+where+` ORDER BY t.`+t.column+` LIMIT ?`, append(args, limit)...); err != nil {
			return nil, 0, err
		}
	}
	return found, n, nil
}

func (c *County) reviewClocks(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	windows, err := c.store.clockWindows(ctx, 0)
	if err != nil {
		return nil, err
	}
	var items []ReviewItem
	for _, w := range windows {
		found, n, err := c.under(ctx, w, 20)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		item := ReviewItem{Kind: "clock", Table: "device", ID: w.device.String(), Number: w.id, Title: names.devices[w.device], At: w.to - w.offset, Records: n, ShiftMs: -w.offset, Severe: true,
			Args: map[string]string{"n": fmt.Sprint(n), "offset": fmt.Sprint(w.offset)}, Actions: []string{"shift", "adjust", "accept"}}
		row, err := c.replica.Get(ctx, "device", w.device)
		if err != nil {
			return nil, err
		}
		if row != nil {
			item.Unit = names.unit(row.Ref("owner_unit_id"))
		}
		for _, t := range timed {
			for _, id := range found[t.table] {
				row, err := c.replica.Get(ctx, t.table, id)
				if err != nil {
					return nil, err
				}
				title, _, err := c.titleOf(ctx, t.table, row, names)
				if err != nil {
					return nil, err
				}
				item.Proofs = append(item.Proofs, ReviewProof{Table: t.table, ID: id.String(), Title: title, Now: row.Int(t.column), Then: row.Int(t.column) - w.offset})
			}
		}
		items = append(items, item)
	}
	return items, nil
}

// ClockRecord is one record made under a wrong clock.
type ClockRecord struct {
	Table string `json:"table"`
	ID    string `json:"id"`
	Title string `json:"title"`
	At    int64  `json:"at"` // when it says that it happened, Unix milliseconds
}

// ClockProposal is what the office looks at before it corrects a computer's times.
type ClockProposal struct {
	Number   int64         `json:"number"`
	Device   string        `json:"device"`
	Unit     string        `json:"unit"`
	From     int64         `json:"from"` // the span by the computer's own clock
	To       int64         `json:"to"`
	OffsetMs int64         `json:"offset_ms"` // measured at the last contact: how far it was ahead
	Records  []ClockRecord `json:"records"`
	Total    int64         `json:"total"` // of them; those that are not listed are corrected with the others
}

// clockListed is how many records of a window are shown.
const clockListed = 500

// maxShift bounds a correction: whoever means more has another year on the clock, and
// corrects the records.
const maxShift = 400 * dayMillis

// ClockProposal shows the records of a window that a review item is about.
func (s *Service) ClockProposal(ctx context.Context, number int64) (ClockProposal, error) {
	if _, err := signedIn(ctx); err != nil {
		return ClockProposal{}, err
	}
	w, err := s.c.clockWindow(ctx, number)
	if err != nil {
		return ClockProposal{}, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return ClockProposal{}, err
	}
	found, n, err := s.c.under(ctx, w, clockListed)
	if err != nil {
		return ClockProposal{}, err
	}
	p := ClockProposal{Number: number, Device: names.devices[w.device], From: w.from, To: w.to, OffsetMs: w.offset, Records: []ClockRecord{}, Total: n}
	row, err := s.c.replica.Get(ctx, "device", w.device)
	if err != nil {
		return p, err
	}
	if row != nil {
		p.Unit = names.unit(row.Ref("owner_unit_id"))
	}
	for _, t := range timed {
		for _, id := range found[t.table] {
			row, err := s.c.replica.Get(ctx, t.table, id)
			if err != nil {
				return p, err
			}
			title, _, err := s.c.titleOf(ctx, t.table, row, names)
			if err != nil {
				return p, err
			}
			p.Records = append(p.Records, ClockRecord{Table: t.table, ID: id.String(), Title: title, At: row.Int(t.column)})
		}
	}
	slices.SortStableFunc(p.Records, func(a, b ClockRecord) int { return cmp.Compare(a.At, b.At) })
	return p, nil
}

func (c *County) clockWindow(ctx context.Context, number int64) (clockWindow, error) {
	if number == 0 { // it would mean all
		return clockWindow{}, errSettled
	}
	windows, err := c.store.clockWindows(ctx, number)
	if err != nil {
		return clockWindow{}, err
	}
	if len(windows) == 0 {
		return clockWindow{}, errSettled
	}
	return windows[0], nil
}

// CorrectClock moves the times of a window's records by shiftMs, but for those named
// as right already, and settles it. It tells how many were corrected.
func (s *Service) CorrectClock(ctx context.Context, number, shiftMs int64, right []string) (int64, error) {
	v, err := editor(ctx)
	if err != nil {
		return 0, err
	}
	if shiftMs == 0 || shiftMs > maxShift || shiftMs < -maxShift {
		return 0, userError("shift", "shift", "要改的时间差在 1 分钟到 400 天之间。没有改动。", "The correction lies between a minute and 400 days. Nothing was changed.")
	}
	leave := map[schema.ID]bool{}
	for _, text := range right {
		id, err := parseID(text)
		if err != nil {
			return 0, err
		}
		leave[id] = true
	}
	n, err := s.c.shiftClock(ctx, v.account.Name, v.address, number, shiftMs, leave)
	s.c.reviewed.forget()
	return n, err
}

// shiftClock corrects the event times of a window's records, as one transaction of the
// office; a shift of 0 is the measured one.
func (c *County) shiftClock(ctx context.Context, actor, address string, number, shift int64, leave map[schema.ID]bool) (int64, error) {
	w, err := c.clockWindow(ctx, number)
	if err != nil {
		return 0, err
	}
	if shift == 0 {
		shift = -w.offset
	}
	found, _, err := c.under(ctx, w, 1_000_000)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	err = c.replica.Update(ctx, func(tx *replicaTx) error {
		n = 0
		for _, t := range timed {
			for _, id := range found[t.table] {
				if leave[id] {
					continue
				}
				row, err := tx.Get(t.table, id)
				if err != nil {
					return err
				}
				values := schema.Values{t.column: row.Int(t.column) + shift}
				if t.table == "activity" && row.Int("end_at") > w.from && row.Int("end_at") <= w.to {
					values["end_at"] = row.Int("end_at") + shift
				}
				if err := tx.Put(t.table, id, values); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("correct a clock: %w", err)
	}
	return n, c.store.settleClock(ctx, actor, address, w, n)
}

// settleClock closes a window: corrected, or looked at and left (0 records).
func (s *store) settleClock(ctx context.Context, actor, address string, w clockWindow, n int64) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `UPDATE clock_window SET settled_at = ?, settled_by = ? WHERE id = ?`, now, actor, w.id); err != nil {
			return fmt.Errorf("settle a clock: %w", err)
		}
		return recordIn(ctx, tx, now, entry{Actor: actor, Action: "clock_settled", Subject: w.device.String(), Address: address, Detail: fmt.Sprintf("%d ms, %d", w.offset, n)})
	})
}

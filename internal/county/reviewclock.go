package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
			Args: map[string]string{"n": fmt.Sprint(n), "offset": fmt.Sprint(w.offset)}, Actions: []string{"shift", "accept"}}
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

// shiftClock corrects the event times of a window's records, as one transaction of the office.
func (c *County) shiftClock(ctx context.Context, actor, address string, number int64) (int64, error) {
	windows, err := c.store.clockWindows(ctx, number)
	if err != nil {
		return 0, err
	}
	if len(windows) == 0 {
		return 0, errSettled
	}
	w := windows[0]
	found, n, err := c.under(ctx, w, 1_000_000)
	if err != nil {
		return 0, err
	}
	err = c.replica.Update(ctx, func(tx *replicaTx) error {
		for _, t := range timed {
			for _, id := range found[t.table] {
				row, err := tx.Get(t.table, id)
				if err != nil {
					return err
				}
				values := schema.Values{t.column: row.Int(t.column) - w.offset}
				if t.table == "activity" && row.Int("end_at") > w.from && row.Int("end_at") <= w.to {
					values["end_at"] = row.Int("end_at") - w.offset
				}
				if err := tx.Put(t.table, id, values); err != nil {
					return err
				}
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

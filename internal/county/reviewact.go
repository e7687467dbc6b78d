package county

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

var errSettled = userError("settled", "", "这一条已经有人核过了，没有改动。", "Somebody has settled this already; nothing was changed.")

// item finds what is to be acted on, as it stands now.
func (c *County) item(ctx context.Context, key string) (ReviewItem, error) {
	items, err := c.reviewed.list(ctx, c)
	if err != nil {
		return ReviewItem{}, err
	}
	for _, item := range items {
		if item.Key == key {
			return item, nil
		}
	}
	return ReviewItem{}, errSettled
}

// Settle does one of an item's actions and returns the list without it. What the
// office decides is an ordinary signed change and reaches the kits with their next
// sync: "keep" and "swap" choose between two values, "accept" marks the record as
// looked at, "void" and "restore" set its mark, "join" merges the record beside it into it, "shift" corrects times recorded under
// a wrong clock, "release" merges what was held back.
func (s *Service) Settle(ctx context.Context, key, action string) (Review, error) {
	v, err := editor(ctx)
	if err != nil {
		return Review{}, err
	}
	item, err := s.c.item(ctx, key)
	if err != nil {
		return Review{}, err
	}
	allowed := false
	for _, a := range item.Actions {
		allowed = allowed || a == action
	}
	if !allowed || action == "adjust" || action == "edit" { // which have forms of their own
		return Review{}, userError("action", "", "这一条不能这样处理。", "This cannot be done with this item.")
	}
	switch action {
	case "keep", "swap":
		err = s.c.settleConflict(ctx, item, action == "swap")
	case "accept":
		err = s.c.accept(ctx, v, item)
	case "void", "restore":
		err = s.c.setVoid(ctx, item.Table, item.ID, action == "void", "V9")
	case "join":
		err = s.c.join(ctx, item)
	case "shift":
		_, err = s.c.shiftClock(ctx, v.account.Name, v.address, item.Number, 0, nil)
	case "release":
		if err = s.c.replica.Release(ctx, item.Number); errors.Is(err, replica.ErrNotHeld) {
			err = userError("not_held", "", "这一包的内容没有留存，接收不了。请让那台电脑重新登记后再同步。", "Its bytes were not kept, so it cannot be taken in. Enrol that computer again and let it sync.")
		}
	}
	if err != nil {
		return Review{}, err
	}
	s.c.reviewed.forget()
	if err := s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "review_" + action, Subject: item.Kind + " " + item.Table, Address: v.address, Detail: clip(item.ID+" "+item.Column, 200)}); err != nil {
		return Review{}, err
	}
	return s.Review(ctx)
}

// join merges the two records of an item: the one that has a number stands, else the one
// that the item is about.
func (c *County) join(ctx context.Context, item ReviewItem) error {
	if len(item.Proofs) != 2 {
		return errSettled
	}
	var rows [2]*replicaRow
	for i, proof := range item.Proofs {
		id, err := parseID(proof.ID)
		if err != nil {
			return err
		}
		if rows[i], err = c.replica.Get(ctx, item.Table, id); err != nil || rows[i] == nil {
			return errors.Join(err, errSettled)
		}
	}
	into, from := rows[0], rows[1]
	if into.Text("ref_no") == "" && from.Text("ref_no") != "" {
		into, from = from, into
	}
	_, err := c.merge(ctx, item.Table, into.ID, from.ID)
	return err
}

// settleConflict writes one of two concurrent values, knowing of both.
func (c *County) settleConflict(ctx context.Context, item ReviewItem, swap bool) error {
	id, err := parseID(item.ID)
	if err != nil {
		return err
	}
	conflicts, err := c.replica.Conflicts(ctx)
	if err != nil {
		return err
	}
	for _, k := range conflicts {
		if k.Table == item.Table && k.ID == id && k.Column == item.Column && k.Loser.At.UnixMilli() == item.Loser.At {
			value := k.Winner.Value
			if swap {
				value = k.Loser.Value
			}
			return c.replica.Update(ctx, func(tx *replicaTx) error { return tx.Resolve(k.Table, id, k.Column, value) })
		}
	}
	return errSettled
}

// accept remembers that an item was looked at, and marks its record as reviewed.
func (c *County) accept(ctx context.Context, v *visit, item ReviewItem) error {
	if item.Kind == "clock" {
		windows, err := c.store.clockWindows(ctx, item.Number)
		if err != nil || len(windows) == 0 {
			return errors.Join(err, errSettled)
		}
		return c.store.settleClock(ctx, v.account.Name, v.address, windows[0], 0)
	}
	if t := model.Schema.Table(item.Table); t != nil && item.Kind != "stock" {
		id, err := parseID(item.ID)
		if err != nil {
			return err
		}
		err = c.replica.Update(ctx, func(tx *replicaTx) error {
			if item.Kind == "blended" {
				if err := tx.LookedAt(item.Table, id, item.Column); err != nil {
					return err
				}
			}
			mark, err := json.Marshal(map[string]any{"by": tx.Replica().String(), "at": tx.Now().UnixMilli()})
			if err != nil {
				return err
			}
			values := schema.Values{"reviewed": string(mark)}
			if item.Kind == "void_edit" { // void as it is now: the kits need not look either
				row, err := tx.Get(item.Table, id)
				if err != nil || row == nil {
					return err
				}
				if values["voided"], err = model.VoidOf(row).JSON(row); err != nil {
					return err
				}
			}
			return tx.Put(item.Table, id, values)
		})
		if err != nil {
			return fmt.Errorf("mark as reviewed: %w", err)
		}
	}
	return c.store.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO looked (key, at, by) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING`, item.Key, c.store.now(), v.account.Name)
		return err
	})
}

func (s *store) lookedAt(ctx context.Context) (map[string]bool, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT key FROM looked`)
	if err != nil {
		return nil, fmt.Errorf("read what was looked at: %w", err)
	}
	defer rows.Close()
	keys := map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys[key] = true
	}
	return keys, rows.Err()
}

// setVoid voids or restores a record.
func (c *County) setVoid(ctx context.Context, table, id string, on bool, reason string) error {
	key, err := parseID(id)
	if err != nil {
		return err
	}
	return c.replica.Update(ctx, func(tx *replicaTx) error {
		row, err := tx.Get(table, key)
		if err != nil {
			return err
		}
		if row == nil {
			return userError("gone", "", "这条记录还没有传到县里。", "This record has not reached the county.")
		}
		mark := model.Void{On: on, By: tx.Replica(), At: tx.Now().UnixMilli()}
		if on {
			mark.Reason = reason
		}
		text, err := mark.JSON(row)
		if err != nil {
			return err
		}
		return tx.Put(table, key, schema.Values{"voided": text})
	})
}

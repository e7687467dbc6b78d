package county

import (
	"cmp"
	"context"
	"fmt"

	"fieldkit/sync/schema"
)

// Merged tells what a merge did to the register's count.
type Merged struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// MergeRows joins an entry to its survivor: records keep naming the one that they
// name, and count with the survivor. UnmergeRow takes it back.
func (s *Service) MergeRows(ctx context.Context, table, survivor, other string) (Merged, error) {
	v, err := editor(ctx)
	if err != nil {
		return Merged{}, err
	}
	if _, ok := mergeable[table]; !ok {
		return Merged{}, errNoRegister
	}
	into, err := parseID(survivor)
	if err != nil {
		return Merged{}, err
	}
	from, err := parseID(other)
	if err != nil {
		return Merged{}, err
	}
	if into == from {
		return Merged{}, userError("same", "", "选的是同一条，不用并。", "That is one entry already.")
	}
	var m Merged
	if m.Before, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	names, err := s.c.merge(ctx, table, into, from)
	if err != nil {
		return m, err
	}
	if m.After, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	return m, s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "merged", Subject: table, Address: v.address, Detail: clip(names, 200)})
}

// merge joins one row to another, and tells what the log calls that.
func (c *County) merge(ctx context.Context, table string, into, from schema.ID) (names string, err error) {
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return "", err
	}
	var rows [2]*replicaRow
	err = c.replica.Update(ctx, func(tx *replicaTx) error {
		for i, id := range []schema.ID{into, from} {
			if rows[i], err = tx.Get(table, id); err != nil {
				return err
			}
			if rows[i] == nil {
				return userError("gone", "", "这一条找不到了，请重新打开。没有改动。", "This entry is not there any more; nothing was changed.")
			}
		}
		if err := mayBeOne(table, rows[0], rows[1], reader); err != nil {
			return err
		}
		if !rows[0].Null("merged_into") { // the survivor must stand for itself, or the two would point at each other
			if err := tx.Put(table, into, schema.Values{"merged_into": nil}); err != nil {
				return err
			}
		}
		return tx.Put(table, from, schema.Values{"merged_into": into})
	})
	if err != nil {
		return "", err
	}
	return entryName(table, rows[1]) + " → " + entryName(table, rows[0]), nil
}

// UnmergeRow lets a merged entry stand for itself again.
func (s *Service) UnmergeRow(ctx context.Context, table, id string) (Merged, error) {
	v, err := editor(ctx)
	if err != nil {
		return Merged{}, err
	}
	if _, ok := mergeable[table]; !ok {
		return Merged{}, errNoRegister
	}
	key, err := parseID(id)
	if err != nil {
		return Merged{}, err
	}
	var m Merged
	if m.Before, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	row, err := s.c.replica.Get(ctx, table, key)
	if err != nil {
		return m, err
	}
	if row == nil {
		return m, userError("gone", "", "这一条找不到了，请重新打开。没有改动。", "This entry is not there any more; nothing was changed.")
	}
	if err := s.c.replica.Update(ctx, func(tx *replicaTx) error { return tx.Put(table, key, schema.Values{"merged_into": nil}) }); err != nil {
		return m, fmt.Errorf("unmerge: %w", err)
	}
	if m.After, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	return m, s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "unmerged", Subject: table, Address: v.address, Detail: clip(entryName(table, row), 200)})
}

// entryName is what the log calls an entry: without personal data.
func entryName(table string, row *replicaRow) string {
	switch table {
	case "attendance":
		return maskName(row.Text("person_name"))
	case "activity":
		return localDate(row.Int("start_at")) + " " + row.Text("kind") + " " + cmp.Or(row.Text("title"), row.Text("place_text"))
	case "case_digest":
		return row.Text("title")
	case "outcome":
		return row.Text("occurred_on") + " " + row.Text("kind") + " " + row.Text("ref_no")
	}
	return row.Text("name")
}

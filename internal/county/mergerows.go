package county

import (
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
	reader, err := s.c.counts.current(ctx, s.c)
	if err != nil {
		return Merged{}, err
	}
	var m Merged
	if m.Before, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	var names [2]string
	var meetings [2]schema.ID
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		for i, id := range []schema.ID{into, from} {
			row, err := tx.Get(table, id)
			if err != nil {
				return err
			}
			if row == nil {
				return userError("gone", "", "这一条找不到了，请重新打开。没有改动。", "This entry is not there any more; nothing was changed.")
			}
			names[i] = entryName(table, row)
			if table == "attendance" {
				meetings[i] = row.Ref("activity_id")
			}
			// The survivor must stand for itself, or the two would point at each other.
			if i == 0 && !row.Null("merged_into") {
				if err := tx.Put(table, id, schema.Values{"merged_into": nil}); err != nil {
					return err
				}
			}
		}
		if reader.Survivor(meetings[0]) != reader.Survivor(meetings[1]) {
			return userError("meetings", "", "这是两场会的签到，不能并。没有改动。", "These are signatures of two meetings; nothing was changed.")
		}
		return tx.Put(table, from, schema.Values{"merged_into": into})
	})
	if err != nil {
		return m, err
	}
	if m.After, err = s.c.number(ctx, `SELECT count(*) FROM `+table+` WHERE `+inUse); err != nil {
		return m, err
	}
	return m, s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "merged", Subject: table, Address: v.address, Detail: clip(names[1]+" → "+names[0], 200)})
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
	if table == "attendance" {
		return maskName(row.Text("person_name"))
	}
	return row.Text("name")
}

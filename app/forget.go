package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// forgetRedacted takes what was personal of redacted records out of what this laptop
// alone keeps of them: the values replaced here, and forms left unfinished.
func forgetRedacted(ctx context.Context, r *replica.Replica) error {
	for _, t := range model.Schema.Tables {
		ids, err := redactedIn(ctx, r, t)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := forgetPasts(ctx, r, t, id); err != nil {
				return err
			}
		}
		if t.Name == "consultation" && len(ids) > 0 {
			if err := forgetDrafts(ctx, r, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

func redactedIn(ctx context.Context, r *replica.Replica, t *schema.Table) ([]schema.ID, error) {
	var marks []string
	for _, i := range t.Marks() {
		marks = append(marks, t.Columns[i].Name+" IS NOT NULL")
	}
	rows, err := r.Query(ctx, `SELECT id FROM "`+t.Name+`" WHERE `+strings.Join(marks, " OR "))
	if err != nil {
		return nil, fmt.Errorf("list what is redacted: %w", err)
	}
	defer rows.Close()
	var out []schema.ID
	for rows.Next() {
		var id schema.ID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list what is redacted: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// forgetPasts drops the personal values that were replaced here.
func forgetPasts(ctx context.Context, r *replica.Replica, t *schema.Table, id schema.ID) error {
	key := historyKey(t.Name, id)
	raw, err := r.GetLocal(ctx, key)
	if err != nil || raw == nil {
		return err
	}
	row, err := r.Get(ctx, t.Name, id)
	if err != nil || row == nil {
		return err
	}
	list := readPasts(raw)
	left := slices.DeleteFunc(slices.Clone(list), func(p past) bool { return row.Redacted(p.Column) })
	if len(left) == len(list) {
		return nil
	}
	if len(left) == 0 {
		return r.PutLocal(ctx, key, nil)
	}
	if raw, err = json.Marshal(left); err != nil {
		return fmt.Errorf("keep the history of %s: %w", t.Name, err)
	}
	return r.PutLocal(ctx, key, raw)
}

// forgetDrafts drops the unfinished forms of consultations.
func forgetDrafts(ctx context.Context, r *replica.Replica, ids []schema.ID) error {
	raw, err := r.GetLocal(ctx, draftsKey)
	if err != nil || raw == nil {
		return err
	}
	for _, d := range readDrafts(raw) {
		id, err := schema.ParseID(strings.TrimPrefix(d.Key, "consultation/"))
		if err != nil || !slices.Contains(ids, id) {
			continue
		}
		if err := r.Update(ctx, func(tx *replica.Tx) error { return dropDraft(tx, d.Key) }); err != nil {
			return err
		}
	}
	return nil
}

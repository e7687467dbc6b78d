package app

import (
	"context"
	"encoding/json"
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// editedVoids lists voided records with edits that whoever voided them had not seen.
// They stay void until somebody says otherwise. One of which the marks themselves
// disagree is listed already.
func (v *Review) editedVoids(r *replica.Replica, d *directory, listed []ReviewItem) ([]ReviewItem, error) {
	var out []ReviewItem
	already := map[schema.ID]bool{}
	for _, item := range listed {
		already[item.ID] = already[item.ID] || item.Column == "voided"
	}
	for _, t := range model.Schema.Tables {
		if t.Name == "template" { // reports nothing
			continue
		}
		var found []*replica.Row
		err := r.Each(context.Background(), t.Name, "WHERE voided IS NOT NULL", nil, func(row *replica.Row) error {
			if !already[row.ID] && model.EditedUnseen(row) {
				found = append(found, row)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for edited voids: %w", err)
		}
		for _, row := range found {
			item, err := v.editedItem(r, d, t.Name, row)
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
	}
	return out, nil
}

// editedItem sets the mark beside the newest edit of another author.
func (v *Review) editedItem(r *replica.Replica, d *directory, table string, row *replica.Row) (ReviewItem, error) {
	item := ReviewItem{Table: table, ID: row.ID, Column: "voided", Title: d.title(table, row)}
	versions, err := r.Versions(context.Background(), table, row.ID)
	if err != nil {
		return item, err
	}
	var mark, edit *replica.FieldVersion
	for i := range versions {
		if f := &versions[i]; f.Column == "voided" && !f.Lost {
			mark = f
		}
	}
	for i := range versions {
		f := &versions[i]
		if mark != nil && f.Column != "voided" && f.Column != "reviewed" && f.Origin.Replica != mark.Origin.Replica && (edit == nil || f.Stamp > edit.Stamp) {
			edit = f
		}
	}
	for side, f := range map[*Said]*replica.FieldVersion{&item.Winner: mark, &item.Loser: edit} {
		if f == nil {
			continue
		}
		n, err := d.name("device", f.Origin.Replica)
		if err != nil {
			return item, err
		}
		*side = Said{Device: n.Name, At: millis(f.At)}
		if side.Text, err = display(d, table, f.Column, f.Value); err != nil {
			return item, err
		}
		if f == edit {
			side.Text = "又有修改：" + side.Text
		}
	}
	return item, nil
}

// settleVoid voids the record again, having seen it as it is, or restores it.
func (v *Review) settleVoid(table string, id schema.ID, on bool) ([]ReviewItem, error) {
	err := v.s.update(func(tx *replica.Tx) error {
		if model.Schema.Table(table) == nil {
			return missing("找不到这条记录。", "This record cannot be found.")
		}
		row, err := tx.Get(table, id)
		if err != nil {
			return err
		}
		if row == nil || !model.EditedUnseen(row) {
			return &rpc.UserError{Code: "not_found", Message: "这一处已经有人核过了。", MessageEN: "Somebody has settled this already."}
		}
		return v.s.setVoid(tx, table, id, on, model.VoidOf(row).Reason)
	})
	if err != nil {
		return nil, err
	}
	if table == "consultation" {
		v.s.consultations.touch(id)
	}
	return v.List()
}

// seenNow is a mark for the row as it is now.
func seenNow(tx *replica.Tx, table string, id schema.ID, mark any) (any, error) {
	text, ok := mark.(string)
	if !ok {
		return mark, nil
	}
	row, err := tx.Get(table, id)
	if err != nil || row == nil {
		return mark, err
	}
	var m model.Void
	if json.Unmarshal([]byte(text), &m) != nil {
		return mark, nil
	}
	return m.JSON(row)
}

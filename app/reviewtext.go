package app

import (
	"context"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// BlendedText is a long text into which two people typed at once: both sides are
// kept, and somebody should read whether it still makes sense.
type BlendedText struct {
	Table  string    `json:"table"`
	ID     schema.ID `json:"id"`
	Column string    `json:"column"`
	Title  string    `json:"title"`
	Text   string    `json:"text"` // as it is now
	At     int64     `json:"at"`   // ms, when it was blended
	Said   []Said    `json:"said"` // what each side put in, newest first
}

// Blended lists them, newest first.
func (v *Review) Blended() ([]BlendedText, error) {
	out := []BlendedText{}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	ctx := context.Background()
	list, err := r.Blended(ctx)
	if err != nil {
		return nil, err
	}
	d := v.s.directory(r)
	for _, b := range list {
		row, err := r.Get(ctx, b.Table, b.ID)
		if err != nil {
			return nil, err
		}
		if row == nil || row.Int("redacted_at") != 0 {
			continue
		}
		item := BlendedText{Table: b.Table, ID: b.ID, Column: b.Column, Title: d.title(b.Table, row), Text: row.Text(b.Column), At: millis(b.At), Said: []Said{}}
		writes, err := r.History(ctx, b.Table, b.ID)
		if err != nil {
			return nil, err
		}
		for i := len(writes) - 1; i >= 0 && len(item.Said) < 4; i-- {
			w := writes[i]
			if w.Column != b.Column {
				continue
			}
			device, err := d.name("device", w.Origin.Replica)
			if err != nil {
				return nil, err
			}
			text, err := writeText(d, model.Schema.Table(b.Table), w)
			if err != nil {
				return nil, err
			}
			item.Said = append(item.Said, Said{Text: text, Device: device.Name, At: millis(w.At)})
		}
		out = append(out, item)
	}
	return out, nil
}

// LookedAt takes a text off the list: it reads well.
func (v *Review) LookedAt(table string, id schema.ID, column string) ([]BlendedText, error) {
	if t := model.Schema.Table(table); t == nil || t.Column(column) == nil || t.Column(column).Kind != schema.LongText {
		return nil, missing("没有这一栏。", "There is no such field.")
	}
	if err := v.s.update(func(tx *replica.Tx) error { return tx.LookedAt(table, id, column) }); err != nil {
		return nil, err
	}
	return v.Blended()
}

package app

import (
	"context"
	"encoding/json"
	"fmt"

	"fieldkit/sync/replica"
)

// ConsultationDraft is the form as it was left.
type ConsultationDraft struct {
	Form ConsultationForm `json:"form"`
	At   int64            `json:"at"` // ms
}

const draftKey = "draft/consultation"

// SaveDraft keeps the form as it is, encrypted on this laptop, so that a crash
// loses no keystroke. Nothing is checked.
func (c *Consultations) SaveDraft(f ConsultationForm) error {
	return c.s.update(func(tx *replica.Tx) error {
		raw, err := json.Marshal(ConsultationDraft{Form: f, At: tx.Now().UnixMilli()})
		if err != nil {
			return err
		}
		return tx.PutLocal(draftKey, raw)
	})
}

// dropDraft forgets the draft of a form that is saved now.
func dropDraft(tx *replica.Tx, f ConsultationForm) error {
	raw, err := tx.GetLocal(draftKey)
	if err != nil || raw == nil {
		return err
	}
	var d ConsultationDraft
	if json.Unmarshal(raw, &d) == nil && (d.Form.ID != f.ID || d.Form.ActivityID != f.ActivityID) {
		return nil
	}
	return tx.PutLocal(draftKey, nil)
}

// Draft is the form as it was left, nil when there is none.
func (c *Consultations) Draft() (*ConsultationDraft, error) {
	r, err := c.s.open()
	if err != nil {
		return nil, err
	}
	raw, err := r.GetLocal(context.Background(), draftKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var d ConsultationDraft
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	return &d, nil
}

// DiscardDraft forgets it.
func (c *Consultations) DiscardDraft() error {
	return c.s.update(func(tx *replica.Tx) error { return tx.PutLocal(draftKey, nil) })
}

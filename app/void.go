package app

import (
	"encoding/json"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// voidMark is the value of a row's voided register.
type voidMark struct {
	On     bool      `json:"on"`
	Reason string    `json:"reason,omitempty"`
	By     schema.ID `json:"by,omitzero"`
	At     int64     `json:"at,omitempty"` // ms
}

func voided(row *replica.Row) bool {
	var v voidMark
	return json.Unmarshal([]byte(row.Text("voided")), &v) == nil && v.On
}

// setVoid voids or restores a row. A row is never deleted.
func (s *Session) setVoid(tx *replica.Tx, table string, id schema.ID, on bool, reason string) error {
	if on {
		if err := model.OneOf("reason", "作废原因", "a reason", "void_reason", reason, true); err != nil {
			return err
		}
	}
	text, err := json.Marshal(voidMark{On: on, Reason: reason, By: s.Officer(), At: tx.Now().UnixMilli()})
	if err != nil {
		return err
	}
	return tx.Put(table, id, schema.Values{"voided": string(text)})
}

package model

import (
	"encoding/json"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Void is the value of a row's register voided. A row is never deleted.
type Void struct {
	On     bool      `json:"on"`
	Reason string    `json:"reason,omitempty"`
	By     schema.ID `json:"by,omitzero"`
	At     int64     `json:"at,omitempty"` // ms
	// Seen is the fingerprint of the row that whoever voided it looked at.
	Seen string `json:"seen,omitempty"`
}

// notSeen are the columns that do not belong to what somebody looked at.
var notSeen = []string{"voided", "reviewed"}

// VoidOf is a row's mark; the zero Void when it was never voided.
func VoidOf(row *replica.Row) (v Void) {
	if json.Unmarshal([]byte(row.Text("voided")), &v) != nil {
		return Void{}
	}
	return v
}

// JSON is the mark as it is stored, for the row as its author sees it.
func (v Void) JSON(row *replica.Row) (string, error) {
	if row != nil {
		v.Seen = row.Fingerprint(notSeen...)
	}
	raw, err := json.Marshal(v)
	return string(raw), err
}

// EditedUnseen tells whether a voided row has edits that whoever voided it had not
// seen: it stays void, and somebody should look (domain.md 2.0). It is the same on
// every replica that knows the same writes. A redacted row is not looked at again.
func EditedUnseen(row *replica.Row) bool {
	v := VoidOf(row)
	return v.On && v.Seen != "" && !row.Marked() && row.Fingerprint(notSeen...) != v.Seen
}

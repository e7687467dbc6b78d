package app

import (
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// SetClosed closes a consultation (办结), or opens it again. From closing on runs the
// time after which what is personal in it is emptied. Closing what is closed
// changes nothing, so that the clock is not set back.
func (c *Consultations) SetClosed(id schema.ID, closed bool) (Consultation, error) {
	err := c.s.update(func(tx *replica.Tx) error {
		row, err := chosen(tx, "consultation", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这条咨询，请返回列表。", "This consultation cannot be found; go back to the list.")
		}
		if closed == (row.Int("closed_at") != 0) {
			return nil
		}
		keep := c.s.remember(tx, "consultation", row)
		if err := tx.Put("consultation", id, schema.Values{"closed_at": closing(tx, closed)}); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Consultation{}, err
	}
	c.s.consultations.touch(id)
	return c.Get(id)
}

// closing is what closed_at becomes.
func closing(tx *replica.Tx, closed bool) any {
	if !closed {
		return nil
	}
	return tx.Now().UnixMilli()
}

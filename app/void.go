package app

import (
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func voided(row *replica.Row) bool { return model.VoidOf(row).On }

// setVoid voids or restores a row. A row is never deleted.
func (s *Session) setVoid(tx *replica.Tx, table string, id schema.ID, on bool, reason string) error {
	if on {
		if err := model.OneOf("reason", "作废原因", "a reason", "void_reason", reason, true); err != nil {
			return err
		}
	}
	row, err := tx.Get(table, id)
	if err != nil {
		return err
	}
	text, err := model.Void{On: on, Reason: reason, By: s.Officer(), At: tx.Now().UnixMilli()}.JSON(row)
	if err != nil {
		return err
	}
	keep := s.remember(tx, table, row)
	if err := tx.Put(table, id, schema.Values{"voided": text}); err != nil {
		return err
	}
	return keep()
}

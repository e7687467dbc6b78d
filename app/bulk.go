package app

import (
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// BulkEdit changes one field of many consultations in one step.
type BulkEdit struct {
	IDs    []schema.ID `json:"ids"`
	Column string      `json:"column"` // fraud_type, outcome, town, follow_up_on, void
	Value  string      `json:"value"`  // of void the reason
}

// maxBulkEdit is what one step changes at most.
const maxBulkEdit = 500

// Bulk changes them all or none; it returns how many were changed.
func (c *Consultations) Bulk(b BulkEdit) (int, error) {
	var changed []schema.ID
	err := c.s.update(func(tx *replica.Tx) error {
		if len(b.IDs) == 0 || len(b.IDs) > maxBulkEdit {
			return refuse("ids", fmt.Sprintf("一次选 1 到 %d 条。", maxBulkEdit), fmt.Sprintf("Choose 1 to %d records at once.", maxBulkEdit))
		}
		check := map[string]func() error{
			"fraud_type":   func() error { return model.OneOf("value", "诈骗类型", "a fraud type", "fraud_type", b.Value, true) },
			"outcome":      func() error { return model.OneOf("value", "处理结果", "an outcome", "outcome", b.Value, true) },
			"town":         func() error { return model.Text("value", "乡镇", "the town", b.Value, 20, false) },
			"follow_up_on": func() error { return model.Day("value", "回访日期", "The day to call back", b.Value) },
			"void":         func() error { return model.OneOf("value", "作废原因", "a reason", "void_reason", b.Value, true) },
		}[b.Column]
		if check == nil {
			return refuse("column", "这一栏不能成批修改。", "This field cannot be changed for many.")
		}
		if err := check(); err != nil {
			return err
		}
		for _, id := range b.IDs {
			row, err := tx.Get("consultation", id)
			if err != nil {
				return err
			}
			if row == nil {
				return missing("其中一条找不到了，一条也没有改。请刷新列表再选。", "One of them cannot be found and none was changed; choose again.")
			}
			if b.Column == "void" {
				if voided(row) {
					continue
				}
				err = c.s.setVoid(tx, "consultation", id, true, b.Value)
			} else {
				if row.Text(b.Column) == b.Value {
					continue
				}
				keep := c.s.remember(tx, "consultation", row)
				if err = tx.Put("consultation", id, schema.Values{b.Column: text(b.Value)}); err == nil {
					err = keep()
				}
			}
			if err != nil {
				return err
			}
			changed = append(changed, id)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, id := range changed {
		c.s.consultations.touch(id)
	}
	return len(changed), nil
}

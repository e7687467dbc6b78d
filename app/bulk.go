package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Bulk changes one field of many records in one step, and takes the last such step back.
type Bulk struct{ s *Session }

// NewBulk makes the service.
func NewBulk(s *Session) *Bulk { return &Bulk{s} }

// BulkEdit is one field of many records of a table.
type BulkEdit struct {
	Table  string      `json:"table"`
	IDs    []schema.ID `json:"ids"`
	Column string      `json:"column"` // see bulkColumns, or void, or closed
	Value  string      `json:"value"`  // of void the reason; of closed "closed" or "open"
}

// BulkStep is a step that was done and can be taken back.
type BulkStep struct {
	Table string `json:"table"`
	Count int    `json:"count"` // records that it changed
	At    int64  `json:"at"`    // ms; 0: there is none
}

// maxBulkEdit is what one step changes at most.
const maxBulkEdit = 500

// bulkColumns are the fields that can be changed for many, with what checks a value.
var bulkColumns = map[string]map[string]func(value string) error{
	"consultation": {
		"fraud_type":   bulkCode("诈骗类型", "a fraud type", "fraud_type"),
		"outcome":      bulkCode("处理结果", "an outcome", "outcome"),
		"town":         bulkText("乡镇", "the town", 20),
		"follow_up_on": bulkDay("回访日期", "The day to call back"),
	},
	"activity": {"state": bulkCode("状态", "a state", "activity_state")},
	"venue": {
		"kind":  bulkCode("场所类别", "a kind of venue", "venue_kind"),
		"town":  bulkText("乡镇", "the town", 20),
		"state": bulkCode("状态", "a state", "venue_state"),
	},
	"post": {
		"purpose": bulkCode("目的", "a purpose", "post_purpose"),
		"via":     bulkCode("发布者", "who posted it", "post_via"),
		"account": bulkText("账号", "the account", 30),
	},
	"outcome":   {"source": bulkCode("途径", "how it came about", "outcome_source")},
	"indicator": {"status": bulkCode("状态", "a status", "indicator_status"), "bank_or_platform": bulkText("开户行或平台", "the bank or platform", 30)},
}

// bulkVoids are the tables of which many can be voided.
var bulkVoids = []string{"consultation", "activity", "post", "outcome"}

func bulkCode(label, labelEN, table string) func(string) error {
	return func(v string) error { return model.OneOf("value", label, labelEN, table, v, true) }
}

func bulkText(label, labelEN string, limit int) func(string) error {
	return func(v string) error { return model.Text("value", label, labelEN, v, limit, false) }
}

func bulkClosed(v string) error {
	if v != "closed" && v != "open" {
		return refuse("value", "请选择办结还是未办结。", "Choose closed or open.")
	}
	return nil
}

func bulkDay(label, labelEN string) func(string) error {
	return func(v string) error { return model.Day("value", label, labelEN, v) }
}

// bulkUndo is what the last step replaced, kept on this laptop alone.
type bulkUndo struct {
	Table  string    `json:"t"`
	At     int64     `json:"a"` // ms
	Before []bulkWas `json:"b"`
}

// bulkWas is one record before and after the step; nil is an empty field.
type bulkWas struct {
	ID  schema.ID      `json:"i"`
	Was map[string]any `json:"w"` // by column
	Now map[string]any `json:"n"`
}

const bulkKey = "bulk/last"

// Edit changes them all or none.
func (b *Bulk) Edit(e BulkEdit) (BulkStep, error) {
	undo := bulkUndo{Table: e.Table}
	err := b.s.update(func(tx *replica.Tx) error {
		if len(e.IDs) == 0 || len(e.IDs) > maxBulkEdit {
			return refuse("ids", fmt.Sprintf("一次选 1 到 %d 条。", maxBulkEdit), fmt.Sprintf("Choose 1 to %d records at once.", maxBulkEdit))
		}
		check := bulkColumns[e.Table][e.Column]
		if e.Column == "void" && slices.Contains(bulkVoids, e.Table) {
			check = bulkCode("作废原因", "a reason", "void_reason")
		}
		if e.Column == "closed" && e.Table == "consultation" {
			check = bulkClosed
		}
		if check == nil {
			return refuse("column", "这一栏不能成批修改。", "This field cannot be changed for many.")
		}
		if err := check(e.Value); err != nil {
			return err
		}
		if err := checkStories(tx, e); err != nil {
			return err
		}
		undo.At = tx.Now().UnixMilli()
		for _, id := range e.IDs {
			was, err := b.change(tx, e, id)
			if err != nil {
				return err
			}
			if was != nil {
				undo.Before = append(undo.Before, *was)
			}
		}
		if len(undo.Before) == 0 {
			return nil // then the step before can still be taken back
		}
		raw, err := json.Marshal(undo)
		if err != nil {
			return fmt.Errorf("keep what a bulk edit replaced: %w", err)
		}
		return tx.PutLocal(bulkKey, raw)
	})
	if err != nil {
		return BulkStep{}, err
	}
	b.touch(undo)
	return undo.step(), nil
}

// checkStories refuses to call consultations "other" of which no story says what it was,
// as the form of a single one does.
func checkStories(tx *replica.Tx, e BulkEdit) error {
	if e.Table != "consultation" || e.Column != "fraud_type" || e.Value != "F99" {
		return nil
	}
	without := 0
	for _, id := range e.IDs {
		row, err := tx.Get(e.Table, id)
		if err != nil {
			return err
		}
		if row != nil && row.Text(e.Column) != e.Value && strings.TrimSpace(row.Text("story")) == "" {
			without++
		}
	}
	if without == 0 {
		return nil
	}
	return refuse("value", fmt.Sprintf("选中的里面有 %d 条没有案情经过。改成“其他”要写明是怎么回事，一条也没有改。请先逐条补写，或者不选它们。", without),
		fmt.Sprintf("%d of them have no story. “Other” needs one that says what happened, so none was changed. Write it in each of them first, or leave them out.", without))
}

// change changes one record; nil when it is so already.
func (b *Bulk) change(tx *replica.Tx, e BulkEdit, id schema.ID) (*bulkWas, error) {
	row, err := tx.Get(e.Table, id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, missing("其中一条找不到了，一条也没有改。请刷新列表再选。", "One of them cannot be found and none was changed; choose again.")
	}
	columns := []string{e.Column}
	switch {
	case e.Column == "closed":
		if columns = []string{"closed_at"}; row.Null("closed_at") == (e.Value == "open") {
			return nil, nil
		}
	case e.Column == "void" && voided(row), e.Column != "void" && row.Text(e.Column) == e.Value:
		return nil, nil
	case e.Column == "void":
		columns = []string{"voided"}
	case e.Table == "activity":
		columns = append(columns, "start_at", "end_at")
	}
	was := bulkWas{ID: id, Was: b.values(e.Table, row, columns)}
	switch {
	case e.Column == "void":
		err = b.s.setVoid(tx, e.Table, id, true, e.Value)
	case e.Table == "activity":
		err = b.setState(tx, row, e.Value)
	default:
		values := schema.Values{e.Column: text(e.Value)}
		if e.Column == "closed" {
			values = schema.Values{"closed_at": closing(tx, e.Value == "closed")}
		}
		keep := b.s.remember(tx, e.Table, row)
		if err = tx.Put(e.Table, id, values); err == nil {
			err = keep()
		}
	}
	if err != nil {
		return nil, err
	}
	if row, err = tx.Get(e.Table, id); err != nil {
		return nil, err
	}
	was.Now = b.values(e.Table, row, columns)
	return &was, nil
}

// setState is what Activities.SetState does, of one among many.
func (b *Bulk) setState(tx *replica.Tx, row *replica.Row, state string) error {
	if state == "done" && row.Text("kind") == "training" && (row.Int("hours_x10") < minHours || len(row.Strings("audience_roles")) == 0) {
		return refuse("value", "选中的里面有培训没填学时或对象岗位，一条也没有改。先填好再结束。", "A training among them has no hours or roles and none was changed; fill them in first.")
	}
	keep := b.s.remember(tx, "activity", row)
	if err := tx.Put("activity", row.ID, stateValues(tx, row, state)); err != nil {
		return err
	}
	return keep()
}

func (b *Bulk) values(table string, row *replica.Row, columns []string) map[string]any {
	out := map[string]any{}
	for _, name := range columns {
		out[name] = columnValue(row, model.Schema.Table(table).Column(name))
	}
	return out
}

// Last is the step that Undo would take back.
func (b *Bulk) Last() (BulkStep, error) {
	r, err := b.s.open()
	if err != nil {
		return BulkStep{}, err
	}
	raw, err := r.GetLocal(context.Background(), bulkKey)
	return readBulk(raw).step(), err
}

// Undo takes the last step back. A record that was changed since keeps what it has now;
// Count is how many went back.
func (b *Bulk) Undo() (BulkStep, error) {
	var out BulkStep
	var undo bulkUndo
	err := b.s.update(func(tx *replica.Tx) error {
		raw, err := tx.GetLocal(bulkKey)
		if err != nil {
			return err
		}
		if undo = readBulk(raw); undo.At == 0 {
			return refuse("", "没有可以撤销的成批修改。", "There is no bulk edit to take back.")
		}
		out = BulkStep{Table: undo.Table, At: undo.At}
		for _, was := range undo.Before {
			row, err := tx.Get(undo.Table, was.ID)
			if err != nil {
				return err
			}
			if row == nil || !b.stands(undo.Table, row, was.Now) {
				continue
			}
			keep := b.s.remember(tx, undo.Table, row)
			if err := tx.Put(undo.Table, was.ID, undoValues(was.Was)); err != nil {
				return err
			}
			if err := keep(); err != nil {
				return err
			}
			out.Count++
		}
		return tx.PutLocal(bulkKey, nil)
	})
	if err != nil {
		return BulkStep{}, err
	}
	b.touch(undo)
	return out, nil
}

// stands tells whether a record still is as the step left it.
func (b *Bulk) stands(table string, row *replica.Row, now map[string]any) bool {
	for name, v := range now {
		if fmt.Sprint(columnValue(row, model.Schema.Table(table).Column(name))) != fmt.Sprint(v) {
			return false
		}
	}
	return true
}

// undoValues are values as they were kept; one that was never voided is not void.
func undoValues(was map[string]any) schema.Values {
	out := schema.Values{}
	for name, v := range was {
		if n, ok := v.(json.Number); ok {
			whole, _ := n.Int64() // it was written from one
			v = whole
		}
		out[name] = v
	}
	return out
}

func readBulk(raw []byte) bulkUndo {
	var u bulkUndo
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // times in ms stay exact
	if d.Decode(&u) != nil {
		return bulkUndo{} // damaged: there is nothing to take back
	}
	return u
}

func (u bulkUndo) step() BulkStep { return BulkStep{Table: u.Table, Count: len(u.Before), At: u.At} }

func (b *Bulk) touch(u bulkUndo) {
	for _, was := range u.Before {
		if u.Table == "consultation" {
			b.s.consultations.touch(was.ID)
		}
	}
}

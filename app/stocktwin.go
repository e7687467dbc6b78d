package app

import (
	"context"
	"fmt"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A delivery from one unit to another is one movement, whichever side enters it: it moves
// the stock of both. Entered on both sides it would count twice, so that whoever enters
// it second is asked first.

// twinDays is how far apart the two sides enter one delivery at most.
const twinDays = 10

// twinOf finds the same delivery as the other side entered it: as many of the same
// material between the same units, under the other name, some days before or after. Units and
// materials that were merged are one.
const twinOf = `WHERE id IN (SELECT t.id FROM stock_move t
  JOIN material m ON m.id = t.material_id JOIN material n ON n.id = ?1
  JOIN unit f ON f.id = t.from_unit JOIN unit g ON g.id = ?2
  JOIN unit u ON u.id = t.to_unit JOIN unit v ON v.id = ?3
WHERE coalesce(m.merged_into, m.id) = coalesce(n.merged_into, n.id) AND t.qty = ?4
  AND coalesce(f.merged_into, f.id) = coalesce(g.merged_into, g.id) AND coalesce(u.merged_into, u.id) = coalesce(v.merged_into, v.id)
  AND (t.kind = 'receive') <> (?5 = 'receive') AND t.kind IN ('receive', 'allot', 'return') AND t.activity_id IS NULL
  AND t.created_at BETWEEN ?6 AND ?7 AND coalesce(json_extract(t.voided, '$.on'), 0) = 0)
ORDER BY created_at DESC, id DESC LIMIT 1`

// twin is the other side's entry of a movement, nil when none is known here.
func twin(find func(clause string, args ...any) ([]*replica.Row, error), values schema.Values, now time.Time) (*replica.Row, error) {
	from, _ := values["from_unit"].(schema.ID)
	to, _ := values["to_unit"].(schema.ID)
	if from.IsNil() || to.IsNil() {
		return nil, nil
	}
	const span = twinDays * 24 * time.Hour
	rows, err := find(twinOf, values["material_id"], from, to, values["qty"], values["kind"], now.Add(-span).UnixMilli(), now.Add(span).UnixMilli())
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// Twin is the entry of the same delivery that the other side has made, nil when none is
// known. The screen shows it and asks; a form whose Sure names it is stored all the same.
func (k *Stock) Twin(f MoveForm) (*StockMove, error) {
	r, err := k.s.open()
	if err != nil {
		return nil, err
	}
	row, err := twin(func(clause string, args ...any) ([]*replica.Row, error) {
		return r.Select(context.Background(), "stock_move", clause, args...)
	}, k.sides(&f), r.Wall())
	if err != nil || row == nil {
		return nil, err
	}
	m, err := k.present(r, k.s.directory(r), row)
	return &m, err
}

// askTwin refuses a movement whose other side is known here and was not shown.
func askTwin(tx *replica.Tx, f *MoveForm, values schema.Values) error {
	row, err := twin(func(clause string, args ...any) ([]*replica.Row, error) {
		return tx.Select("stock_move", clause, args...)
	}, values, tx.Now())
	if err != nil || row == nil || row.ID == f.Sure {
		return err
	}
	on := model.Date(time.UnixMilli(row.Int("created_at")))
	return refuse("sure", fmt.Sprintf("对方 %s 已经登记过这批（%d 份），没有再存。请再按一次保存，看一下是不是同一批。", on, row.Int("qty")),
		fmt.Sprintf("The other side entered this delivery on %s (%d pieces), so it was not stored again. Save once more to see whether it is the same.", on, row.Int("qty")))
}

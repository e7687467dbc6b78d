package app

import (
	"context"
	"fmt"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Stock is what the unit has received, passed on and has left of each material.
type Stock struct{ s *Session }

// NewStock makes the service.
func NewStock(s *Session) *Stock { return &Stock{s} }

// StockLine is one material's account, in pieces.
type StockLine struct {
	MaterialID schema.ID `json:"material_id"`
	Name       string    `json:"name"`
	Group      string    `json:"group"`
	Hotkey     int64     `json:"hotkey"`
	Tracked    bool      `json:"tracked"` // the unit has entered stock of it; without, a balance means nothing
	In         int64     `json:"in"`      // received, allotted here, found on counting
	Out        int64     `json:"out"`     // allotted away, returned, scrapped, missed on counting
	HandedOut  int64     `json:"handed_out"`
	Placed     int64     `json:"placed"` // given to venues to put up
	Balance    int64     `json:"balance"`
	LowAt      int64     `json:"low_at"` // the county's mark, without one twenty or a twentieth of what came in
	Low        bool      `json:"low"`    // the balance is at the mark or below
}

// lowStock is how few pieces of a material are few where the county has set no mark.
const lowStock = 20

// stockOf is a unit's account, a line a material: in, out, handed out, placed. What was
// carried to an activity and back stays within the unit; what was damaged there is out. The
// handouts of activity ?2 are left out.
const stockOf = `
WITH moved AS (
  SELECT coalesce(m.merged_into, m.id) AS material,
    CASE WHEN t.to_unit = ?1 AND t.activity_id IS NULL AND (t.kind <> 'adjust' OR t.qty > 0) THEN t.qty ELSE 0 END AS came,
    CASE WHEN t.from_unit = ?1 AND (t.activity_id IS NULL OR t.kind = 'scrap') THEN t.qty
         WHEN t.to_unit = ?1 AND t.kind = 'adjust' AND t.qty < 0 THEN -t.qty ELSE 0 END AS went
  FROM stock_move t JOIN material m ON m.id = t.material_id
  WHERE coalesce(json_extract(t.voided, '$.on'), 0) = 0 AND ` + model.StandingMove + `
), given AS (
  SELECT coalesce(m.merged_into, m.id) AS material, max(h.qty, 0) AS handed, 0 AS placed
  FROM handout h JOIN material m ON m.id = h.material_id JOIN activity x ON x.id = h.activity_id JOIN activity a ON a.id = coalesce(x.merged_into, x.id)
  WHERE a.lead_unit_id = ?1 AND h.activity_id IS NOT ?2 AND coalesce(json_extract(h.voided, '$.on'), 0) = 0 AND coalesce(json_extract(x.voided, '$.on'), 0) = 0
  UNION ALL
  SELECT coalesce(m.merged_into, m.id), 0, i.qty
  FROM issue i JOIN placement p ON p.id = i.placement_id JOIN material m ON m.id = p.material_id JOIN activity a ON a.id = i.activity_id
  WHERE a.lead_unit_id = ?1 AND coalesce(json_extract(i.voided, '$.on'), 0) = 0 AND coalesce(json_extract(a.voided, '$.on'), 0) = 0
)
SELECT m.id, coalesce(v.moves, 0), coalesce(v.came, 0), coalesce(v.went, 0), coalesce(g.handed, 0), coalesce(g.placed, 0)
FROM material m
  LEFT JOIN (SELECT material, sum(came <> 0 OR went <> 0) AS moves, sum(came) AS came, sum(went) AS went FROM moved GROUP BY material) v ON v.material = m.id
  LEFT JOIN (SELECT material, sum(handed) AS handed, sum(placed) AS placed FROM given GROUP BY material) g ON g.material = m.id
WHERE m.merged_into IS NULL ORDER BY coalesce(m.hotkey, 99), m.code`

// Balances is the account of this laptop's unit, as far as this laptop knows.
func (k *Stock) Balances() ([]StockLine, error) {
	r, err := k.s.open()
	if err != nil {
		return []StockLine{}, err
	}
	return k.balances(r, schema.Nil)
}

// balances leaves out what one activity has handed out.
func (k *Stock) balances(r *replica.Replica, except schema.ID) ([]StockLine, error) {
	out := []StockLine{}
	ctx := context.Background()
	names := map[schema.ID]*replica.Row{}
	if err := r.Each(ctx, "material", "", nil, func(row *replica.Row) error { names[row.ID] = row; return nil }); err != nil {
		return nil, err
	}
	rows, err := r.Query(ctx, stockOf, k.s.Unit(), except)
	if err != nil {
		return nil, fmt.Errorf("stock: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var l StockLine
		var moves int64
		if err := rows.Scan(&l.MaterialID, &moves, &l.In, &l.Out, &l.HandedOut, &l.Placed); err != nil {
			return nil, err
		}
		m := names[l.MaterialID]
		if m == nil || voided(m) && moves == 0 {
			continue
		}
		l.Name, l.Group, l.Hotkey, l.Tracked = m.Text("name"), m.Text("group"), m.Int("hotkey"), moves > 0
		if l.LowAt = max(lowStock, l.In/20); !m.Null("low_stock") {
			l.LowAt = m.Int("low_stock")
		}
		out = append(out, l.with(0))
	}
	return out, rows.Err()
}

// with is the account with more handed out.
func (l StockLine) with(handed int64) StockLine {
	l.HandedOut += handed
	l.Balance = l.In - l.Out - l.HandedOut - l.Placed
	l.Low = l.Tracked && l.Balance <= l.LowAt
	return l
}

// MoveForm enters a movement of stock.
type MoveForm struct {
	Kind       string    `json:"kind"` // receive, allot, return, scrap, adjust
	MaterialID schema.ID `json:"material_id"`
	Qty        int64     `json:"qty"`        // pieces; of an adjustment also negative
	BatchNo    string    `json:"batch_no"`   // of what was received
	PrintedOn  string    `json:"printed_on"` // YYYY-MM-DD
	UnitID     schema.ID `json:"unit_id"`    // the other side: it came from, or goes to
	Note       string    `json:"note"`
	Sure       schema.ID `json:"sure,omitzero"` // the entry of the other side that was shown and is another delivery, see Twin
}

// StockMove is a movement as it stands.
type StockMove struct {
	ID       schema.ID `json:"id"`
	Kind     string    `json:"kind"`
	Material Named     `json:"material"`
	Qty      int64     `json:"qty"`
	BatchNo  string    `json:"batch_no"`
	From     Named     `json:"from"`
	To       Named     `json:"to"`
	Activity string    `json:"activity"` // its title, of what was carried to one
	At       int64     `json:"at"`       // ms
	By       string    `json:"by"`
	Note     string    `json:"note"`
	Voided   bool      `json:"voided"`
}

const maxMove = 1_000_000

// Record enters a movement; one that the other side has entered only when Sure says so.
func (k *Stock) Record(f MoveForm) ([]StockLine, error) {
	err := k.s.update(func(tx *replica.Tx) error {
		values, err := k.move(tx, &f)
		if err != nil {
			return err
		}
		if err := askTwin(tx, &f, values); err != nil {
			return err
		}
		return tx.Put("stock_move", tx.NewID(), k.s.created(tx, values))
	})
	if err != nil {
		return nil, err
	}
	return k.Balances()
}

func (k *Stock) move(tx *replica.Tx, f *MoveForm) (schema.Values, error) {
	low := int64(1)
	if f.Kind == "adjust" {
		low = -maxMove
	}
	for _, err := range []error{
		model.OneOf("kind", "出入库", "a kind of movement", "stock_kind", f.Kind, true),
		model.Range("qty", "数量", "The number", f.Qty, low, maxMove),
		model.Text("batch_no", "批次", "the batch", f.BatchNo, 20, f.Kind == "receive"),
		model.Text("note", "备注", "the note", f.Note, 200, false),
	} {
		if err != nil {
			return nil, err
		}
	}
	if f.Qty == 0 {
		return nil, refuse("qty", "数量不能是 0。", "The number cannot be nought.")
	}
	if f.PrintedOn != "" {
		day, err := model.ParseDate("printed_on", "印制日期", "The date of printing", f.PrintedOn)
		if err != nil {
			return nil, err
		}
		if day.After(tx.Now()) {
			return nil, refuse("printed_on", "印制日期不能晚于今天。", "The date of printing cannot be after today.")
		}
	}
	if m, err := chosen(tx, "material", f.MaterialID); err != nil {
		return nil, err
	} else if m == nil {
		return nil, refuse("material_id", "请选择宣传品。", "Choose the material.")
	}
	if f.UnitID == k.s.Unit() {
		return nil, refuse("unit_id", "对方不能是本单位。", "The other side cannot be your own unit.")
	}
	if !f.UnitID.IsNil() {
		if u, err := tx.Get("unit", f.UnitID); err != nil {
			return nil, err
		} else if u == nil {
			return nil, refuse("unit_id", "这个单位还没有登记，请重新选择。", "This unit is not registered; choose again.")
		}
	}
	if f.Kind == "allot" && f.UnitID.IsNil() {
		return nil, refuse("unit_id", "请选择调拨给哪个单位。", "Choose the unit it goes to.")
	}
	return k.sides(f), nil
}

// sides are the values of a movement, with what it leaves and where it goes.
func (k *Stock) sides(f *MoveForm) schema.Values {
	values := schema.Values{"kind": f.Kind, "material_id": f.MaterialID, "qty": f.Qty, "batch_no": text(strings.TrimSpace(f.BatchNo)), "printed_on": text(f.PrintedOn), "note": text(strings.TrimSpace(f.Note))}
	switch f.Kind {
	case "receive", "adjust":
		values["from_unit"], values["to_unit"] = f.UnitID, k.s.Unit()
	default:
		values["from_unit"], values["to_unit"] = k.s.Unit(), f.UnitID
	}
	return values
}

// Moves lists the unit's movements, newest first.
func (k *Stock) Moves(limit int) ([]StockMove, error) { return k.moves(min(max(limit, 1), 500)) }

func (k *Stock) moves(limit int) ([]StockMove, error) {
	out := []StockMove{}
	r, err := k.s.open()
	if err != nil {
		return out, err
	}
	d := k.s.directory(r)
	unit := k.s.Unit()
	err = r.Each(context.Background(), "stock_move", "WHERE from_unit = ?1 OR to_unit = ?1 ORDER BY created_at DESC LIMIT ?2", []any{unit, limit}, func(row *replica.Row) error {
		m, err := k.present(r, d, row)
		out = append(out, m)
		return err
	})
	return out, err
}

func (k *Stock) present(r *replica.Replica, d *directory, row *replica.Row) (m StockMove, err error) {
	m = StockMove{ID: row.ID, Kind: row.Text("kind"), Qty: row.Int("qty"), BatchNo: row.Text("batch_no"), At: row.Int("created_at"), Note: row.Text("note"), Voided: voided(row)}
	for into, ref := range map[*Named]struct{ table, column string }{&m.Material: {"material", "material_id"}, &m.From: {"unit", "from_unit"}, &m.To: {"unit", "to_unit"}} {
		n, err := d.name(ref.table, row.Ref(ref.column))
		if err != nil {
			return m, err
		}
		*into = n
	}
	by, err := d.name("officer", row.Ref("created_by"))
	if err != nil {
		return m, err
	}
	m.By = by.Name
	if id := row.Ref("activity_id"); !id.IsNil() {
		if event, err := r.Get(context.Background(), "activity", id); err != nil {
			return m, err
		} else if event != nil {
			a, err := d.activity(event)
			if err != nil {
				return m, err
			}
			m.Activity = a.Title
		}
	}
	return m, nil
}

// VoidMove takes a movement out of the account, or puts it back.
func (k *Stock) VoidMove(id schema.ID, on bool) ([]StockLine, error) {
	err := k.s.update(func(tx *replica.Tx) error {
		row, err := chosen(tx, "stock_move", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这条出入库。", "This movement cannot be found.")
		}
		return k.s.setVoid(tx, "stock_move", id, on, "V1")
	})
	if err != nil {
		return nil, err
	}
	return k.Balances()
}

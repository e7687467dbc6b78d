package app

import (
	"context"
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Carried is one material at one activity by hand: what was taken out, what came
// back, what was spoilt, beside what was tapped.
type Carried struct {
	ActivityID schema.ID `json:"activity_id"`
	MaterialID schema.ID `json:"material_id"`
	Name       string    `json:"name"`
	Issued     int64     `json:"issued"`
	Returned   int64     `json:"returned"`
	Damaged    int64     `json:"damaged"`
	HandedOut  int64     `json:"handed_out"` // by the taps of all laptops, and what venues were given
	Stated     bool      `json:"stated"`     // somebody has counted
	Difference int64     `json:"difference"` // issued − returned − damaged − handed out; 0 is right
	// Others are further counts of the same thing, made on laptops that had not met.
	// They do not count; somebody says which is right.
	Others []HandCount `json:"others"`
}

// HandCount is one count by hand.
type HandCount struct {
	Field  string `json:"field"` // issued, returned, damaged
	Qty    int64  `json:"qty"`
	At     int64  `json:"at"` // ms
	By     string `json:"by"`
	Device string `json:"device"`
}

// carriedKinds are the movements of one activity by the field that states them.
var (
	carriedKinds  = map[string]string{"issued": "allot", "returned": "return", "damaged": "scrap"}
	carriedFields = map[string]string{"allot": "issued", "return": "returned", "scrap": "damaged"}
)

// carriedOf are the counts by hand of an activity, a line each; of a material and kind
// one stands.
const carriedOf = `SELECT coalesce(m.merged_into, m.id), t.kind, t.qty, t.created_at, t.created_by, t.device_id, ` + model.StandingMove + `
FROM stock_move t JOIN material m ON m.id = t.material_id
WHERE t.activity_id = ? AND coalesce(json_extract(t.voided, '$.on'), 0) = 0 ORDER BY t.created_at DESC, t.id DESC`

// goneOf is what an activity gave away of each material, over the counter or to venues.
const goneOf = `SELECT material, sum(qty) FROM (
  SELECT coalesce(m.merged_into, m.id) AS material, max(h.qty, 0) AS qty FROM handout h JOIN material m ON m.id = h.material_id
  WHERE h.activity_id = ?1 AND coalesce(json_extract(h.voided, '$.on'), 0) = 0
  UNION ALL
  SELECT coalesce(m.merged_into, m.id), i.qty FROM issue i JOIN placement p ON p.id = i.placement_id JOIN material m ON m.id = p.material_id
  WHERE i.activity_id = ?1 AND coalesce(json_extract(i.voided, '$.on'), 0) = 0
) GROUP BY 1 HAVING sum(qty) > 0`

// Carried lists the materials that an activity took out or gave away.
func (k *Stock) Carried(activity schema.ID) ([]Carried, error) {
	out := []Carried{}
	r, err := k.s.open()
	if err != nil {
		return out, err
	}
	ctx := context.Background()
	d := k.s.directory(r)
	lines := map[schema.ID]*Carried{}
	line := func(id schema.ID) *Carried {
		if lines[id] == nil {
			lines[id] = &Carried{ActivityID: activity, MaterialID: id, Others: []HandCount{}}
		}
		return lines[id]
	}
	rows, err := r.Query(ctx, carriedOf, activity)
	if err != nil {
		return nil, fmt.Errorf("carried: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, by, device schema.ID
		var kind string
		var qty, at int64
		var stands bool
		if err := rows.Scan(&id, &kind, &qty, &at, &by, &device, &stands); err != nil {
			return nil, fmt.Errorf("carried: %w", err)
		}
		l := line(id)
		l.Stated = true
		if !stands {
			other := HandCount{Field: carriedFields[kind], Qty: qty, At: at}
			for into, of := range map[*string]struct {
				table string
				id    schema.ID
			}{&other.By: {"officer", by}, &other.Device: {"device", device}} {
				n, err := d.name(of.table, of.id)
				if err != nil {
					return nil, err
				}
				*into = n.Name
			}
			l.Others = append(l.Others, other)
			continue
		}
		switch kind { // two materials that were made one add up
		case "allot":
			l.Issued += qty
		case "return":
			l.Returned += qty
		case "scrap":
			l.Damaged += qty
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	gone, err := r.Query(ctx, goneOf, activity)
	if err != nil {
		return nil, fmt.Errorf("carried: %w", err)
	}
	defer gone.Close()
	for gone.Next() {
		var id schema.ID
		var qty int64
		if err := gone.Scan(&id, &qty); err != nil {
			return nil, err
		}
		line(id).HandedOut = qty
	}
	if err := gone.Err(); err != nil {
		return nil, err
	}
	err = r.Each(ctx, "material", "ORDER BY coalesce(hotkey, 99), code", nil, func(row *replica.Row) error {
		if l := lines[row.ID]; l != nil {
			l.Name = row.Text("name")
			if l.Stated {
				l.Difference = l.Issued - l.Returned - l.Damaged - l.HandedOut
			}
			out = append(out, *l)
		}
		return nil
	})
	return out, err
}

// Carry states how many pieces were issued, returned or damaged at an activity. It
// replaces what was stated before; the same number on two laptops counts once, and of
// two numbers the latest, until somebody says which is right.
func (k *Stock) Carry(activity, material schema.ID, field string, qty int64) ([]Carried, error) {
	err := k.s.update(func(tx *replica.Tx) error {
		kind, ok := carriedKinds[field]
		if !ok {
			return refuse("field", "没有这一栏。", "There is no such field.")
		}
		if err := model.Range(field, "数量", "The number", qty, 0, maxMove); err != nil {
			return err
		}
		if _, err := activityOf(tx, activity); err != nil {
			return err
		}
		if m, err := chosen(tx, "material", material); err != nil {
			return err
		} else if m == nil {
			return missing("找不到这种宣传品。", "This material cannot be found.")
		}
		r, err := k.s.open()
		if err != nil {
			return err
		}
		id := schema.Derive(r.Realm(), "carried", activity.String(), material.String(), kind, fmt.Sprint(qty))
		before, err := tx.Select("stock_move", "WHERE activity_id = ? AND material_id = ? AND kind = ?", activity, material, kind)
		if err != nil {
			return err
		}
		var same *replica.Row
		for _, row := range before {
			if row.ID == id {
				same = row
			} else if !voided(row) {
				if err := k.s.setVoid(tx, "stock_move", row.ID, true, "V1"); err != nil {
					return err
				}
			}
		}
		values := schema.Values{"kind": kind, "material_id": material, "qty": qty, "activity_id": activity, "from_unit": k.s.Unit()}
		if kind == "return" {
			values["from_unit"], values["to_unit"] = schema.Nil, k.s.Unit()
		}
		switch {
		case same == nil && qty > 0:
			return tx.Put("stock_move", id, k.s.created(tx, values))
		case same != nil && voided(same) && qty > 0:
			return k.s.setVoid(tx, "stock_move", id, false, "")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return k.Carried(activity)
}

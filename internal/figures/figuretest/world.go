// Package figuretest writes small counties for tests: a replica and short ways to
// put rows into it.
package figuretest

import (
	"fmt"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// World is a replica and short ways to write into it.
type World struct {
	t       *testing.T
	Replica *replica.Replica
	n       int
}

// New opens an empty replica.
func New(t *testing.T) *World {
	t.Helper()
	r, err := replica.Open(t.Context(), replica.Options{Dir: t.TempDir(), Schema: model.Schema, Realm: schema.Derive(schema.Nil, "test"), Audience: model.Audience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return &World{t: t, Replica: r}
}

// At is an hour of a local date, Unix milliseconds.
func At(date string, hour int) int64 {
	t, err := time.ParseInLocation("2006-01-02", date, model.Location)
	if err != nil {
		panic(err)
	}
	return t.Add(time.Duration(hour) * time.Hour).UnixMilli()
}

// Put writes a row and returns its id; counters and sets go by their own verbs.
func (w *World) Put(table string, values schema.Values) schema.ID {
	w.t.Helper()
	w.n++
	id := schema.Derive(w.Replica.Realm(), "row", fmt.Sprint(w.n))
	all := schema.Values{"device_id": w.Replica.ID(), "created_at": At("2025-01-01", 8)}
	for name, v := range values {
		all[name] = v
	}
	w.Update(table, id, all)
	return id
}

// Update writes columns of a row: counters are added to, sets included into.
func (w *World) Update(table string, id schema.ID, values schema.Values) {
	w.t.Helper()
	err := w.Replica.Update(w.t.Context(), func(tx *replica.Tx) error {
		rest := schema.Values{}
		for name, v := range values {
			switch c := model.Schema.Table(table).Column(name); {
			case c == nil:
				return fmt.Errorf("%s has no %s", table, name)
			case c.Kind == schema.Counter:
				if err := tx.Add(table, id, name, int64(v.(int))); err != nil {
					return err
				}
			case c.Kind == schema.Set:
				if err := tx.Include(table, id, name, v.([]string)...); err != nil {
					return err
				}
			default:
				rest[name] = v
			}
		}
		if len(rest) == 0 {
			return nil
		}
		return tx.Put(table, id, rest)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Unit makes a unit.
func (w *World) Unit(name, department string) schema.ID {
	return w.Put("unit", schema.Values{"code": name, "name": name, "department": department})
}

// Activity makes one that is done.
func (w *World) Activity(kind, date string, unit schema.ID, more schema.Values) schema.ID {
	values := schema.Values{"kind": kind, "state": "done", "start_at": At(date, 9), "lead_unit_id": unit}
	for k, v := range more {
		values[k] = v
	}
	return w.Put("activity", values)
}

// Fill writes something of everything for one unit and something for another.
func (w *World) Fill() schema.ID {
	bank, police := w.Unit("农商行营业部", "D09"), w.Unit("反诈中心", "D01")
	w.Update("unit", bank, schema.Values{"teller_headcount": 26, "service_phone": "96268"})
	w.Put("device", schema.Values{"label": "D1", "owner_unit_id": police, "state": "active"})
	device := schema.Derive(w.Replica.Realm(), "row", fmt.Sprint(w.n))
	leaflet := w.Put("material", schema.Values{"code": "A", "group": "leaflet", "name": "宣传单"})
	brochure := w.Put("material", schema.Values{"code": "B", "group": "brochure", "name": "宣传册"})
	cafe := w.Put("venue", schema.Values{"kind": "V01", "name": "极速网吧", "town": "城关"})
	outlet := w.Put("venue", schema.Values{"kind": "V02", "name": "营业部", "town": "城关"})
	w.Put("period", schema.Values{"code": "p315", "year": 2025, "from_on": "2025-03-15", "to_on": "2025-03-15"})
	for _, u := range []schema.ID{bank, police} {
		street := w.Activity("street", "2025-03-15", u, schema.Values{"consult_quick": 5, "elder_heads": 12})
		w.Put("handout", schema.Values{"activity_id": street, "material_id": leaflet, "qty": 200})
		w.Put("handout", schema.Values{"activity_id": street, "material_id": brochure, "qty": 30})
		w.Put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "wall", "kind": "display_board", "activity_id": street, "qty": 3, "from_on": "2025-03-15"})
		w.Update("activity", street, schema.Values{"partner_units": []string{bank.String(), police.String()}})
		w.Put("consultation", schema.Values{"activity_id": street, "occurred_at": At("2025-03-15", 10), "fraud_type": "F01", "age_band": "A6", "source": "walk_in", "channels": []string{"H1", "H3"}})
		w.Activity("lecture", "2025-03-20", u, schema.Values{"heads_stated": 80})
		round := w.Activity("household", "2025-04-01", u, nil)
		w.Put("household", schema.Values{"activity_id": round, "door_key": "1-1-" + u.String(), "result": "talked", "talked": 2, "elder_talked": 1})
		w.Put("household", schema.Values{"activity_id": round, "door_key": "1-2-" + u.String(), "result": "absent"})
		meeting := w.Activity("cafe_meeting", "2025-05-01", u, nil)
		w.Put("attendance", schema.Values{"activity_id": meeting, "person_name": "赵敏", "venue_id": cafe, "sign_ins": []string{"d@1"}, "source": "roster"})
		poster := w.Put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "entrance", "kind": "poster", "activity_id": meeting, "qty": 2, "from_on": "2025-05-01"})
		given := w.Put("placement", schema.Values{"venue_id": cafe, "material_id": brochure, "spot": "counter", "kind": "poster", "activity_id": meeting, "from_on": "2025-05-01"})
		w.Put("issue", schema.Values{"placement_id": given, "activity_id": meeting, "qty": 4})
		w.Put("inspection", schema.Values{"placement_id": poster, "at": At("2025-05-20", 9), "result": "in_place"})
		led := w.Put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "screen", "kind": "led", "activity_id": meeting, "qty": 1, "led_runs_per_day": 48, "from_on": "2025-05-01"})
		_ = led
		hotline := w.Put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "counter", "kind": "hotline_notice", "activity_id": meeting, "qty": 1, "shown_phone": "96268", "from_on": "2025-05-01"})
		w.Put("inspection", schema.Values{"placement_id": hotline, "at": At("2025-05-21", 9), "result": "in_place"})
		training := w.Activity("training", "2025-06-01", u, nil)
		w.Put("role_head", schema.Values{"activity_id": training, "role": "teller", "heads": 24})
		w.Activity("drill", "2025-06-02", u, nil)
		w.Put("plan", schema.Values{"year": 2025, "kind": "contingency", "unit_id": u, "revised_on": "2025-06-03"})
		desk := w.Activity("desk_shift", "2025-06-04", u, nil)
		indicator := w.Put("indicator", schema.Values{"kind": "phone", "value": "1" + u.String(), "status": "reported", "device_id": device})
		for range 2 {
			c := w.Put("consultation", schema.Values{"activity_id": desk, "occurred_at": At("2025-06-04", 10), "fraud_type": "F01", "age_band": "A3", "source": "call_110", "stage": "G3", "loss_fen": 500000,
				"outcome": "K4", "channels": []string{"H1"}, "relatives_advised": 1})
			w.Put("consultation_indicator", schema.Values{"consultation_id": c, "indicator_id": indicator})
			w.Put("linkage_action", schema.Values{"consultation_id": c, "kind": "call_police", "at": At("2025-06-04", 11)})
			w.Put("linkage_action", schema.Values{"consultation_id": c, "kind": "freeze", "at": At("2025-06-04", 11) + 17*60_000, "amount_fen": 300000, "result": "ok"})
		}
		w.Put("outcome", schema.Values{"kind": "intercept", "ref_no": "1" + u.String(), "occurred_on": "2025-07-01", "source": "desk_110", "averted_fen": 1000, "lead_unit_id": u})
		w.Put("outcome", schema.Values{"kind": "caught", "ref_no": "2", "occurred_on": "2025-07-01", "persons": 3, "lead_unit_id": u})
		w.Put("outcome", schema.Values{"kind": "recovered", "ref_no": "3", "occurred_on": "2025-07-01", "recovered_fen": 700, "lead_unit_id": u})
		for i, kind := range []string{"kind_reminder", "remit_served", "sms_enrol", "suspicious_refused"} {
			w.Put("daily_tally", schema.Values{"unit_id": u, "on": "2025-07-02", "kind": kind, "qty": 10 + i})
		}
		w.Put("post", schema.Values{"channel": "douyin", "posted_at": At("2025-08-01", 8), "title": "t", "purpose": "case", "forwards": 2, "unit_id": u})
		w.Put("post", schema.Values{"channel": "sms", "posted_at": At("2025-08-01", 8), "title": "t", "purpose": "case", "unit_id": u})
	}
	w.Put("case_digest", schema.Values{"title": "t", "state": "released", "released_at": At("2025-09-01", 8), "fraud_types": []string{"F01", "F04"}, "device_id": device})
	w.Put("slogan", schema.Values{"text": "天上不会掉馅饼", "created_at": At("2025-09-01", 8), "device_id": device})
	return bank
}

// Rows is how many rows were put.
func (w *World) Rows() int { return w.n }

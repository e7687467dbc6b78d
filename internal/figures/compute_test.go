package figures

import (
	"fmt"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// world is a replica and short ways to write into it.
type world struct {
	t *testing.T
	r *replica.Replica
	n int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	r, err := replica.Open(t.Context(), replica.Options{Dir: t.TempDir(), Schema: model.Schema, Realm: schema.Derive(schema.Nil, "test"), Audience: model.Audience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return &world{t: t, r: r}
}

func at(date string, hour int) int64 {
	t, err := time.ParseInLocation(dateLayout, date, model.Location)
	if err != nil {
		panic(err)
	}
	return t.Add(time.Duration(hour) * time.Hour).UnixMilli()
}

// put writes a row and returns its id; counters and sets go by their own verbs.
func (w *world) put(table string, values schema.Values) schema.ID {
	w.t.Helper()
	w.n++
	id := schema.Derive(w.r.Realm(), "row", fmt.Sprint(w.n))
	all := schema.Values{"device_id": w.r.ID(), "created_at": at("2025-01-01", 8)}
	for name, v := range values {
		all[name] = v
	}
	w.update(table, id, all)
	return id
}

func (w *world) update(table string, id schema.ID, values schema.Values) {
	w.t.Helper()
	err := w.r.Update(w.t.Context(), func(tx *replica.Tx) error {
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

func (w *world) unit(name, department string) schema.ID {
	return w.put("unit", schema.Values{"code": name, "name": name, "department": department})
}

func (w *world) activity(kind, date string, unit schema.ID, more schema.Values) schema.ID {
	values := schema.Values{"kind": kind, "state": "done", "start_at": at(date, 9), "lead_unit_id": unit}
	for k, v := range more {
		values[k] = v
	}
	return w.put("activity", values)
}

func (w *world) compute(s Scope, codes ...string) Set {
	w.t.Helper()
	set, err := Compute(w.t.Context(), w.r, model.DefaultSettings(), s, codes...)
	if err != nil {
		w.t.Fatal(err)
	}
	return set
}

func (w *world) want(s Scope, figures map[string]int64) {
	w.t.Helper()
	var codes []string
	for code := range figures {
		codes = append(codes, code)
	}
	set := w.compute(s, codes...)
	for code, want := range figures {
		if got := set[code].Value; got != want {
			w.t.Errorf("%s is %d, want %d (%v)", code, got, want, set[code])
		}
	}
}

var year = Scope{From: "2025-01-01", To: "2025-12-31"}

// Every figure can be asked for on an empty county, and all readings of one agree.
func TestReadingsAgree(t *testing.T) {
	w := newWorld(t)
	empty := w.compute(year)
	for _, m := range Metrics {
		if f := empty[m.Code]; f.Value != 0 || (m.Kind == Percent) != f.None && m.Code != "M15m" && m.Code != "M11l" {
			t.Errorf("%s of nothing is %v", m.Code, f)
		}
	}
	lead := fill(w)
	reader, err := NewReader(t.Context(), w.r, model.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Scope{year, {From: year.From, To: year.To, Units: []schema.ID{lead}}, {From: "2025-03-01", To: "2025-03-31"}} {
		set, err := reader.Compute(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Metrics {
			if m.rows == "" {
				continue
			}
			lines, err := reader.Tally(t.Context(), m.Code, s)
			if err != nil {
				t.Fatal(err)
			}
			var inLines, inRows int64
			for _, l := range lines {
				inLines += l.Value
			}
			var after *Row
			for {
				page, err := reader.Records(t.Context(), m.Code, s, "", after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for i := range page {
					inRows += page[i].Value
				}
				if len(page) < 2 {
					break
				}
				after = &page[1]
			}
			if inLines != inRows {
				t.Errorf("%s: lines come to %d, records to %d", m.Code, inLines, inRows)
			}
			if m.Code != "M13t" && m.Code != "M15m" && m.Code != "M16c" && set[m.Code].Value != inRows {
				t.Errorf("%s is %d, its records come to %d", m.Code, set[m.Code].Value, inRows)
			}
			if s.From == year.From && len(s.Units) == 0 && inRows == 0 && m.Code != "M13t" {
				t.Errorf("%s: the test has nothing of it", m.Code)
			}
			var parts int64
			for _, n := range set[m.Code].Parts {
				parts += n
			}
			if m.Codes != "" && parts != set[m.Code].Value {
				t.Errorf("%s is %d, its parts come to %d", m.Code, set[m.Code].Value, parts)
			}
		}
	}
}

// fill writes something of everything for one unit and something for another.
func fill(w *world) schema.ID {
	bank, police := w.unit("农商行营业部", "D09"), w.unit("反诈中心", "D01")
	w.update("unit", bank, schema.Values{"teller_headcount": 26, "service_phone": "96268"})
	w.put("device", schema.Values{"label": "D1", "owner_unit_id": police, "state": "active"})
	device := schema.Derive(w.r.Realm(), "row", fmt.Sprint(w.n))
	leaflet := w.put("material", schema.Values{"code": "A", "group": "leaflet", "name": "宣传单"})
	brochure := w.put("material", schema.Values{"code": "B", "group": "brochure", "name": "宣传册"})
	cafe := w.put("venue", schema.Values{"kind": "V01", "name": "极速网吧", "town": "城关"})
	outlet := w.put("venue", schema.Values{"kind": "V02", "name": "营业部", "town": "城关"})
	w.put("period", schema.Values{"code": "p315", "year": 2025, "from_on": "2025-03-15", "to_on": "2025-03-15"})
	for _, u := range []schema.ID{bank, police} {
		street := w.activity("street", "2025-03-15", u, schema.Values{"consult_quick": 5, "elder_heads": 12})
		w.put("handout", schema.Values{"activity_id": street, "material_id": leaflet, "qty": 200})
		w.put("handout", schema.Values{"activity_id": street, "material_id": brochure, "qty": 30})
		w.put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "wall", "kind": "display_board", "activity_id": street, "qty": 3, "from_on": "2025-03-15"})
		w.update("activity", street, schema.Values{"partner_units": []string{bank.String(), police.String()}})
		w.put("consultation", schema.Values{"activity_id": street, "occurred_at": at("2025-03-15", 10), "fraud_type": "F01", "age_band": "A6", "source": "walk_in", "channels": []string{"H1", "H3"}})
		w.activity("lecture", "2025-03-20", u, schema.Values{"heads_stated": 80})
		round := w.activity("household", "2025-04-01", u, nil)
		w.put("household", schema.Values{"activity_id": round, "door_key": "1-1-" + u.String(), "result": "talked", "talked": 2, "elder_talked": 1})
		w.put("household", schema.Values{"activity_id": round, "door_key": "1-2-" + u.String(), "result": "absent"})
		meeting := w.activity("cafe_meeting", "2025-05-01", u, nil)
		w.put("attendance", schema.Values{"activity_id": meeting, "person_name": "赵敏", "venue_id": cafe, "sign_ins": []string{"d@1"}, "source": "roster"})
		poster := w.put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "entrance", "kind": "poster", "activity_id": meeting, "qty": 2, "from_on": "2025-05-01"})
		w.put("issue", schema.Values{"placement_id": poster, "activity_id": meeting, "qty": 4})
		w.put("inspection", schema.Values{"placement_id": poster, "at": at("2025-05-20", 9), "result": "in_place"})
		led := w.put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "screen", "kind": "led", "activity_id": meeting, "qty": 1, "led_runs_per_day": 48, "from_on": "2025-05-01"})
		_ = led
		hotline := w.put("placement", schema.Values{"venue_id": outlet, "material_id": brochure, "spot": "counter", "kind": "hotline_notice", "activity_id": meeting, "qty": 1, "shown_phone": "96268", "from_on": "2025-05-01"})
		w.put("inspection", schema.Values{"placement_id": hotline, "at": at("2025-05-21", 9), "result": "in_place"})
		training := w.activity("training", "2025-06-01", u, nil)
		w.put("role_head", schema.Values{"activity_id": training, "role": "teller", "heads": 24})
		w.activity("drill", "2025-06-02", u, nil)
		w.put("plan", schema.Values{"year": 2025, "kind": "contingency", "unit_id": u, "revised_on": "2025-06-03"})
		desk := w.activity("desk_shift", "2025-06-04", u, nil)
		indicator := w.put("indicator", schema.Values{"kind": "phone", "value": "1" + u.String(), "status": "reported", "device_id": device})
		for range 2 {
			c := w.put("consultation", schema.Values{"activity_id": desk, "occurred_at": at("2025-06-04", 10), "fraud_type": "F01", "age_band": "A3", "source": "call_110", "stage": "G3", "loss_fen": 500000,
				"outcome": "K4", "channels": []string{"H1"}, "relatives_advised": 1})
			w.put("consultation_indicator", schema.Values{"consultation_id": c, "indicator_id": indicator})
			w.put("linkage_action", schema.Values{"consultation_id": c, "kind": "call_police", "at": at("2025-06-04", 11)})
			w.put("linkage_action", schema.Values{"consultation_id": c, "kind": "freeze", "at": at("2025-06-04", 11) + 17*60_000, "amount_fen": 300000, "result": "ok"})
		}
		w.put("outcome", schema.Values{"kind": "intercept", "ref_no": "1" + u.String(), "occurred_on": "2025-07-01", "source": "desk_110", "averted_fen": 1000, "lead_unit_id": u})
		w.put("outcome", schema.Values{"kind": "caught", "ref_no": "2", "occurred_on": "2025-07-01", "persons": 3, "lead_unit_id": u})
		w.put("outcome", schema.Values{"kind": "recovered", "ref_no": "3", "occurred_on": "2025-07-01", "recovered_fen": 700, "lead_unit_id": u})
		for i, kind := range []string{"kind_reminder", "remit_served", "sms_enrol", "suspicious_refused"} {
			w.put("daily_tally", schema.Values{"unit_id": u, "on": "2025-07-02", "kind": kind, "qty": 10 + i})
		}
		w.put("post", schema.Values{"channel": "douyin", "posted_at": at("2025-08-01", 8), "title": "t", "purpose": "case", "forwards": 2, "unit_id": u})
		w.put("post", schema.Values{"channel": "sms", "posted_at": at("2025-08-01", 8), "title": "t", "purpose": "case", "unit_id": u})
	}
	w.put("case_digest", schema.Values{"title": "t", "state": "released", "released_at": at("2025-09-01", 8), "fraud_types": []string{"F01", "F04"}, "device_id": device})
	w.put("slogan", schema.Values{"text": "天上不会掉馅饼", "created_at": at("2025-09-01", 8), "device_id": device})
	return bank
}

func TestOneUnit(t *testing.T) {
	w := newWorld(t)
	bank := fill(w)
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{bank}}, map[string]int64{
		"M01": 1, "M02": 200, "M02b": 30, "M03": 1, "M03h": 80, "M04": 3, "M05": 1, "M06": 1000, "M07": 3, "M07r": 700, "M08": 8, "M08d": 2, "M08e": 2, "M08r": 1000, "M08k": 6, "M08v": 2,
		"M09": 1, "M10": 1, "M10v": 1, "M10m": 4, "M11": 1000, "M11q": 7, "M11b": 3, "M11l": 48, "M12": 1, "M12h": 1, "M12k": 1, "M13": 1, "M13h": 24, "M13t": 24, "M13n": 26, "M13r": 923,
		"M14": 909, "M15": 2, "M15f": 600000, "M15m": 17, "M15p": 1, "M15d": 1, "M16": 0, "M16k": 1, "M16c": 2, "M17": 1, "M17e": 14, "M17p": 1})
	w.want(year, map[string]int64{"M01": 2, "M02": 400, "M13t": 48, "M12": 1, "M16": 1, "M16t": 2, "M16s": 1, "M16i": 2, "M16k": 2, "M17": 2})
}

// What domain.md says never counts does not, and what is merged counts once.
func TestWhatCounts(t *testing.T) {
	w := newWorld(t)
	u := w.unit("反诈中心", "D01")
	leaflet := w.put("material", schema.Values{"code": "A", "group": "leaflet", "name": "宣传单"})
	give := func(activity schema.ID, n int) schema.ID {
		return w.put("handout", schema.Values{"activity_id": activity, "material_id": leaflet, "qty": n})
	}
	// 126 and 131 on two rows that were merged into each other: one large campaign of 257
	a, b := w.activity("street", "2025-04-12", u, nil), w.activity("street", "2025-04-12", u, nil)
	give(a, 126)
	give(b, 131)
	w.update("activity", a, schema.Values{"merged_into": b})
	w.update("activity", b, schema.Values{"merged_into": a})
	w.want(year, map[string]int64{"M01": 1, "M01s": 1, "M02": 257, "M17a": 1})
	// undone on one side: the other still stands for both
	w.update("activity", a, schema.Values{"merged_into": nil})
	w.want(year, map[string]int64{"M01": 1, "M01s": 1, "M02": 257})
	// 199 leaflets and two partners of which one is another's alias, and the lead itself
	s := w.activity("street", "2025-07-19", u, nil)
	give(s, 199)
	p, branch, d := w.unit("邮储", "D09"), w.unit("邮储青岚支行", "D09"), w.unit("电信", "D06")
	w.update("unit", branch, schema.Values{"merged_into": p})
	w.update("activity", s, schema.Values{"partner_units": []string{p.String(), branch.String(), d.String(), u.String()}})
	w.want(year, map[string]int64{"M01": 1, "M02": 456, "M17": 2})
	w.update("activity", s, schema.Values{"partner_units": []string{w.unit("移动", "D04").String()}})
	w.want(year, map[string]int64{"M01": 2, "M17": 3})
	// voided, cancelled, planned, out of the period
	void := `{"on":true,"reason":"V1"}`
	for _, more := range []schema.Values{{"state": "cancelled"}, {"state": "planned"}, {"voided": void}} {
		give(w.activity("street", "2025-08-01", u, more), 500)
	}
	give(w.activity("street", "2026-01-01", u, nil), 500)
	w.update("handout", give(s, 500), schema.Values{"voided": void})
	w.want(year, map[string]int64{"M01": 2, "M01s": 2, "M02": 456, "M17a": 2})
	// a void that was taken back counts again
	w.update("handout", give(w.activity("lecture", "2025-12-31", u, schema.Values{"start_at": at("2025-12-31", 23)}), 44), schema.Values{"voided": `{"on":false}`})
	w.want(year, map[string]int64{"M02": 500, "M03": 1})
	w.activity("lecture", "2025-11-01", u, schema.Values{"state": "open"})
	w.want(year, map[string]int64{"M03": 1, "M17a": 4})
	// a unit stands for those merged into it
	w.activity("lecture", "2025-11-02", branch, nil)
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{p}}, map[string]int64{"M03": 1})
	// the thresholds are settings
	set := model.DefaultSettings()
	set.LargeLeaflets = 199
	set.LargePartners = 9
	if got, err := Compute(t.Context(), w.r, set, year, "M01"); err != nil || got["M01"].Value != 2 {
		t.Errorf("with N = 199: %v, %v", got, err)
	}
	set.LargeLeaflets = 258
	if got, err := Compute(t.Context(), w.r, set, year, "M01"); err != nil || got["M01"].Value != 0 {
		t.Errorf("with N = 258: %v, %v", got, err)
	}
}

// Heads: those who signed, else the number stated, else the clicker.
func TestHeads(t *testing.T) {
	w := newWorld(t)
	u := w.unit("反诈中心", "D01")
	w.activity("lecture", "2025-01-05", u, schema.Values{"heads_counted": 33})
	w.activity("lecture", "2025-01-06", u, schema.Values{"heads_counted": 33, "heads_stated": 610})
	named := w.activity("lecture", "2025-01-07", u, schema.Values{"heads_counted": 33, "heads_stated": 610})
	for i, signed := range [][]string{{"d@1"}, {"d@2"}, nil} {
		values := schema.Values{"activity_id": named, "person_name": fmt.Sprint(i), "org_name": "某单位", "source": "roster"}
		if signed != nil {
			values["sign_ins"] = signed
		}
		w.put("attendance", values)
	}
	w.want(year, map[string]int64{"M03": 3, "M03h": 33 + 610 + 2})
	// tellers: named ones once, over two trainings
	for _, date := range []string{"2025-02-01", "2025-03-01"} {
		training := w.activity("training", date, u, nil)
		for _, name := range []string{"张伟", "李娜"} {
			w.put("attendance", schema.Values{"activity_id": training, "person_name": name, "org_name": "营业部", "role": "teller", "sign_ins": []string{"d@1"}, "source": "roster"})
		}
	}
	w.want(year, map[string]int64{"M13": 2, "M13h": 4, "M13t": 2, "M13o": 4})
}

// An indicator that was spoofed joins nothing.
func TestClusters(t *testing.T) {
	w := newWorld(t)
	u := w.unit("反诈中心", "D01")
	desk := w.activity("desk_shift", "2025-06-04", u, nil)
	var c []schema.ID
	for range 6 {
		c = append(c, w.put("consultation", schema.Values{"activity_id": desk, "occurred_at": at("2025-06-04", 10), "fraud_type": "F01"}))
	}
	link := func(status string, of ...int) {
		i := w.put("indicator", schema.Values{"kind": "phone", "value": fmt.Sprint(w.n), "status": status})
		for _, n := range of {
			w.put("consultation_indicator", schema.Values{"consultation_id": c[n], "indicator_id": i})
		}
	}
	link("reported", 0, 1)
	link("confirmed", 1, 2)
	link("blocked", 3, 4)
	link("spoofed", 2, 3)
	link("cleared", 4, 5)
	w.want(year, map[string]int64{"M16k": 2, "M16c": 5, "M16i": 5})
	reader, err := NewReader(t.Context(), w.r, model.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := reader.Clusters(t.Context(), year); err != nil || len(list) != 2 || len(list[0].Consultations) != 3 || len(list[0].Indicators) != 2 {
		t.Errorf("%v, %v", list, err)
	}
}

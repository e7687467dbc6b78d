package figures

import (
	"fmt"
	"testing"

	"fieldkit/internal/figures/figuretest"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// world is a county to count in.
type world struct {
	*figuretest.World
	t *testing.T
}

func newWorld(t *testing.T) *world { return &world{figuretest.New(t), t} }

func (w *world) compute(s Scope, codes ...string) Set {
	w.t.Helper()
	set, err := Compute(w.t.Context(), w.Replica, model.DefaultSettings(), s, codes...)
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
	lead := w.Fill()
	reader, err := NewReader(t.Context(), w.Replica, model.DefaultSettings())
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
			var after *Place
			for { // a line at a time: a record with several lines is cut by pages
				page, err := reader.Records(t.Context(), m.Code, s, "", after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				inRows += page[0].Value
				place := page[0].Place()
				after = &place
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

func TestOneUnit(t *testing.T) {
	w := newWorld(t)
	bank := w.Fill()
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{bank}}, map[string]int64{
		"M01": 1, "M02": 200, "M02b": 30, "M03": 1, "M03h": 80, "M04": 3, "M05": 1, "M06": 1000, "M07": 3, "M07r": 700, "M08": 8, "M08d": 2, "M08e": 2, "M08r": 1000, "M08k": 6, "M08v": 2,
		"M09": 1, "M10": 1, "M10v": 1, "M10m": 4, "M11": 1000, "M11q": 7, "M11b": 3, "M11l": 48, "M12": 1, "M12h": 1, "M12k": 1, "M13": 1, "M13h": 24, "M13t": 24, "M13n": 26, "M13r": 923,
		"M14": 909, "M15": 2, "M15f": 600000, "M15m": 17, "M15p": 1, "M15d": 1, "M16": 0, "M16k": 1, "M16c": 2, "M17": 1, "M17e": 14, "M17p": 5, "M17a": 7, "M17j": 1})
	w.want(year, map[string]int64{"M01": 2, "M02": 400, "M13t": 48, "M12": 1, "M16": 1, "M16t": 2, "M16s": 1, "M16i": 2, "M16k": 2, "M17": 2})
}

// What domain.md says never counts does not, and what is merged counts once.
func TestWhatCounts(t *testing.T) {
	w := newWorld(t)
	u := w.Unit("反诈中心", "D01")
	leaflet := w.Put("material", schema.Values{"code": "A", "group": "leaflet", "name": "宣传单"})
	give := func(activity schema.ID, n int) schema.ID {
		return w.Put("handout", schema.Values{"activity_id": activity, "material_id": leaflet, "qty": n})
	}
	// 126 and 131 on two rows that were merged into each other: one large campaign of 257
	a, b := w.Activity("street", "2025-04-12", u, nil), w.Activity("street", "2025-04-12", u, nil)
	give(a, 126)
	give(b, 131)
	w.Update("activity", a, schema.Values{"merged_into": b})
	w.Update("activity", b, schema.Values{"merged_into": a})
	w.want(year, map[string]int64{"M01": 1, "M01s": 1, "M02": 257, "M17a": 1})
	// undone on one side: the other still stands for both
	w.Update("activity", a, schema.Values{"merged_into": nil})
	w.want(year, map[string]int64{"M01": 1, "M01s": 1, "M02": 257})
	// 199 leaflets and two partners of which one is another's alias, and the lead itself
	s := w.Activity("street", "2025-07-19", u, nil)
	give(s, 199)
	p, branch, d := w.Unit("邮储", "D09"), w.Unit("邮储青岚支行", "D09"), w.Unit("电信", "D06")
	w.Update("unit", branch, schema.Values{"merged_into": p})
	w.Update("activity", s, schema.Values{"partner_units": []string{p.String(), branch.String(), d.String(), u.String()}})
	w.want(year, map[string]int64{"M01": 1, "M02": 456, "M17": 2, "M17j": 2})
	// one that helps counts the activity once, under whichever name; the one that leads has the leaflets
	for _, of := range []struct {
		units  []schema.ID
		joined int64
	}{{[]schema.ID{p}, 1}, {[]schema.ID{branch}, 1}, {[]schema.ID{p, branch}, 1}, {[]schema.ID{p, d}, 2}, {[]schema.ID{u}, 0}} {
		led := int64(0)
		if of.joined == 0 {
			led = 456
		}
		w.want(Scope{From: year.From, To: year.To, Units: of.units}, map[string]int64{"M17j": of.joined, "M02": led})
	}
	w.Update("activity", s, schema.Values{"partner_units": []string{w.Unit("移动", "D04").String()}})
	w.want(year, map[string]int64{"M01": 2, "M17": 3})
	// voided, cancelled, planned, out of the period
	void := `{"on":true,"reason":"V1"}`
	for _, more := range []schema.Values{{"state": "cancelled"}, {"state": "planned"}, {"voided": void}} {
		give(w.Activity("street", "2025-08-01", u, more), 500)
	}
	give(w.Activity("street", "2026-01-01", u, nil), 500)
	w.Update("handout", give(s, 500), schema.Values{"voided": void})
	w.want(year, map[string]int64{"M01": 2, "M01s": 2, "M02": 456, "M17a": 2})
	// a void that was taken back counts again
	w.Update("handout", give(w.Activity("lecture", "2025-12-31", u, schema.Values{"start_at": figuretest.At("2025-12-31", 23)}), 44), schema.Values{"voided": `{"on":false}`})
	w.want(year, map[string]int64{"M02": 500, "M03": 1})
	w.Activity("lecture", "2025-11-01", u, schema.Values{"state": "open"})
	w.want(year, map[string]int64{"M03": 1, "M17a": 4})
	// a unit stands for those merged into it
	w.Activity("lecture", "2025-11-02", branch, nil)
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{p}}, map[string]int64{"M03": 1})
	// the thresholds are settings
	set := model.DefaultSettings()
	set.LargeLeaflets = 199
	set.LargePartners = 9
	if got, err := Compute(t.Context(), w.Replica, set, year, "M01"); err != nil || got["M01"].Value != 2 {
		t.Errorf("with N = 199: %v, %v", got, err)
	}
	set.LargeLeaflets = 258
	if got, err := Compute(t.Context(), w.Replica, set, year, "M01"); err != nil || got["M01"].Value != 0 {
		t.Errorf("with N = 258: %v, %v", got, err)
	}
}

// Heads: those who signed, else the number stated, else the clicker.
func TestHeads(t *testing.T) {
	w := newWorld(t)
	u := w.Unit("反诈中心", "D01")
	w.Activity("lecture", "2025-01-05", u, schema.Values{"heads_counted": 33})
	w.Activity("lecture", "2025-01-06", u, schema.Values{"heads_counted": 33, "heads_stated": 610})
	named := w.Activity("lecture", "2025-01-07", u, schema.Values{"heads_counted": 33, "heads_stated": 610})
	for i, signed := range [][]string{{"d@1"}, {"d@2"}, nil} {
		values := schema.Values{"activity_id": named, "person_name": fmt.Sprint(i), "org_name": "某单位", "source": "roster"}
		if signed != nil {
			values["sign_ins"] = signed
		}
		w.Put("attendance", values)
	}
	w.want(year, map[string]int64{"M03": 3, "M03h": 33 + 610 + 2})
	// tellers: named ones once, over two trainings
	for _, date := range []string{"2025-02-01", "2025-03-01"} {
		training := w.Activity("training", date, u, nil)
		for _, name := range []string{"张伟", "李娜"} {
			w.Put("attendance", schema.Values{"activity_id": training, "person_name": name, "org_name": "营业部", "role": "teller", "sign_ins": []string{"d@1"}, "source": "roster"})
		}
	}
	w.want(year, map[string]int64{"M13": 2, "M13h": 4, "M13t": 2, "M13o": 4})
}

// An indicator that was spoofed joins nothing.
func TestClusters(t *testing.T) {
	w := newWorld(t)
	u := w.Unit("反诈中心", "D01")
	desk := w.Activity("desk_shift", "2025-06-04", u, nil)
	var c []schema.ID
	for range 6 {
		c = append(c, w.Put("consultation", schema.Values{"activity_id": desk, "occurred_at": figuretest.At("2025-06-04", 10), "fraud_type": "F01"}))
	}
	link := func(status string, of ...int) {
		i := w.Put("indicator", schema.Values{"kind": "phone", "value": fmt.Sprint(w.Rows()), "status": status})
		for _, n := range of {
			w.Put("consultation_indicator", schema.Values{"consultation_id": c[n], "indicator_id": i})
		}
	}
	link("reported", 0, 1)
	link("confirmed", 1, 2)
	link("blocked", 3, 4)
	link("spoofed", 2, 3)
	link("cleared", 4, 5)
	w.want(year, map[string]int64{"M16k": 2, "M16c": 5, "M16i": 5})
	reader, err := NewReader(t.Context(), w.Replica, model.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := reader.Clusters(t.Context(), year); err != nil || len(list) != 2 || len(list[0].Consultations) != 3 || len(list[0].Indicators) != 2 {
		t.Errorf("%v, %v", list, err)
	}
}

// Two records of one event that were merged say together what the event had: counters add
// up, sets are joined, stated numbers stand as the survivor states them.
func TestMergedActivities(t *testing.T) {
	w := newWorld(t)
	u, station, p, d := w.Unit("反诈中心", "D01"), w.Unit("派出所", "D02"), w.Unit("邮储", "D09"), w.Unit("电信", "D06")
	a := w.Activity("street", "2025-04-12", u, schema.Values{"consult_quick": 7, "elder_heads": 5, "partner_units": []string{p.String()}})
	b := w.Activity("street", "2025-04-12", station, schema.Values{"consult_quick": 4, "elder_heads": 9, "partner_units": []string{d.String(), u.String()}})
	w.want(year, map[string]int64{"M01": 0, "M01s": 2, "M08q": 11, "M17f": 14, "M17": 3, "M17j": 3})
	w.Update("activity", b, schema.Values{"merged_into": a})
	// three partners: one of each record, and the unit that led it
	w.want(year, map[string]int64{"M01": 1, "M01s": 1, "M08q": 11, "M17f": 5, "M17": 3, "M17j": 3, "M17a": 1})
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{u}}, map[string]int64{"M08q": 11, "M17f": 5})
	w.want(Scope{From: year.From, To: year.To, Units: []schema.ID{station}}, map[string]int64{"M08q": 0, "M17j": 1})
	w.Update("activity", a, schema.Values{"elder_heads": nil}) // it states none: the other does
	w.want(year, map[string]int64{"M17f": 9})
	w.Update("activity", b, schema.Values{"merged_into": nil})
	w.want(year, map[string]int64{"M01": 0, "M01s": 2, "M08q": 11, "M17f": 9})
	w.Update("activity", b, schema.Values{"merged_into": a, "voided": `{"on":true,"reason":"V1"}`}) // a record that is void says nothing
	w.want(year, map[string]int64{"M01": 0, "M01s": 1, "M08q": 7, "M17f": 0})

	first := w.Activity("lecture", "2025-05-01", u, schema.Values{"heads_counted": 30})
	second := w.Activity("lecture", "2025-05-01", u, schema.Values{"heads_counted": 12})
	w.Update("activity", second, schema.Values{"merged_into": first})
	w.want(year, map[string]int64{"M03": 1, "M03h": 42})
	w.Update("activity", second, schema.Values{"heads_stated": 50})
	w.want(year, map[string]int64{"M03h": 50})
	w.Update("activity", first, schema.Values{"heads_stated": 45})
	w.want(year, map[string]int64{"M03h": 45})

	taught := w.Activity("training", "2025-06-01", u, nil)
	again := w.Activity("training", "2025-06-01", u, nil)
	for _, r := range []struct {
		of    schema.ID
		role  string
		heads int
	}{{taught, "teller", 24}, {again, "teller", 25}, {again, "accountant", 8}} {
		w.Put("role_head", schema.Values{"activity_id": r.of, "role": r.role, "heads": r.heads})
	}
	w.want(year, map[string]int64{"M13": 2, "M13h": 57, "M13o": 57})
	w.Update("activity", again, schema.Values{"merged_into": taught})
	w.want(year, map[string]int64{"M13": 1, "M13h": 32, "M13o": 32, "M13t": 24})
}

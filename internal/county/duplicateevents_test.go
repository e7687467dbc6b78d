package county

import (
	"fmt"
	"slices"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// yearly are figures of the year as they are shown.
func (o *office) yearly(t *testing.T, codes ...string) map[string]int64 {
	t.Helper()
	p, err := parsePeriod("2025-01-01", "2025-12-31", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, code := range codes {
		lines, err := o.counts.lines(t.Context(), o.County, code, p)
		if err != nil {
			t.Fatal(err)
		}
		got[code] = lines.sum()
	}
	return got
}

// A booth that two laptops opened, one as planned and one without the plan, is proposed,
// counts once when it is merged and twice again when that is taken back. What only looks
// alike is left alone.
func TestOneEventRecordedTwice(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	leaflet := s.material("LX1", "leaflet")
	open := func(kind, date, unit, place string, more schema.Values) schema.ID {
		values := schema.Values{"kind": kind, "state": "done", "start_at": at(date), "lead_unit_id": s.unit[unit], "place_text": place, "device_id": schema.Derive(o.realm, "kit", unit)}
		for name, v := range more {
			values[name] = v
		}
		return s.put("activity", values)
	}
	item := s.put("plan_item", schema.Values{"kind": "street", "title": "集市宣传"})
	planned := model.PlannedActivityID(o.realm, item, 1)
	s.do(func(tx *replicaTx) error {
		return tx.Put("activity", planned, schema.Values{"kind": "street", "state": "done", "start_at": at("2025-04-12 09:00"), "lead_unit_id": s.unit["FZZX"], "place_text": "岭口集市", "created_at": at("2025-04-12 09:00"), "device_id": schema.Derive(o.realm, "kit", "FZZX")})
	})
	again := open("street", "2025-04-12 09:20", "CGPCS", "岭口集市", nil)
	s.do(func(tx *replicaTx) error {
		return tx.Include("activity", again, "partner_units", s.unit["FZZX"].String())
	})
	s.hand(planned, leaflet, 126)
	s.hand(again, leaflet, 131)
	s.ask(again, "2025-04-12 10:00", "F01")
	for id, n := range map[schema.ID]int64{planned: 5, again: 4} {
		s.do(func(tx *replicaTx) error { return tx.Add("activity", id, "consult_quick", n) })
	}
	s.do(func(tx *replicaTx) error {
		return tx.Put("activity", again, schema.Values{"heads_stated": int64(90)})
	})
	open("street", "2025-04-12 09:00", "CGPCS", "汽车站", nil)                                                                // elsewhere
	open("street", "2025-04-13 09:00", "CGPCS", "岭口集市", nil)                                                               // another day
	open("lecture", "2025-04-12 09:00", "CGPCS", "岭口集市", nil)                                                              // another kind
	open("household", "2025-05-01 09:00", "CGPCS", "锦苑小区", nil)                                                            // a round in the morning
	open("household", "2025-05-01 15:00", "CGPCS", "锦苑小区", nil)                                                            // and one after noon
	open("street", "2025-06-01 09:00", "CGPCS", "夜市", nil)                                                                 //
	open("lecture", "2025-06-02 09:00", "CGPCS", "县一中", schema.Values{"end_at": at("2025-06-02 09:50"), "title": "开学第一课"}) // one class
	open("lecture", "2025-06-02 10:00", "CGPCS", "县一中", schema.Values{"end_at": at("2025-06-02 10:50"), "title": "开学第一课", "device_id": schema.Derive(o.realm, "kit", "second")})
	s.void("activity", open("street", "2025-06-01 09:10", "FZZX", "夜市", nil))
	s.put("activity", schema.Values{"kind": "street", "state": "cancelled", "start_at": at("2025-06-01 09:10"), "lead_unit_id": s.unit["FZZX"], "place_text": "夜市"})

	var pairs []Pair
	if err := o.call(t, "Duplicates", &pairs, "activity"); err != nil || len(pairs) != 1 {
		t.Fatalf("%+v, %v", pairs, err)
	}
	p := pairs[0]
	if p.Left.Row.ID != planned.String() || p.Before != 3 || p.After != 2 || fmt.Sprint(p.Reasons) != "[same_place partner_unit same_time]" {
		t.Errorf("%+v", p)
	}
	if fmt.Sprint(p.Left.Counts, p.Right.Counts, p.Together) != "[{leaflets 126} {heads 0} {asked 5}] [{leaflets 131} {heads 90} {asked 5}] [{leaflets 257} {asked 10}]" {
		t.Error(p.Left.Counts, p.Right.Counts, p.Together)
	}
	if p.Right.Row.Fields["partners"] == "" || p.Left.Row.Fields["when"] != "2025-04-12 09:00" {
		t.Errorf("%+v", p.Right.Row)
	}
	codes := []string{"M01", "M01s", "M02", "M08q", "M08c", "M17a"}
	before := o.yearly(t, codes...)
	if before["M01"] != 0 || before["M02"] != 257 || before["M08q"] != 9 {
		t.Error(before)
	}
	if err := o.call(t, "MergeRows", nil, "activity", planned.String(), again.String()); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"M01": 1, "M01s": before["M01s"] - 1, "M02": 257, "M08q": 9, "M08c": 1, "M17a": before["M17a"] - 1}
	if got := o.yearly(t, codes...); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("merged: %v, want %v", got, want)
	}
	var merged []RegistryRow
	if err := o.call(t, "MergedRecords", &merged, "activity"); err != nil || len(merged) != 1 || merged[0].IntoName != "岭口集市" || merged[0].Into != planned.String() {
		t.Errorf("%+v, %v", merged, err)
	}
	if err := o.call(t, "Duplicates", &pairs, "activity"); err != nil || len(pairs) != 0 {
		t.Errorf("%+v, %v", pairs, err)
	}
	// A third record, under which the survivor is merged in its turn: all three are in the lists of the one.
	third := open("street", "2025-04-12 09:30", "CGPCS", "岭口集市", nil)
	if err := o.call(t, "MergeRows", nil, "activity", third.String(), planned.String()); err != nil {
		t.Fatal(err)
	}
	var page RecordPage
	if err := o.call(t, "Records", &page, RecordQuery{Table: "handout", ActivityID: third.String()}); err != nil || len(page.Rows) != 2 {
		t.Errorf("%+v, %v", page.Rows, err)
	}
	for _, id := range []schema.ID{planned, again} {
		if err := o.call(t, "UnmergeRow", nil, "activity", id.String()); err != nil {
			t.Fatal(err)
		}
	}
	s.void("activity", third)
	if got := o.yearly(t, codes...); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("split: %v, want %v", got, before)
	}
	o.asDefined(t, "split", mustPeriod(t, "2025-04-01", "2025-06-30"))
	if err := o.call(t, "KeepApart", nil, "activity", planned.String(), again.String()); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Duplicates", &pairs, "activity"); err != nil || len(pairs) != 0 {
		t.Errorf("two events are proposed again: %+v, %v", pairs, err)
	}
	for _, c := range []struct {
		kind, state string
		code        string
	}{{"lecture", "done", "kinds"}, {"street", "cancelled", "state"}, {"street", "planned", "state"}} {
		other := open(c.kind, "2025-04-12 09:10", "CGPCS", "岭口集市", schema.Values{"state": c.state})
		if err := o.call(t, "MergeRows", nil, "activity", planned.String(), other.String()); err == nil || err.Code != c.code {
			t.Errorf("%s %s: %v", c.kind, c.state, err)
		}
	}
	if err := o.call(t, "MergeRows", nil, "activity", planned.String(), third.String()); err == nil || err.Code != "voided" {
		t.Error("a void record was merged:", err)
	}
}

func mustPeriod(t *testing.T, from, to string) period {
	t.Helper()
	p, err := parsePeriod(from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An outcome under a number written two ways, or of the same day, way and amount, is
// proposed; batches of one case and outcomes of two cases are not.
func TestOneOutcomeRecordedTwice(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	saved := func(kind, ref, on, source string, fen, persons int64) schema.ID {
		return s.put("outcome", schema.Values{"kind": kind, "ref_no": ref, "occurred_on": on, "source": source, "averted_fen": fen, "persons": persons, "lead_unit_id": s.unit["FZZX"]})
	}
	one, other := saved("intercept", "青公2025-0311", "2025-03-11", "desk_110", 50_000, 0), saved("intercept", "青公 20250311", "2025-03-12", "desk_110", 50_000, 0)
	a, _ := saved("intercept", "", "2025-05-11", "visit", 70_000, 0), saved("intercept", "JQ77", "2025-05-11", "visit", 70_000, 0)
	saved("intercept", "JQ78", "2025-05-12", "visit", 70_000, 0)
	saved("intercept", "JQ79", "2025-05-11", "bank_counter", 80_000, 0)
	saved("caught", "AJ1", "2025-06-12", "", 0, 9)
	saved("caught", "AJ-1", "2025-06-13", "", 0, 9) // another batch
	var pairs []Pair
	if err := o.call(t, "Duplicates", &pairs, "outcome"); err != nil || len(pairs) != 2 {
		t.Fatalf("%+v, %v", pairs, err)
	}
	var got []string
	for _, p := range pairs {
		got = append(got, fmt.Sprint(p.Reasons))
	}
	slices.Sort(got)
	if fmt.Sprint(got) != "[[same_day same_amount same_source same_unit] [same_number same_amount same_source same_unit]]" {
		t.Error(got)
	}
	if n := o.yearly(t, "M05", "M06"); n["M05"] != 6 || n["M06"] != 390_000 {
		t.Error(n)
	}
	if err := o.call(t, "MergeRows", nil, "outcome", one.String(), other.String()); err != nil {
		t.Fatal(err)
	}
	// The review offers to join what it finds double.
	item := func(kind string) (found *ReviewItem) {
		t.Helper()
		var r Review
		if err := o.call(t, "Review", &r); err != nil {
			t.Fatal(err)
		}
		for i := range r.Items {
			if r.Items[i].Kind == kind {
				found = &r.Items[i]
			}
		}
		return found
	}
	double := item("double")
	if double == nil || !slices.Contains(double.Actions, "join") {
		t.Fatalf("%+v", double)
	}
	if err := o.call(t, "Settle", nil, double.Key, "join"); err != nil {
		t.Fatal(err)
	}
	if item("double") != nil {
		t.Error("joined, and still double")
	}
	if n := o.yearly(t, "M05", "M06"); n["M05"] != 4 || n["M06"] != 270_000 {
		t.Error(n)
	}
	var merged []RegistryRow
	if err := o.call(t, "MergedRecords", &merged, "outcome"); err != nil || len(merged) != 2 {
		t.Fatalf("%+v, %v", merged, err)
	}
	for _, row := range merged {
		if row.Into == a.String() {
			t.Error("the record without a number stands")
		}
		if err := o.call(t, "UnmergeRow", nil, "outcome", row.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.yearly(t, "M05", "M06"); n["M05"] != 6 || n["M06"] != 390_000 {
		t.Error(n)
	}
	if err := o.call(t, "MergeRows", nil, "outcome", a.String(), saved("recovered", "", "2025-05-11", "", 0, 0).String()); err == nil || err.Code != "kinds" {
		t.Error("an interception and a recovery were merged:", err)
	}
	o.asDefined(t, "split", mustPeriod(t, "2025-01-01", "2025-12-31"))
}

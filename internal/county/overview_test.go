package county

import (
	"strings"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// story writes rows as a kit would, through the county's own replica.
type story struct {
	t    *testing.T
	o    *office
	unit map[string]schema.ID
	made schema.Values
}

func (o *office) story(t *testing.T) *story {
	t.Helper()
	s := &story{t: t, o: o, unit: map[string]schema.ID{}}
	for code, name := range map[string]string{"FZZX": "县公安局反诈中心", "CGPCS": "城关派出所", "YD": "移动", "LT": "联通", "DX": "电信"} {
		u, err := o.AddUnit(t.Context(), "test", UnitForm{Code: code, Name: name, Department: "D02"})
		if err != nil {
			t.Fatal(err)
		}
		s.unit[code], _ = schema.ParseID(u.ID)
	}
	return s
}

func (s *story) do(fn func(tx *replicaTx) error) {
	s.t.Helper()
	if err := s.o.replica.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) put(table string, values schema.Values) schema.ID {
	s.t.Helper()
	var id schema.ID
	s.do(func(tx *replicaTx) error {
		id = tx.NewID()
		for name, v := range created(tx, s.o.replica.ID()) {
			if _, set := values[name]; !set {
				values[name] = v
			}
		}
		return tx.Put(table, id, values)
	})
	return id
}

func at(date string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", date, model.Location)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func (s *story) activity(kind, state, date, unit string, partners ...string) schema.ID {
	s.t.Helper()
	id := s.put("activity", schema.Values{"kind": kind, "state": state, "start_at": at(date), "lead_unit_id": s.unit[unit], "place_text": "城关广场"})
	s.do(func(tx *replicaTx) error {
		for _, p := range partners {
			if err := tx.Include("activity", id, "partner_units", s.unit[p].String()); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

func (s *story) material(code, group string) schema.ID {
	return s.put("material", schema.Values{"code": code, "group": group, "name": "物料" + code})
}

func (s *story) hand(activity, material schema.ID, qty int64) schema.ID {
	id := s.put("handout", schema.Values{"activity_id": activity, "material_id": material})
	s.do(func(tx *replicaTx) error { return tx.Add("handout", id, "qty", qty) })
	return id
}

func (s *story) ask(activity schema.ID, date, fraud string) schema.ID {
	return s.put("consultation", schema.Values{"activity_id": activity, "occurred_at": at(date), "fraud_type": fraud, "source": "walk_in", "stage": "G1",
		"age_band": "A6", "outcome": "K1", "at_risk_fen": 1_200_000, "person_label": "王女士", "phone": "13812345678", "story": "有人自称客服"})
}

func (s *story) attend(activity schema.ID, name string, signed bool) schema.ID {
	id := s.put("attendance", schema.Values{"activity_id": activity, "person_name": name, "org_name": "极速网咖", "role": "cafe_owner", "phone": "13900001111", "source": "roster"})
	if signed {
		s.do(func(tx *replicaTx) error {
			return tx.Include("attendance", id, "sign_ins", "d1@1765500000000")
		})
	}
	return id
}

func (s *story) void(table string, id schema.ID) {
	s.do(func(tx *replicaTx) error {
		return tx.Put(table, id, schema.Values{"voided": `{"on":true,"reason":"V1"}`})
	})
}

// year writes a small year and what must not count beside it.
func (s *story) year() (street schema.ID) {
	leaflet, brochure := s.material("LX1", "leaflet"), s.material("BX1", "brochure")
	street = s.activity("street", "done", "2025-06-07 09:00", "FZZX")
	s.hand(street, leaflet, 150)
	s.hand(street, leaflet, 60) // another kind of leaflet would do the same: 210 make it large
	s.hand(street, brochure, 500)
	byPartners := s.activity("street", "open", "2025-10-01 23:59", "CGPCS", "YD", "LT", "DX")
	s.hand(byPartners, leaflet, 20)
	small := s.activity("street", "done", "2025-12-31 23:59", "CGPCS", "YD")
	s.hand(small, leaflet, 199)
	s.activity("lecture", "done", "2025-02-26 14:00", "FZZX")
	s.activity("lecture", "open", "2025-03-26 14:00", "FZZX") // not over yet: no lecture, but an activity
	cafe := s.activity("cafe_meeting", "done", "2025-12-12 14:30", "CGPCS")
	s.attend(cafe, "王建国", true)
	s.attend(cafe, "张伟", true)
	s.attend(cafe, "赵敏", false)
	s.void("attendance", s.attend(cafe, "误录", true))
	s.ask(street, "2025-06-07 09:30", "F01")
	s.ask(street, "2025-06-07 10:30", "F01")
	s.ask(byPartners, "2025-10-01 10:30", "F04")
	s.void("consultation", s.ask(street, "2025-06-07 11:00", "F02"))
	s.do(func(tx *replicaTx) error { return tx.Add("activity", street, "consult_quick", 5) })

	// What must not count: voided, cancelled, planned, merged away, of other years.
	gone := s.activity("street", "done", "2025-06-08 09:00", "FZZX", "YD", "LT", "DX")
	s.hand(gone, leaflet, 1000)
	s.void("activity", gone)
	s.hand(s.activity("street", "cancelled", "2025-06-09 09:00", "FZZX"), leaflet, 1000)
	s.hand(s.activity("street", "planned", "2025-06-10 09:00", "FZZX"), leaflet, 1000)
	s.void("handout", s.hand(street, leaflet, 1000))
	s.hand(s.activity("street", "done", "2026-01-01 00:00", "FZZX"), leaflet, 1000)
	before := s.activity("street", "done", "2024-12-31 23:59", "FZZX")
	s.hand(before, leaflet, 250)
	s.ask(before, "2024-12-31 10:00", "F01")

	// The same booth entered twice: its leaflets count with the survivor.
	twin := s.activity("street", "done", "2025-06-07 09:00", "FZZX")
	s.hand(twin, leaflet, 30)
	s.do(func(tx *replicaTx) error { return tx.Put("activity", twin, schema.Values{"merged_into": street}) })
	return street
}

func TestOverviewCountsByTheDefinitions(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	s.year()
	o.login(t)
	var v Overview
	if err := o.call(t, "Overview", &v, OverviewQuery{From: "2025-01-01", To: "2025-12-31"}); err != nil {
		t.Fatal(err)
	}
	want := map[string][2]int64{"M01": {2, 1}, "M02": {459, 250}, "M08": {8, 1}, "M03": {1, 0}, "M10": {1, 0}, "M10s": {2, 0}, "M17a": {6, 1}}
	for _, card := range append(v.Cards, v.More...) {
		if w := want[card.Key]; card.Value != w[0] || card.Base != w[1] {
			t.Errorf("%s: %d, %d a year earlier; want %v", card.Key, card.Value, card.Base, w)
		}
		if (card.RateX10 == nil) != (card.Base == 0) {
			t.Errorf("%s: rate %v of base %d", card.Key, card.RateX10, card.Base)
		}
	}
	if len(v.Cards) != 8 || *v.Cards[1].RateX10 != 836 || v.Cards[1].Last != nil || v.BaseName != "" {
		t.Errorf("cards %+v", v.Cards)
	}
	if v.By != "month" || len(v.Trend) != 12 || v.Trend[5].Key != "2025-06" || v.Trend[5].Now != (Totals{1, 240, 7, 0, 0, 0}) ||
		v.Trend[11].Now != (Totals{2, 199, 0, 2, 0, 0}) || v.Trend[11].Base != (Totals{1, 250, 1, 0, 0, 0}) {
		t.Errorf("trend %s %+v", v.By, v.Trend)
	}
	if len(v.FraudTypes) != 2 || v.FraudTypes[0] != (Share{"F01", 2}) || v.FraudTypes[1] != (Share{"F04", 1}) {
		t.Errorf("types %+v", v.FraudTypes)
	}
	if len(v.Units) != 2 || v.Units[0].Name != "县公安局反诈中心" || v.Units[0].Totals != (Totals{3, 240, 7, 0, 0, 0}) || v.Units[1].Totals != (Totals{3, 219, 1, 2, 0, 0}) {
		t.Errorf("units %+v", v.Units)
	}
	if len(v.Newest) != 8 {
		t.Errorf("newest %d", len(v.Newest))
	}

	var sum Totals
	for _, p := range v.Trend {
		sum.Leaflets += p.Now.Leaflets
		sum.Consultations += p.Now.Consultations
	}
	if sum.Leaflets != 459 || sum.Consultations != 8 {
		t.Errorf("the trend sums to %+v", sum)
	}

	if err := o.call(t, "Overview", &v, OverviewQuery{From: "2025-12-01", To: "2025-12-31", Units: []string{s.unit["CGPCS"].String()}}); err != nil {
		t.Fatal(err)
	}
	if v.By != "day" || len(v.Trend) != 31 || v.Trend[30].Now.Leaflets != 199 || v.Trend[11].Now.Attendance != 2 || v.Cards[1].Value != 199 || len(v.Units) != 1 || v.BaseName != "上月" || *v.Cards[1].Last != 0 {
		t.Errorf("December of one unit: %+v", v)
	}
}

func TestEveryFigureOpensItsRecords(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	street := s.year()
	o.login(t)
	year := RecordQuery{From: "2025-01-01", To: "2025-12-31"}
	list := func(change func(*RecordQuery)) RecordPage {
		t.Helper()
		q := year
		change(&q)
		var page RecordPage
		if err := o.call(t, "Records", &page, q); err != nil {
			t.Fatal(err)
		}
		if page.Total != int64(len(page.Rows)) {
			t.Errorf("%+v: %d of %d", q, len(page.Rows), page.Total)
		}
		return page
	}
	for name, c := range map[string]struct {
		change func(*RecordQuery)
		rows   int
	}{
		"activities":    {func(q *RecordQuery) { q.Table = "activity" }, 6},
		"lectures":      {func(q *RecordQuery) { q.Table, q.Only = "activity", "lectures" }, 1},
		"cafe meetings": {func(q *RecordQuery) { q.Table, q.Kind = "activity", "cafe_meeting" }, 1},
		"with leaflets": {func(q *RecordQuery) { q.Table, q.Only = "activity", "leaflets" }, 3},
		"consultations": {func(q *RecordQuery) { q.Table = "consultation" }, 3},
		"of a type":     {func(q *RecordQuery) { q.Table, q.FraudType = "consultation", "F01" }, 2},
		"of a unit":     {func(q *RecordQuery) { q.Table, q.Units = "consultation", []string{s.unit["CGPCS"].String()} }, 1},
		"of a day":      {func(q *RecordQuery) { q.Table, q.From, q.To = "consultation", "2025-10-01", "2025-10-01" }, 1},
		"attendance":    {func(q *RecordQuery) { q.Table = "attendance" }, 2},
		"of one booth":  {func(q *RecordQuery) { q.Table, q.ActivityID = "consultation", street.String() }, 2},
	} {
		if page := list(c.change); len(page.Rows) != c.rows {
			t.Errorf("%s: %d records, want %d", name, len(page.Rows), c.rows)
		}
	}
	var leaflets int64
	for _, r := range list(func(q *RecordQuery) { q.Table, q.Only = "activity", "leaflets" }).Rows {
		leaflets += r.Leaflets
	}
	if leaflets != 459 {
		t.Errorf("the records behind the leaflets sum to %d", leaflets)
	}

	for _, bad := range []RecordQuery{{Table: "officer"}, {Table: "activity"}, {Table: "activity", From: "2025-02-30", To: "2025-12-31"},
		{Table: "activity", From: "2025-12-31", To: "2025-01-01"}, {Table: "activity", From: "2001-01-01", To: "2025-01-01"},
		{Table: "activity", From: "2025-01-01", To: "2025-01-02", Only: "1=1"}, {Table: "activity", From: "2025-01-01", To: "2025-01-02", Cursor: "x"},
		{Table: "activity", ActivityID: "x"}} {
		if err := o.call(t, "Records", nil, bad); err == nil || err.Message == "" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestListsArePaged(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	booth := s.activity("street", "open", "2025-06-07 09:00", "FZZX")
	for range pageSize + 7 {
		s.ask(booth, "2025-06-07 09:30", "F01")
	}
	o.login(t)
	seen, cursor := map[string]bool{}, ""
	for pages := 1; ; pages++ {
		var page RecordPage
		if err := o.call(t, "Records", &page, RecordQuery{Table: "consultation", From: "2025-06-07", To: "2025-06-07", Cursor: cursor}); err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rows {
			seen[r.ID] = true
		}
		if cursor = page.Next; cursor == "" {
			if pages != 2 || page.Total != pageSize+7 {
				t.Errorf("%d pages, total %d", pages, page.Total)
			}
			break
		}
	}
	if len(seen) != pageSize+7 {
		t.Errorf("%d records over the pages", len(seen))
	}
}

func TestARecordIsShownMasked(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	booth := s.activity("street", "open", "2025-06-07 09:00", "FZZX", "YD")
	s.hand(booth, s.material("LX1", "leaflet"), 12)
	id := s.ask(booth, "2025-06-07 09:30", "F01")
	o.login(t)
	var d RecordDetail
	if err := o.call(t, "RecordOf", &d, "consultation", id.String()); err != nil {
		t.Fatal(err)
	}
	got := map[string]Field{}
	for _, f := range d.Fields {
		got[f.Name] = f
	}
	if got["phone"].Text != "138****5678" || got["person_label"].Text != "王**" || got["story"].Text != "******" || got["story"].Kind != "personal" {
		t.Errorf("personal fields %+v", got)
	}
	if got["fraud_type"].Text != "F01" || got["at_risk_fen"].Number != 1_200_000 || got["occurred_at"].Kind != "time" || d.Activity != booth.String() {
		t.Errorf("fields %+v", d)
	}
	if err := o.call(t, "RecordOf", &d, "activity", booth.String()); err != nil {
		t.Fatal(err)
	}
	if len(d.Handouts) != 1 || d.Handouts[0].Qty != 12 || d.Consultations != 1 || d.Record.Title != "城关广场" {
		t.Errorf("%+v", d)
	}
	for _, f := range d.Fields {
		if f.Name == "partner_units" && (len(f.List) != 1 || f.List[0] != "中国移动县分公司") {
			t.Errorf("partners %+v", f)
		}
	}
	for _, bad := range [][2]string{{"officer", id.String()}, {"consultation", "x"}, {"consultation", booth.String()}} {
		if err := o.call(t, "RecordOf", nil, bad[0], bad[1]); err == nil {
			t.Errorf("%v: found", bad)
		}
	}
}

func TestRatesAreHalfUp(t *testing.T) {
	for _, c := range []struct{ value, base, want int64 }{{862, 640, 347}, {8, 6, 333}, {5137, 4210, 220}, {5, 5, 0}, {0, 3, -1000}, {2, 3, -333},
		{1, 2000, -999 /* −99.95 % */}, {2001, 2000, 1 /* 0.05 % */}} {
		if got := rateX10(c.value, c.base); got == nil || *got != c.want {
			t.Errorf("%d against %d: %v, want %d", c.value, c.base, *got, c.want)
		}
	}
	if rateX10(3, 0) != nil {
		t.Error("a rate of nothing")
	}
}

func TestCSV(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	booth := s.put("activity", schema.Values{"kind": "street", "state": "done", "start_at": at("2025-06-07 09:00"), "lead_unit_id": s.unit["FZZX"],
		"title": `=HYPERLINK("http://evil"),"x"`})
	s.hand(booth, s.material("LX1", "leaflet"), -3)
	s.ask(booth, "2025-06-07 09:30", "F01")
	cafe := s.activity("cafe_meeting", "done", "2025-11-07 14:00", "FZZX") // its telephones are kept for 180 days
	s.attend(cafe, "王建国", true)
	o.login(t)
	for name, want := range map[string][]string{
		"activities":    {`"'=HYPERLINK(""http://evil""),""x"""`, "县公安局反诈中心", ",-3,"},
		"leaflets":      {"物料LX1,-3,"},
		"consultations": {"12000.00"},
		"attendance":    {"王**", "139****1111", "极速网咖"},
	} {
		response, body := o.get(t, o.secure+"/export/"+name+".csv?from=2025-01-01&to=2025-12-31")
		if response.StatusCode != 200 || !strings.HasPrefix(body, "\ufeff序号,日期") || !strings.HasSuffix(body, "\r\n") {
			t.Fatalf("%s: %s %q", name, response.Status, body)
		}
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: no %s in %s", name, part, body)
			}
		}
		for _, secret := range []string{"13812345678", "13900001111", "王建国", "王女士", "自称客服"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s tells %s", name, secret)
			}
		}
		if d := response.Header.Get("Content-Disposition"); !strings.Contains(d, "attachment") || !strings.Contains(d, "filename*=UTF-8''%E") {
			t.Errorf("%s: %s", name, d)
		}
	}
	for path, want := range map[string]int{"activities.csv": 400, "officers.csv?from=2025-01-01&to=2025-12-31": 404, "activities.xlsx": 404} {
		if response, _ := o.get(t, o.secure+"/export/"+path); response.StatusCode != want {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

func TestCellsThatASpreadsheetWouldRun(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-1+1": "'-1+1", "@SUM": "'@SUM", "\tx": "'\tx", "＝1": "'＝1", "－1": "'－1", "\x00": "'\x00",
		"-3": "-3", "-3.50": "-3.50", "-": "'-", "-3.": "'-3.", "-1.2.3": "'-1.2.3", "12": "12", "": "", "王": "王", "a=b": "a=b",
	} {
		if got := safeCell(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

func TestMasks(t *testing.T) {
	for in, want := range map[string]string{"王建国": "王**", "王": "王*", "": "", "欧阳震华先生": "欧****"} {
		if got := maskName(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	for in, want := range map[string]string{"13812345678": "138****5678", "0371-1234567": "037*****4567", "96110": "***10", "110": "***", "": ""} {
		if got := maskPhone(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// Lists and files of a unit have what the units merged into it recorded.
func TestListsOfAMergedUnit(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	s.activity("street", "done", "2025-05-01 09:00", "CGPCS")
	s.activity("street", "done", "2025-05-02 09:00", "YD")
	s.activity("street", "done", "2025-05-03 09:00", "FZZX")
	o.login(t)
	if err := o.call(t, "MergeRows", nil, "unit", s.unit["CGPCS"].String(), s.unit["YD"].String()); err != nil {
		t.Fatal(err)
	}
	for _, unit := range []string{"CGPCS", "YD"} {
		var page RecordPage
		if err := o.call(t, "Records", &page, RecordQuery{Table: "activity", From: "2025-01-01", To: "2025-12-31", Units: []string{s.unit[unit].String()}}); err != nil || len(page.Rows) != 2 {
			t.Errorf("%s: %d activities, %v", unit, len(page.Rows), err)
		}
		response, body := o.get(t, o.secure+"/export/activities.csv?from=2025-01-01&to=2025-12-31&unit="+s.unit[unit].String())
		if response.StatusCode != 200 || strings.Count(body, "\r\n") != 3 || strings.Contains(body, "2025-05-03") {
			t.Errorf("%s: %q", unit, body)
		}
	}
}

// The county's target of a unit stands before the one that the unit set itself, whichever came first.
func TestTheCountysTargetsStand(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	unit := s.unit["CGPCS"]
	target := func(of schema.ID, metric string, value int64) {
		plan := model.PlanID(o.realm, 2025, "annual", of, 1)
		s.do(func(tx *replicaTx) error {
			if err := tx.Put("plan", plan, schema.Values{"year": int64(2025), "kind": "annual", "unit_id": of, "title": "年度计划", "created_at": tx.Now().UnixMilli()}); err != nil {
				return err
			}
			return tx.Put("plan_target", model.TargetID(o.realm, plan, metric, unit, ""), schema.Values{"plan_id": plan, "metric": metric, "unit_id": unit, "value": value, "created_at": tx.Now().UnixMilli()})
		})
	}
	target(schema.Nil, "M02", 1000)
	target(unit, "M02", 300)
	target(unit, "M03", 2)
	target(schema.Nil, "M03", 6)
	target(unit, "M09", 50)
	got, err := o.targets(t.Context(), 2025)
	if err != nil {
		t.Fatal(err)
	}
	for metric, want := range map[string]int64{"M02": 1000, "M03": 6, "M09": 50} {
		if n := got[targetKey{metric, unit}]; n != want {
			t.Errorf("%s: %d, want %d", metric, n, want)
		}
	}
}

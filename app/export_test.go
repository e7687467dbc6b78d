package app

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
)

func TestExportsMaskAndNeverRunFormulas(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("=2+3 广场").Activity.ID
	l.saved(id, func(f *ConsultationForm) {
		f.PersonLabel, f.Consent, f.Phone, f.AlarmNo = "王女士", true, "12800005678", "=HYPERLINK(1)"
	})
	l.saved(id, func(f *ConsultationForm) { f.FraudType, f.AtRisk = "F04", "3000.50" })
	e := NewExports(l.s)
	for _, format := range []string{"csv", "xlsx"} {
		file, err := e.Make(ExportRequest{List: "consultation", Format: format, Query: `{"sort":"oldest"}`})
		l.must(err)
		if file.Rows != 2 || !strings.HasSuffix(file.Name, "."+format) {
			t.Fatalf("%s, %d rows", file.Name, file.Rows)
		}
		text := string(file.Data)
		if format == "csv" && (!strings.Contains(text, "'=HYPERLINK(1)") || !strings.Contains(text, "合计") || !strings.Contains(text, "15000.50") || strings.Contains(text, "12800005678") || !strings.Contains(text, "128****5678") || strings.Contains(text, "王女士")) {
			t.Errorf("%s", text)
		}
		if format == "xlsx" {
			book, err := excelize.OpenReader(bytes.NewReader(file.Data))
			l.must(err)
			rows, err := book.GetRows("Sheet1")
			l.must(err)
			if len(rows) != 4 || rows[0][0] != "序号" || rows[3][0] != "合计" {
				t.Errorf("%q", rows)
			}
			for r := range rows {
				for c := range rows[r] {
					cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
					if formula, _ := book.GetCellFormula("Sheet1", cell); formula != "" {
						t.Errorf("%s is a formula", cell)
					}
					if strings.Contains(rows[r][c], "王女士") || strings.Contains(rows[r][c], "12800005678") {
						t.Errorf("%s holds %s", cell, rows[r][c])
					}
				}
			}
			l.must(book.Close())
		}
	}
	sheet, err := e.Print(ExportRequest{List: "activity"})
	l.must(err)
	if len(sheet.Rows) != 1 || sheet.Sums == nil {
		t.Fatalf("%+v", sheet)
	}
	logged, err := l.r.Select(context.Background(), "export_log", "")
	l.must(err)
	if len(logged) != 3 || logged[0].Bool("with_personal") {
		t.Fatalf("%d exports are logged", len(logged))
	}
	for _, q := range []ExportRequest{{List: "person", Format: "csv"}, {List: "post", Format: "exe"}, {List: "post", Format: "csv", Query: "{"}} {
		if _, err := e.Make(q); err == nil {
			t.Errorf("%+v is taken", q)
		}
	}
	for _, list := range []string{"indicator", "post", "outcome", "case_digest", "slogan", "venue"} {
		if _, err := e.Make(ExportRequest{List: list, Format: "xlsx"}); err != nil {
			t.Errorf("%s: %v", list, err)
		}
	}
}

func TestFinderSearchesEverything(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	l.saved(id, func(f *ConsultationForm) { f.FraudType, f.Indicators = "F01", []string{"phone:12800001234"} })
	_, err := l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇"})
	l.must(err)
	f := NewFinder(l.s)
	tables := func(text string) string {
		groups, err := f.All(text)
		l.must(err)
		var out []string
		for _, g := range groups {
			out = append(out, g.Table)
		}
		return strings.Join(out, " ")
	}
	for text, want := range map[string]string{"12800001234": "indicator", "sdfl": "consultation", "jswb": "venue", "城关": "activity venue unit", "cggc": "activity", "": "", "没有这个": "", "广场 jm": "activity"} {
		got := tables(text)
		if text == "广场 jm" {
			if got != "activity" && got != "" {
				t.Errorf("%q: %s", text, got)
			}
			continue
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
	_, err = l.venues.Create(VenueForm{Kind: "V01", Name: "星空网咖"})
	l.must(err)
	if tables("xkwk") != "venue" {
		t.Error("a new venue is not found")
	}
	if strings.Contains(tables(strings.Repeat("很长", 5_000_000)), "x") {
		t.Error("10 MB of text found something")
	}
}

// Every list of the kit can be exported, as it is filtered, with its rows.
func TestEveryListExports(t *testing.T) {
	l := newLaptop(t, "D1")
	l.officer("041207", "李静")
	booth := l.start("城关广场").Activity.ID
	sure(NewActivities(l.s).Open(OpenForm{Kind: "lecture", Place: "县一中"}))
	meeting := sure(l.meet.Create(MeetingForm{Place: "会议室"})).Activity.ID
	sure(l.meet.WalkIn(meeting, RosterRow{Org: "极速网吧", Name: "赵敏敏", Phone: "12800005678", CreateVenue: true}))
	sure(NewStock(l.s).Record(MoveForm{Kind: "receive", MaterialID: leaflet, Qty: 100, BatchNo: "1"}))
	sure(l.booth.Tap(booth, leaflet, 30))
	sure(NewTallies(l.s).Add("", "kind_reminder", 973))
	sure(NewTallies(l.s).Add("", "remit_served", 1000))
	sure(NewPlans(l.s).SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10"}))
	venue := sure(l.venues.List(VenueQuery{}))[0]
	up := sure(NewPlacements(l.s).Put(PlacementForm{VenueID: venue.ID, MaterialID: model.MaterialID(realm, "FZHB"), Qty: 4}))[0]
	sure(NewPlacements(l.s).Inspect(InspectForm{PlacementID: up.ID, Result: "damaged", FixedOnSpot: true, Note: "已换新"}))
	round := sure(NewActivities(l.s).Open(OpenForm{Kind: "household", Place: "锦苑小区"})).ID
	sure(NewHouseholds(l.s).Record(round, DoorForm{Door: "1 2 301", Result: "talked", Talked: 3, Elder: 1}))
	e := NewExports(l.s)
	for list, c := range map[string]struct {
		query string
		rows  int
		has   string
	}{
		"stock":      {"", len(model.SeedMaterials), "防诈宣传单,宣传单,100,0,30,0,70,20,"},
		"stock_move": {"", 1, "入库,防诈宣传单,100,1,"},
		"tally":      {"", 1, "2025-01-10,973,1000,0,0,97.3%,否"},
		"plan":       {`{"year":2025}`, 1, "110宣传日"},
		"placement":  {"", 1, "破损,是"},
		"inspection": {"", 1, "李静,0,已换新"},
		"meeting":    {"", 2, "会议室,1,1,100.0%"},
		"attendance": {`{"id":"` + meeting.String() + `"}`, 1, "极速网吧,赵**,,128****5678,补录,2025-01-10 12:00"},
		"rates":      {"", 1, "极速网吧,,1,1,100.0%,0"},
		"household":  {`{"id":"` + round.String() + `"}`, 1, "1-2-301,已面谈,3,1,D1"},
		"venue":      {`{"text":"js"}`, 1, "极速网吧"},
		"activity":   {`{"kind":"lecture"}`, 1, "县一中"},
	} {
		file, err := e.Make(ExportRequest{List: list, Format: "csv", Query: c.query})
		l.must(err)
		if file.Rows != c.rows || !strings.Contains(string(file.Data), c.has) {
			t.Errorf("%s: %d rows\n%s", list, file.Rows, file.Data)
		}
		if strings.Contains(string(file.Data), "赵敏敏") || strings.Contains(string(file.Data), "12800005678") {
			t.Errorf("%s names a person", list)
		}
		if sheet := sure(e.Print(ExportRequest{List: list, Query: c.query})); len(sheet.Rows) != c.rows || sheet.By == "" {
			t.Errorf("%s prints %d rows", list, len(sheet.Rows))
		}
		if _, err := e.Make(ExportRequest{List: list, Format: "xlsx", Query: c.query}); err != nil {
			t.Errorf("%s as xlsx: %v", list, err)
		}
	}
	for _, q := range []string{`{"text":"夜市"}`, `{"from":"2025-02-01"}`, `{"state":"done"}`} {
		if file := sure(e.Make(ExportRequest{List: "activity", Format: "csv", Query: q})); file.Rows != 0 {
			t.Errorf("%s exports %d activities", q, file.Rows)
		}
	}
}

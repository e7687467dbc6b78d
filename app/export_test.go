package app

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
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

package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

// saved stores a consultation that names indicators.
func (l *laptop) saved(activity schema.ID, change func(*ConsultationForm)) Consultation {
	l.t.Helper()
	f := form(activity)
	change(&f)
	c, err := l.consult.Save(f)
	l.must(err)
	return c
}

func TestIndicatorsAreFoundAgainAcrossPlacesAndLaptops(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	one := a.start("城关广场").Activity.ID
	a.saved(one, func(f *ConsultationForm) {
		f.FraudType, f.Indicators = "F01", []string{"phone:+86 128 0000 1234", "app:任务大厅APP"}
	})
	two := b.start("汽车站").Activity.ID
	b.saved(two, func(f *ConsultationForm) {
		f.FraudType, f.Indicators = "F04", []string{"phone:12800001234", "url:https://FAKE.example/pay/"}
	})
	exchange(t, all)
	for _, l := range all {
		leads := NewIndicators(l.s)
		found, err := leads.Recognise("又是 12800001234，让点 http://fake.example/pay")
		l.must(err)
		if len(found.Leads) != 2 || found.Leads[0].Hits != 2 || found.Leads[1].Hits != 1 {
			t.Fatalf("recognised %+v", found.Leads)
		}
		page, err := leads.Get(found.Leads[0].ID)
		l.must(err)
		if len(page.Consultations) != 2 || page.Places != 2 || page.Devices != 2 || len(page.Related) != 2 || len(page.Lead.FraudTypes) != 2 {
			t.Fatalf("page: %d consultations, %d places, %d devices, %d related", len(page.Consultations), page.Places, page.Devices, len(page.Related))
		}
		clusters, err := leads.Clusters()
		l.must(err)
		if len(clusters) != 1 || clusters[0].Consultations != 2 {
			t.Fatalf("clusters %+v", clusters)
		}
		sheet, err := NewExports(l.s).Print(ExportRequest{List: "cluster", Format: "print"})
		l.must(err)
		if len(sheet.Rows) != 1 || sheet.Rows[0][1] != int64(2) || !strings.Contains(sheet.Rows[0][2].(string), "12800001234（2 起）") {
			t.Fatalf("the sheet of clusters %+v", sheet)
		}
		sheet, err = NewExports(l.s).Print(ExportRequest{List: "trend", Format: "print", Query: `{"months":3}`})
		l.must(err)
		if rows := len(sheet.Rows); rows != 4 || len(sheet.Columns) != 7 {
			t.Fatalf("the sheet of trends %+v", sheet)
		}
		for i, want := range []int64{1, 1, 2, 3} { // two types, all, new leads
			if line := sheet.Rows[i]; line[4] != want || line[5] != want || line[6] != fmt.Sprint("↑ ", want) {
				t.Errorf("the sheet of trends says %v, want %d", line, want)
			}
		}
	}
	// A number that was spoofed joins nothing any more, and is not exported.
	leads := NewIndicators(a.s)
	list, err := leads.List(LeadQuery{Sort: "hits"})
	a.must(err)
	if list.Total != 3 || list.Items[0].Key != "phone:12800001234" {
		t.Fatalf("%+v", list)
	}
	if step, err := NewBulk(a.s).Edit(BulkEdit{Table: "indicator", IDs: []schema.ID{list.Items[0].ID}, Column: "status", Value: "spoofed"}); err != nil || step.Count != 1 {
		t.Fatal(step, err)
	}
	if clusters, err := leads.Clusters(); err != nil || len(clusters) != 0 {
		t.Fatal(clusters, err)
	}
	file, err := NewExports(a.s).Make(ExportRequest{List: "indicator", Format: "csv"})
	a.must(err)
	if file.Rows != 2 || strings.Contains(string(file.Data), "12800001234") || !strings.Contains(string(file.Data), "fake[.]example/pay") {
		t.Fatalf("export %s", file.Data)
	}
}

func TestTakingAnIndicatorOutUndoesTheHit(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	c := l.saved(id, func(f *ConsultationForm) { f.Indicators = []string{"phone:12800001234", "app:任务大厅"} })
	got, err := l.consult.Get(c.ID)
	l.must(err)
	if strings.Join(got.Indicators, " ") != "phone:12800001234 app:任务大厅" && len(got.Indicators) != 2 {
		t.Fatal(got.Indicators)
	}
	f := got.ConsultationForm
	f.Indicators = []string{"app:任务大厅"}
	_, err = l.consult.Save(f)
	l.must(err)
	lead, err := NewIndicators(l.s).Lookup([]string{"phone:12800001234", "app:任务大厅"})
	l.must(err)
	if lead[0].Hits != 0 || lead[1].Hits != 1 {
		t.Fatalf("hits %d and %d", lead[0].Hits, lead[1].Hits)
	}
	if got, _ = l.consult.Get(c.ID); len(got.Indicators) != 1 {
		t.Fatal(got.Indicators)
	}
	f = got.ConsultationForm
	f.Indicators = []string{"app:任务大厅", "phone:12800001234"} // and back again
	if got, err = l.consult.Save(f); err != nil || len(got.Indicators) != 2 {
		t.Fatal(got.Indicators, err)
	}
	_, err = l.consult.Void(c.ID, "V1")
	l.must(err)
	if lead, _ = NewIndicators(l.s).Lookup([]string{"app:任务大厅"}); lead[0].Hits != 0 {
		t.Fatal("a voided consultation still counts as a hit")
	}
}

func TestElementsAreCompleteWithALeadOrNone(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	with := l.saved(id, func(f *ConsultationForm) { f.Indicators = []string{"app:任务大厅"} })
	without := l.saved(id, func(f *ConsultationForm) {})
	none := l.saved(id, func(f *ConsultationForm) { f.NoIndicator = true })
	if !with.ElementsOK || without.ElementsOK || !none.ElementsOK {
		t.Fatal(with.ElementsOK, without.ElementsOK, none.ElementsOK)
	}
	f := form(id)
	f.NoIndicator, f.Indicators = true, []string{"app:任务大厅"}
	if _, err := l.consult.Save(f); refusedField(t, err) != "no_indicator" {
		t.Fatal(err)
	}
	f.NoIndicator, f.Indicators = false, []string{"bank_account:11010519491231002X"}
	if _, err := l.consult.Save(f); refusedField(t, err) != "indicator" {
		t.Fatal(err)
	}
}

func TestTrendCountsByMonth(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	l.saved(id, func(f *ConsultationForm) { f.FraudType, f.Indicators = "F01", []string{"app:任务大厅"} })
	l.now = l.now.AddDate(0, 1, 0)
	for range 2 {
		l.saved(id, func(f *ConsultationForm) { f.FraudType, f.Indicators = "F01", []string{"app:任务大厅"} })
	}
	trend, err := NewIndicators(l.s).Trend(2)
	l.must(err)
	if strings.Join(trend.Months, " ") != "2025-01 2025-02" || trend.Types[0].Counts[0] != 1 || trend.Types[0].Counts[1] != 2 || trend.Leads[0] != 1 || trend.Leads[1] != 0 {
		t.Fatalf("%+v", trend)
	}
}

func TestSimilarConsultationsAreHinted(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	l.saved(id, func(f *ConsultationForm) { f.Consent, f.Phone, f.AlarmNo = true, "12800001234", "QL-017" })
	why := func(change func(*ConsultationForm)) string {
		f := form(id)
		f.AgeBand, f.AtRisk = "A7", "5"
		change(&f)
		list, err := l.consult.Similar(f)
		l.must(err)
		if len(list) == 0 {
			return ""
		}
		return list[0].Why
	}
	if why(func(f *ConsultationForm) { f.Phone = "128 0000 1234" }) != "phone" || why(func(f *ConsultationForm) { f.AlarmNo = "ql-017" }) != "alarm_no" || why(func(f *ConsultationForm) {}) != "" {
		t.Fatal("hints are wrong")
	}
	if why(func(f *ConsultationForm) { *f = form(id) }) != "same" {
		t.Fatal("the same form a minute later is not hinted")
	}
	l.now = l.now.Add(25 * time.Hour)
	if why(func(f *ConsultationForm) { f.Phone = "12800001234" }) != "" {
		t.Fatal("yesterday's is hinted")
	}
}

// Two laptops note something on one lead, and one changes its status: all of it stays.
func TestTwoNotesOnOneLead(t *testing.T) {
	all := fleet(t, "D1", "D3")
	a, b := all[0], all[1]
	a.saved(a.start("城关广场").Activity.ID, func(f *ConsultationForm) { f.Indicators = []string{"phone:12800001234"} })
	exchange(t, all)
	lead := sure(NewIndicators(a.s).List(LeadQuery{})).Items[0]
	saw := LeadForm{Platform: lead.Platform, Status: lead.Status, Note: lead.Note}
	of := func(change func(*LeadForm)) LeadForm { f := saw; change(&f); return f }
	saw = LeadForm{Status: "reported", Note: "自称客服。"}
	sure(NewIndicators(a.s).Save(lead.ID, LeadForm{Status: lead.Status}, saw))
	exchange(t, all)
	b.now = b.now.Add(time.Minute)
	sure(NewIndicators(b.s).Save(lead.ID, saw, of(func(f *LeadForm) { f.Note = "自称客服。又来过一次。"; f.Status = "confirmed" })))
	exchange(t, all)
	// D1 typed on what it saw before.
	a.now = a.now.Add(2 * time.Minute)
	sure(NewIndicators(a.s).Save(lead.ID, saw, of(func(f *LeadForm) { f.Note = "女声，自称客服。"; f.Platform = "移动" })))
	exchange(t, all)
	for _, l := range all {
		if got := sure(NewIndicators(l.s).Get(lead.ID)).Lead; got.Note != "女声，自称客服。又来过一次。" || got.Status != "confirmed" || got.Platform != "移动" {
			t.Errorf("%+v", got)
		}
	}
}

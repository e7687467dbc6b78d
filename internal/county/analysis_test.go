package county

import (
	"fmt"
	"strings"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/internal/report"
	"fieldkit/sync/schema"
)

func TestAnalysis(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	venue := s.put("venue", schema.Values{"kind": "V09", "name": "城关广场", "town": "城关镇"})
	booth := s.put("activity", schema.Values{"kind": "street", "state": "done", "start_at": at("2025-12-01 09:00"), "lead_unit_id": s.unit["CGPCS"], "venue_id": venue})
	ask := func(date, fraud, age string, loss int64) schema.ID {
		return s.put("consultation", schema.Values{"activity_id": booth, "occurred_at": at(date), "fraud_type": fraud, "age_band": age, "stage": "G3", "loss_fen": loss})
	}
	sign := func(kind, value, status string, of ...schema.ID) {
		id := model.IndicatorID(o.realm, kind, value)
		s.do(func(tx *replicaTx) error {
			return tx.Put("indicator", id, schema.Values{"created_at": int64(1), "kind": kind, "value": value, "status": status})
		})
		for _, c := range of {
			s.put("consultation_indicator", schema.Values{"consultation_id": c, "indicator_id": id})
		}
	}
	a, b, c := ask("2025-12-01 10:00", "F01", "A6", 500_000), ask("2025-12-05 10:30", "F01", "A6", 0), ask("2025-12-09 11:00", "F04", "A3", 100_000)
	sign("url", "http://bad.example", "confirmed", a, b)
	sign("phone", "12800000001", "reported", b, c)
	d, e := ask("2025-12-10 15:00", "F02", "A3", 0), ask("2025-12-11 15:00", "F02", "A3", 0)
	sign("phone", "12800000002", "spoofed", d, e) // an innocent's number joins nobody
	for i := range 6 {
		ask(fmt.Sprintf("2025-12-%02d 10:00", 12+i), "F05", "A4", 0) // none before: new
		ask(fmt.Sprintf("2025-09-%02d 10:00", 12+i), "F10", "A4", 0) // before, and not since
	}
	var v Analysis
	if err := o.call(t, "Analysis", &v, OverviewQuery{From: "2025-01-01", To: "2025-12-31"}); err != nil {
		t.Fatal(err)
	}
	if len(v.Clusters) != 1 || v.Clusters[0].Count != 3 || v.Clusters[0].Fen != 600_000 || !strings.Contains(strings.Join(v.Clusters[0].Details, " "), "hxxp://bad[.]example") {
		t.Errorf("clusters %+v", v.Clusters)
	}
	if want := "12月1日至12月9日，有3起咨询出现相同的"; !strings.HasPrefix(v.Clusters[0].Sentence, want) || !strings.Contains(v.Clusters[0].Sentence, "损失6000元") {
		t.Error(v.Clusters[0].Sentence)
	}
	if len(v.Emerging) != 1 || v.Emerging[0].Part != "F05" || !v.Emerging[0].Fresh || v.Emerging[0].Count != 6 {
		t.Errorf("emerging %+v", v.Emerging)
	}
	if v.Total != 17 || v.Hours[10] != 14 || v.Hours[15] != 2 || !strings.Contains(v.HourSay, "占88.2%") {
		t.Error(v.Total, v.Hours, v.HourSay)
	}
	if len(v.Places) != 1 || v.Places[0].Title != "城关广场" || v.Places[0].Count != 17 {
		t.Errorf("places %+v", v.Places)
	}
	if v.Groups[0].Part != "A6" || v.Groups[0].Fen != 500_000 || !strings.Contains(v.Groups[0].Sentence, "占全部损失的83.3%") {
		t.Errorf("groups %+v", v.Groups)
	}
	type where struct{ Hours, Venue, Place string }
	// Each place and each hour leads to just the records that it counts.
	for q, want := range map[where]int64{{Hours: "10"}: 14, {Hours: fmt.Sprintf("%d-%d", v.HourBest, v.HourBest+2)}: v.Hours[v.HourBest] + v.Hours[v.HourBest+1] + v.Hours[v.HourBest+2], {Venue: v.Places[0].Venue, Place: v.Places[0].Place}: 17, {Place: "别处"}: 0} {
		var page RecordPage
		if err := o.call(t, "Records", &page, RecordQuery{Table: "consultation", From: "2025-01-01", To: "2025-12-31", Hours: q.Hours, Venue: q.Venue, Place: q.Place}); err != nil || page.Total != want || int64(len(page.Rows)) != want {
			t.Errorf("%+v: %d of %d, want %d: %v", q, len(page.Rows), page.Total, want, err)
		}
	}
	for _, hours := range []string{"24", "9-8", "x", "-1"} {
		if err := o.call(t, "Records", nil, RecordQuery{Table: "consultation", From: "2025-01-01", To: "2025-12-31", Hours: hours}); err == nil {
			t.Errorf("hours %q are taken", hours)
		}
	}
	// Its sentence goes into a report and stays there.
	var made ReportView
	if err := o.call(t, "DraftReport", &made, ReportForm{Kind: "R3", From: "2025-01-01", To: "2025-12-31", Units: []string{}}); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "AddSentence", nil, made.Line.ID, v.HourSay); err != nil {
		t.Fatal(err)
	}
	var with ReportView
	if err := o.call(t, "Report", &with, made.Line.ID); err != nil || len(with.Blocks) != len(made.Blocks)+1 || with.Blocks[len(with.Blocks)-1].Text() != v.HourSay || with.Blocks[len(with.Blocks)-1].Kind != report.Paragraph {
		t.Errorf("%v %+v", err, with.Blocks)
	}
	if err := o.call(t, "AddSentence", nil, made.Line.ID, " "); err == nil || err.Code != "sentence" {
		t.Error(err)
	}

	if err := o.call(t, "Analysis", &v, OverviewQuery{From: "2025-01-01", To: "2025-12-31", Units: []string{s.unit["FZZX"].String()}}); err != nil || v.Total != 0 || len(v.Clusters) != 0 || len(v.Places) != 0 {
		t.Errorf("of a unit without any: %v %+v", err, v)
	}

	var plan Progress
	if err := o.call(t, "SaveTarget", nil, 2025, Target{Metric: "M08", Value: 34}); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Progress", &plan, 2025); err != nil || plan.Passed != 1000 {
		t.Fatal(err, plan.Passed)
	}
	for _, line := range plan.Metrics {
		if line.Code == "M08" && (line.County != (ProgressCell{Target: 34, Actual: 17}) || len(line.Units) != 1 || line.Units[0].Actual != 17) {
			t.Errorf("%+v", line)
		}
	}
}

package app

import (
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// What is to be looked at reads like the screens: names, times and words, never ids or codes.
func TestReviewReadsLikeTheScreens(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	id := a.start("城关广场").Activity.ID
	saved, err := a.consult.Save(form(id))
	a.must(err)
	venue, err := a.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇"})
	a.must(err)
	exchange(t, all)
	for i, l := range all {
		l.now = l.now.Add(time.Duration(i+1) * time.Minute)
		f := saved.ConsultationForm
		f.FraudType, f.Consent = []string{"F03", "F02"}[i], true
		f.OccurredAt = noon.Add(-time.Duration(i+1) * time.Hour).UnixMilli()
		f.AtRisk = []string{"1000", "2000.5"}[i]
		_, err := l.consult.Save(f)
		l.must(err)
		v := venue.VenueForm
		v.Kind, v.State, v.Seats = []string{"V03", "V02"}[i], []string{"closed", "suspended"}[i], int64(10*i+10)
		_, err = l.venues.Update(venue.ID, v)
		l.must(err)
	}
	_, err = a.consult.Void(saved.ID, "V1")
	a.must(err)
	_, err = b.consult.Void(saved.ID, "V2")
	b.must(err)
	exchange(t, all)
	items, err := NewReview(a.s).List()
	a.must(err)
	want := map[string][2]string{
		"consultation.fraud_type":  {model.Label("fraud_type", "F02"), model.Label("fraud_type", "F03")},
		"consultation.occurred_at": {"2025-01-10 10:00", "2025-01-10 11:00"},
		"consultation.at_risk_fen": {"2000.50 元", "1000.00 元"},
		"consultation.voided":      {"已作废（" + model.Label("void_reason", "V2") + "）", "已作废（" + model.Label("void_reason", "V1") + "）"},
		"venue.kind":               {model.Label("venue_kind", "V02"), model.Label("venue_kind", "V03")},
		"venue.state":              {model.Label("venue_state", "suspended"), model.Label("venue_state", "closed")},
		"venue.seats":              {"20", "10"},
	}
	for _, item := range items {
		key := item.Table + "." + item.Column
		if w, ok := want[key]; !ok || item.Winner.Text != w[0] || item.Loser.Text != w[1] || item.Winner.Device != "D2" || item.Loser.Device != "D1" || item.Title == "" {
			t.Errorf("%s: %+v, want %v", key, item, w)
		}
		delete(want, key)
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", want)
	}
}

// A start that an officer typed is not passed over for one that nobody did.
func TestATypedStartIsReviewed(t *testing.T) {
	all := fleet(t, "D1", "D2")
	_, err := all[0].booth.Open(OpenBooth{Place: "汽车站", StartAt: noon.Add(time.Hour).UnixMilli()})
	all[0].must(err)
	all[1].now = noon.Add(30 * time.Minute)
	all[1].start("汽车站")
	exchange(t, all)
	if r := all[0].reviewed(); len(r) != 1 || r[0] != "activity.start_at" {
		t.Errorf("to review: %v", r)
	}
}

func TestDisplayOfReferences(t *testing.T) {
	l := newLaptop(t, "D1")
	d := l.s.directory(l.r)
	unit := model.UnitID(realm, "YD")
	for want, in := range map[string]struct {
		table, column string
		value         any
	}{
		"移动":                {"activity", "lead_unit_id", unit},
		"—":                 {"activity", "venue_id", nil},
		"是":                 {"consultation", "consent", int64(1)},
		"否":                 {"officer", "active", int64(0)},
		"未作废":               {"consultation", "voided", `{"on":false}`},
		schema.Nil.String(): {"activity", "venue_id", schema.Nil},
	} {
		if got, err := display(d, in.table, in.column, in.value); err != nil || got != want {
			t.Errorf("%v shows as %q, %v; want %q", in.value, got, err, want)
		}
	}
}

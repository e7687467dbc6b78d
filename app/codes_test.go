package app

import (
	"strings"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// The office renames a code, adds one and retires one; its settings arrive with a sync.
func TestTheCountysNamesOfCodesAreShown(t *testing.T) {
	all := fleet(t, "office", "D1")
	office, kit := all[0], all[1]
	id := kit.start("城关广场").Activity.ID
	old := kit.saved(id, func(f *ConsultationForm) { f.FraudType = "F01" })
	if names := sure(kit.cat.Codes()); len(names.Labels) != 0 || names.Retired == nil {
		t.Fatalf("before anything was changed %+v", names)
	}
	set := model.DefaultSettings()
	set.Labels = map[string]string{"fraud_type.F01": "刷单做任务", "activity_kind.street": "街头摆摊"}
	set.Added = map[string][]model.Code{"fraud_type": {{Code: "X01", ZH: "殡葬诈骗", EN: "Funeral fraud"}}}
	set.Retired = []string{"fraud_type.F28"}
	office.must(office.r.Update(t.Context(), func(tx *replica.Tx) error { return set.Put(tx, realm) }))
	exchange(t, all)

	names := sure(kit.cat.Codes())
	if names.Labels["fraud_type.F01"] != "刷单做任务" || len(names.Added["fraud_type"]) != 1 || len(names.Retired) != 1 {
		t.Errorf("the screens get %+v", names)
	}
	if st := sure(kit.booth.Get(id)); st.Activity.Title != "城关广场 · 街头摆摊" {
		t.Errorf("the booth is called %s", st.Activity.Title)
	}
	own := kit.saved(id, func(f *ConsultationForm) { f.FraudType = "X01" })
	if own.FraudType != "X01" {
		t.Errorf("the office's own code was stored as %s", own.FraudType)
	}
	// What is retired stays on old records and can be saved with them.
	kept := kit.saved(id, func(f *ConsultationForm) { f.FraudType = "F28" })
	file := sure(NewExports(kit.s).Make(ExportRequest{List: "consultation", Format: "csv"}))
	for _, name := range []string{"刷单做任务", "殡葬诈骗", model.Label("fraud_type", kept.FraudType)} {
		if !strings.Contains(string(file.Data), name) {
			t.Errorf("the export does not say %s", name)
		}
	}
	for text, want := range map[string]string{"做任务": old.ID.String(), "bzzp": own.ID.String()} {
		page := sure(kit.consult.List(ConsultationQuery{Text: text}))
		if len(page.Items) != 1 || page.Items[0].ID.String() != want {
			t.Errorf("%q finds %d", text, page.Total)
		}
	}
	if _, err := kit.consult.Save(func() ConsultationForm { f := form(id); f.FraudType = "X1234567"; return f }()); refusedField(t, err) != "fraud_type" {
		t.Errorf("a code of no form was taken: %v", err)
	}
	// Taken back, the names as shipped return.
	set.Labels = map[string]string{}
	office.must(office.r.Update(t.Context(), func(tx *replica.Tx) error { return set.Put(tx, realm) }))
	exchange(t, all)
	if st := sure(kit.booth.Get(id)); st.Activity.Title != "城关广场 · 街面宣传" {
		t.Errorf("after taking it back the booth is called %s", st.Activity.Title)
	}
}

// The tally offers what the office added, and what it retired only where it was kept.
func TestTheTallyOffersTheCountysKinds(t *testing.T) {
	all := fleet(t, "office", "D1")
	office, tallies := all[0], NewTallies(all[1].s)
	kept := model.Date(all[1].now.AddDate(0, 0, -1))
	sure(tallies.Add(kept, "suspicious_refused", 2))
	sure(tallies.Close(kept))
	set := model.DefaultSettings()
	set.Added = map[string][]model.Code{"tally_kind": {{Code: "X01", ZH: "止付提示", EN: "Stop-payment hints"}}}
	set.Retired = []string{"tally_kind.suspicious_refused"}
	office.must(office.r.Update(t.Context(), func(tx *replica.Tx) error { return set.Put(tx, realm) }))
	exchange(t, all)
	kinds := func(d TallyDay) (out string) {
		for _, l := range d.Lines {
			out += l.Kind + " "
		}
		return out
	}
	day := sure(tallies.Add("", "X01", 7))
	if kinds(day) != "kind_reminder remit_served sms_enrol X01 " || day.Lines[3].Total != 7 || day.Recent[0].Name != "止付提示" {
		t.Errorf("today: %+v", day)
	}
	if day = sure(tallies.Close("")); !day.Closed {
		t.Errorf("not closed: %+v", day)
	}
	if day = sure(tallies.Day(kept)); kinds(day) != "kind_reminder remit_served sms_enrol suspicious_refused X01 " || !day.Closed {
		t.Errorf("where it was kept: %+v", day)
	}
	file := sure(NewExports(all[1].s).Make(ExportRequest{List: "tally", Format: "csv"}))
	lines := strings.Split(strings.TrimSpace(string(file.Data)), "\n")
	if !strings.Contains(lines[0], "止付提示") || !strings.Contains(lines[1], ",7,") || strings.Count(strings.Join(lines[1:3], "\n"), "是") != 2 {
		t.Errorf("%s", file.Data)
	}
}

package county

import (
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

// A code that the office renamed goes by its name in lists to download and in the
// review; screens are told, and told again when it changes.
func TestOfficeNamesOfCodes(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	street := s.activity("street", "done", "2025-06-07 09:00", "CGPCS")
	asked := s.ask(street, "2025-06-07 10:00", "F01")
	s.put("period", schema.Values{"code": "spring", "year": int64(2025), "from_on": "2025-01-28", "to_on": "2025-02-04"})

	heard := o.listen(t)
	var rules Rules
	if err := o.call(t, "Rules", &rules); err != nil {
		t.Fatal(err)
	}
	saw := rules.Settings
	rules.Settings.Labels = map[string]string{"fraud_type.F01": "网络刷单做任务", "age_band.A6": "六十岁上下", "period.spring": "过年"}
	if err := o.call(t, "SaveRules", nil, saw, rules.Settings); err != nil {
		t.Fatal(err)
	}
	hear(t, heard, "setting")
	var names CodeNames
	if err := o.call(t, "CodeNames", &names); err != nil || names.Labels["fraud_type.F01"] != "网络刷单做任务" {
		t.Fatal(err, names)
	}
	status, csv := o.download(t, "/export/consultations.csv?from=2025-01-01&to=2025-12-31")
	if text := string(csv); status != 200 || !strings.Contains(text, "网络刷单做任务") || !strings.Contains(text, "六十岁上下") || strings.Contains(text, "刷单返利") {
		t.Error(status, text)
	}
	book, err := o.names(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	row, err := o.replica.Get(t.Context(), "consultation", asked)
	if err != nil {
		t.Fatal(err)
	}
	if title, _, err := o.titleOf(t.Context(), "consultation", row, book); err != nil || !strings.Contains(title, "网络刷单做任务") {
		t.Error(title, err)
	}
	var page RegistryPage
	if err := o.call(t, "Registry", &page, RegistryQuery{Table: "period", Search: "过年"}); err != nil || len(page.Rows) != 1 {
		t.Error("a key period is not found by the office's name:", err, page.Rows)
	}
}

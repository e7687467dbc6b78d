package county

import (
	"slices"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

func TestRegistries(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	var row RegistryRow
	save := func(table, id string, values map[string]string) string {
		t.Helper()
		if err := o.call(t, "SaveRegistry", &row, RegistryForm{Table: table, ID: id, Values: values}); err != nil {
			return err.Field + " " + err.Message
		}
		return ""
	}
	if refused := save("unit", "", map[string]string{"code": "LKPCS", "name": "岭口派出所", "short_name": "岭口所", "department": "D02"}); refused != "" {
		t.Fatal(refused)
	}
	unit := row.ID
	if refused := save("unit", "", map[string]string{"code": "LKPCS", "name": "又一个", "short_name": "又", "department": "D02"}); refused == "" {
		t.Error("a unit was made twice")
	}
	if refused := save("unit", unit, map[string]string{"teller_headcount": "26", "service_phone": "95599"}); refused != "" || row.Fields["teller_headcount"] != "26" || row.Fields["name"] != "岭口派出所" {
		t.Error(refused, row)
	}
	if refused := save("officer", "", map[string]string{"staff_no": "041207", "name": "单晓", "unit_id": unit, "role": "police"}); refused != "" || row.Fields["active"] != "1" || row.Names["unit_id"] != "岭口派出所" {
		t.Error(refused, row)
	}
	for name, f := range map[string]RegistryForm{
		"a code":     {"unit", unit, map[string]string{"code": "OTHER"}},
		"a headless": {"unit", unit, map[string]string{"name": " "}},
		"a phone":    {"unit", unit, map[string]string{"service_phone": "12"}},
		"a number":   {"unit", unit, map[string]string{"teller_headcount": "many"}},
		"own parent": {"unit", unit, map[string]string{"parent_id": unit}},
		"a role":     {"officer", "", map[string]string{"staff_no": "0412", "name": "无", "unit_id": unit, "role": "king"}},
		"dates":      {"period", "", map[string]string{"code": "spring", "year": "2025", "from_on": "2025-02-01", "to_on": "2025-01-01"}},
		"a table":    {"consultation", "", map[string]string{}},
	} {
		if save(f.Table, f.ID, f.Values) == "" {
			t.Errorf("%s was accepted", name)
		}
	}
	if refused := save("period", "", map[string]string{"code": "spring", "year": "2025", "from_on": "2025-01-28", "to_on": "2025-02-04"}); refused != "" {
		t.Error(refused)
	}
	if refused := save("material", "", map[string]string{"code": "NEW", "group": "leaflet", "name": "新宣传单", "unit_cost_fen": "0.35"}); refused != "" || row.Fields["unit_cost_fen"] != "35" {
		t.Error(refused, row.Fields)
	}

	var page RegistryPage
	if err := o.call(t, "Registry", &page, RegistryQuery{Table: "officer", Search: "sx"}); err != nil || len(page.Rows) != 1 { // 单 is Shan as a surname
		t.Error(err, page)
	}
	if err := o.call(t, "VoidRegistry", nil, "unit", unit, true); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Registry", &page, RegistryQuery{Table: "unit", Show: "voided"}); err != nil || len(page.Rows) != 1 || !page.Rows[0].Voided {
		t.Error(err, page)
	}
	if refused := save("unit", "", map[string]string{"code": "LKPCS", "name": "岭口派出所", "short_name": "岭口所", "department": "D02"}); refused != "" || row.Voided {
		t.Error("a unit that was taken out of use does not come back:", refused)
	}

	var targets Targets
	if err := o.call(t, "SaveTarget", nil, 2025, Target{Metric: "M02", Value: 5000}); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "SaveTarget", nil, 2025, Target{Metric: "M99", Value: 1}); err == nil {
		t.Error("a target for no figure was accepted")
	}
	if err := o.call(t, "Targets", &targets, 2025); err != nil || len(targets.Rows) != 1 || targets.Rows[0].Value != 5000 {
		t.Error(err, targets)
	}
	var rules Rules
	if err := o.call(t, "Rules", &rules); err != nil {
		t.Fatal(err)
	}
	saw := rules.Settings
	rules.Settings.LargeLeaflets = 0
	if err := o.call(t, "SaveRules", nil, saw, rules.Settings); err == nil || err.Field != "large_leaflets" {
		t.Error("no leaflets make a large campaign:", err)
	}
	rules.Settings.LargeLeaflets = 150
	rules.Settings.Towns = []string{"城关镇", "岭口镇"}
	if err := o.call(t, "SaveRules", nil, saw, rules.Settings); err != nil {
		t.Error(err)
	}
	// another clerk's page still shows what was before
	other := saw
	other.LargePartners, other.Towns, other.Labels, other.Added = 4, []string{"青岭乡"}, map[string]string{"fraud_type.F01": "刷单"}, map[string][]model.Code{"fraud_type": {{Code: "X01", ZH: "自设", EN: "own"}}}
	if err := o.call(t, "SaveRules", nil, saw, other); err != nil {
		t.Error(err)
	}
	if err := o.call(t, "Rules", &rules); err != nil {
		t.Fatal(err)
	}
	if got := rules.Settings; got.LargeLeaflets != 150 || got.LargePartners != 4 || !slices.Equal(got.Towns, []string{"城关镇", "岭口镇", "青岭乡"}) || got.Labels["fraud_type.F01"] != "刷单" || len(got.Added["fraud_type"]) != 1 {
		t.Errorf("one clerk's settings undid another's: %+v", got)
	}
	// what is taken away goes, what another added stays
	saw = rules.Settings
	one, two := saw, saw
	one.Towns = []string{"城关镇", "岭口镇"}
	two.Towns = append(slices.Clone(saw.Towns), "白河镇")
	for _, set := range []model.Settings{one, two} {
		if err := o.call(t, "SaveRules", nil, saw, set); err != nil {
			t.Error(err)
		}
	}
	if err := o.call(t, "Rules", &rules); err != nil || !slices.Equal(rules.Settings.Towns, []string{"城关镇", "岭口镇", "白河镇"}) {
		t.Error(err, rules.Settings.Towns)
	}
}

func TestMergeDuplicates(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	venue := func(name, town, phone, licence string) schema.ID {
		return s.put("venue", schema.Values{"kind": "V01", "name": name, "town": town, "contact_phone": phone, "licence_no": licence, "state": "open"})
	}
	a := venue("极速网咖城关店", "城关镇", "12800001234", "QL001")
	b := venue("极速网吧", "城关镇", "", "")
	venue("星空网咖", "城关镇", "12800001235", "QL002")
	venue("蓝鲸电竞", "岭口镇", "12800001236", "QL003")
	used := s.put("activity", schema.Values{"kind": "cafe_meeting", "state": "done", "start_at": at("2025-03-20 09:00"), "venue_id": a, "lead_unit_id": s.unit["FZZX"]})

	var pairs []Pair
	if err := o.call(t, "Duplicates", &pairs, "venue"); err != nil || len(pairs) != 1 {
		t.Fatal(err, pairs)
	}
	p := pairs[0]
	if p.Left.Row.ID != a.String() || p.Right.Row.ID != b.String() || p.Before != 4 || p.After != 3 || p.Left.Counts[0].N != 1 || !slices.Contains(p.Reasons, "similar_name") || !slices.Contains(p.Reasons, "town") {
		t.Errorf("%+v", p)
	}
	var m Merged
	if err := o.call(t, "MergeRows", &m, "venue", b.String(), a.String()); err != nil || m.Before != 4 || m.After != 3 {
		t.Fatal(err, m)
	}
	if err := o.call(t, "MergeRows", &m, "venue", a.String(), b.String()); err != nil { // the other way: no cycle is left
		t.Fatal(err)
	}
	survivors, err := o.replica.Survivors(t.Context(), "venue")
	if err != nil || len(survivors) != 1 || survivors[b] != a {
		t.Error(err, survivors)
	}
	row, err := o.replica.Get(t.Context(), "activity", used)
	if err != nil || row.Ref("venue_id") != a {
		t.Error("a merge rewrote a record")
	}
	var page RegistryPage
	if err := o.call(t, "Registry", &page, RegistryQuery{Table: "venue", Show: "merged"}); err != nil || len(page.Rows) != 1 || page.Rows[0].IntoName != "极速网咖城关店" {
		t.Error(err, page.Rows)
	}
	if err := o.call(t, "UnmergeRow", &m, "venue", b.String()); err != nil || m.After != 4 {
		t.Error(err, m)
	}
	if err := o.call(t, "KeepApart", nil, "venue", b.String(), a.String()); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Duplicates", &pairs, "venue"); err != nil || len(pairs) != 0 {
		t.Error("a pair that stands apart is proposed again:", err, pairs)
	}
	for name, args := range map[string][]any{"itself": {"venue", a.String(), a.String()}, "nothing": {"venue", a.String(), schema.NewID(1).String()}, "a table": {"consultation", a.String(), b.String()}, "no id": {"venue", "x", "y"}} {
		if err := o.call(t, "MergeRows", nil, args...); err == nil {
			t.Errorf("%s was merged", name)
		}
	}
}

// A case that two computers wrote up is one digest once they are merged.
func TestMergeDigests(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	digest := func(title, fraud string) schema.ID {
		id := s.put("case_digest", schema.Values{"title": title, "state": "released", "released_at": at("2025-05-01 09:00")})
		s.do(func(tx *replicaTx) error { return tx.Include("case_digest", id, "fraud_types", fraud) })
		return id
	}
	one, other := digest("冒充客服退款骗走三万元", "F04"), digest("冒充客服 退款骗走三万元", "F04")
	digest("冒充客服退款骗走三万元，又一起", "F01")
	digest("刷单返利连环套", "F01")
	s.put("post", schema.Values{"channel": "weibo", "posted_at": at("2025-05-02 09:00"), "title": "案例", "digest_id": one})
	var pairs []Pair
	if err := o.call(t, "Duplicates", &pairs, "case_digest"); err != nil || len(pairs) == 0 {
		t.Fatal(err, pairs)
	}
	p := pairs[0]
	if p.Left.Row.ID != one.String() || p.Right.Row.ID != other.String() || p.Left.Counts[0].N != 1 || p.Left.Row.Fields["fraud_types"] != "冒充电商物流客服" {
		t.Errorf("%+v", p)
	}
	if err := o.call(t, "MergeRows", nil, "case_digest", one.String(), other.String()); err != nil {
		t.Fatal(err)
	}
	var merged []RegistryRow
	if err := o.call(t, "MergedRecords", &merged, "case_digest"); err != nil || len(merged) != 1 || merged[0].Into != one.String() {
		t.Error(err, merged)
	}
}

package model

import (
	"testing"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func TestSettings(t *testing.T) {
	realm := schema.NewID(1)
	r, err := replica.Open(t.Context(), replica.Options{Dir: t.TempDir(), Schema: Schema, Realm: realm})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	var told []schema.ID
	defer r.Subscribe(func(c replica.Change) { told = append(told, c.Rows["setting"]...) })()

	s := DefaultSettings()
	s.LargeLeaflets, s.Towns = 300, []string{"城关镇", "岭口镇"}
	s.Labels["fraud_type.F01"], s.Added["fraud_type"] = "网络刷单", []Code{{Code: "X01", ZH: "假冒社保", EN: "Fake social security"}}
	s.Retired = []string{"fraud_type.F22"}
	put := func() {
		if err := r.Update(t.Context(), func(tx *replica.Tx) error { return s.Put(tx, realm) }); err != nil {
			t.Fatal(err)
		}
	}
	put()
	if len(told) != 5 { // defaults are not written
		t.Errorf("%d settings were written, want 5", len(told))
	}
	put()
	if len(told) != 5 {
		t.Error("an unchanged setting was written again")
	}
	got, err := ReadSettings(t.Context(), r)
	if err != nil || got.LargeLeaflets != 300 || got.LargePartners != 3 || got.Towns[1] != "岭口镇" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Label("fraud_type", "F01") != "网络刷单" || got.Label("fraud_type", "X01") != "假冒社保" || got.Label("fraud_type", "F22") == "F22" {
		t.Error("labels are not those of the office")
	}
	if len(got.CodesOf("fraud_type", false)) != len(Codes["fraud_type"]) || len(got.CodesOf("fraud_type", true)) != len(Codes["fraud_type"])+1 {
		t.Error("a retired code is offered, or an own one is not")
	}
	s.LargeLeaflets = 200 // back to the default is a change
	put()
	if got, err = ReadSettings(t.Context(), r); err != nil || got.LargeLeaflets != 200 {
		t.Error(got.LargeLeaflets, err)
	}

	for name, spoil := range map[string]func(*Settings){
		"no leaflets":  func(s *Settings) { s.LargeLeaflets = 0 },
		"no rounding":  func(s *Settings) { s.Rounding = "up" },
		"a blank town": func(s *Settings) { s.Towns = []string{" "} },
		"a code of ours": func(s *Settings) {
			s.Added = map[string][]Code{"fraud_type": {{Code: "F01", ZH: "重复"}}}
		},
		"one name twice": func(s *Settings) { s.Labels = map[string]string{"fraud_type.F02": Label("fraud_type", "F01")} },
		"no such table":  func(s *Settings) { s.Added = map[string][]Code{"nothing": {{Code: "X1", ZH: "无"}}} },
	} {
		bad := DefaultSettings()
		spoil(&bad)
		if bad.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := got.Check(); err != nil {
		t.Error(err)
	}
}

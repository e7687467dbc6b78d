package app

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPracticeLeavesTheLaptopAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kit")
	a, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	kit := a.Services()["Kit"].(*Kit)
	st, err := kit.StartPractice()
	if err != nil {
		t.Fatal(err)
	}
	if !st.Practice || !st.Enrolled || st.Officer == nil {
		t.Fatalf("%+v", st)
	}
	consult := a.Services()["Consultations"].(*Consultations)
	page, err := consult.List(ConsultationQuery{Text: "示例女士"})
	if err != nil || page.Total != 1 {
		t.Fatalf("%d samples, %v", page.Total, err)
	}
	if clusters, err := a.Services()["Indicators"].(*Indicators).Clusters(); err != nil || len(clusters) != 1 {
		t.Fatal(clusters, err)
	}
	if _, err := kit.Enrol("FK1-X", ""); err == nil {
		t.Fatal("enrolled while practising")
	}
	if st, err := kit.AddOfficer("000009", "练习员丙", "police"); err != nil || len(st.Officers) != 3 {
		t.Fatal(st.Officers, err)
	}
	status, err := a.sync.Now()
	if err != nil || status.Last == nil || status.Last.Code != "practice" {
		t.Fatalf("%+v, %v", status.Last, err)
	}
	// Nothing is red that nobody can do anything about: practice never meets the county.
	report, err := a.Services()["Ready"].(*Ready).Check()
	if err != nil || report.State == "act" {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, l := range report.Lines {
		if slices.Contains(countyLines, l.Name) != (l.State == "calm") {
			t.Errorf("%s is %s", l.Name, l.State)
		}
	}
	if st, err = kit.EndPractice(); err != nil || st.Practice || st.Enrolled {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := consult.List(ConsultationQuery{}); err == nil {
		t.Fatal("the samples are still there")
	}
	for _, left := range []string{"practice", "kit.json", "data"} {
		if _, err := os.Stat(filepath.Join(dir, left)); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", left, err)
		}
	}
}

package story

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fieldkit/internal/figures"
)

var (
	seeds  = flag.Int("story.seeds", 2, "orders of sync in which the year is played")
	orders = flag.Int("story.orders", 3, "orders in which a further copy gets what was sealed, for each")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestStory plays the year, in several orders of sync: the figures and every
// concurrent case come out the same, on every copy.
func TestStory(t *testing.T) {
	ctx, plays, copies := context.Background(), *seeds, *orders
	if testing.Short() {
		plays, copies = 1, 2
	}
	for seed := range plays {
		began := time.Now()
		w, err := New(ctx, t.TempDir(), uint64(seed), nil, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Play(ctx); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		} else {
			t.Logf("seed %d: played in %s", seed, time.Since(began).Round(100*time.Millisecond))
			lookAt(t, ctx, w, copies)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			return
		}
		if end, limited := t.Deadline(); limited && seed+1 < plays && time.Until(end) < 3*time.Since(began) {
			t.Logf("no time for %d further orders", plays-seed-1)
			return
		}
	}
}

func lookAt(t *testing.T, ctx context.Context, w *World, copies int) {
	t.Helper()
	if err := w.Converged(ctx); err != nil {
		t.Error(err)
	}
	for i := range copies {
		if err := w.Observe(ctx, w.seed*100+uint64(i)); err != nil {
			t.Error(err)
		}
	}
	cases, err := w.Cases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Err != nil {
			t.Errorf("seed %d, %s %s: %v", w.seed, c.ID, c.What, c.Err)
		}
	}
	asked := map[string]int{}
	for _, item := range w.listed {
		asked[item.Kind+" "+item.Table+" "+item.Column]++
	}
	// X4, X8, whose post it is in X14, X7, X11, X5: nothing else asks for a look.
	if want := map[string]int{"conflict consultation loss_fen": 1, "conflict outcome averted_fen": 1, "conflict outcome source": 1, "conflict outcome lead_unit_id": 1, "conflict post unit_id": 1,
		"void_edit activity heads_stated": 1, "clock device ": 1, "blended activity summary": 1}; !maps.Equal(asked, want) {
		t.Errorf("seed %d: the office is asked to look at %v", w.seed, asked)
	}
	r, err := w.Figures(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ExpectedTable {
		for i, s := range Spans {
			if got := r.Sets[i][e.Code].Value; got != e.Values[i] {
				t.Errorf("seed %d: %s of %s is %d, the story says %d", w.seed, e.Code, s.Name, got, e.Values[i])
			}
		}
		if got := figures.Compare(r.Sets[wholeOf][e.Code].Value, r.Sets[yearBase][e.Code].Value, "上年同期"); got != e.Year {
			t.Errorf("%s against the year before: %s, not %s", e.Code, got, e.Year)
		}
		if got := figures.Compare(r.Sets[fourth][e.Code].Value, r.Sets[third][e.Code].Value, "上季度"); got != e.Fourth {
			t.Errorf("%s of the last quarter: %s, not %s", e.Code, got, e.Fourth)
		}
		if got := figures.Find(e.Code).In(r.Sets[wholeOf][e.Code], r.Settings, false); got != e.Text {
			t.Errorf("%s in a text: %s, not %s", e.Code, got, e.Text)
		}
	}
	for code, want := range ExpectedYear {
		if got := r.Sets[wholeOf][code].Value; got != want {
			t.Errorf("seed %d: %s is %d, the story says %d", w.seed, code, got, want)
		}
	}
	for _, f := range fraudCounts {
		if got := r.Sets[wholeOf]["M08c"].Parts[f.code]; got != int64(f.n) {
			t.Errorf("consultations of %s: %d, the story says %d", f.code, got, f.n)
		}
	}
	for source, want := range map[string]int64{"desk_110": 41, "visit": 38, "bank_counter": 33} {
		if got := r.Sets[wholeOf]["M05"].Parts[source]; got != want {
			t.Errorf("intercepts by %s: %d, the story says %d", source, got, want)
		}
	}
	if w.facts.draft != DraftLeaflets || w.facts.late != LateLeaflets {
		t.Errorf("the draft had %d leaflets and the late bundle %d, the story says %d and %d", w.facts.draft, w.facts.late, DraftLeaflets, LateLeaflets)
	}
	if w.facts.lateText != "+205份" || !strings.Contains(w.facts.draftText, "4000余份") || len(w.facts.missing) != 1 || !strings.HasPrefix(w.facts.missing[0], "D4") {
		t.Errorf("the draft: late %q, missing %q\n%s", w.facts.lateText, w.facts.missing, w.facts.draftText)
	}
	for kind, phrases := range map[string][]string{
		"R1": {"92.3%", "97.3%", "1200余张"},
		"R2": {"2场", "72张", "88.9%"},
		"R3": {"8次", "5000余份", "6次", "800余次", "100余次", "80余万元", "34人", "9家单位", "180余户"},
	} {
		r, err := w.report(ctx, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, phrase := range phrases {
			if !strings.Contains(r.plain(), phrase) {
				t.Errorf("%s does not say %s:\n%s", kind, phrase, r.plain())
			}
		}
	}
	lookAtDocuments(t, ctx, w, cases, r)
	if got, err := w.Reached(ctx); err != nil || got != 923 {
		t.Errorf("tellers reached: %d tenths of a percent, the story says 923; %v", got, err)
	}
}

// lookAtDocuments reads what the command leaves behind.
func lookAtDocuments(t *testing.T, ctx context.Context, w *World, cases []Case, r *Results) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if err := w.documents(ctx, dir, cases, r, nil); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "figures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 17; i++ {
		if _, number := object[fmt.Sprintf("M%02d", i)].(float64); !number {
			t.Errorf("the object has no number M%02d", i)
		}
	}
	if object["M02"] != 5137.0 || object["M06"] != 80_765_000.0 || object["M11"] != 88.9 {
		t.Errorf("the object says %s", raw)
	}
	came, _ := object["cases"].(map[string]any)
	for i := 1; i <= 15; i++ {
		if came[fmt.Sprintf("X%d", i)] != true {
			t.Errorf("the object does not say that X%d came out", i)
		}
	}
	docs, err := filepath.Glob(filepath.Join(dir, "*.docx"))
	if err != nil || len(docs) != 3 {
		t.Errorf("%d reports, %v", len(docs), err)
	}
	books, err := filepath.Glob(filepath.Join(dir, "*.xlsx"))
	if err != nil || len(books) != 12 {
		t.Errorf("%d ledgers, %v", len(books), err)
	}
}

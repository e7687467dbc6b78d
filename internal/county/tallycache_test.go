package county

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// TestCachedCountsAreTheDefinitions writes at random and compares every cached
// breakdown with what its SQL definition gives just now.
var rounds = 60

func TestCachedCountsAreTheDefinitions(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	rnd := rand.New(rand.NewPCG(14, 11))
	leaflet := s.material("LX1", "leaflet")
	venues := []schema.ID{s.put("venue", schema.Values{"kind": "V09", "name": "城关广场", "town": "城关镇"}), s.put("venue", schema.Values{"kind": "V10", "name": "岭口集市", "town": "岭口镇"})}
	units := []schema.ID{s.unit["FZZX"], s.unit["CGPCS"], s.unit["YD"]}
	date := func() string {
		return fmt.Sprintf("%d-%02d-%02d %02d:30", 2024+rnd.IntN(2), 1+rnd.IntN(12), 1+rnd.IntN(28), rnd.IntN(24))
	}
	pick := func(list []schema.ID) schema.ID { return list[rnd.IntN(len(list))] }
	var activities, consultations, handouts, outcomes []schema.ID
	steps := []func(){
		func() {
			activities = append(activities, s.put("activity", schema.Values{"kind": []string{"street", "lecture", "cafe_meeting"}[rnd.IntN(3)], "state": []string{"open", "done", "planned"}[rnd.IntN(3)],
				"start_at": at(date()), "lead_unit_id": pick(units), "venue_id": pick(venues)}))
		},
		func() { handouts = append(handouts, s.hand(pick(activities), leaflet, int64(rnd.IntN(300)))) },
		func() {
			id := s.ask(pick(activities), date(), []string{"F01", "F04"}[rnd.IntN(2)])
			consultations = append(consultations, id)
		},
		func() { s.attend(pick(activities), "王建国", true) },
		func() {
			outcomes = append(outcomes, s.put("outcome", schema.Values{"kind": "intercept", "occurred_on": date()[:10], "averted_fen": int64(rnd.IntN(10_000)), "lead_unit_id": pick(units)}))
		},
		func() {
			s.put("post", schema.Values{"channel": "douyin", "posted_at": at(date()), "unit_id": pick(units)})
		},
		// Changes that move what counts.
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("activity", pick(activities), schema.Values{"start_at": at(date())})
			})
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("activity", pick(activities), schema.Values{"lead_unit_id": pick(units), "state": "done"})
			})
		},
		func() {
			a, b := pick(activities), pick(activities)
			if a != b {
				s.do(func(tx *replicaTx) error { return tx.Put("activity", a, schema.Values{"merged_into": b}) })
			}
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("activity", pick(activities), schema.Values{"merged_into": nil})
			})
		},
		func() {
			if len(consultations) > 0 {
				s.do(func(tx *replicaTx) error {
					return tx.Put("consultation", pick(consultations), schema.Values{"occurred_at": at(date()), "town": "柳河镇"})
				})
			}
		},
		func() {
			if len(handouts) > 0 {
				s.do(func(tx *replicaTx) error { return tx.Add("handout", pick(handouts), "qty", 50) })
			}
		},
		func() {
			if len(outcomes) > 0 {
				s.do(func(tx *replicaTx) error {
					return tx.Put("outcome", pick(outcomes), schema.Values{"occurred_on": date()[:10]})
				})
			}
		},
		func() { s.void("activity", pick(activities)) },
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("venue", venues[0], schema.Values{"town": fmt.Sprint("镇", rnd.IntN(3))})
			})
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("unit", units[2], schema.Values{"merged_into": units[rnd.IntN(2)]})
			})
		},
	}
	var taken atomic.Int64
	steps[0]()
	<-o.warmth.ready
	sorted := func(lines []figures.Line) []string {
		var out []string
		for _, l := range lines {
			out = append(out, fmt.Sprint(l))
		}
		slices.Sort(out)
		return out
	}
	for round := range rounds {
		for range 4 {
			steps[rnd.IntN(len(steps))]()
		}
		p, err := parsePeriod("2024-03-05", "2025-11-20", nil)
		if err != nil {
			t.Fatal(err)
		}
		if round%3 == 1 {
			p.units = []schema.ID{pick(units)}
		}
		settings, err := model.ReadSettings(t.Context(), o.replica)
		if err != nil {
			t.Fatal(err)
		}
		reader, err := figures.NewReader(t.Context(), o.replica, settings)
		if err != nil {
			t.Fatal(err)
		}
		for code := range additive {
			got, err := o.counts.lines(t.Context(), o.County, code, p)
			if err != nil {
				t.Fatal(code, err)
			}
			want, err := reader.Tally(t.Context(), code, figures.Scope{From: "2024-03-05", To: "2025-11-20", Units: p.units})
			if err != nil {
				t.Fatal(code, err)
			}
			var flat []figures.Line
			got.each(func(l *figures.Line) { flat = append(flat, *l) })
			if a, b := sorted(flat), sorted(want); !slices.Equal(a, b) {
				t.Fatalf("round %d, %s: cached %v, defined %v", round, code, a, b)
			}
		}
		// A report takes what is kept and counts the rest: its figures are the same.
		scope := figures.Scope{From: "2024-04-01", To: "2025-11-20", Units: p.units}
		some, err := reader.With(func(ctx context.Context, r *figures.Reader, code string, s figures.Scope, line func(*figures.Line)) (bool, error) {
			known, err := o.counted(ctx, r, code, s, line)
			if known {
				taken.Add(1)
			}
			return known, err
		}).Compute(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		all, err := reader.Compute(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		for code := range all {
			if !sameFigure(some[code], all[code]) {
				t.Fatalf("round %d, %s: taken %v, counted %v", round, code, some[code], all[code])
			}
		}
	}
	// Unless the county itself writes meanwhile, each is taken.
	if n := taken.Load(); n < int64(rounds*len(additive)*8/10) {
		t.Errorf("of %d figures %d were taken", rounds*len(additive), n)
	}
}

// sameFigure compares figures; a part of nothing is as good as none.
func sameFigure(a, b figures.Figure) bool {
	for _, parts := range []map[string]int64{a.Parts, b.Parts} {
		for code := range parts {
			if a.Parts[code] != b.Parts[code] {
				return false
			}
		}
	}
	return a.Value == b.Value && a.None == b.None
}

// Counts outlast a stop in order: they are read, not counted again, and follow what
// changes afterwards. A file of other records, or a damaged one, is not believed.
func TestCountsOutlastAStop(t *testing.T) {
	at := &clock{at: time.Date(2025, 12, 31, 9, 0, 0, 0, model.Location)}
	dir := t.TempDir()
	if err := Init(t.Context(), dir, InitOptions{Name: "青岚县", Password: password, Wall: at.now}); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), dir, Options{Wall: at.now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{County: c, clock: at}
	t.Cleanup(func() { o.Close() })
	<-o.warmth.ready
	s := o.story(t)
	street := s.activity("street", "done", "2025-05-01 09:00", "CGPCS")
	first, second, third := s.material("LX1", "leaflet"), s.material("LX2", "leaflet"), s.material("LX3", "leaflet")
	s.hand(street, first, 120)
	p, err := parsePeriod("2025-01-01", "2025-12-31", nil)
	if err != nil {
		t.Fatal(err)
	}
	leaflets := func() int64 {
		t.Helper()
		lines, err := o.counts.lines(t.Context(), o.County, "M02", p)
		if err != nil {
			t.Fatal(err)
		}
		return lines.sum()
	}
	if got := leaflets(); got != 120 {
		t.Fatal(got)
	}
	path := filepath.Join(o.dir, countsFile)
	reopen := func() {
		t.Helper()
		o.Close()
		var err error
		if o.County, err = Open(t.Context(), o.dir, o.options); err != nil {
			t.Fatal(err)
		}
		<-o.warmth.ready
	}
	// Were it counted again, a count that was planted would be gone.
	o.counts.mu.Lock()
	o.counts.days["M02"][localDay(p.from)] = []figures.Line{{Day: localDay(p.from), Unit: s.unit["CGPCS"], Code: "street", Value: 7}}
	o.counts.mu.Unlock()
	reopen()
	if _, err := os.Stat(path); err == nil {
		t.Error("the kept counts stay while the county is open")
	}
	if got := leaflets(); got != 127 {
		t.Errorf("%d: counted again", got)
	}
	s.hand(street, second, 30)
	if got := leaflets(); got != 157 {
		t.Errorf("%d: what came after a start does not count", got)
	}
	o.Close()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	reopen()
	if got := leaflets(); got != 150 {
		t.Errorf("%d: damaged counts are believed", got)
	}
	o.Close()
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reopen()
	s.hand(street, third, 1)
	o.Close()
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	reopen()
	if got := leaflets(); got != 151 {
		t.Errorf("%d: counts of an earlier state are believed", got)
	}
}

func TestFigureRecordsAddUp(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	s.year()
	o.login(t)
	for i := range 120 {
		s.ask(s.activity("street", "done", "2025-05-01 09:00", "CGPCS"), fmt.Sprintf("2025-05-%02d 10:00", 1+i%28), "F05")
	}
	for code := range additive {
		for _, part := range []string{"", "F05", "street", "="} {
			q := FigureQuery{Code: code, Part: part, From: "2025-01-01", To: "2025-12-31"}
			var sum, rows, value int64
			seen := map[string]bool{}
			for pages := 0; ; pages++ {
				var page FigurePage
				if err := o.call(t, "FigureRecords", &page, q); err != nil {
					t.Fatal(code, err)
				}
				for _, r := range page.Rows {
					if seen[r.ID] {
						t.Errorf("%s: %s twice", code, r.ID)
					}
					seen[r.ID] = true
					sum, rows = sum+r.Value, rows+1
				}
				value = page.Value
				if q.Cursor = page.Next; q.Cursor == "" || pages > 20 {
					break
				}
			}
			if sum != value {
				t.Errorf("%s %q: %d records add up to %d, the figure is %d", code, part, rows, sum, value)
			}
		}
	}
	var page FigurePage
	if err := o.call(t, "FigureRecords", &page, FigureQuery{Code: "M08", From: "2025-01-01", To: "2025-12-31"}); err != nil || page.Value != 128 || len(page.Derived) != 2 {
		t.Error(err, page.Value, page.Derived)
	}
	if err := o.call(t, "FigureRecords", nil, FigureQuery{Code: "M99", From: "2025-01-01", To: "2025-12-31"}); err == nil {
		t.Error("there is no M99")
	}
}

package county

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// asDefined compares what is counted with what the definitions give just now.
func (o *office) asDefined(t *testing.T, when string, p period) *figures.Reader {
	t.Helper()
	settings, err := model.ReadSettings(t.Context(), o.replica)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := figures.NewReader(t.Context(), o.replica, settings)
	if err != nil {
		t.Fatal(err)
	}
	sorted := func(lines []figures.Line) []string {
		var out []string
		for _, l := range lines {
			out = append(out, fmt.Sprint(l))
		}
		slices.Sort(out)
		return out
	}
	for code := range additive {
		got, err := o.counts.lines(t.Context(), o.County, code, p)
		if err != nil {
			t.Fatal(code, err)
		}
		want, err := reader.Tally(t.Context(), code, figures.Scope{From: p.from.Format(dateLayout), To: p.to.Format(dateLayout), Units: p.units})
		if err != nil {
			t.Fatal(code, err)
		}
		var flat []figures.Line
		got.each(func(l *figures.Line) { flat = append(flat, *l) })
		if a, b := sorted(flat), sorted(want); !slices.Equal(a, b) {
			t.Fatalf("%s, %s: cached %v, defined %v", when, code, a, b)
		}
	}
	return reader
}

// randomly writes at random what counts and what moves it.
type randomly struct {
	*rand.Rand
	units  []schema.ID
	steps  []func()
	merged bool // units
}

func (s *story) randomly(seed uint64) *randomly {
	w := &randomly{Rand: rand.New(rand.NewPCG(seed, 11))}
	rnd := w.Rand
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
			activities = append(activities, s.put("activity", schema.Values{"kind": []string{"street", "lecture", "cafe_meeting", "desk_shift", "training"}[rnd.IntN(5)], "state": []string{"open", "done", "planned"}[rnd.IntN(3)],
				"start_at": at(date()), "lead_unit_id": pick(units), "venue_id": pick(venues)}))
		},
		func() { handouts = append(handouts, s.hand(pick(activities), leaflet, int64(rnd.IntN(300)))) },
		func() {
			id := s.ask(pick(activities), date(), []string{"F01", "F04"}[rnd.IntN(2)])
			consultations = append(consultations, id)
			s.do(func(tx *replicaTx) error { return tx.Include("consultation", id, "channels", "H1") })
		},
		func() {
			if len(consultations) > 0 {
				lead := s.put("indicator", schema.Values{"kind": "phone", "value": fmt.Sprint("12", rnd.IntN(1_000_000_000)), "status": "reported"})
				s.put("consultation_indicator", schema.Values{"consultation_id": pick(consultations), "indicator_id": lead})
			}
		},
		func() { s.attend(pick(activities), "王建国", true) },
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Add("activity", pick(activities), []string{"consult_quick", "heads_counted"}[rnd.IntN(2)], int64(1+rnd.IntN(9)))
			})
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("activity", pick(activities), schema.Values{[]string{"heads_stated", "elder_heads"}[rnd.IntN(2)]: int64(rnd.IntN(60))})
			})
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Include("activity", pick(activities), "partner_units", pick(units).String())
			})
		},
		func() {
			s.put("role_head", schema.Values{"activity_id": pick(activities), "role": "teller", "heads": int64(1 + rnd.IntN(30))})
		},
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
				return tx.Put("material", leaflet, schema.Values{"group": []string{"leaflet", "brochure"}[rnd.IntN(2)]})
			})
		},
		func() {
			s.put("post", schema.Values{"channel": "weibo", "posted_at": at(date())})
			s.do(func(tx *replicaTx) error {
				return tx.Put("device", s.o.replica.ID(), schema.Values{"owner_unit_id": pick(units), "label": "县级", "state": "active", "created_at": tx.Now().UnixMilli(), "device_id": s.o.replica.ID()})
			})
		},
		func() {
			a, b := pick(activities), pick(activities)
			if a != b {
				s.do(func(tx *replicaTx) error { return tx.Put("activity", a, schema.Values{"merged_into": b}) })
				s.do(func(tx *replicaTx) error {
					return tx.Put("activity", b, schema.Values{"start_at": at(date()), "merged_into": nil})
				})
			}
		},
		func() {
			s.do(func(tx *replicaTx) error {
				return tx.Put("unit", units[2], schema.Values{"merged_into": units[rnd.IntN(2)]})
			})
			w.merged = true
		},
	}
	w.units, w.steps = units, steps
	steps[0]()
	return w
}

func (w *randomly) write(n int) {
	for range n {
		w.steps[w.IntN(len(w.steps))]()
	}
}

// TestCachedCountsAreTheDefinitions writes at random and compares every cached
// breakdown with what its SQL definition gives just now.
var rounds = 60

func TestCachedCountsAreTheDefinitions(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	w := s.randomly(14)
	var taken atomic.Int64
	<-o.warmth.ready
	for round := range rounds {
		w.write(4)
		p, err := parsePeriod("2024-03-05", "2025-11-20", nil)
		if err != nil {
			t.Fatal(err)
		}
		if round%3 == 1 {
			p.units = []schema.ID{w.units[w.IntN(len(w.units))]}
		}
		reader := o.asDefined(t, fmt.Sprint("round ", round), p)
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

// openCounted opens an office whose database can be opened again, when its counts are ready.
func openCounted(t *testing.T) *office {
	t.Helper()
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
	return o
}

// After a crash the counts go on from where they were kept last: only days that changed
// are counted, and all are as if counted from nothing. What was written before, while and
// after they were kept is chosen at random; so is what was followed by then.
func TestCountsGoOnAfterACrash(t *testing.T) {
	o := openCounted(t)
	s := o.story(t)
	w := s.randomly(5)
	w.write(60)
	p, err := parsePeriod("2024-01-01", "2025-12-31", nil)
	if err != nil {
		t.Fatal(err)
	}
	o.asDefined(t, "at first", p)
	path := filepath.Join(o.dir, countsFile)
	whole := len(additive) * p.days()
	for round := range rounds / 4 {
		w.write(3)
		if round%2 == 0 { // else what was written last is not followed yet when the counts are kept
			o.asDefined(t, fmt.Sprint("before ", round), p)
		}
		var writing sync.WaitGroup
		if round%3 == 0 {
			writing.Go(func() { w.write(5) })
		}
		for err := o.counts.keep(t.Context(), o.County); err != nil; err = o.counts.keep(t.Context(), o.County) {
			if !errors.Is(err, errWriting) {
				t.Fatal(err)
			}
		}
		writing.Wait()
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		w.write(1 + w.IntN(4))
		if round%2 == 1 { // followed before the crash, which the file does not know
			o.asDefined(t, fmt.Sprint("after ", round), p)
		}
		o.Close()
		if err := os.WriteFile(path, kept, 0o600); err != nil { // as it was when the power went
			t.Fatal(err)
		}
		if o.County, err = Open(t.Context(), o.dir, o.options); err != nil {
			t.Fatal(err)
		}
		<-o.warmth.ready
		o.asDefined(t, fmt.Sprint("crash ", round), p)
		if o.counts.asked.Load() >= int64(whole/2) && !w.merged { // a unit's figures are everywhere
			t.Errorf("crash %d: %d of %d days were counted", round, o.counts.asked.Load(), whole)
		}
		w.merged = false
	}
}

// Records move from day to day while they are counted: none leaves a count behind where
// it was seen, whatever has been told of it by then.
func TestRecordsMoveWhileTheyAreCounted(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	street := s.activity("street", "done", "2022-05-01 09:00", "CGPCS")
	var asked []schema.ID
	for range 20 {
		asked = append(asked, s.ask(street, "2022-05-01 10:00", "F01"))
	}
	<-o.warmth.ready
	p, err := parsePeriod("2022-05-01", "2022-05-31", nil)
	if err != nil {
		t.Fatal(err)
	}
	move := func(id schema.ID, date string) {
		s.do(func(tx *replicaTx) error { return tx.Put("consultation", id, schema.Values{"occurred_at": at(date)}) })
	}
	first := p
	first.to = first.from
	o.asDefined(t, "before", first)
	move(asked[0], "2022-05-02 10:00")
	late, _ := o.counts.changes.take()                                                                          // it is seen before it is told of
	seen, err := o.counts.lines(t.Context(), o.County, "M08s", period{from: p.from.AddDate(0, 0, 1), to: p.to}) // of a year that nobody has had counted
	if err != nil || seen.sum() != 1 {
		t.Fatal(seen.sum(), err)
	}
	move(asked[0], "2022-05-03 10:00")
	o.counts.changes.changed(replica.Change{Rows: late})
	o.asDefined(t, "told", p)
	for round := range rounds / 2 {
		var moving sync.WaitGroup
		moving.Go(func() {
			for i := range 12 {
				date := fmt.Sprintf("2022-05-%02d 10:00", 1+(round*7+i*5)%31)
				move(asked[(round+i/3)%len(asked)], date)
			}
		})
		for range 10 {
			if _, err := o.counts.lines(t.Context(), o.County, "M08c", p); err != nil {
				t.Fatal(err)
			}
		}
		moving.Wait()
		o.asDefined(t, fmt.Sprint("round ", round), p)
	}
}

// Counts outlast a stop in order: they are read, not counted again, and follow what
// changes afterwards. A file of other records, or a damaged one, is not believed.
func TestCountsOutlastAStop(t *testing.T) {
	o := openCounted(t)
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
	o.counts.days["M02"][localDay(p.from)] = dayCount{lines: []figures.Line{{Day: localDay(p.from), Unit: s.unit["CGPCS"], Code: "street", Value: 7}}}
	o.counts.mu.Unlock()
	reopen()
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

// Command benchkit measures a kit with 100,000 consultations and 1,000 activities
// on this machine: the first screen, lists, searches, taps and memory. Its last line is
// JSON. A child process writes the records, so that memory is that of a kit that was
// merely opened. It ends with status 1 when a figure misses its bound.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fieldkit/app"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Sizes and bounds of issue and story: a year of a busy county on one laptop.
const (
	consultations = 100_000
	activities    = 1_000
	indicators    = 5_000
	posts         = 3_000
	venues        = 2_000
	perBatch      = 1_000
)

var realm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")

func main() {
	write := flag.String("write", "", "write the records into this directory and end")
	read := flag.String("read", "", "measure over the records written there before")
	loose := flag.Bool("loose", false, "tell the figures without holding them to their bounds")
	flag.Parse()
	if err := run(*write, *read, *loose); err != nil {
		fmt.Fprintln(os.Stderr, "benchkit:", err)
		os.Exit(1)
	}
}

func run(write, read string, loose bool) error {
	if write != "" {
		return records(write)
	}
	if read != "" {
		return measure(read, loose)
	}
	dir, err := os.MkdirTemp("", "fieldkit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	child := exec.Command(os.Args[0], "--write", dir)
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Run(); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	fmt.Printf("%d consultations, %d activities, %d indicators written in %.1f s\n", consultations, activities, indicators, time.Since(began).Seconds())
	return measure(dir, loose)
}

var (
	listNames   = []string{"consultations", "of a type, page 2", "by loss", "activities", "leads by hits", "posts", "venues"}
	searchNames = []string{"everything: number", "consultations: person", "everything: initials", "consultations: two words", "everything: nothing", "consultations: lead"}
)

func unit() schema.ID { return model.UnitID(realm, "CGPCS") }

func open(dir string) (*replica.Replica, error) {
	return replica.Open(context.Background(), replica.Options{Dir: filepath.Join(dir, "data"), AnchorDir: filepath.Join(dir, "anchor"), Schema: model.Schema, Indexes: app.Indexes, Realm: realm,
		Audience: func(tx *replica.Tx, t *schema.Table, id schema.ID) (string, error) {
			return model.AudienceOf(tx, t, id, unit())
		}})
}

// Figures are the result, in the order of the JSON line.
type figures struct {
	Consultations int     `json:"consultations"`
	FirstScreen   float64 `json:"first_screen_ms"`
	List          float64 `json:"list_ms_p95"`
	Search        float64 `json:"search_ms_p95"`
	Tap           float64 `json:"tap_ms_p99"`
	RSS           float64 `json:"rss_mib"`
}

func measure(dir string, loose bool) error {
	f := figures{Consultations: consultations}
	began := time.Now()
	r, err := open(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	s := app.NewSession(rpc.NewEvents())
	defer s.Close()
	s.Attach(r, unit())
	booth, consult, finder, leads, log, places := app.NewBooth(s), app.NewConsultations(s), app.NewFinder(s), app.NewIndicators(s), app.NewPosts(s), app.NewVenues(s)
	today, err := booth.Today()
	if err != nil {
		return err
	}
	if _, err := consult.List(app.ConsultationQuery{}); err != nil {
		return err
	}
	f.FirstScreen = ms(time.Since(began))
	// The index is read in the background while the officer looks at the list.
	if _, err := consult.List(app.ConsultationQuery{Text: "第7位"}); err != nil {
		return err
	}
	if _, err := finder.All("刷单"); err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	lists := []func() error{
		func() error { _, err := consult.List(app.ConsultationQuery{}); return err },
		func() error {
			_, err := consult.List(app.ConsultationQuery{FraudType: fraud(rng), Offset: 50})
			return err
		},
		func() error { _, err := consult.List(app.ConsultationQuery{Outcome: "K2", Sort: "loss"}); return err },
		func() error { _, err := booth.Recent(100); return err },
		func() error { _, err := leads.List(app.LeadQuery{Sort: "hits"}); return err },
		func() error { _, err := log.List(app.PostQuery{}); return err },
		func() error { _, err := places.List(app.VenueQuery{}); return err },
	}
	if f.List, err = percentile(105, 95, listNames, func(i int) error { return lists[i%len(lists)]() }); err != nil {
		return err
	}
	words := []func() string{
		func() string { return fmt.Sprintf("%05d", rng.IntN(consultations)) },
		func() string { return fmt.Sprintf("第%d位", rng.IntN(consultations)) },
		func() string { return "sdfl" }, func() string { return "客服 共享" }, func() string { return "没有这样的话" },
		func() string { return fmt.Sprintf("1280%07d", rng.IntN(indicators)) },
	}
	if f.Search, err = percentile(120, 95, searchNames, func(i int) error {
		word := words[i%len(words)]()
		if i%2 == 0 {
			_, err := finder.All(word)
			return err
		}
		_, err := consult.List(app.ConsultationQuery{Text: word})
		return err
	}); err != nil {
		return err
	}
	if len(today) == 0 {
		return errors.New("there is no activity today")
	}
	leaflet := model.MaterialID(realm, "FZXCD")
	if f.Tap, err = percentile(600, 99, nil, func(int) error { _, err := booth.Tap(today[0].ID, leaflet, 1); return err }); err != nil {
		return err
	}
	if f.RSS, err = resident(); err != nil {
		return err
	}
	missed := f.missed()
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if len(missed) > 0 {
		fmt.Println("missed:", strings.Join(missed, ", "))
	}
	fmt.Println(string(line))
	if len(missed) > 0 && !loose {
		return errors.New("a figure misses its bound")
	}
	return nil
}

func (f figures) missed() (out []string) {
	for _, b := range []struct {
		name         string
		value, bound float64
	}{{"first_screen_ms", f.FirstScreen, 1000}, {"list_ms_p95", f.List, 100}, {"search_ms_p95", f.Search, 100}, {"tap_ms_p99", f.Tap, 10}, {"rss_mib", f.RSS, 200}} {
		if b.value > b.bound {
			out = append(out, fmt.Sprintf("%s %.1f > %.0f", b.name, b.value, b.bound))
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()/10) / 100 }

// percentile times n calls; of names, it also tells each one's median.
func percentile(n, p int, names []string, fn func(int) error) (float64, error) {
	times := make([]time.Duration, n)
	of := make([][]time.Duration, len(names))
	for i := range times {
		began := time.Now()
		if err := fn(i); err != nil {
			return 0, err
		}
		times[i] = time.Since(began)
		if len(names) > 0 {
			of[i%len(names)] = append(of[i%len(names)], times[i])
		}
	}
	for i, name := range names {
		slices.Sort(of[i])
		fmt.Printf("  %-28s median %7.2f ms\n", name, ms(of[i][len(of[i])/2]))
	}
	slices.Sort(times)
	return ms(times[min(n-1, n*p/100)]), nil
}

func fraud(rng *rand.Rand) string { return model.Codes["fraud_type"][rng.IntN(21)].Code }

// records writes the world: every kind of record that lists and searches go through.
func records(dir string) error {
	r, err := open(dir)
	if err != nil {
		return err
	}
	defer r.Close()
	rng := rand.New(rand.NewPCG(7, 7))
	now := time.Now()
	officer := model.OfficerID(realm, "CGPCS", "041207")
	ctx := context.Background()
	var events []schema.ID
	if err := r.Update(ctx, func(tx *replica.Tx) error {
		if err := model.Seed(tx, realm); err != nil {
			return err
		}
		if err := tx.Put("unit", unit(), schema.Values{"code": "CGPCS", "name": "城关派出所", "department": "D02"}); err != nil {
			return err
		}
		if err := tx.Put("device", r.ID(), schema.Values{"label": "D1", "owner_unit_id": unit(), "state": "active"}); err != nil {
			return err
		}
		for n := range venues {
			name := fmt.Sprintf("第%d号网吧", n)
			if err := tx.Put("venue", model.VenueID(realm, "V01", "城关镇", name), schema.Values{"created_at": now.UnixMilli(), "device_id": r.ID(), "kind": "V01", "name": name, "town": "城关镇", "initials": model.Initials(name), "state": "open"}); err != nil {
				return err
			}
		}
		for n := range activities {
			id := tx.NewID()
			events = append(events, id)
			at, state := now.Add(-time.Duration(activities-1-n)*8*time.Hour), "done"
			if n == activities-1 {
				at, state = now, "open"
			}
			if err := tx.Put("activity", id, schema.Values{"created_at": at.UnixMilli(), "device_id": r.ID(), "kind": "street", "state": state, "start_at": at.UnixMilli(), "lead_unit_id": unit(), "place_text": fmt.Sprintf("第%d处广场", n%97)}); err != nil {
				return err
			}
			if err := tx.Include("activity", id, "partner_units", model.UnitID(realm, "YD").String(), model.UnitID(realm, "NSH").String()); err != nil {
				return err
			}
			handout := model.HandoutID(realm, id, model.MaterialID(realm, "FZXCD"))
			if err := tx.Put("handout", handout, schema.Values{"created_at": at.UnixMilli(), "device_id": r.ID(), "activity_id": id, "material_id": model.MaterialID(realm, "FZXCD")}); err != nil {
				return err
			}
			if err := tx.Add("handout", handout, "qty", int64(50+rng.IntN(400))); err != nil {
				return err
			}
		}
		for n := range posts {
			if err := tx.Put("post", tx.NewID(), schema.Values{"created_at": now.UnixMilli(), "device_id": r.ID(), "channel": "douyin", "posted_at": now.Add(-time.Duration(n) * time.Hour).UnixMilli(), "title": fmt.Sprintf("反诈提醒第%d期", n), "purpose": "warning", "via": "own_account"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	var leads []schema.ID
	if err := r.Update(ctx, func(tx *replica.Tx) error {
		for n := range indicators {
			i := model.Indicator{Kind: "phone", Value: fmt.Sprintf("1280%07d", n)}
			id := model.IndicatorID(realm, i.Kind, i.Value)
			leads = append(leads, id)
			if err := tx.Put("indicator", id, schema.Values{"created_at": now.UnixMilli(), "device_id": r.ID(), "kind": i.Kind, "value": i.Value, "status": "reported"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for batch := range consultations / perBatch {
		if err := r.Update(ctx, func(tx *replica.Tx) error {
			for i := range perBatch {
				n := batch*perBatch + i
				event := n * activities / consultations
				at := now.Add(-time.Duration(activities-1-event)*8*time.Hour + time.Duration(i)*time.Second - 20*time.Minute)
				id := tx.NewID()
				values := schema.Values{"created_at": at.UnixMilli(), "device_id": r.ID(), "activity_id": events[event], "source": "walk_in", "occurred_at": at.UnixMilli(), "officer_id": officer,
					"fraud_type": fraud(rng), "stage": "G1", "at_risk_fen": int64(rng.IntN(5_000_000)), "age_band": "A4", "outcome": []string{"K1", "K2", "K3"}[n%3], "town": "城关镇", "consent": true,
					"person_label": fmt.Sprintf("第%d位", n), "phone": fmt.Sprintf("128%08d", n), "story": "对方自称客服，要求共享屏幕，转到所谓安全账户。"}
				if err := tx.Put("consultation", id, values); err != nil {
					return err
				}
				if err := tx.Include("consultation", id, "channels", "H1", "H3"); err != nil {
					return err
				}
				if n%4 == 0 {
					lead := leads[rng.IntN(len(leads))]
					if err := tx.Put("consultation_indicator", model.ConsultationIndicatorID(realm, id, lead), schema.Values{"created_at": at.UnixMilli(), "device_id": r.ID(), "consultation_id": id, "indicator_id": lead, "role": "contacted_by"}); err != nil {
						return err
					}
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	// The county has it all, as on a laptop that was synced in the morning.
	if err := r.Seal(ctx); err != nil {
		return err
	}
	all, err := r.Vector(ctx)
	if err != nil {
		return err
	}
	return r.Acknowledge(ctx, all, now)
}

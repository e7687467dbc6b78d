// Command benchcounty measures the county's pages on a generated county of
// 1,000,000 consultations, 100,000 activities and 100 kits: over HTTP, as a browser
// asks, while kits go on syncing. Its last line is a JSON object.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fieldkit/internal/county"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// result is the last line.
type result struct {
	OverviewMs  float64 `json:"overview_ms_p95"`
	DrilldownMs float64 `json:"drilldown_ms_p95"`
	Report
	Consultations int `json:"consultations"`
	Activities    int `json:"activities"`
}

// Report is what the report and the ledger took.
type Report struct {
	ReportMs   float64 `json:"report_ms"`
	LedgerRows float64 `json:"ledger_rows_per_s"`
	LedgerRSS  float64 `json:"ledger_rss_mib"`
}

func main() {
	dir := flag.String("dir", filepath.Join(os.TempDir(), "fieldkit-bench-county"), "where the generated county is kept")
	consultations := flag.Int("consultations", 1_000_000, "how many consultations")
	activities := flag.Int("activities", 100_000, "how many activities")
	rounds := flag.Int("rounds", 60, "how often each page is asked for")
	flag.Parse()
	if err := run(context.Background(), *dir, *consultations, *activities, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench-county:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, consultations, activities, rounds int) error {
	mark, err := os.ReadFile(filepath.Join(dir, "complete"))
	if err != nil || string(mark) != fmt.Sprintf("%d %d", consultations, activities) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := os.RemoveAll(dir + ".anchor"); err != nil {
			return err
		}
		if err := generate(ctx, dir, consultations, activities); err != nil {
			return err
		}
	}
	began := time.Now()
	wall := func() time.Time {
		return time.Date(2025, 12, 31, 18, 0, 0, 0, model.Location).Add(time.Since(began))
	}
	c, err := county.Open(ctx, dir, county.Options{Wall: wall})
	if err != nil {
		return err
	}
	defer c.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- c.Serve(serving, nil, listener) }()
	defer func() { stop(); <-served }()
	b := &browser{base: "http://" + listener.Addr().String(), c: c, rnd: rand.New(rand.NewPCG(1, 2))}
	if err := b.signIn(); err != nil {
		return err
	}
	if err := b.learn(ctx); err != nil {
		return err
	}
	for cold, first := time.Now(), true; ; first = false {
		var page county.Overview
		if err := b.call("Overview", &page, county.OverviewQuery{From: "2025-01-01", To: "2025-12-31"}); err != nil {
			return err
		}
		if first {
			fmt.Printf("first page after a start: %.0f ms\n", ms(time.Since(cold)))
		}
		if page.Counting == 0 {
			fmt.Printf("its figures after: %.0f ms\n", ms(time.Since(cold)))
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	var r result
	r.Consultations, r.Activities = consultations, activities
	if r.OverviewMs, err = b.measure(ctx, "overview", rounds, b.overview); err != nil {
		return err
	}
	if r.DrilldownMs, err = b.measure(ctx, "drill-down", rounds*3, b.drill); err != nil {
		return err
	}
	if r.Report, err = reports(ctx, c); err != nil {
		return err
	}
	line, err := json.Marshal(r)
	fmt.Println(string(line))
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

type browser struct {
	base    string
	client  http.Client
	c       *county.County
	rnd     *rand.Rand
	units   []string
	some    []schema.ID // activities that are opened
	leads   []schema.ID // units of activities that kits bring
	leaflet schema.ID
	syncs   int
}

func (b *browser) call(method string, out any, args ...any) error {
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, b.base+"/rpc/County/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Fieldkit", "1")
	response, err := b.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s %s", method, response.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func (b *browser) signIn() error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	b.client.Jar = jar
	return b.call("Login", nil, "admin", password)
}

func (b *browser) learn(ctx context.Context) error {
	var units []county.Unit
	if err := b.call("Units", &units); err != nil {
		return err
	}
	for _, u := range units {
		if u.Code[0] == 'U' {
			b.units = append(b.units, u.ID)
			id, err := schema.ParseID(u.ID)
			if err != nil {
				return err
			}
			b.leads = append(b.leads, id)
		}
	}
	b.leaflet = model.MaterialID(b.c.Realm(), model.SeedMaterials[0].Code)
	rows, err := b.c.Replica().Query(ctx, `SELECT id FROM activity WHERE start_at >= ? LIMIT 200`, time.Date(2025, 12, 20, 0, 0, 0, 0, model.Location).UnixMilli())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id schema.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		b.some = append(b.some, id)
	}
	return rows.Err()
}

// sync stands for a kit that brings a day's work between two questions: an activity at
// a venue that nobody knew, what was given out, who came and who asked; every tenth kit
// was away for two months.
func (b *browser) sync(ctx context.Context) error {
	b.syncs++
	away := 1
	if b.syncs%10 == 0 {
		away = 60
	}
	return b.c.Replica().Update(ctx, func(tx *replica.Tx) error {
		put := func(table string, values schema.Values) (schema.ID, error) {
			id := tx.NewID()
			values["created_at"], values["device_id"] = tx.Now().UnixMilli(), tx.Replica()
			return id, tx.Put(table, id, values)
		}
		venue, err := put("venue", schema.Values{"kind": "V09", "name": fmt.Sprint("新到的广场", b.syncs), "town": "03镇", "state": "open"})
		if err != nil {
			return err
		}
		for day := range away {
			at := tx.Now().AddDate(0, 0, -day).UnixMilli()
			activity, err := put("activity", schema.Values{"kind": "street", "state": "done", "start_at": at, "lead_unit_id": b.leads[b.rnd.IntN(len(b.leads))], "venue_id": venue})
			if err != nil {
				return err
			}
			handout, err := put("handout", schema.Values{"activity_id": activity, "material_id": b.leaflet})
			if err != nil {
				return err
			}
			if err := tx.Add("handout", handout, "qty", 120); err != nil {
				return err
			}
			for range 10 {
				if _, err := put("consultation", schema.Values{"activity_id": activity, "source": "walk_in", "occurred_at": at, "fraud_type": "F01", "stage": "G0", "age_band": "A3", "outcome": "K1"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// measure gives the 95th percentile of what a question took, each after news.
func (b *browser) measure(ctx context.Context, name string, rounds int, ask func() (string, error)) (float64, error) {
	var took []float64
	slowest := map[string]float64{}
	for range rounds {
		if err := b.sync(ctx); err != nil {
			return 0, err
		}
		began := time.Now()
		what, err := ask()
		if err != nil {
			return 0, err
		}
		d := ms(time.Since(began))
		took = append(took, d)
		slowest[what] = max(slowest[what], d)
	}
	slices.Sort(took)
	p95 := took[min(len(took)*95/100, len(took)-1)]
	fmt.Printf("%s: median %.0f ms, p95 %.0f ms, longest %.0f ms\n", name, took[len(took)/2], p95, took[len(took)-1])
	for what, d := range slowest {
		fmt.Printf("  %s: longest %.0f ms\n", what, d)
	}
	return p95, nil
}

// span is a period as the office chooses them.
func (b *browser) span() (from, to string) {
	year := 2024 + b.rnd.IntN(2)
	switch b.rnd.IntN(3) {
	case 0:
		return fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year)
	case 1:
		first := time.Date(year, time.Month(1+3*b.rnd.IntN(4)), 1, 0, 0, 0, 0, time.UTC)
		return first.Format(time.DateOnly), first.AddDate(0, 3, -1).Format(time.DateOnly)
	}
	first := time.Date(year, time.Month(1+b.rnd.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
	return first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly)
}

func (b *browser) some1() []string {
	if b.rnd.IntN(2) == 0 {
		return nil
	}
	return []string{b.units[b.rnd.IntN(len(b.units))]}
}

func (b *browser) overview() (string, error) {
	q := county.OverviewQuery{Units: b.some1()}
	q.From, q.To = b.span()
	return "overview", b.call("Overview", nil, q)
}

// drill goes down one level: from a figure to its records, the next page, a record, its history.
func (b *browser) drill() (string, error) {
	codes := []string{"M01", "M02", "M03", "M05", "M06", "M08c", "M08a", "M08w", "M17a", "M10s", "M04"}
	q := county.FigureQuery{Code: codes[b.rnd.IntN(len(codes))], Units: b.some1()}
	q.From, q.To = b.span()
	switch q.Code {
	case "M08c":
		q.Part = []string{"", "F01", "F27"}[b.rnd.IntN(3)]
	case "M08a":
		q.Part = "A6"
	case "M08w":
		q.Part = "03镇"
	}
	switch b.rnd.IntN(5) {
	case 0:
		r := county.RecordQuery{Table: []string{"activity", "consultation", "attendance"}[b.rnd.IntN(3)], From: q.From, To: q.To, Units: q.Units}
		return "list of " + r.Table, b.call("Records", nil, r)
	case 1:
		id := b.some[b.rnd.IntN(len(b.some))].String()
		return "record", b.call("RecordOf", nil, "activity", id)
	case 2:
		id := b.some[b.rnd.IntN(len(b.some))].String()
		return "history", b.call("History", nil, "activity", id)
	}
	return "records of " + q.Code, b.call("FigureRecords", nil, q)
}

package demo

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the databases are compared where they lie

	"fieldkit/internal/model"
)

// result is what the demo found.
type result struct {
	Kits          int   `json:"kits"`
	Records       int   `json:"records"`
	Leaflets      int64 `json:"leaflets"`
	Consultations int64 `json:"consultations"`
	Attendance    int64 `json:"attendance"`
	WireBytes     int64 `json:"wire_bytes"`
	LinkCuts      int64 `json:"link_cuts"`
	Converged     bool  `json:"converged"`
	AsExpected    bool  `json:"as_expected"`

	lines []line
	note  string
}

// line is one figure.
type line struct {
	name           string
	expected, here int64
}

// compare reads the county's figures and puts the tally beside them.
func (w *world) compare(ctx context.Context) (*result, error) {
	r := &result{Kits: len(w.kits), Records: w.tally.records, WireBytes: w.link.Bytes.Load(), LinkCuts: w.link.Cuts.Load()}
	var view struct {
		Cards, More []struct {
			Key   string
			Value int64
		}
		FraudTypes []struct {
			Code  string
			Count int64
		} `json:"fraud_types"`
		Units []struct {
			Name   string
			Totals struct{ Leaflets int64 }
		}
	}
	query := map[string]any{"from": w.plan.end.Format("2006") + "-01-01", "to": w.plan.end.Format("2006-01-02"), "units": []string{}}
	if err := w.office.call(ctx, &view, "County/Overview", query); err != nil {
		return nil, err
	}
	cards := map[string]int64{}
	for _, c := range append(view.Cards, view.More...) {
		cards[c.Key] = c.Value
	}
	t := w.tally
	r.Leaflets, r.Consultations, r.Attendance = cards["M02"], cards["M08"], cards["M10s"]
	r.lines = []line{
		{"大型街面宣传（次）", t.large, cards["M01"]}, {"发放宣传单（份）", t.leaflets, cards["M02"]}, {"专题讲座（次）", t.lectures, cards["M03"]},
		{"解答咨询（人次）", t.consultations, cards["M08"]}, {"网吧业主会议（场）", t.meetings, cards["M10"]}, {"到会签到（人次）", t.attendance, cards["M10s"]}, {"活动（场）", t.activities, cards["M17a"]},
	}
	types := map[string]int64{}
	for _, f := range view.FraudTypes {
		types[f.Code] = f.Count
	}
	for _, code := range sorted(t.byType) {
		r.lines = append(r.lines, line{"　咨询 · " + model.Label("fraud_type", code), t.byType[code], types[code]})
	}
	units := map[string]int64{}
	for _, u := range view.Units {
		units[u.Name] = u.Totals.Leaflets
	}
	for _, name := range sorted(t.byUnit) {
		r.lines = append(r.lines, line{"　宣传单 · " + name, t.byUnit[name], units[name]})
	}
	if err := w.compareEdits(ctx, r); err != nil {
		return nil, err
	}
	r.AsExpected = !slices.ContainsFunc(r.lines, func(l line) bool { return l.expected != l.here })
	var err error
	r.Converged, r.note, err = w.converged(ctx)
	return r, err
}

// compareEdits looks at the records that two laptops changed at once, on
// another kit than those that did.
func (w *world) compareEdits(ctx context.Context, r *result) error {
	k := w.kits[len(w.kits)-1]
	var kept, wanted int64
	for id, title := range w.tally.titles {
		var st struct {
			Activity struct {
				Title    string
				Summary  string
				Heads    int64
				Partners []named
			}
		}
		if err := k.call(ctx, &st, "Booth/Get", id); err != nil {
			return err
		}
		wanted += 2
		if st.Activity.Title == title {
			kept++
		}
		if st.Activity.Heads == w.tally.heads[id] {
			kept++
		}
		for _, words := range w.tally.summaries[id] {
			wanted++
			if strings.Count(st.Activity.Summary, words) == 1 {
				kept++
			}
		}
		if n, ok := w.tally.partners[id]; ok {
			wanted++
			if len(st.Activity.Partners) == n {
				kept++
			}
		}
	}
	var review []struct{ Column string }
	if err := k.call(ctx, &review, "Review/List"); err != nil {
		return err
	}
	var found int64
	for _, item := range review {
		if item.Column == "title" {
			found++
		}
	}
	r.lines = append(r.lines, line{"两台同时改、都保留（处）", wanted, kept}, line{"两人同改、待核（处）", w.tally.conflicts, found})
	return nil
}

func sorted(m map[string]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// converged compares the databases row by row: every row's checksum covers its
// values with their clocks. What everybody may hold is equal everywhere; of what
// only some may hold, every copy equals the county's.
func (w *world) converged(ctx context.Context) (bool, string, error) {
	county, err := checks(ctx, filepath.Join(w.dir, "county"))
	if err != nil {
		return false, "", err
	}
	for _, k := range w.kits {
		var st struct{ Waiting int }
		if err := k.call(ctx, &st, "Sync/Status"); err != nil {
			return false, "", err
		}
		if st.Waiting > 0 {
			return false, fmt.Sprintf("%s: %d 条还没到县里", k.label, st.Waiting), nil
		}
		kit, err := checks(ctx, k.dir)
		if err != nil {
			return false, "", err
		}
		for _, table := range model.Schema.Tables {
			shared := table.Name != "consultation" && table.Name != "attendance"
			for id, check := range kit[table.Name] {
				if county[table.Name][id] != check {
					return false, fmt.Sprintf("%s: %s %x", k.label, table.Name, id), nil
				}
			}
			if shared && len(kit[table.Name]) != len(county[table.Name]) {
				return false, fmt.Sprintf("%s: %d rows of %s, the county has %d", k.label, len(kit[table.Name]), table.Name, len(county[table.Name])), nil
			}
		}
	}
	return true, "", nil
}

// checks reads the checksums of a replica's rows while its process has it open.
func checks(ctx context.Context, dir string) (map[string]map[string]string, error) {
	path, err := database(dir)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	out := map[string]map[string]string{}
	for _, table := range model.Schema.Tables {
		rows, err := db.QueryContext(ctx, `SELECT id, substr(_clock, 1, 8) FROM "`+table.Name+`"`)
		if err != nil {
			return nil, err
		}
		out[table.Name] = map[string]string{}
		for rows.Next() {
			var id, check []byte
			if err := rows.Scan(&id, &check); err != nil {
				rows.Close()
				return nil, err
			}
			out[table.Name][string(id)] = string(check)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *result) print(out io.Writer, took time.Duration) {
	fmt.Fprintf(out, "\n%s%8s%8s\n", pad("县级汇总", 34), "应为", "县里")
	for _, l := range r.lines {
		mark := "✓"
		if l.expected != l.here {
			mark = "✗"
		}
		fmt.Fprintf(out, "%s%10d%10d  %s\n", pad(l.name, 34), l.expected, l.here, mark)
	}
	fmt.Fprintf(out, "\n%d 台电脑 · %d 条记录 · 线上 %.1f KB（含握手和重传）· 掉线 %d 次 · %.0f 秒\n", r.Kits, r.Records, float64(r.WireBytes)/1024, r.LinkCuts, took.Seconds())
	if r.Converged {
		fmt.Fprintln(out, "每台电脑与县里逐行一致。")
	} else {
		fmt.Fprintln(out, "不一致："+r.note)
	}
}

// pad fills a text to a width in columns; a Chinese character takes two.
func pad(s string, width int) string {
	n := 0
	for _, r := range s {
		n++
		if r > 0x2000 {
			n++
		}
	}
	return s + strings.Repeat(" ", max(1, width-n))
}

func (r *result) json(out io.Writer) error { return json.NewEncoder(out).Encode(r) }

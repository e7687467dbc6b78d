package report

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Request asks for a report.
type Request struct {
	Kind     string // R1, R2, R3
	From, To string // local dates, both inclusive
	// Units are whose figures count; the first one issues the report. None: the
	// whole county, issued by its police bureau.
	Units  []schema.ID
	County string // the county's name: 青岚县
	Kits   []Kit
	Kept   figures.Kept // what is counted already; nil: nothing is
	Now    time.Time
	By     string // who asks
}

// Draft is a report's frozen part: the figures it was made from, under which rules,
// from which changesets. Its text is kept beside it and may be edited.
type Draft struct {
	Kind       string            `json:"kind"`
	From       string            `json:"from"`
	To         string            `json:"to"`
	Units      []string          `json:"units"`
	County     string            `json:"county"`
	Issuer     string            `json:"issuer"` // who signs
	Addressee  string            `json:"addressee"`
	Period     string            `json:"period"`
	Made       int64             `json:"made"` // ms
	By         string            `json:"by"`   // who asked for it
	Figures    figures.Set       `json:"figures"`
	YearBefore figures.Set       `json:"year_before"`
	Before     figures.Set       `json:"before,omitempty"` // nil where there is no 环比
	BeforeName string            `json:"before_name,omitempty"`
	Named      map[string]string `json:"named"` // linked fields that are no figures
	Charts     []Chart           `json:"charts"`
	Complete   Completeness      `json:"complete"`

	Rules model.Settings    `json:"-"` // kept apart, see Settings
	Cut   map[string]uint64 `json:"-"`
}

// Settings is what a report_run keeps beside the figures.
type Settings struct {
	Rules model.Settings    `json:"rules"`
	Cut   map[string]uint64 `json:"cut"` // version vector: stream → highest changeset merged
}

// Chart is one picture of the annex.
type Chart struct {
	Title  string   `json:"title"`
	Labels []string `json:"labels"`
	Values []int64  `json:"values"`
	Bars   bool     `json:"bars"` // lying bars, for long labels
}

// Build counts, freezes and writes the first text.
func Build(ctx context.Context, r *replica.Replica, q Request) (*Draft, string, error) {
	rules, err := model.ReadSettings(ctx, r)
	if err != nil {
		return nil, "", err
	}
	d, err := freeze(ctx, r, q, rules)
	if err != nil {
		return nil, "", err
	}
	return d, d.write(), nil
}

// Again counts a frozen report's figures under its own rules as the records stand now;
// kept is what is counted already, nil of nothing.
func (d *Draft) Again(ctx context.Context, r *replica.Replica, kits []Kit, kept figures.Kept, now time.Time) (*Draft, error) {
	q := Request{Kind: d.Kind, From: d.From, To: d.To, County: d.County, Kits: kits, Kept: kept, Now: now}
	for _, text := range d.Units {
		id, err := schema.ParseID(text)
		if err != nil {
			return nil, err
		}
		q.Units = append(q.Units, id)
	}
	return freeze(ctx, r, q, d.Rules)
}

func freeze(ctx context.Context, r *replica.Replica, q Request, rules model.Settings) (*Draft, error) {
	o, known := outlines[q.Kind]
	if !known {
		return nil, problem("kind", "没有“"+q.Kind+"”这种报告，可以选 R1、R2、R3。", "There is no report of the kind “"+q.Kind+"”; choose R1, R2 or R3.")
	}
	first, last, err := span(q.From, q.To, q.Now)
	if err != nil {
		return nil, err
	}
	if q.Kind == "R1" && len(q.Units) == 0 {
		return nil, problem("unit", "银行机构的报告要选一个单位，没有生成报告。", "A bank's report needs a unit; no report was made.")
	}
	d := &Draft{Kind: q.Kind, From: q.From, To: q.To, Units: []string{}, County: q.County, Period: PeriodName(first, last), Made: q.Now.UnixMilli(), By: q.By, Rules: rules,
		Complete: complete(q.Kits, last, q.Now), Issuer: q.County + "公安局", Addressee: strings.ReplaceAll(o.addressee, "{county}", q.County)}
	phone := ""
	for i, id := range q.Units {
		row, err := r.Get(ctx, "unit", id)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return nil, problem("unit", "没有这个单位，没有生成报告。请重新选单位。", "There is no such unit; no report was made. Choose another.")
		}
		if d.Units = append(d.Units, id.String()); i == 0 {
			d.Issuer, phone = row.Text("name"), row.Text("service_phone")
			if to := row.Text("report_to"); to != "" {
				d.Addressee = to
			}
		}
	}
	if to := rules.Recipients[q.Kind]; to != "" {
		d.Addressee = to
	}
	// The vector is read first: what arrives while we count is in the figures and
	// counts as late, never the other way round.
	vector, err := r.Vector(ctx)
	if err != nil {
		return nil, err
	}
	d.Cut = cutOf(vector)
	reader, err := figures.NewReader(ctx, r, rules)
	if err != nil {
		return nil, err
	}
	reader = reader.With(q.Kept)
	scope := figures.Scope{From: q.From, To: q.To, Units: q.Units}
	if d.Figures, err = reader.Compute(ctx, scope, append(neededBy(q.Kind), tableOf(q.Kind, len(q.Units) > 0)...)...); err != nil {
		return nil, err
	}
	yearBefore, err := figures.YearBefore(scope)
	if err != nil {
		return nil, err
	}
	if d.YearBefore, err = reader.Compute(ctx, yearBefore, tableOf(q.Kind, len(q.Units) > 0)...); err != nil {
		return nil, err
	}
	if before, name, ok := figures.Before(scope); ok {
		d.BeforeName = name
		if d.Before, err = reader.Compute(ctx, before, tableOf(q.Kind, len(q.Units) > 0)...); err != nil {
			return nil, err
		}
	}
	if d.empty() {
		who := "全县"
		if len(q.Units) > 0 {
			who = d.Issuer
		}
		return nil, problem("no_data", who+"在"+d.Period+"没有任何记录，没有生成报告。请换个时段或单位，或等电脑同步后再来。",
			"There are no records in this period for the units chosen; no report was made. Choose another period or unit, or wait for the kits to sync.")
	}
	if err := d.name(ctx, reader, scope, phone); err != nil {
		return nil, err
	}
	return d, d.chart(ctx, reader, scope, first, last)
}

// manyStreams is how many streams a cut names one by one; a record's column is bounded.
const manyStreams = 200

// cutOf is a version vector as a report keeps it: stream by stream, or of a county
// with very many their number, their changesets and a hash over all of them.
func cutOf(vector changeset.Vector) map[string]uint64 {
	cut, lines, total := map[string]uint64{}, []string{}, uint64(0)
	for stream, number := range vector {
		name := fmt.Sprintf("%s/%d/%s", stream.Origin.Replica, stream.Origin.Incarnation, stream.Audience)
		cut[name] = number
		lines, total = append(lines, fmt.Sprintf("%s=%d\n", name, number)), total+number
	}
	if len(cut) <= manyStreams {
		return cut
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return map[string]uint64{fmt.Sprintf("sha256:%x", sum): total, "streams": uint64(len(lines))}
}

var keyInOutline = regexp.MustCompile(`\{([A-Za-z0-9_.+]+)\}`)

// neededBy are the figures that a kind's outline and table name.
func neededBy(kind string) []string {
	codes := slices.Clone(figuresOf[kind])
	o := outlines[kind]
	texts := []string{o.opening}
	for _, s := range o.sections {
		texts = append(texts, s.sentence)
	}
	for _, text := range texts {
		for _, m := range keyInOutline.FindAllStringSubmatch(text, -1) {
			if code, _, _ := strings.Cut(m[1], "."); figures.Find(code) != nil {
				codes = append(codes, code)
			}
			switch m[1] {
			case "types6":
				codes = append(codes, "M08c")
			case "digests3":
				codes = append(codes, "M16t")
			case "channels":
				codes = append(codes, "M04")
			case "depts":
				codes = append(codes, "M17")
			case "periods":
				codes = append(codes, "M17p")
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// empty tells that nothing at all was recorded; the tellers on the staff and what
// hangs since earlier are no records of the period.
func (d *Draft) empty() bool {
	for code, f := range d.Figures {
		if f.Value != 0 && !slices.Contains([]string{"M13n", "M11q", "M11s", "M11n", "M11m", "M11l", "M12", "M12h", "M12k"}, code) {
			return false
		}
	}
	return true
}

// name fills the fields that are words.
func (d *Draft) name(ctx context.Context, reader *figures.Reader, scope figures.Scope, phone string) error {
	word := d.worded()
	d.Named = map[string]string{"period": d.Period, "phone": phone}
	d.Named["types6"] = strings.Join(d.labels("fraud_type", d.top("M08c", 6, "F99")), "、")
	d.Named["digests3"] = strings.Join(d.labels("fraud_type", d.top("M16t", 3, "F99")), "、")
	var list []string
	for _, c := range d.Rules.CodesOf("department", true) {
		if d.Figures["M17"].Parts[c.Code] > 0 && !slices.Contains([]string{"D01", "D02", "D03", "D99"}, c.Code) {
			list = append(list, bare(c.ZH))
		}
	}
	d.Named["depts"] = word.Replace(strings.Join(list, "、"))
	list = nil
	for _, group := range []struct {
		name     string
		channels []string
	}{{"抖音", []string{"douyin"}}, {"微信", []string{"wechat_oa", "wechat_group", "wechat_video"}}, {"快手", []string{"kuaishou"}}, {"微博", []string{"weibo"}}, {"论坛", []string{"forum"}}} {
		if d.part("M04", group.channels) > 0 {
			list = append(list, group.name)
		}
	}
	d.Named["channels"] = word.Replace(strings.Join(list, "、"))
	list = nil
	for _, c := range d.Rules.CodesOf("period", true) {
		if d.Figures["M17p"].Parts[c.Code] > 0 {
			list = append(list, c.ZH)
		}
	}
	d.Named["periods"] = strings.Join(list, "、")
	stations, err := d.stations(ctx, reader, scope)
	if err != nil {
		return err
	}
	d.Named["stations"] = word.Replace(stations)
	d.Issuer, d.Addressee = word.Replace(d.Issuer), word.Replace(d.Addressee)
	return nil
}

// worded replaces names by the office's wording, longer ones first.
func (d *Draft) worded() *strings.Replacer {
	names := []string{}
	for from := range d.Rules.Wording {
		if from != "" {
			names = append(names, from)
		}
	}
	sort.Slice(names, func(i, j int) bool {
		return len(names[i]) > len(names[j]) || len(names[i]) == len(names[j]) && names[i] < names[j]
	})
	pairs := []string{}
	for _, from := range names {
		pairs = append(pairs, from, d.Rules.Wording[from])
	}
	return strings.NewReplacer(pairs...)
}

// bare is a label without what it adds in brackets.
func bare(label string) string {
	for _, open := range []string{"(", "（"} {
		label, _, _ = strings.Cut(label, open)
	}
	return label
}

// top are the codes of a figure's largest parts, equal ones by code.
func (d *Draft) top(code string, n int, but string) []string {
	parts := d.Figures[code].Parts
	codes := []string{}
	for c, v := range parts {
		if v > 0 && c != but && c != "" {
			codes = append(codes, c)
		}
	}
	sort.Slice(codes, func(i, j int) bool {
		if parts[codes[i]] != parts[codes[j]] {
			return parts[codes[i]] > parts[codes[j]]
		}
		return codes[i] < codes[j]
	})
	return codes[:min(n, len(codes))]
}

func (d *Draft) labels(table string, codes []string) []string {
	labels := make([]string, len(codes))
	for i, c := range codes {
		labels[i] = d.Rules.Label(table, c)
	}
	return labels
}

func (d *Draft) part(code string, parts []string) (n int64) {
	for _, p := range parts {
		n += d.Figures[code].Parts[p]
	}
	return n
}

const stationsQuery = `SELECT coalesce(nullif(u.short_name, ''), u.name) FROM unit u WHERE u.department = 'D02' AND u.id IN (
	SELECT coalesce((SELECT survivor FROM alias WHERE id = unhex(e.value, '-')), unhex(e.value, '-')) FROM self s, json_each(s.partner_units) e WHERE s.kind = 'street' {units s.lead_unit_id})
ORDER BY u.code`

// stations names the police stations that the report's street campaigns were held with.
func (d *Draft) stations(ctx context.Context, reader *figures.Reader, scope figures.Scope) (string, error) {
	rows, err := reader.Query(ctx, scope, stationsQuery)
	if err != nil {
		return "", fmt.Errorf("name the stations: %w", err)
	}
	defer rows.Close()
	names := []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", fmt.Errorf("name the stations: %w", err)
		}
		names = append(names, name)
	}
	if n := len(names); n > 3 {
		return fmt.Sprintf("%s等%d家派出所", strings.Join(names[:2], "、"), n), rows.Err()
	}
	return strings.Join(names, "、"), rows.Err()
}

// chart prepares the pictures: a figure by month, and one by its parts.
func (d *Draft) chart(ctx context.Context, reader *figures.Reader, s figures.Scope, first, last time.Time) error {
	byMonth := map[string]string{"R1": "M14k", "R2": "M04", "R3": "M02"}[d.Kind]
	m := figures.Find(byMonth)
	d.Charts = []Chart{}
	if months := (last.Year()-first.Year())*12 + int(last.Month()-first.Month()) + 1; months > 1 && months <= 36 {
		lines, err := reader.Tally(ctx, byMonth, s)
		if err != nil {
			return err
		}
		c := Chart{Title: "各月" + m.ZH + "（" + m.Measure + "）", Values: make([]int64, months)}
		for i := range months {
			at := first.AddDate(0, 0, 1-first.Day()).AddDate(0, i, 0)
			label := fmt.Sprintf("%d月", at.Month())
			if first.Year() != last.Year() {
				label = fmt.Sprintf("%d.%d", at.Year(), at.Month())
			}
			c.Labels = append(c.Labels, label)
		}
		sum := int64(0)
		for _, l := range lines {
			at := time.UnixMilli(l.Day * 86400000).UTC()
			if i := (at.Year()-first.Year())*12 + int(at.Month()-first.Month()); i >= 0 && i < months {
				c.Values[i] += l.Value
				sum += l.Value
			}
		}
		if sum > 0 {
			d.Charts = append(d.Charts, c)
		}
	}
	if codes := d.top("M08c", 8, ""); len(codes) > 1 {
		c := Chart{Title: "咨询的诈骗类型（条）", Bars: true, Labels: d.labels("fraud_type", codes)}
		for _, code := range codes {
			c.Values = append(c.Values, d.Figures["M08c"].Parts[code])
		}
		d.Charts = append(d.Charts, c)
	}
	return nil
}

// Show tells what a linked field shows; false when there is no such field.
func (d *Draft) Show(key string, exact bool) (string, bool) {
	if text, named := d.Named[key]; named {
		return text, true
	}
	m, f, ok := d.figure(key)
	if !ok {
		return "", false
	}
	return m.In(f, d.Rules, exact), true
}

// figure finds a field's metric and value; a key may name parts: M12.V02, M11q.slogan+banner.
func (d *Draft) figure(key string) (*figures.Metric, figures.Figure, bool) {
	code, parts, some := strings.Cut(key, ".")
	m := figures.Find(code)
	f, counted := d.Figures[code]
	if m == nil || !counted {
		return nil, f, false
	}
	if some {
		f = figures.Figure{Value: d.part(code, strings.Split(parts, "+"))}
	}
	return m, f, true
}

// write composes the first text from the outline.
func (d *Draft) write() string {
	o := outlines[d.Kind]
	show := func(key string) (string, bool) {
		if text, named := d.Named[key]; named {
			return text, text == ""
		}
		m, f, ok := d.figure(key)
		if !ok || f.None || f.Value == 0 {
			return "", true
		}
		return m.In(f, d.Rules, false), false
	}
	var b strings.Builder
	b.WriteString("= " + plain(d.Title()) + "\n")
	if d.Addressee != "" {
		b.WriteString("@ " + plain(strings.TrimRight(d.Addressee, ":：")) + "：\n")
	}
	if text := compose(o.opening, show); text != "" {
		b.WriteString(text + "\n")
	}
	n := 0
	for _, s := range o.sections {
		if text := compose(s.sentence, show); text != "" {
			b.WriteString("# " + ordinals[n] + "、" + s.heading + "\n" + text + "\n")
			n++
		}
	}
	return b.String()
}

// Title is the report's title: unit, period, subject.
func (d *Draft) Title() string {
	return d.worded().Replace(d.Issuer + d.Period + outlines[d.Kind].subject)
}

// Keep is how a draft lies in a report_run: its columns figures and settings.
func (d *Draft) Keep() (figuresJSON, settingsJSON string, err error) {
	a, err := json.Marshal(d)
	if err != nil {
		return "", "", err
	}
	b, err := json.Marshal(Settings{Rules: d.Rules, Cut: d.Cut})
	return string(a), string(b), err
}

// Kept reads what Keep wrote.
func Kept(figuresJSON, settingsJSON string) (*Draft, error) {
	d, s := &Draft{}, Settings{Rules: model.DefaultSettings()}
	if err := json.Unmarshal([]byte(figuresJSON), d); err != nil {
		return nil, fmt.Errorf("read a kept report: %w", err)
	}
	if err := json.Unmarshal([]byte(settingsJSON), &s); err != nil {
		return nil, fmt.Errorf("read a kept report: %w", err)
	}
	d.Rules, d.Cut = s.Rules, s.Cut
	return d, nil
}

package report

import (
	"slices"
	"strconv"

	"fieldkit/internal/figures"
)

// Late is a figure that records which arrived after freezing have changed (补报).
type Late struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Was  string `json:"was"` // exact, with its measure
	Now  string `json:"now"`
	By   string `json:"by"` // +205份
}

// Difference lists what changed between a frozen report and the figures of now.
func Difference(frozen, now *Draft) []Late {
	list := []Late{}
	for _, m := range figures.Metrics {
		was, counted := frozen.Figures[m.Code]
		is := now.Figures[m.Code]
		if !counted || was.Value == is.Value && was.None == is.None {
			continue
		}
		late := Late{Code: m.Code, Name: m.ZH, Was: exactly(&m, was), Now: exactly(&m, is)}
		switch by := is.Value - was.Value; {
		case m.Kind == figures.Percent:
			late.By = figures.CompareRates(is.Value, was.Value)
		case m.Kind == figures.Fen && by < 0:
			late.By = "−" + figures.Yuan(-by) + "元"
		case m.Kind == figures.Fen:
			late.By = "+" + figures.Yuan(by) + "元"
		case by < 0:
			late.By = "−" + strconv.FormatInt(-by, 10) + m.Measure
		default:
			late.By = "+" + strconv.FormatInt(by, 10) + m.Measure
		}
		list = append(list, late)
	}
	return list
}

// exactly writes a value for a table: no rounding, with its measure.
func exactly(m *figures.Metric, f figures.Figure) string {
	switch {
	case f.None:
		return "—"
	case m.Kind == figures.Percent:
		return figures.Tenths(f.Value) + "%"
	case m.Kind == figures.Fen:
		return figures.Yuan(f.Value) + "元"
	}
	return strconv.FormatInt(f.Value, 10) + m.Measure
}

// Line is one figure of the annex's table.
type Line struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Measure    string `json:"measure"`
	Value      string `json:"value"`
	YearBefore string `json:"year_before"`
	Change     string `json:"change"` // 同比
	Before     string `json:"before"` // 环比; "" where there is none
	Define     string `json:"define"`
}

// Table is the annex's table of main figures; money in 万元.
func (d *Draft) Table() []Line {
	list := []Line{}
	_, counted := d.Figures["M17j"] // not in one that was frozen by an earlier version
	for _, code := range tableOf(d.Kind, counted && len(d.Units) > 0) {
		m := figures.Find(code)
		f, base := d.Figures[code], d.YearBefore[code]
		l := Line{Code: code, Name: m.ZH, Measure: m.Measure, Define: m.Definition(d.Rules), Value: cell(m, f), YearBefore: cell(m, base), Change: change(m, f, base, "上年同期")}
		if m.Kind == figures.Fen {
			l.Measure = "万元"
		} else if m.Kind == figures.Percent {
			l.Measure = "%"
		}
		if d.Before != nil {
			l.Before = change(m, f, d.Before[code], d.BeforeName)
		}
		list = append(list, l)
	}
	return list
}

func cell(m *figures.Metric, f figures.Figure) string {
	switch {
	case f.None:
		return "—"
	case m.Kind == figures.Percent:
		return figures.Tenths(f.Value)
	case m.Kind == figures.Fen:
		return figures.Wan(f.Value)
	}
	return strconv.FormatInt(f.Value, 10)
}

func change(m *figures.Metric, f, base figures.Figure, name string) string {
	switch {
	case f.None || base.None:
		return "—"
	case m.Kind == figures.Percent:
		return figures.CompareRates(f.Value, base.Value)
	}
	return figures.Compare(f.Value, base.Value, name)
}

// Definitions are the written definitions of the figures that a report uses, in
// the order of domain.md.
func (d *Draft) Definitions(text string) []Line {
	used := map[string]bool{}
	for _, code := range figuresOf[d.Kind] {
		used[code] = true
	}
	for _, b := range Parse(text, nil) {
		for _, r := range b.Runs {
			if m, _, ok := d.figure(r.Key); ok {
				used[m.Code] = true
			}
		}
	}
	list := []Line{}
	for i := range figures.Metrics {
		if m := &figures.Metrics[i]; used[m.Code] {
			list = append(list, Line{Code: m.Code, Name: m.ZH, Measure: m.Measure, Define: m.Definition(d.Rules)})
		}
	}
	return list
}

// Link is a linked field of a text, for the screen.
type Link struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Shown  string `json:"shown"` // what the figures give
	Exact  string `json:"exact"` // the same, written exactly; "" of words
	Define string `json:"define"`
	Code   string `json:"code"` // to open its records by; "" of words
	Part   string `json:"part"`
}

// Links are the fields that a text may hold.
func (d *Draft) Links(text string) []Link {
	list, seen := []Link{}, []string{}
	for _, b := range Parse(text, nil) {
		for _, r := range b.Runs {
			if r.Key == "" || slices.Contains(seen, r.Key) {
				continue
			}
			seen = append(seen, r.Key)
			l := Link{Key: r.Key}
			l.Shown, _ = d.Show(r.Key, false)
			if m, f, ok := d.figure(r.Key); ok {
				l.Name, l.Define, l.Code, l.Exact = m.ZH, m.Definition(d.Rules), m.Code, m.In(f, d.Rules, true)
				if len(r.Key) > len(m.Code) {
					l.Part = r.Key[len(m.Code)+1:]
				}
			} else {
				l.Name = namedFields[r.Key]
			}
			list = append(list, l)
		}
	}
	return list
}

var namedFields = map[string]string{"period": "时段", "phone": "客服电话", "types6": "高发手段：咨询登记最多的前六类", "digests3": "案例最多的前三类",
	"depts": "协作单位的部门", "channels": "发布渠道", "periods": "重点时段", "stations": "协办的派出所"}

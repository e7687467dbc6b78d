package county

import (
	"context"
	"fmt"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Progress is a year's plan beside what was done.
type Progress struct {
	Year    int            `json:"year"`
	Passed  int64          `json:"passed"` // tenths of a percent of the year that are over
	Metrics []ProgressLine `json:"metrics"`
}

// ProgressLine is one figure: of the county and of each unit that has a target or did something.
type ProgressLine struct {
	Code    string         `json:"code"`
	Name    string         `json:"name"`
	NameEN  string         `json:"name_en"`
	Kind    string         `json:"kind"`
	Measure string         `json:"measure"`
	Define  string         `json:"define"`
	County  ProgressCell   `json:"county"`
	Units   []ProgressCell `json:"units"`
}

// ProgressCell is a target and what stands against it.
type ProgressCell struct {
	Unit   string `json:"unit"` // id; "" the county
	Name   string `json:"name"`
	Target int64  `json:"target"`
	Actual int64  `json:"actual"`
}

// Progress lays a year's targets beside its figures.
func (s *Service) Progress(ctx context.Context, year int) (Progress, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Progress{}, err
	}
	only, bound := v.bound()
	p, err := parsePeriod(fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year), nil)
	if err != nil {
		return Progress{}, err
	}
	targets, err := s.c.targets(ctx, year)
	if err != nil {
		return Progress{}, err
	}
	units, err := s.c.units(ctx)
	if err != nil {
		return Progress{}, err
	}
	settings, err := model.ReadSettings(ctx, s.c.replica)
	if err != nil {
		return Progress{}, err
	}
	out := Progress{Year: year, Metrics: []ProgressLine{}}
	now := s.c.options.now().In(model.Location)
	switch {
	case now.Year() > year:
		out.Passed = 1000
	case now.Year() == year:
		out.Passed = int64(now.YearDay()) * 1000 / int64(time.Date(year, 12, 31, 0, 0, 0, 0, model.Location).YearDay())
	}
	for _, code := range targetMetrics {
		m := figures.Find(code)
		line := ProgressLine{Code: code, Name: m.ZH, NameEN: m.EN, Kind: m.Kind, Measure: m.Measure, Define: m.Definition(settings), Units: []ProgressCell{}}
		actual := map[schema.ID]int64{}
		made := m.From
		if len(made) == 0 {
			made = []string{code}
		}
		for _, part := range made {
			lines, err := s.c.counts.lines(ctx, s.c, part, p)
			if err != nil {
				return out, err
			}
			lines.each(func(l *figures.Line) { actual[l.Unit] += l.Value; line.County.Actual += l.Value })
		}
		line.County.Target = targets[targetKey{code, schema.Nil}]
		for _, u := range units {
			id, err := schema.ParseID(u.ID)
			if err != nil {
				return out, err
			}
			cell := ProgressCell{Unit: u.ID, Name: u.Name, Target: targets[targetKey{code, id}], Actual: actual[id]}
			if bound && id != only {
				continue
			}
			if bound {
				line.County = cell
			}
			if cell.Target > 0 || cell.Actual > 0 {
				line.Units = append(line.Units, cell)
			}
		}
		out.Metrics = append(out.Metrics, line)
	}
	return out, nil
}

package county

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// FigureQuery asks for the records that make a figure.
type FigureQuery struct {
	Code   string   `json:"code"` // M02, M08a …
	Part   string   `json:"part"` // of its breakdown; "=" what has none, "" all
	From   string   `json:"from"`
	To     string   `json:"to"`
	Units  []string `json:"units"`
	Cursor string   `json:"cursor"`
}

// FigurePage is one page of them, newest first, under the figure itself.
type FigurePage struct {
	Rows    []FigureLine `json:"rows"`
	Next    string       `json:"next"`
	Value   int64        `json:"value"` // the figure; its records add up to it
	Name    string       `json:"name"`
	NameEN  string       `json:"name_en"`
	Measure string       `json:"measure"`
	Kind    string       `json:"kind"`
	Define  string       `json:"define"`
	Table   string       `json:"table"`
	Codes   string       `json:"codes"`   // code table of the parts
	Derived []string     `json:"derived"` // of a figure made from others: those
}

// FigureLine is one record and what it adds.
type FigureLine struct {
	Table string      `json:"table"`
	ID    string      `json:"id"`
	On    string      `json:"on"` // local date; "" when it has none
	Title string      `json:"title"`
	Unit  string      `json:"unit"`
	Part  string      `json:"part"`
	Value int64       `json:"value"`
	Of    *RecordLine `json:"of"` // as lists of its table show it; nil where there is no such list
}

// FigureRecords lists the records behind a figure.
func (s *Service) FigureRecords(ctx context.Context, q FigureQuery) (FigurePage, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return FigurePage{}, err
	}
	q.Units = v.within(q.Units)
	return s.c.figureRecords(ctx, q, pageSize)
}

func (c *County) figureRecords(ctx context.Context, q FigureQuery, limit int) (FigurePage, error) {
	page := FigurePage{Rows: []FigureLine{}, Derived: []string{}}
	m := figures.Find(q.Code)
	if m == nil {
		return page, userError("figure", "code", "没有这个指标。", "There is no such figure.")
	}
	p, err := parsePeriod(q.From, q.To, q.Units)
	if err != nil {
		return page, err
	}
	settings, err := model.ReadSettings(ctx, c.replica)
	if err != nil {
		return page, err
	}
	page.Name, page.NameEN, page.Measure, page.Kind, page.Define, page.Table, page.Codes = m.ZH, m.EN, m.Measure, m.Kind, m.Definition(settings), m.Table, m.Codes
	reader, err := figures.NewReader(ctx, c.replica, settings)
	if err != nil {
		return page, err
	}
	scope := figures.Scope{From: q.From, To: q.To, Units: p.units}
	if m.Table == "" || len(m.From) > 0 { // made from others: those have the records
		set, err := reader.Compute(ctx, scope, q.Code)
		page.Value, page.Derived = set[q.Code].Value, append(page.Derived, m.From...)
		return page, err
	}
	var after *figures.Place
	if q.Cursor != "" {
		if after, err = parsePlace(q.Cursor); err != nil {
			return page, err
		}
	}
	var rows []figures.Row
	if additive[q.Code] != "" {
		lines, err := c.soon(ctx, q.Code, p)
		if err != nil {
			return page, err
		}
		lines = lines.part(q.Part)
		page.Value = lines.sum()
		rows, err = c.walkDays(ctx, reader, q, scope, lines, after, limit+1)
		if err != nil {
			return page, err
		}
	} else {
		set, err := reader.Compute(ctx, scope, q.Code)
		if err != nil {
			return page, err
		}
		if page.Value = set[q.Code].Value; q.Part != "" {
			page.Value = set[q.Code].Parts[q.Part]
		}
		if rows, err = reader.Records(ctx, q.Code, scope, q.Part, after, limit+1); err != nil {
			return page, err
		}
	}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = placeCursor(rows[limit-1].Place())
	}
	page.Rows, err = c.describeFigure(ctx, m, rows)
	return page, err
}

// walkDays reads records from the last day on, only on days of which the breakdown
// says that they have any: however rare they are, no other record is looked at.
func (c *County) walkDays(ctx context.Context, reader *figures.Reader, q FigureQuery, scope figures.Scope, lines breakdown, after *figures.Place, limit int) ([]figures.Row, error) {
	var days []int64
	lines.each(func(l *figures.Line) {
		if after == nil || l.Day <= after.Day {
			days = append(days, l.Day)
		}
	})
	slices.Sort(days)
	days = slices.Compact(days)
	perDay := int64(1)
	if n := len(days); n > 0 {
		perDay = max(lines.sum()/int64(n), 1)
	}
	var out []figures.Row
	for end := len(days) - 1; end >= 0 && len(out) < limit; {
		// A run of days without a gap that should hold what is missing.
		want := (int64(limit-len(out))+perDay-1)/perDay + 1
		start := end
		for start > 0 && days[start-1] == days[start]-1 && int64(end-start) < want {
			start--
		}
		span := scope
		span.From, span.To = dayOf(days[start]).Format(dateLayout), dayOf(days[end]).Format(dateLayout)
		rows, err := reader.Records(ctx, q.Code, span, q.Part, after, limit-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
		end = start - 1
	}
	return out, nil
}

// placeCursor is where a page ends: a record may stand in the list more than once.
func placeCursor(p figures.Place) string {
	raw, _ := json.Marshal(p) // numbers and texts alone
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parsePlace(text string) (*figures.Place, error) {
	var p figures.Place
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(raw, &p) != nil {
		return nil, errCursor
	}
	return &p, nil
}

// describeFigure names the records of a page.
func (c *County) describeFigure(ctx context.Context, m *figures.Metric, rows []figures.Row) ([]FigureLine, error) {
	list := make([]FigureLine, 0, len(rows))
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]schema.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	found, err := c.rowsByID(ctx, m.Table, ids)
	if err != nil {
		return nil, err
	}
	described := map[string]*RecordLine{}
	if _, listed := listings[m.Table]; listed {
		present := make([]schema.ID, 0, len(ids))
		activities := make([]schema.ID, 0, len(ids))
		for _, id := range ids {
			row := found[id]
			if row == nil {
				continue
			}
			of := id
			if m.Table != "activity" {
				of = row.Ref("activity_id")
			}
			present, activities = append(present, id), append(activities, of)
		}
		lines, err := c.describe(ctx, m.Table, present, activities, names)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			described[lines[i].ID] = &lines[i]
		}
	}
	for _, r := range rows {
		line := FigureLine{Table: m.Table, ID: r.ID.String(), Unit: names.unit(r.Unit), Part: r.Code, Value: r.Value, Of: described[r.ID.String()]}
		if r.Day > 0 {
			line.On = dayOf(r.Day).Format(dateLayout)
		}
		if line.Of != nil {
			line.Title = line.Of.Title
		} else if row := found[r.ID]; row != nil {
			if line.Title, _, err = c.titleOf(ctx, m.Table, row, names); err != nil {
				return nil, fmt.Errorf("name %s: %w", m.Table, err)
			}
		}
		list = append(list, line)
	}
	return list, nil
}

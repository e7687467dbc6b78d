package story

import (
	"context"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Spans are the quarters of 2025, the year, and the year before.
var Spans = []struct{ Name, From, To string }{
	{"一季度", "2025-01-01", "2025-03-31"}, {"二季度", "2025-04-01", "2025-06-30"}, {"三季度", "2025-07-01", "2025-09-30"}, {"四季度", "2025-10-01", "2025-12-31"},
	{"2025年", "2025-01-01", "2025-12-31"}, {"2024年", "2024-01-01", "2024-12-31"},
}

// Places in Spans.
const (
	third    = 2
	fourth   = 3
	wholeOf  = 4
	yearBase = 5
)

// Results are the county's figures by span, in the order of Spans.
type Results struct {
	Sets     []figures.Set
	Settings model.Settings
}

// Figures computes all of them from the county's database as it is now.
func (w *World) Figures(ctx context.Context) (*Results, error) {
	r := w.County.Replica()
	settings, err := model.ReadSettings(ctx, r)
	if err != nil {
		return nil, err
	}
	reader, err := figures.NewReader(ctx, r, settings)
	if err != nil {
		return nil, err
	}
	out := &Results{Settings: settings}
	for _, s := range Spans {
		set, err := reader.Compute(ctx, figures.Scope{From: s.From, To: s.To})
		if err != nil {
			return nil, err
		}
		out.Sets = append(out.Sets, set)
	}
	return out, nil
}

// Reached is the share of the bank branch's tellers that were trained in 2025, in
// tenths of a percent: a figure of the branch's own report.
func (w *World) Reached(ctx context.Context) (int64, error) {
	r := w.County.Replica()
	settings, err := model.ReadSettings(ctx, r)
	if err != nil {
		return 0, err
	}
	set, err := figures.Compute(ctx, r, settings, figures.Scope{From: "2025-01-01", To: "2025-12-31", Units: []schema.ID{w.kit(5).unit}}, "M13r")
	return set["M13r"].Value, err
}

// leaflets are those handed out between two dates, as the county has them now.
func (w *World) leaflets(ctx context.Context, from, to string) (int64, error) {
	r := w.County.Replica()
	settings, err := model.ReadSettings(ctx, r)
	if err != nil {
		return 0, err
	}
	set, err := figures.Compute(ctx, r, settings, figures.Scope{From: from, To: to}, "M02")
	return set["M02"].Value, err
}

// Expected are the figures that the domain reference states: the four quarters, the
// year, the year before; and in words the changes of the year and of its last quarter.
type Expected struct {
	Code         string
	Values       [6]int64
	Year, Fourth string // 同比, 环比
	Text         string // as a report writes the year's
}

// ExpectedTable is the reference's table of expected figures.
var ExpectedTable = []Expected{
	{"M01", [6]int64{3, 2, 1, 2, 8, 6}, "上升33.3%", "上升100.0%", "8"},
	{"M02", [6]int64{1839, 1565, 764, 969, 5137, 4210}, "上升22.0%", "上升26.8%", "5000余"},
	{"M03", [6]int64{2, 2, 1, 1, 6, 5}, "上升20.0%", "持平", "6"},
	{"M04", [6]int64{197, 241, 201, 223, 862, 640}, "上升34.7%", "上升10.9%", "800余"},
	{"M05", [6]int64{24, 30, 27, 31, 112, 98}, "上升14.3%", "上升14.8%", "100余"},
	{"M06", [6]int64{173_200_00, 230_250_00, 192_800_00, 211_400_00, 807_650_00, 712_300_00}, "上升13.4%", "上升9.6%", "80余万元"},
	{"M07", [6]int64{6, 9, 8, 11, 34, 29}, "上升17.2%", "上升37.5%", "34"},
}

// ExpectedYear are the further figures of 2025 that the reference states.
var ExpectedYear = map[string]int64{
	"M03h": 1651, "M08": 300, "M08c": 240, "M08q": 60, "M08d": 96, "M09": 184, "M10": 2, "M10v": 18, "M10m": 72, "M11": 889, "M11d": 18,
	"M13": 4, "M13h": 74, "M14": 973, "M14k": 9846, "M14r": 10120, "M14s": 1275, "M17": 9,
}

// Draft is what the year's leaflets came to before D4's last bundle, and what that added.
const (
	DraftLeaflets = 4932
	LateLeaflets  = 205
)

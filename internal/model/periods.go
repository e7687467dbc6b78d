package model

import (
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// Span is a period of a year, from and to inclusive, YYYY-MM-DD.
type Span struct {
	Code string // of the table "period"
	From string
	To   string
}

// Periods are the year's holidays and campaigns in the order in which they begin:
// what the calendar says, until the county enters otherwise. The days of the
// lunar calendar and the solar term 清明 come from the astronomical tables of
// lunar-go, which follow GB/T 33661-2017.
func Periods(year int) []Span {
	day := func(month time.Month, d int) time.Time { return time.Date(year, month, d, 0, 0, 0, 0, Location) }
	around := func(t time.Time, before, after int) (string, string) {
		return Date(t.AddDate(0, 0, -before)), Date(t.AddDate(0, 0, after))
	}
	span := func(code string, t time.Time, before, after int) Span {
		from, to := around(t, before, after)
		return Span{code, from, to}
	}
	// Cybersecurity week is the third of September; the first is the one with its first day.
	monday := day(time.September, 1)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	return []Span{
		span("yuandan", day(time.January, 1), 0, 2),
		span("p110", day(time.January, 10), 0, 0),
		span("spring", LunarDay(year, 1, 1), 1, 6), // New Year's Eve to the seventh
		span("p315", day(time.March, 15), 0, 0),
		span("qingming", qingming(year), 1, 1),
		span("labour", day(time.May, 1), 0, 4),
		span("month_june", day(time.June, 1), 0, 29),
		span("duanwu", LunarDay(year, 5, 5), 0, 2),
		span("school_open", day(time.August, 25), 0, 16),
		span("cyber_week", monday.AddDate(0, 0, 14), 0, 6),
		span("midautumn", LunarDay(year, 8, 15), 0, 2),
		span("national", day(time.October, 1), 0, 6),
		{"year_turn", Date(day(time.December, 1)), Date(LunarDay(year+1, 1, 15))},
	}
}

// LunarDay is the day of the civil calendar on which a lunar date of a lunar year falls.
func LunarDay(year, month, day int) time.Time {
	s := calendar.NewLunarFromYmd(year, month, day).GetSolar()
	return time.Date(s.GetYear(), time.Month(s.GetMonth()), s.GetDay(), 0, 0, 0, 0, Location)
}

// LunarName is how a day is called in the lunar calendar: 十二月廿九.
func LunarName(t time.Time) string {
	t = t.In(Location)
	l := calendar.NewSolarFromYmd(t.Year(), int(t.Month()), t.Day()).GetLunar()
	return l.GetMonthInChinese() + "月" + l.GetDayInChinese()
}

// qingming is the day of the solar term.
func qingming(year int) time.Time {
	s := calendar.NewSolarFromYmd(year, 4, 1).GetLunar().GetJieQiTable()["清明"]
	return time.Date(s.GetYear(), time.Month(s.GetMonth()), s.GetDay(), 0, 0, 0, 0, Location)
}

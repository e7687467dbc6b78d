package model

import "testing"

// The dates are those of the State Council's published holiday notices and of the
// calendars of the Purple Mountain Observatory.
func TestPeriods(t *testing.T) {
	for year, want := range map[int]map[string][2]string{
		2024: {"spring": {"2024-02-09", "2024-02-16"}, "qingming": {"2024-04-03", "2024-04-05"}, "duanwu": {"2024-06-10", "2024-06-12"}, "midautumn": {"2024-09-17", "2024-09-19"}, "cyber_week": {"2024-09-09", "2024-09-15"}},
		2025: {"spring": {"2025-01-28", "2025-02-04"}, "duanwu": {"2025-05-31", "2025-06-02"}, "midautumn": {"2025-10-06", "2025-10-08"}, "year_turn": {"2025-12-01", "2026-03-03"}, "cyber_week": {"2025-09-15", "2025-09-21"}},
		2026: {"spring": {"2026-02-16", "2026-02-23"}, "qingming": {"2026-04-04", "2026-04-06"}, "duanwu": {"2026-06-19", "2026-06-21"}, "midautumn": {"2026-09-25", "2026-09-27"}},
		2033: {"spring": {"2033-01-30", "2033-02-06"}, "midautumn": {"2033-09-08", "2033-09-10"}}, // the year with the leap eleventh month
	} {
		got := map[string][2]string{}
		for _, s := range Periods(year) {
			got[s.Code] = [2]string{s.From, s.To}
			if !Known("period", s.Code) || s.From > s.To {
				t.Errorf("%d: bad span %v", year, s)
			}
		}
		if len(got) != len(Codes["period"]) {
			t.Errorf("%d: %d periods of %d", year, len(got), len(Codes["period"]))
		}
		for code, span := range want {
			if got[code] != span {
				t.Errorf("%d %s: %v, want %v", year, code, got[code], span)
			}
		}
	}
	if name := LunarName(LunarDay(2025, 12, 29)); name != "腊月廿九" {
		t.Errorf("the eve of the year of the horse is called %s", name)
	}
}

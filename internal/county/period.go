package county

import (
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

const (
	dayMillis  = 24 * 3600 * 1000
	zoneMillis = 8 * 3600 * 1000 // model.Location
	dateLayout = "2006-01-02"
	// longestPeriod keeps a mistyped year from asking for a century of days.
	longestPeriod = 10 * 366
)

// period is a span of local dates, both inclusive, and the units asked for.
type period struct {
	from, to time.Time // midnight, local
	units    []schema.ID
}

func parseDate(field, text string) (time.Time, error) {
	t, err := time.ParseInLocation(dateLayout, text, model.Location)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}, userError("date", field, "日期要写成 2025-12-31 这样。", "Write dates as 2025-12-31.")
	}
	return t, nil
}

func parsePeriod(from, to string, units []string) (period, error) {
	var p period
	var err error
	if p.from, err = parseDate("from", from); err != nil {
		return p, err
	}
	if p.to, err = parseDate("to", to); err != nil {
		return p, err
	}
	if p.to.Before(p.from) {
		return p, userError("period", "to", "结束日期早于开始日期，请改一下。", "The last day is before the first; please correct it.")
	}
	if p.days() > longestPeriod {
		return p, userError("period", "to", "时段太长，最多十年。", "The period is too long: at most ten years.")
	}
	for _, text := range units {
		id, err := parseID(text)
		if err != nil {
			return p, err
		}
		p.units = append(p.units, id)
	}
	return p, nil
}

// millis is the span in Unix milliseconds, the end exclusive.
func (p period) millis() (from, to int64) {
	return p.from.UnixMilli(), p.to.AddDate(0, 0, 1).UnixMilli()
}

func (p period) days() int { return int(p.to.Sub(p.from).Hours()/24) + 1 }

// yearBefore is the base of 同比: the same dates a year earlier; 29 February
// becomes the 28th (domain.md, 5.1).
func (p period) yearBefore() period {
	back := func(t time.Time) time.Time {
		if t.Month() == time.February && t.Day() == 29 {
			t = t.AddDate(0, 0, -1)
		}
		return t.AddDate(-1, 0, 0)
	}
	return period{from: back(p.from), to: back(p.to), units: p.units}
}

// localDay numbers a date as the SQL does: whole days since 1970 in local time.
func localDay(t time.Time) int64 { return (t.UnixMilli() + zoneMillis) / dayMillis }

func dayOf(number int64) time.Time {
	return time.UnixMilli(number*dayMillis - zoneMillis).In(model.Location)
}

package figures

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
)

// How figures are written (domain.md 5.1); integers throughout.

// divHalfUp is a ÷ b rounded to the nearest, halves up; b > 0.
func divHalfUp(a, b int64) int64 {
	q := (2*a + b) / (2 * b)
	if 2*a+b < 0 && (2*a+b)%(2*b) != 0 {
		q-- // Go divides towards zero
	}
	return q
}

// Rate is of ÷ base in tenths of a percent, half up; false when base is not positive.
func Rate(of, base int64) (x10 int64, ok bool) {
	if base <= 0 {
		return 0, false
	}
	return divHalfUp(of*1000, base), true
}

// Change is (current − base) ÷ base in tenths of a percent, half up; false when
// the base is not positive.
func Change(current, base int64) (x10 int64, ok bool) {
	if base <= 0 {
		return 0, false
	}
	return divHalfUp((current-base)*1000, base), true
}

// Tenths writes tenths with one decimal: 973 → "97.3".
func Tenths(x10 int64) string {
	sign := ""
	if x10 < 0 {
		sign, x10 = "-", -x10
	}
	return fmt.Sprintf("%s%d.%d", sign, x10/10, x10%10)
}

// Compare says how a count or an amount changed: 上升34.7%, 下降5.0%, 持平; base
// names what it is compared with: 上年同期, 上季度.
func Compare(current, base int64, baseName string) string {
	x10, ok := Change(current, base)
	switch {
	case !ok:
		return baseName + "为零"
	case x10 > 0:
		return "上升" + Tenths(x10) + "%"
	case x10 < 0:
		return "下降" + Tenths(-x10) + "%"
	}
	return "持平"
}

// CompareRates says how a rate changed, in percentage points; both in tenths of a percent.
func CompareRates(current, base int64) string {
	switch d := current - base; {
	case d > 0:
		return "上升" + Tenths(d) + "个百分点"
	case d < 0:
		return "下降" + Tenths(-d) + "个百分点"
	}
	return "持平"
}

// Round cuts a count for a report's text: below 100 exact; else one leading
// digit, or two if one understates by more than a fifth; from 10,000 two, in 万.
// 余 tells that something was cut: 5137 → "5000余", 12860 → "1.2万余".
func Round(n int64) string {
	if n < 100 {
		return strconv.FormatInt(n, 10)
	}
	unit := int64(1)
	for n/unit >= 10 {
		unit *= 10
	}
	cut := n / unit * unit
	if (n-cut)*5 > n || n >= 10_000 {
		unit /= 10
		cut = n / unit * unit
	}
	text := strconv.FormatInt(cut, 10)
	if n >= 10_000 {
		text = trimmed(cut/1000, 1) + "万"
	}
	if cut != n {
		text += "余"
	}
	return text
}

// trimmed writes n ÷ 10^decimals without trailing zeros.
func trimmed(n int64, decimals int) string {
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	text := fmt.Sprintf("%d.%0*d", n/scale, decimals, n%scale)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// Money writes an amount for a report's text: 80余万元, 6500元, 1.23亿余元.
func Money(fen int64) string {
	w, rest := fen/1_000_000, fen%1_000_000
	switch {
	case w == 0 && fen%100 == 0:
		return strconv.FormatInt(fen/100, 10) + "元"
	case w == 0:
		return fmt.Sprintf("%d.%02d元", fen/100, fen%100)
	case w >= 10_000:
		text := trimmed(w/100, 2) + "亿"
		if w%100 != 0 || rest != 0 {
			text += "余"
		}
		return text + "元"
	case rest == 0:
		return strconv.FormatInt(w, 10) + "万元"
	}
	return strconv.FormatInt(w, 10) + "余万元"
}

// Wan writes an amount for a table: 万元 with two decimals, half up.
func Wan(fen int64) string {
	cents := divHalfUp(fen, 10_000)
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// Yuan writes an amount for a ledger: 元 with two decimals.
func Yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// In writes a value in a text: rounded by the settings' rule (exact overrules it)
// with its measure.
func (m *Metric) In(f Figure, s model.Settings, exact bool) string {
	switch {
	case m.Kind == Percent:
		return Tenths(f.Value) + "%"
	case m.Kind == Fen && exact:
		return Yuan(f.Value) + "元"
	case m.Kind == Fen:
		return Money(f.Value)
	case exact || s.Rounding == "exact":
		return strconv.FormatInt(f.Value, 10)
	}
	return Round(f.Value)
}

// YearBefore is the base of 同比: the same dates a year earlier, 29 February
// becoming the 28th.
func YearBefore(s Scope) (Scope, error) {
	from, to, err := s.dates()
	back := func(t time.Time) string {
		if t.Month() == time.February && t.Day() == 29 {
			t = t.AddDate(0, 0, -1)
		}
		return t.AddDate(-1, 0, 0).Format(dateLayout)
	}
	return Scope{From: back(from), To: back(to), Units: s.Units}, err
}

// Before is the base of 环比: the month, quarter or half year before. ok is false
// for any other span, a year among them.
func Before(s Scope) (base Scope, name string, ok bool) {
	from, to, err := s.dates()
	if err != nil || from.Day() != 1 || to.AddDate(0, 0, 1).Day() != 1 {
		return Scope{}, "", false
	}
	next := to.AddDate(0, 0, 1)
	months := (next.Year()-from.Year())*12 + int(next.Month()-from.Month())
	switch {
	case months == 1:
		name = "上月"
	case months == 3 && from.Month()%3 == 1:
		name = "上季度"
	case months == 6 && from.Month()%6 == 1:
		name = "上半期"
	default:
		return Scope{}, "", false
	}
	return Scope{From: from.AddDate(0, -months, 0).Format(dateLayout), To: from.AddDate(0, 0, -1).Format(dateLayout), Units: s.Units}, name, true
}

// days is how long a scope is; 0 when its dates are none.
func (s Scope) days() int {
	from, to, err := s.dates()
	if err != nil {
		return 0
	}
	return int(to.Sub(from).Hours()/24) + 1
}

func (s Scope) dates() (from, to time.Time, err error) {
	if from, err = time.ParseInLocation(dateLayout, s.From, model.Location); err == nil {
		to, err = time.ParseInLocation(dateLayout, s.To, model.Location)
	}
	return from, to, err
}

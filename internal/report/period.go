package report

import (
	"fmt"
	"time"

	"fieldkit/internal/model"
)

const dateLayout = "2006-01-02"

// span checks a report's dates.
func span(from, to string, now time.Time) (first, last time.Time, err error) {
	if first, err = time.ParseInLocation(dateLayout, from, model.Location); err == nil {
		last, err = time.ParseInLocation(dateLayout, to, model.Location)
	}
	switch {
	case err != nil || first.Year() < 2000 || last.Year() > 2100:
		return first, last, problem("period", "起止日期写得不对，没有生成报告。请写成 2025-12-31 这样。", "The dates are not right; no report was made. Write them as 2025-12-31.")
	case last.Before(first):
		return first, last, problem("period", "结束日期早于开始日期，没有生成报告。请改一下日期。", "The last day is before the first; no report was made. Please correct the dates.")
	case last.Sub(first) > 10*366*24*time.Hour:
		return first, last, problem("period", "时段太长，最多十年，没有生成报告。", "The period is too long: at most ten years. No report was made.")
	case first.After(now):
		return first, last, problem("period", "这个时段还没有开始，没有生成报告。请选已经开始的时段。", "The period has not begun; no report was made. Choose one that has.")
	}
	return first, last, nil
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// PeriodName is a span as a document names it: 2025年, 2025年第四季度, 2025年上半年,
// 2025年12月, 2025年1月5日至20日.
func PeriodName(first, last time.Time) string {
	whole := first.Day() == 1 && last.AddDate(0, 0, 1).Day() == 1
	if whole && first.Year() == last.Year() {
		switch months := int(last.Month()-first.Month()) + 1; {
		case months == 12:
			return fmt.Sprintf("%d年", first.Year())
		case months == 6 && first.Month() == 1:
			return fmt.Sprintf("%d年上半年", first.Year())
		case months == 6 && first.Month() == 7:
			return fmt.Sprintf("%d年下半年", first.Year())
		case months == 3 && first.Month()%3 == 1:
			return fmt.Sprintf("%d年第%s季度", first.Year(), ordinals[first.Month()/3])
		case months == 1:
			return fmt.Sprintf("%d年%d月", first.Year(), first.Month())
		default:
			return fmt.Sprintf("%d年%d月至%d月", first.Year(), first.Month(), last.Month())
		}
	}
	text := fmt.Sprintf("%d年%d月%d日", first.Year(), first.Month(), first.Day())
	switch {
	case first.Equal(last):
	case first.Year() != last.Year():
		text += fmt.Sprintf("至%d年%d月%d日", last.Year(), last.Month(), last.Day())
	case first.Month() != last.Month():
		text += fmt.Sprintf("至%d月%d日", last.Month(), last.Day())
	default:
		text += fmt.Sprintf("至%d日", last.Day())
	}
	return text
}

// longDate writes a date as documents do: Arabic, without leading zeros.
func longDate(t time.Time) string {
	t = t.In(model.Location)
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

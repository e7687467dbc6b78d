package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
)

// interceptTable is what was kept from leaving, by way and quarter of 2025: how often
// and how many fen (domain.md, 6). X8 is one of the desk's in the fourth quarter.
var interceptTable = []struct {
	source string
	kit    int
	n      [4]int64
	fen    [4]int64
}{
	{"desk_110", 6, [4]int64{9, 11, 10, 11 - 1}, [4]int64{68_200_00, 91_500_00, 70_300_00, 82_400_00 - 12_600_00}},
	{"visit", 2, [4]int64{8, 10, 9, 11}, [4]int64{60_000_00, 80_150_50, 72_500_00, 75_000_00}},
	{"bank_counter", 5, [4]int64{7, 9, 8, 9}, [4]int64{45_000_00, 58_599_50, 50_000_00, 54_000_00}},
}

var caughtTable = []struct {
	date    string
	persons int64
}{{"2025-03-19", 6}, {"2025-06-12", 9}, {"2025-09-25", 8}, {"2025-12-18", 11}}

func (w *World) outcomes() []event {
	var out []event
	for _, t := range interceptTable {
		for q := range t.n {
			amounts := parts(t.fen[q], t.n[q])
			for i, fen := range amounts {
				at := on(fmt.Sprintf("2025-%02d-03 16:20", 3*q+1)).AddDate(0, 0, i*8+len(t.source)%5)
				kit := t.kit
				if t.source == "visit" && i%2 == 1 && at.Before(day("2025-12-01", 0)) {
					kit = 4
				}
				ref := fmt.Sprintf("%s%s-%03d", map[string]string{"desk_110": "QL", "visit": "YJ", "bank_counter": "NS"}[t.source], at.Format("20060102"), 60+i)
				out = append(out, event{at, "intercept " + ref, func(ctx context.Context) error {
					return w.intercept(w.kit(kit), ref, t.source, fen)
				}})
			}
		}
	}
	for i, c := range caughtTable {
		out = append(out, event{day(c.date, 18), "caught", func(ctx context.Context) error {
			ref := fmt.Sprintf("青公刑立字〔2025〕%d号", 101+i)
			return w.caught(w.kit(3), ref, c.persons)
		}})
	}
	for i, fen := range []int64{38_000_00, 26_500_00} {
		at := day([]string{"2025-06-26", "2025-12-22"}[i], 11)
		out = append(out, event{at, "recovered", func(ctx context.Context) error {
			ref := fmt.Sprintf("青公刑立字〔2025〕%d号", 102+2*i)
			_, err := w.kit(3).results.Save(app.OutcomeForm{Kind: "recovered", RefNo: ref, Recovered: fmt.Sprint(fen / 100)})
			return err
		}})
	}
	return out
}

// intercept records money that did not leave.
func (w *World) intercept(k *Kit, ref, source string, fen int64) error {
	_, err := k.results.Save(app.OutcomeForm{Kind: "intercept", RefNo: ref, Source: source, Averted: fmt.Sprintf("%d.%02d", fen/100, fen%100)})
	return err
}

// caught records how many were caught in a case.
func (w *World) caught(k *Kit, ref string, persons int64) error {
	_, err := k.results.Save(app.OutcomeForm{Kind: "caught", RefNo: ref, Persons: persons})
	return err
}

// parts splits a sum into n unequal parts of whole yuan, but for the last.
func parts(sum, n int64) []int64 {
	out := make([]int64, n)
	left := sum
	for i := range n - 1 {
		part := (sum / n) / 100 * 100
		part += (i%5 - 2) * (part / 1000) * 100
		out[i] = part
		left -= part
	}
	out[n-1] = left
	return out
}

// tallies are the bank's days: reminders, remittances, text alerts.
func (w *World) tallies() []event {
	totals := []struct {
		kind string
		n    int64
	}{{"kind_reminder", 9_876}, {"remit_served", 10_120}, {"sms_enrol", 1_275}, {"suspicious_refused", 33}}
	var days []time.Time
	for at := on("2025-01-02 17:30"); at.Year() == 2025; at = at.AddDate(0, 0, 1) {
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			days = append(days, at)
		}
	}
	var out []event
	for i, at := range days {
		out = append(out, event{at, "teller day", func(ctx context.Context) error {
			for _, t := range totals {
				n := t.n*int64(i+1)/int64(len(days)) - t.n*int64(i)/int64(len(days))
				if n == 0 {
					continue
				}
				if _, err := w.kit(5).tallies.Add("", t.kind, n); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	// The year's last look at the paper forms finds 30 reminders counted twice.
	out = append(out, event{on("2025-12-30 18:00"), "tally correction", func(ctx context.Context) error {
		_, err := w.kit(5).tallies.Add("", "kind_reminder", -30)
		return err
	}})
	return out
}

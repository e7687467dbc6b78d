package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/model"
)

// TypeTrend is how many consultations of a type fell into each month.
type TypeTrend struct {
	FraudType string `json:"fraud_type"`
	Counts    []int  `json:"counts"` // by month of Trend.Months
	Total     int    `json:"total"`
}

// LeadTrend shows how types of fraud rise and fall.
type LeadTrend struct {
	Months []string    `json:"months"` // YYYY-MM, oldest first
	Types  []TypeTrend `json:"types"`  // most first
	Leads  []int       `json:"leads"`  // new indicators by month
}

// trendSQL counts consultations by local month and type.
const trendSQL = `SELECT strftime('%Y-%m', occurred_at / 1000 + 28800, 'unixepoch'), fraud_type, count(*) FROM consultation
	WHERE occurred_at >= ? AND occurred_at < ? AND coalesce(json_extract(voided, '$.on'), 0) = 0 AND merged_into IS NULL GROUP BY 1, 2`

// newLeadsSQL counts indicators by the local month of their first consultation.
const newLeadsSQL = `SELECT strftime('%Y-%m', first / 1000 + 28800, 'unixepoch'), '', count(*) FROM (
	SELECT min(c.occurred_at) AS first FROM consultation_indicator ci JOIN consultation c ON c.id = ci.consultation_id
	WHERE coalesce(json_extract(ci.voided, '$.on'), 0) = 0 AND coalesce(json_extract(c.voided, '$.on'), 0) = 0 AND c.merged_into IS NULL GROUP BY ci.indicator_id) WHERE first >= ? AND first < ? GROUP BY 1`

// Trend counts types and new indicators over the last months, 1 to 24.
func (v *Indicators) Trend(months int) (LeadTrend, error) {
	out := LeadTrend{Months: []string{}, Types: []TypeTrend{}}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	months = max(1, min(months, 24))
	now := v.s.now().In(model.Location)
	first := time.Date(now.Year(), now.Month()-time.Month(months-1), 1, 0, 0, 0, 0, model.Location)
	end := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, model.Location)
	at := map[string]int{}
	for m := first; m.Before(end); m = m.AddDate(0, 1, 0) {
		at[m.Format("2006-01")] = len(out.Months)
		out.Months = append(out.Months, m.Format("2006-01"))
	}
	out.Leads = make([]int, len(out.Months))
	types := map[string]*TypeTrend{}
	for _, count := range []struct {
		query string
		add   func(month, fraud string, n int)
	}{
		{trendSQL, func(month, fraud string, n int) {
			t := types[fraud]
			if t == nil {
				t = &TypeTrend{FraudType: fraud, Counts: make([]int, len(out.Months))}
				types[fraud] = t
			}
			t.Counts[at[month]] += n
			t.Total += n
		}},
		{newLeadsSQL, func(month, _ string, n int) { out.Leads[at[month]] += n }},
	} {
		rows, err := r.Query(context.Background(), count.query, first.UnixMilli(), end.UnixMilli())
		if err != nil {
			return out, fmt.Errorf("count by month: %w", err)
		}
		for rows.Next() {
			var month, fraud string
			var n int
			if err := rows.Scan(&month, &fraud, &n); err != nil {
				rows.Close()
				return out, fmt.Errorf("count by month: %w", err)
			}
			count.add(month, fraud, n)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return out, fmt.Errorf("count by month: %w", err)
		}
	}
	for _, t := range types {
		out.Types = append(out.Types, *t)
	}
	slices.SortFunc(out.Types, func(a, b TypeTrend) int { return cmp.Or(b.Total-a.Total, strings.Compare(a.FraudType, b.FraudType)) })
	return out, nil
}

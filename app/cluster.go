package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Cluster is a group of consultations that share indicators.
type Cluster struct {
	Leads         []Lead   `json:"leads"`         // those that join them, most hits first
	Consultations int      `json:"consultations"` // how many
	FirstAt       int64    `json:"first_at"`      // ms
	LastAt        int64    `json:"last_at"`
	FraudTypes    []string `json:"fraud_types"`
	LossFen       int64    `json:"loss_fen"`
}

// sharedSQL are the links of indicators that at least two consultations name.
const sharedSQL = `SELECT ci.indicator_id, ci.consultation_id, i.kind, i.value, coalesce(i.status, ''), coalesce(c.fraud_type, ''), c.occurred_at, coalesce(c.loss_fen, 0)
	FROM consultation_indicator ci JOIN indicator i ON i.id = ci.indicator_id JOIN consultation c ON c.id = ci.consultation_id
	WHERE coalesce(json_extract(ci.voided, '$.on'), 0) = 0 AND coalesce(json_extract(c.voided, '$.on'), 0) = 0 AND c.merged_into IS NULL AND coalesce(i.status, '') NOT IN ('spoofed', 'cleared')
	AND ci.indicator_id IN (SELECT indicator_id FROM consultation_indicator WHERE coalesce(json_extract(voided, '$.on'), 0) = 0 GROUP BY indicator_id HAVING count(*) >= 2)`

// Clusters groups consultations that share indicators, the largest first: what may be one gang.
func (v *Indicators) Clusters() ([]Cluster, error) {
	r, err := v.s.open()
	if err != nil {
		return nil, err
	}
	rows, err := r.Query(context.Background(), sharedSQL)
	if err != nil {
		return nil, fmt.Errorf("group consultations: %w", err)
	}
	defer rows.Close()
	parent := map[schema.ID]schema.ID{}
	var root func(schema.ID) schema.ID
	root = func(id schema.ID) schema.ID {
		p, ok := parent[id]
		if !ok || p == id {
			parent[id] = id
			return id
		}
		top := root(p)
		parent[id] = top
		return top
	}
	type seen struct {
		fraud string
		at    int64
		loss  int64
	}
	consultations, leads := map[schema.ID]seen{}, map[schema.ID]*Lead{}
	for rows.Next() {
		var lead, consultation schema.ID
		var i model.Indicator
		var status string
		var c seen
		if err := rows.Scan(&lead, &consultation, &i.Kind, &i.Value, &status, &c.fraud, &c.at, &c.loss); err != nil {
			return nil, fmt.Errorf("group consultations: %w", err)
		}
		consultations[consultation] = c
		if leads[lead] == nil {
			leads[lead] = &Lead{ID: lead, Key: i.Key(), Kind: i.Kind, Display: i.Display(), Status: status, FraudTypes: []string{}}
		}
		leads[lead].Hits++
		parent[root(lead)] = root(consultation)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("group consultations: %w", err)
	}
	groups := map[schema.ID]*Cluster{}
	for id, c := range consultations {
		k := groups[root(id)]
		if k == nil {
			k = &Cluster{Leads: []Lead{}, FraudTypes: []string{}, FirstAt: c.at}
			groups[root(id)] = k
		}
		k.Consultations++
		k.LossFen += c.loss
		k.FirstAt, k.LastAt = min(k.FirstAt, c.at), max(k.LastAt, c.at)
		if !slices.Contains(k.FraudTypes, c.fraud) {
			k.FraudTypes = append(k.FraudTypes, c.fraud)
			slices.Sort(k.FraudTypes)
		}
	}
	for id, l := range leads {
		if k := groups[root(id)]; k != nil && l.Hits >= 2 {
			k.Leads = append(k.Leads, *l)
		}
	}
	out := []Cluster{}
	for _, k := range groups {
		slices.SortFunc(k.Leads, func(a, b Lead) int { return cmp.Or(b.Hits-a.Hits, strings.Compare(a.Key, b.Key)) })
		if k.Consultations >= 2 {
			out = append(out, *k)
		}
	}
	slices.SortFunc(out, func(a, b Cluster) int {
		return cmp.Or(b.Consultations-a.Consultations, cmp.Compare(b.LastAt, a.LastAt), strings.Compare(a.Leads[0].Key, b.Leads[0].Key))
	})
	return out, nil
}

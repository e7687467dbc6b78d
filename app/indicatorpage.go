package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// LeadDetail is an indicator's page: every consultation that names it, and what
// else those consultations name.
type LeadDetail struct {
	Lead          Lead           `json:"lead"`
	Consultations []Consultation `json:"consultations"` // newest first
	Related       []Lead         `json:"related"`       // named together with it, most often first
	Graph         LeadGraph      `json:"graph"`
	Devices       int            `json:"devices"` // laptops that recorded one of them
	Places        int            `json:"places"`  // activities
}

// LeadGraph is the cluster around an indicator: consultations that share one.
type LeadGraph struct {
	Nodes []GraphNode `json:"nodes"`
	Edges []GraphEdge `json:"edges"`
	Cut   bool        `json:"cut"` // there is more than is drawn
}

// GraphNode is an indicator or a consultation.
type GraphNode struct {
	ID     string `json:"id"`
	Table  string `json:"table"` // indicator, consultation
	Kind   string `json:"kind"`  // kind of indicator, or type of fraud
	Name   string `json:"name"`
	Weight int    `json:"weight"` // hits of an indicator, 1 of a consultation
}

// GraphEdge joins an indicator to a consultation that names it.
type GraphEdge struct {
	Lead         string `json:"lead"`
	Consultation string `json:"consultation"`
}

const maxGraph = 120 // nodes drawn

// Get reads an indicator's page.
func (v *Indicators) Get(id schema.ID) (LeadDetail, error) {
	out := LeadDetail{Consultations: []Consultation{}, Related: []Lead{}}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	ctx := context.Background()
	row, err := r.Get(ctx, "indicator", id)
	if err != nil {
		return out, err
	}
	if row == nil {
		return out, missing("找不到这条线索，请返回列表。", "This lead cannot be found; go back to the list.")
	}
	if out.Lead, err = v.lead(r, row); err != nil {
		return out, err
	}
	states, err := r.Progress(ctx, "indicator", []schema.ID{id})
	if err != nil {
		return out, err
	}
	out.Lead.Progress = progress(states[id])
	rows, err := r.Select(ctx, "consultation", `WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 AND id IN (
		SELECT consultation_id FROM consultation_indicator WHERE indicator_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0) ORDER BY occurred_at DESC LIMIT 200`, id)
	if err != nil {
		return out, err
	}
	if out.Consultations, err = (&Consultations{s: v.s}).present(r, rows); err != nil {
		return out, err
	}
	places, devices := map[schema.ID]bool{}, map[schema.ID]bool{}
	for _, c := range out.Consultations {
		places[c.ActivityID], devices[c.Device.ID] = true, true
	}
	out.Places, out.Devices = len(places), len(devices)
	if out.Graph, err = v.graph(r, id); err != nil {
		return out, err
	}
	for _, n := range out.Graph.Nodes {
		if n.Table != "indicator" || n.ID == id.String() || len(out.Related) == 20 {
			continue
		}
		other, err := schema.ParseID(n.ID)
		if err != nil {
			continue
		}
		row, err := r.Get(ctx, "indicator", other)
		if err != nil {
			return out, err
		}
		if row != nil {
			l := leadOf(row)
			l.Hits = n.Weight
			out.Related = append(out.Related, l)
		}
	}
	return out, nil
}

// neighboursSQL are the links of the consultations that name an indicator; what
// was cleared or spoofed joins nothing.
const neighboursSQL = `SELECT ci.indicator_id, ci.consultation_id, i.kind, i.value, coalesce(c.fraud_type, ''), c.occurred_at
	FROM consultation_indicator near JOIN consultation_indicator ci ON ci.consultation_id = near.consultation_id
	JOIN indicator i ON i.id = ci.indicator_id JOIN consultation c ON c.id = ci.consultation_id
	WHERE near.indicator_id = ? AND coalesce(json_extract(near.voided, '$.on'), 0) = 0 AND coalesce(json_extract(ci.voided, '$.on'), 0) = 0
	AND coalesce(json_extract(c.voided, '$.on'), 0) = 0 AND c.merged_into IS NULL AND (i.id = near.indicator_id OR coalesce(i.status, '') NOT IN ('spoofed', 'cleared'))
	ORDER BY c.occurred_at DESC LIMIT 400`

// graph walks from an indicator to consultations and on, breadth first, two
// indicators far.
func (v *Indicators) graph(r *replica.Replica, from schema.ID) (LeadGraph, error) {
	g := LeadGraph{Nodes: []GraphNode{}, Edges: []GraphEdge{}}
	at, edges := map[schema.ID]int{}, map[[2]schema.ID]bool{}
	node := func(id schema.ID, n GraphNode) bool {
		if _, ok := at[id]; ok {
			return true
		}
		if len(g.Nodes) == maxGraph {
			g.Cut = true
			return false
		}
		n.ID = id.String()
		at[id] = len(g.Nodes)
		g.Nodes = append(g.Nodes, n)
		return true
	}
	queue, seen := []schema.ID{from}, map[schema.ID]bool{from: true}
	for depth := 0; depth < 3 && len(queue) > 0; depth++ {
		var next []schema.ID
		for _, id := range queue {
			rows, err := r.Query(context.Background(), neighboursSQL, id)
			if err != nil {
				return g, fmt.Errorf("follow links: %w", err)
			}
			for rows.Next() {
				var lead, consultation schema.ID
				var i model.Indicator
				var fraud string
				var when int64
				if err := rows.Scan(&lead, &consultation, &i.Kind, &i.Value, &fraud, &when); err != nil {
					rows.Close()
					return g, fmt.Errorf("follow links: %w", err)
				}
				name := time.UnixMilli(when).In(model.Location).Format("01-02") + " " + v.s.codes().label("fraud_type", fraud)
				if !node(lead, GraphNode{Table: "indicator", Kind: i.Kind, Name: i.Display()}) || !node(consultation, GraphNode{Table: "consultation", Kind: fraud, Name: name, Weight: 1}) {
					continue
				}
				if e := [2]schema.ID{lead, consultation}; !edges[e] {
					edges[e] = true
					g.Edges = append(g.Edges, GraphEdge{lead.String(), consultation.String()})
					g.Nodes[at[lead]].Weight++
				}
				if !seen[lead] {
					seen[lead] = true
					next = append(next, lead)
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return g, fmt.Errorf("follow links: %w", err)
			}
		}
		queue = next
	}
	return g, nil
}

func codesIn(text string) []string {
	out := []string{}
	_ = json.Unmarshal([]byte(text), &out) // a set's column is always a list
	return out
}

package figures

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"slices"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Figures that are made from others.

func sumOf(codes ...string) func(Set) Figure {
	return func(s Set) (f Figure) {
		for _, code := range codes {
			f.Value += s[code].Value
		}
		return f
	}
}

func partOf(code, part string) func(Set) Figure {
	return func(s Set) Figure { return Figure{Value: s[code].Parts[part]} }
}

func rateOf(of, base string) func(Set) Figure {
	return func(s Set) Figure {
		rate, ok := Rate(s[of].Value, s[base].Value)
		return Figure{Value: rate, None: !ok}
	}
}

func averageOf(sum, count string) func(Set) Figure {
	return func(s Set) Figure {
		if n := s[count].Value; n > 0 {
			return Figure{Value: divHalfUp(s[sum].Value, n)}
		}
		return Figure{None: true}
	}
}

func atBooths(s Set) Figure { return Figure{Value: s["M08t"].Value + s["M08q"].Parts["street"]} }

func elderly(s Set) Figure {
	return Figure{Value: s["M17f"].Value + s["M17g"].Value + s["M08a"].Parts["A6"] + s["M08a"].Parts["A7"]}
}

// desk counts what the 110 desk handled, and of it what is complete and the relatives
// that were advised: the rows of M08e and M08v are among those of M08d.
func (r *Reader) desk(ctx context.Context, m *Metric, s Scope) (Figure, Set, error) {
	pass := Metric{Code: m.Code, rows: rowsDeskAtOnce}
	var handled, complete, relatives sql.NullInt64
	err := r.each(ctx, &pass, s, "sum(value), sum(complete), sum(relatives)", "", nil, func(rows *sql.Rows) error {
		return rows.Scan(&handled, &complete, &relatives)
	})
	return Figure{Value: handled.Int64}, Set{"M08e": {Value: complete.Int64}, "M08v": {Value: relatives.Int64}}, err
}

// median of the values of a metric's rows; of an even number the mean of the
// middle two, half up.
func (r *Reader) median(ctx context.Context, m *Metric, s Scope) (Figure, error) {
	var values []int64
	err := r.each(ctx, m, s, "value", "", nil, func(rows *sql.Rows) error {
		var v int64
		err := rows.Scan(&v)
		values = append(values, v)
		return err
	})
	if err != nil || len(values) == 0 {
		return Figure{None: true}, err
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return Figure{Value: values[middle]}, nil
	}
	return Figure{Value: divHalfUp(values[middle-1]+values[middle], 2)}, nil
}

// tellers counts the tellers trained: by name where they signed, once each; where
// only heads were given, a unit's largest training.
func (r *Reader) tellers(ctx context.Context, m *Metric, s Scope) (Figure, error) {
	stated := map[schema.ID]int64{}
	err := r.each(ctx, m, s, "id, unit, value", "", nil, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var heads int64
		if err := rows.Scan(&id, &unit, &heads); err != nil {
			return err
		}
		unit = r.Survivor(unit)
		stated[unit] = max(stated[unit], heads)
		return nil
	})
	if err != nil {
		return Figure{}, err
	}
	f := Figure{}
	for _, heads := range stated {
		f.Value += heads
	}
	var meetings []string
	err = r.each(ctx, &Metric{Code: "M13t", rows: `SELECT s.member AS id, NULL AS day, s.unit FROM span s WHERE s.kind = 'training' AND s.state = 'done'`}, s, "id", "", nil,
		func(rows *sql.Rows) error {
			var id schema.ID
			err := rows.Scan(&id)
			meetings = append(meetings, hex.EncodeToString(id[:]))
			return err
		})
	if err != nil || len(meetings) == 0 {
		return f, err
	}
	list, err := json.Marshal(meetings)
	if err != nil {
		return f, err
	}
	type person struct{ org, name string }
	seen := map[person]bool{}
	clause := shared.Replace(`AS t WHERE t.activity_id IN (SELECT unhex(value) FROM json_each(?)) AND t.role = 'teller' AND t.merged_into IS NULL AND {live t}
		AND json_array_length(coalesce(t.sign_ins, '[]')) > 0`)
	err = r.source.Each(ctx, "attendance", clause, []any{string(list)}, func(row *replica.Row) error {
		who := person{model.Norm(row.Text("org_name")), model.Norm(row.Text("person_name"))}
		if venue := row.Ref("venue_id"); !venue.IsNil() {
			who.org = r.Survivor(venue).String()
		}
		if who.name == "" { // redacted: nothing left to tell people apart by
			who.name = row.ID.String()
		}
		seen[who] = true
		return nil
	})
	f.Value += int64(len(seen))
	return f, err
}

// Cluster is a group of consultations that share indicators, with those they share.
type Cluster struct {
	Consultations []schema.ID // in the order of their ids
	Indicators    []schema.ID
}

// Clusters joins the consultations of a span through common indicators, the
// largest group first. Consultations that share nothing form none.
func (r *Reader) Clusters(ctx context.Context, s Scope) ([]Cluster, error) {
	parent := map[schema.ID]schema.ID{}
	var find func(id schema.ID) schema.ID
	find = func(id schema.ID) schema.ID {
		for parent[id] != id {
			parent[id] = parent[parent[id]]
			id = parent[id]
		}
		return id
	}
	links := map[schema.ID][]schema.ID{} // indicator → consultations
	err := r.each(ctx, Find("M16c"), s, "id, unhex(code)", "", nil, func(rows *sql.Rows) error {
		var consultation, indicator schema.ID
		if err := rows.Scan(&consultation, &indicator); err != nil {
			return err
		}
		if _, known := parent[consultation]; !known {
			parent[consultation] = consultation
		}
		links[indicator] = append(links[indicator], consultation)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, list := range links {
		for _, other := range list[1:] {
			if a, b := find(list[0]), find(other); a != b {
				parent[b] = a
			}
		}
	}
	groups := map[schema.ID]*Cluster{}
	for id := range parent {
		root := find(id)
		if groups[root] == nil {
			groups[root] = &Cluster{}
		}
		groups[root].Consultations = append(groups[root].Consultations, id)
	}
	for indicator, list := range links {
		if len(list) > 1 {
			g := groups[find(list[0])]
			g.Indicators = append(g.Indicators, indicator)
		}
	}
	compare := func(a, b schema.ID) int { return slices.Compare(a[:], b[:]) }
	var out []Cluster
	for _, g := range groups {
		if len(g.Consultations) > 1 {
			slices.SortFunc(g.Consultations, compare)
			slices.SortFunc(g.Indicators, compare)
			out = append(out, *g)
		}
	}
	slices.SortFunc(out, func(a, b Cluster) int {
		if n := len(b.Consultations) - len(a.Consultations); n != 0 {
			return n
		}
		return compare(a.Consultations[0], b.Consultations[0])
	})
	return out, nil
}

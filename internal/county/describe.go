package county

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fieldkit/sync/schema"
)

// describe turns rows into lines, in the order of ids; activities[i] is the
// surviving activity of ids[i].
func (c *County) describe(ctx context.Context, table string, ids, activities []schema.ID, names *nameBook) ([]RecordLine, error) {
	list := make([]RecordLine, 0, len(ids))
	if len(ids) == 0 {
		return list, nil
	}
	rows, err := c.rowsByID(ctx, table, ids)
	if err != nil {
		return nil, err
	}
	of, err := c.rowsByID(ctx, "activity", activities)
	if err != nil {
		return nil, err
	}
	placed := []map[schema.ID]*replicaRow{of}
	if table == "attendance" {
		placed = append(placed, rows)
	}
	venues, err := c.venueNames(ctx, placed...)
	if err != nil {
		return nil, err
	}
	counts := map[schema.ID]Totals{}
	if table == "activity" {
		if counts, err = c.countPerActivity(ctx, ids); err != nil {
			return nil, err
		}
	}
	for i, id := range ids {
		row := rows[id]
		if row == nil {
			continue
		}
		r := RecordLine{Table: table, ID: id.String(), Recorded: row.Int("created_at"), Officer: names.officers[row.Ref("created_by")],
			Device: names.devices[row.Ref("device_id")]}
		if a := of[activities[i]]; a != nil {
			r.At, r.Kind, r.Unit, r.Title = a.Int("start_at"), a.Text("kind"), names.unit(a.Ref("lead_unit_id")), activityTitle(a, venues)
		}
		switch table {
		case "activity":
			n := counts[id]
			r.State, r.Leaflets, r.Consultations, r.Attendance = row.Text("state"), n.Leaflets, n.Consultations+max(row.Int("consult_quick"), 0), n.Attendance
		case "handout":
			r.Org, r.Title, r.Qty = r.Title, names.materials[row.Ref("material_id")], row.Int("qty")
		case "consultation":
			r.At = row.Int("occurred_at")
			r.FraudType, r.Stage, r.AgeBand, r.Outcome = row.Text("fraud_type"), row.Text("stage"), row.Text("age_band"), row.Text("outcome")
			r.AmountFen = max(row.Int("loss_fen"), row.Int("at_risk_fen"))
			r.Source = row.Text("source")
			if name := names.officers[row.Ref("officer_id")]; name != "" {
				r.Officer = name
			}
		case "attendance":
			r.Title, r.Phone, r.Role, r.Source = maskName(row.Text("person_name")), maskPhone(row.Text("phone")), row.Text("role"), row.Text("source")
			if r.Org = venues[row.Ref("venue_id")]; r.Org == "" {
				r.Org = row.Text("org_name")
			}
			r.SignedAt, r.Signed = firstSignIn(row.Strings("sign_ins"))
		}
		list = append(list, r)
	}
	return list, nil
}

// rowsByID reads rows, a page's worth at a time.
func (c *County) rowsByID(ctx context.Context, table string, ids []schema.ID) (map[schema.ID]*replicaRow, error) {
	found := make(map[schema.ID]*replicaRow, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id[:]
	}
	rows, err := c.replica.Select(ctx, table, `WHERE id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		found[row.ID] = row
	}
	return found, nil
}

// venueNames are the names of the venues that rows of a page name.
func (c *County) venueNames(ctx context.Context, pages ...map[schema.ID]*replicaRow) (map[schema.ID]string, error) {
	var ids []schema.ID
	for _, rows := range pages {
		for _, row := range rows {
			if id := row.Ref("venue_id"); !id.IsNil() {
				ids = append(ids, id)
			}
		}
	}
	rows, err := c.rowsByID(ctx, "venue", ids)
	if err != nil {
		return nil, err
	}
	names := map[schema.ID]string{}
	for id, row := range rows {
		names[id] = row.Text("name")
	}
	return names, nil
}

// activityTitle is the typed title, else the place.
func activityTitle(row *replicaRow, venues map[schema.ID]string) string {
	for _, text := range []string{row.Text("title"), venues[row.Ref("venue_id")], row.Text("place_text")} {
		if text != "" {
			return text
		}
	}
	return ""
}

// countPerActivity counts what hangs on each of a page's activities and on those
// that are merged into them.
func (c *County) countPerActivity(ctx context.Context, ids []schema.ID) (map[schema.ID]Totals, error) {
	counts := map[schema.ID]Totals{}
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return nil, err
	}
	only, args := onlyThese("t.activity_id", reader.Members(ids))
	const own = ` JOIN activity x ON x.id = t.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0 WHERE ` + live + ` `
	for _, count := range []struct {
		query string
		add   func(*Totals, int64)
	}{
		{`SELECT t.activity_id, sum(t.qty) FROM handout t JOIN material m ON m.id = t.material_id AND m."group" = 'leaflet'` + own + only + ` GROUP BY 1`,
			func(t *Totals, n int64) { t.Leaflets += n }},
		{`SELECT t.activity_id, count(*) FROM consultation t` + own + only + ` AND t.merged_into IS NULL GROUP BY 1`,
			func(t *Totals, n int64) { t.Consultations += n }},
		{`SELECT t.activity_id, count(*) FROM attendance t` + own + only + ` AND t.merged_into IS NULL AND json_array_length(coalesce(t.sign_ins, '[]')) > 0 GROUP BY 1`,
			func(t *Totals, n int64) { t.Attendance += n }},
	} {
		rows, err := c.replica.Query(ctx, count.query, args...)
		if err != nil {
			return nil, fmt.Errorf("count per activity: %w", err)
		}
		for rows.Next() {
			var id schema.ID
			var n int64
			if err := rows.Scan(&id, &n); err != nil {
				rows.Close()
				return nil, err
			}
			id = reader.Survivor(id)
			t := counts[id]
			count.add(&t, n)
			counts[id] = t
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// firstSignIn is the earliest of an attendance's sign-ins ("device@ms" each).
func firstSignIn(signIns []string) (at int64, signed bool) {
	for _, text := range signIns {
		_, ms, _ := strings.Cut(text, "@")
		if n, err := strconv.ParseInt(ms, 10, 64); err == nil && n > 0 && (at == 0 || n < at) {
			at = n
		}
	}
	return at, len(signIns) > 0
}

package report

import (
	"context"
	"database/sql"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

const placementLedger = `SELECT d.id, ` + figures.PlacedDay + `, ` + figures.PlacedBy + `, coalesce((SELECT v.name FROM venue v WHERE v.id = coalesce((SELECT survivor FROM alias WHERE id = d.venue_id), d.venue_id)), ''),
	coalesce(d.kind, ''), coalesce(d.spot, ''), (SELECT sum(i.qty) FROM issue i WHERE i.placement_id = d.id AND {live i}), d.qty,
	(SELECT i.at FROM inspection i WHERE i.placement_id = d.id AND i.at < ?2 AND {live i} ORDER BY i.at DESC, i.id DESC LIMIT 1),
	coalesce((SELECT i.result FROM inspection i WHERE i.placement_id = d.id AND i.at < ?2 AND {live i} ORDER BY i.at DESC, i.id DESC LIMIT 1), ''),
	coalesce((SELECT i.fixed_on_spot FROM inspection i WHERE i.placement_id = d.id AND i.at < ?2 AND {live i} ORDER BY i.at DESC, i.id DESC LIMIT 1), 0)
` + figures.Placed + ` ORDER BY 2, d.id`

func placementRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	within := l.within()
	p := &page{l: l, table: "placement", emit: emit}
	err := l.each(ctx, placementLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var day int64
		var venue, kind, spot, result string
		var issued, qty, at sql.NullInt64
		var fixed bool
		if err := rows.Scan(&id, &day, &unit, &venue, &kind, &spot, &issued, &qty, &at, &result, &fixed); err != nil || !within(unit) {
			return err
		}
		mended := ""
		if result != "" && result != "in_place" {
			mended = truth(fixed)
		}
		return p.add(ctx, id, line{day: day, unit: unit, cells: []any{venue, l.label("placement_kind", kind), l.label("spot", spot), number(issued), number(qty), number(at), l.label("inspection_result", result), mended}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const postLedger = `SELECT d.id, d.posted_at, coalesce(d.unit_id, {recorder}), d.channel, coalesce(d.account, ''), coalesce(d.title, ''), 1 + max(d.forwards, 0), d.reads, coalesce(d.purpose, '')
FROM post d WHERE d.posted_at >= ?1 AND d.posted_at < ?2 AND {live d} AND {own d} ORDER BY d.posted_at, d.id`

func postRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	within := l.within()
	p := &page{l: l, table: "post", emit: emit}
	err := l.each(ctx, postLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var at, times int64
		var reads sql.NullInt64
		var channel, account, title, purpose string
		if err := rows.Scan(&id, &at, &unit, &channel, &account, &title, &times, &reads, &purpose); err != nil || !within(unit) {
			return err
		}
		return p.add(ctx, id, line{day: localDay(at), unit: unit, cells: []any{l.label("post_channel", channel), account, title, times, number(reads), l.label("post_purpose", purpose)}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const outcomeLedger = `SELECT o.id, o.occurred_on, o.lead_unit_id, o.kind, coalesce(o.ref_no, ''), coalesce(o.source, ''), o.averted_fen, o.recovered_fen, o.persons, o.partner_units
FROM outcome o WHERE o.occurred_on BETWEEN ?3 AND ?4 AND {live o} AND {own o} {units o.lead_unit_id} ORDER BY o.occurred_on, o.id`

func outcomeRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	p := &page{l: l, table: "outcome", emit: emit}
	err := l.each(ctx, outcomeLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var on, kind, ref, source string
		var averted, recovered, persons sql.NullInt64
		var partners sql.NullString
		if err := rows.Scan(&id, &on, &unit, &kind, &ref, &source, &averted, &recovered, &persons, &partners); err != nil {
			return err
		}
		only := func(of string, n sql.NullInt64) any { // a merged row may carry an amount that its kind does not count
			if kind != of {
				return nil
			}
			return number(n)
		}
		return p.add(ctx, id, line{day: dayOf(on), unit: unit, cells: []any{l.label("outcome_kind", kind), ref, l.label("outcome_source", source), only("intercept", averted), only("recovered", recovered), only("caught", persons), l.namesIn(partners, l.units)}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const linkageLedger = `SELECT c.id, c.occurred_at, s.lead_unit_id, coalesce(c.alarm_no, ''), k.called, k.stopped, k.frozen, k.asked, k.returned, k.amount
FROM (SELECT l.consultation_id AS id, min(CASE WHEN l.kind = 'call_police' THEN l.at END) AS called, min(CASE WHEN l.kind = 'stop_payment' THEN l.at END) AS stopped, min(CASE WHEN l.kind = 'freeze' THEN l.at END) AS frozen,
	min(CASE WHEN l.kind = 'judicial_query' THEN l.at END) AS asked, min(CASE WHEN l.kind = 'return' THEN l.at END) AS returned, sum(CASE WHEN l.kind = 'freeze' AND l.result = 'ok' THEN l.amount_fen END) AS amount
	FROM linkage_action l WHERE {live l} GROUP BY 1) k
JOIN consultation c ON c.id = k.id LEFT JOIN activity x ON x.id = c.activity_id
LEFT JOIN activity s ON s.id = CASE WHEN x.merged_into IS NULL THEN x.id ELSE coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) END
WHERE {in c} AND {live c} AND {own c} {units s.lead_unit_id} ORDER BY c.occurred_at, c.id`

func linkageRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	p := &page{l: l, table: "consultation", emit: emit}
	err := l.each(ctx, linkageLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var at int64
		var alarm string
		var called, stopped, frozen, asked, returned, amount sql.NullInt64
		if err := rows.Scan(&id, &at, &unit, &alarm, &called, &stopped, &frozen, &asked, &returned, &amount); err != nil {
			return err
		}
		end := stopped
		if !end.Valid || frozen.Valid && frozen.Int64 < end.Int64 {
			end = frozen
		}
		var minutes any
		if called.Valid && end.Valid && end.Int64 >= called.Int64 {
			minutes = (end.Int64 - called.Int64) / 60_000
		}
		return p.add(ctx, id, line{day: localDay(at), unit: unit, cells: []any{alarm, number(called), number(stopped), number(frozen), number(asked), number(returned), number(amount), minutes}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const tallyLedger = `SELECT t."on", t.unit_id, sum(CASE WHEN t.kind = 'kind_reminder' THEN t.qty END), sum(CASE WHEN t.kind = 'remit_served' THEN t.qty END),
	sum(CASE WHEN t.kind = 'sms_enrol' THEN t.qty END), sum(CASE WHEN t.kind = 'suspicious_refused' THEN t.qty END)
FROM daily_tally t WHERE t."on" BETWEEN ?3 AND ?4 AND {live t} {units t.unit_id} GROUP BY 1, 2 ORDER BY 1, 2`

func tallyRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	return l.each(ctx, tallyLedger, func(rows *sql.Rows) error {
		var on string
		var unit schema.ID
		var reminded, remitted, enrolled, refused sql.NullInt64
		if err := rows.Scan(&on, &unit, &reminded, &remitted, &enrolled, &refused); err != nil {
			return err
		}
		var rate any
		if x10, ok := figures.Rate(reminded.Int64, remitted.Int64); ok {
			rate = x10
		}
		return emit(line{day: dayOf(on), unit: unit, cells: []any{number(reminded), number(remitted), rate, number(enrolled), number(refused)}})
	})
}

const trainingLedger = `SELECT s.id, s.start_at, s.lead_unit_id, s.audience_roles, s.hours_x10, ` + figures.TrainingHeads + `,
	(SELECT sum(t.heads) FROM told t WHERE t.id = s.id AND t.role = 'teller'),
	(SELECT count(*) FROM attendance t WHERE (t.activity_id = s.id OR t.activity_id IN (SELECT id FROM alias WHERE survivor = s.id)) AND t.role = 'teller' AND {live t} AND {own t} AND json_array_length(coalesce(t.sign_ins, '[]')) > 0),
	(SELECT u.teller_headcount FROM unit u WHERE u.id = coalesce((SELECT survivor FROM alias WHERE id = s.lead_unit_id), s.lead_unit_id))
FROM self s WHERE s.kind = 'training' AND s.state = 'done' {units s.lead_unit_id} ORDER BY s.start_at, s.id`

func trainingRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	p := &page{l: l, table: "activity", emit: emit}
	err := l.each(ctx, trainingLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var start int64
		var roles sql.NullString
		var hours, heads, stated, named, tellers sql.NullInt64
		if err := rows.Scan(&id, &start, &unit, &roles, &hours, &heads, &stated, &named, &tellers); err != nil {
			return err
		}
		var rate any
		if came := max(stated.Int64, named.Int64); came > 0 {
			if x10, ok := figures.Rate(came, tellers.Int64); ok {
				rate = x10
			}
		}
		who := l.labelsIn(roles, "role")
		if who == "" {
			who = "未填"
		}
		return p.add(ctx, id, line{day: localDay(start), unit: unit, cells: []any{who, number(hours), number(heads), rate}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

const householdLedger = `SELECT s.id, s.start_at, s.lead_unit_id, ` + placeOf + `,
	(SELECT count(*) FROM span y JOIN household t ON t.activity_id = y.member WHERE y.id = s.id AND t.result IN ('talked', 'left_leaflet') AND {live t} AND {own t}),
	(SELECT count(*) FROM span y JOIN household t ON t.activity_id = y.member WHERE y.id = s.id AND t.result = 'talked' AND {live t} AND {own t}),
	(SELECT sum(t.elder_talked) FROM span y JOIN household t ON t.activity_id = y.member WHERE y.id = s.id AND t.elder_talked > 0 AND {live t} AND {own t}),
	(SELECT sum(h.qty) FROM span y JOIN handout h ON h.activity_id = y.member JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet' WHERE y.id = s.id AND {live h})
FROM self s WHERE s.kind = 'household' {units s.lead_unit_id} ORDER BY s.start_at, s.id`

func householdRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	p := &page{l: l, table: "activity", emit: emit}
	err := l.each(ctx, householdLedger, func(rows *sql.Rows) error {
		var id, unit schema.ID
		var start int64
		var place string
		var doors, talked, elder, leaflets sql.NullInt64
		if err := rows.Scan(&id, &start, &unit, &place, &doors, &talked, &elder, &leaflets); err != nil {
			return err
		}
		return p.add(ctx, id, line{day: localDay(start), unit: unit, cells: []any{place, number(doors), number(talked), number(elder), number(leaflets)}})
	})
	if err != nil {
		return err
	}
	return p.flush(ctx)
}

// stockLedger is every movement of a unit's stock since the beginning, by the rules
// of domain.md 2.2: what came (in), was allotted, returned or scrapped (out), was
// handed out or given to venues (given).
const stockLedger = `SELECT at, unit, material, batch, came, went, given FROM (
	SELECT t.created_at AS at, t.to_unit AS unit, t.material_id AS material, coalesce(t.batch_no, '') AS batch, t.qty AS came, 0 AS went, 0 AS given
	FROM stock_move t WHERE t.to_unit IS NOT NULL AND t.activity_id IS NULL AND {live t}
	UNION ALL
	SELECT t.created_at, t.from_unit, t.material_id, coalesce(t.batch_no, ''), 0, t.qty, 0
	FROM stock_move t WHERE t.from_unit IS NOT NULL AND (t.activity_id IS NULL OR t.kind = 'scrap') AND ` + model.StandingMove + ` AND {live t}
	UNION ALL
	SELECT a.start_at, a.lead_unit_id, h.material_id, '', 0, 0, h.qty
	FROM handout h JOIN activity x ON x.id = h.activity_id AND {live x} JOIN activity a ON a.id = coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) AND {live a} AND a.state IN ('open', 'done')
	WHERE h.qty <> 0 AND {live h}
	UNION ALL
	SELECT a.start_at, a.lead_unit_id, p.material_id, '', 0, 0, i.qty
	FROM issue i JOIN placement p ON p.id = i.placement_id AND {live p} JOIN activity x ON x.id = i.activity_id AND {live x} JOIN activity a ON a.id = coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) AND {live a} AND a.state IN ('open', 'done')
	WHERE i.qty <> 0 AND {live i}
) WHERE at < ?2 ORDER BY at, unit, material, came, went, given`

func stockRows(ctx context.Context, l *ledgerRun, emit func(line) error) error {
	materials := map[schema.ID]string{}
	err := l.replica.Each(ctx, "material", "", nil, func(row *replica.Row) error { materials[row.ID] = row.Text("name"); return nil })
	if err != nil {
		return err
	}
	merged, err := l.replica.Survivors(ctx, "material")
	if err != nil {
		return err
	}
	first, err := time.ParseInLocation(dateLayout, l.o.Scope.From, model.Location)
	if err != nil {
		return err
	}
	within := l.within()
	type account struct{ unit, material schema.ID }
	balance := map[account]int64{}
	return l.each(ctx, stockLedger, func(rows *sql.Rows) error {
		var at, came, went, given int64
		var unit, material schema.ID
		var batch string
		if err := rows.Scan(&at, &unit, &material, &batch, &came, &went, &given); err != nil {
			return err
		}
		if !within(unit) {
			return nil
		}
		if to, ok := merged[material]; ok {
			material = to
		}
		of := account{l.reader.Survivor(unit), material}
		balance[of] += came - went - given
		if at < first.UnixMilli() {
			return nil
		}
		number := func(n int64) any {
			if n == 0 {
				return nil
			}
			return n
		}
		return emit(line{day: localDay(at), unit: unit, cells: []any{materials[material], batch, number(came), number(went), number(given), balance[of]}})
	})
}

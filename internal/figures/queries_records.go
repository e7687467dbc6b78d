package figures

import "strings"

// Consultations and what hangs on them. The unit is the one that leads the
// consultation's activity; a consultation whose activity has not arrived yet has none.

const consultationsUnit = `LEFT JOIN activity x ON x.id = c.activity_id
LEFT JOIN activity s ON s.id = CASE WHEN x.merged_into IS NOT NULL THEN coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) END
`

// unitOf and venueOf are those of a consultation's activity x, or of the one s that stands
// for it: few are merged, and a second look-up of each would double the work.
const (
	unitOf  = `CASE WHEN x.merged_into IS NULL THEN x.lead_unit_id ELSE s.lead_unit_id END`
	venueOf = `CASE WHEN x.merged_into IS NULL THEN x.venue_id ELSE s.venue_id END`
)

const ofConsultation = consultationsUnit + `WHERE {in c} AND {live c} AND {own c}`

// countyWide is the rows of consultations without their units: for the total of all,
// where a million look-ups would find nothing that is asked for.
func countyWide(rows string) string {
	return strings.NewReplacer(consultationsUnit, "", unitOf+" AS unit", "NULL AS unit").Replace(rows)
}

const rowsConsultations = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, c.fraud_type AS code, 1 AS value
FROM consultation c ` + ofConsultation

const rowsConsultAges = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, coalesce(nullif(c.age_band, ''), 'A0') AS code, 1 AS value
FROM consultation c ` + ofConsultation

const rowsConsultTowns = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, coalesce(nullif(c.town, ''), (SELECT v.town FROM venue v WHERE v.id = ` + venueOf + `), '') AS code, 1 AS value
FROM consultation c ` + ofConsultation

const rowsConsultSources = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, c.source AS code, 1 AS value
FROM consultation c ` + ofConsultation

const rowsConsultChannels = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, e.value AS code, 1 AS value
FROM consultation c JOIN json_each(c.channels) e ` + ofConsultation

// ofKind is the consultations of one kind of activity. CROSS JOIN has SQLite go from the
// activities of the kind, which are few, to their consultations; in a short span the
// consultations are fewer (see inSpan).
const ofKind = ` FROM ` + kindFirst + `
JOIN activity s ON s.id = CASE WHEN x.merged_into IS NULL THEN x.id ELSE coalesce((SELECT survivor FROM alias WHERE id = x.id), x.id) END
WHERE {in c} AND {live c} AND {own c} AND x.kind = `

const rowsBoothConsultations = `SELECT c.id, {day c} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value` + ofKind + `'street'`

const rowsDesk = `SELECT c.id, {day c} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value` + ofKind + `'desk_shift'`

// Complete is the condition that a consultation c has all its elements (elements_ok, domain.md 2.4).
const Complete = `c.fraud_type <> '' AND c.fraud_type <> 'F99' AND json_array_length(coalesce(c.channels, '[]')) > 0 AND c.age_band <> '' AND c.outcome <> ''
  AND (c.stage = 'G0' OR c.stage IN ('G1', 'G2') AND c.at_risk_fen > 0 OR c.stage = 'G3' AND c.loss_fen > 0)
  AND (c.no_indicator = 1 OR EXISTS (SELECT 1 FROM consultation_indicator ci WHERE ci.consultation_id = c.id
	AND {live ci}))`

const rowsDeskComplete = `SELECT c.id, {day c} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value` + ofKind + `'desk_shift' AND ` + Complete

const rowsRelatives = `SELECT c.id, {day c} AS day, s.lead_unit_id AS unit, '' AS code, c.relatives_advised AS value` + ofKind + `'desk_shift' AND c.relatives_advised > 0`

// rowsDeskAtOnce tells of each row of M08d whether it is one of M08e and what it adds to M08v.
const rowsDeskAtOnce = `SELECT c.id, s.lead_unit_id AS unit, 1 AS value, ` + Complete + ` AS complete, max(c.relatives_advised, 0) AS relatives` + ofKind + `'desk_shift'`

// Linkage: driven from the actions, which are few; CROSS JOIN keeps it so.
const rowsLinked = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, '' AS code, 1 AS value
FROM (SELECT DISTINCT l.consultation_id AS id FROM linkage_action l WHERE {live l}) k CROSS JOIN consultation c ON c.id = k.id ` + ofConsultation

const rowsFrozen = `SELECT l.id, {day c} AS day, ` + unitOf + ` AS unit, '' AS code, l.amount_fen AS value
FROM linkage_action l CROSS JOIN consultation c ON c.id = l.consultation_id ` + ofConsultation + ` AND l.kind = 'freeze' AND l.result = 'ok' AND l.amount_fen > 0 AND {live l}`

// rowsMinutes gives each consultation's minutes; the figure is their median.
const rowsMinutes = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, '' AS code, (k.stopped - k.called) / 60000 AS value
FROM (SELECT l.consultation_id AS id, min(CASE WHEN l.kind = 'call_police' THEN l.at END) AS called,
	min(CASE WHEN l.kind IN ('stop_payment', 'freeze') THEN l.at END) AS stopped FROM linkage_action l WHERE {live l} GROUP BY 1) k
CROSS JOIN consultation c ON c.id = k.id ` + ofConsultation + ` AND k.stopped >= k.called`

// rowsLinks gives the pairs that clusters grow from; code is the indicator's id.
const rowsLinks = `SELECT c.id, {day c} AS day, ` + unitOf + ` AS unit, hex(ci.indicator_id) AS code, 1 AS value
FROM ` + linksFirst + `
JOIN indicator i ON i.id = ci.indicator_id AND coalesce(i.status, '') NOT IN ('spoofed', 'cleared') AND {live i}
` + ofConsultation + ` AND {live ci}`

// Where a statement begins that reads consultations through something else.
const (
	kindFirst  = `activity x CROSS JOIN consultation c ON c.activity_id = x.id`
	kindLast   = `consultation c CROSS JOIN activity x ON x.id = c.activity_id`
	linksFirst = `consultation_indicator ci CROSS JOIN consultation c ON c.id = ci.consultation_id`
	linksLast  = `consultation c CROSS JOIN consultation_indicator ci ON ci.consultation_id = c.id`
)

// shortSpan is how many days' consultations are fewer than all of a kind, or all that
// name something, whenever they were.
const shortSpan = 92

// inSpan has the statement of a short span begin at the consultations in it.
var inSpan = strings.NewReplacer(kindFirst, kindLast, linksFirst, linksLast)

// rowsIndicators counts an indicator on the day of its first consultation; the
// unit is the one whose computer recorded the indicator.
const rowsIndicators = `SELECT d.id, (f.first + 28800000) / 86400000 AS day, {recorder} AS unit, d.kind AS code, 1 AS value
FROM (SELECT ci.indicator_id AS id, min(c.occurred_at) AS first FROM consultation_indicator ci JOIN consultation c ON c.id = ci.consultation_id AND {live c} AND {own c}
	WHERE {live ci} GROUP BY 1) f
JOIN indicator d ON d.id = f.id
WHERE f.first >= ?1 AND f.first < ?2 AND {live d}`

// Outcomes.
const rowsIntercepts = `SELECT o.id, {day o} AS day, o.lead_unit_id AS unit, coalesce(o.source, '') AS code, 1 AS value
FROM outcome o WHERE o.occurred_on BETWEEN ?3 AND ?4 AND o.kind = 'intercept' AND {live o} AND {own o}`

const rowsAverted = `SELECT o.id, {day o} AS day, o.lead_unit_id AS unit, coalesce(o.source, '') AS code, o.averted_fen AS value
FROM outcome o WHERE o.occurred_on BETWEEN ?3 AND ?4 AND o.kind = 'intercept' AND o.averted_fen > 0 AND {live o} AND {own o}`

const rowsCaught = `SELECT o.id, {day o} AS day, o.lead_unit_id AS unit, '' AS code, o.persons AS value
FROM outcome o WHERE o.occurred_on BETWEEN ?3 AND ?4 AND o.kind = 'caught' AND o.persons > 0 AND {live o} AND {own o}`

const rowsRecovered = `SELECT o.id, {day o} AS day, o.lead_unit_id AS unit, '' AS code, o.recovered_fen AS value
FROM outcome o WHERE o.occurred_on BETWEEN ?3 AND ?4 AND o.kind = 'recovered' AND o.recovered_fen > 0 AND {live o} AND {own o}`

// Posts count 1 and each forward 1; the unit is the post's, else the recorder's.
const ofPost = `FROM post d WHERE d.posted_at >= ?1 AND d.posted_at < ?2
  AND d.channel IN ('douyin', 'wechat_oa', 'wechat_group', 'wechat_video', 'kuaishou', 'weibo', 'forum')
  AND {live d} AND {own d}`

const rowsPosts = `SELECT d.id, (d.posted_at + 28800000) / 86400000 AS day, coalesce(d.unit_id, {recorder}) AS unit, d.channel AS code, 1 + max(d.forwards, 0) AS value ` + ofPost

const rowsPostPurposes = `SELECT d.id, (d.posted_at + 28800000) / 86400000 AS day, coalesce(d.unit_id, {recorder}) AS unit, coalesce(d.purpose, '') AS code, 1 + max(d.forwards, 0) AS value ` + ofPost

// Placements d of the span (PlacedBy their unit, PlacedDay the day they went up). One is up from from_on (else the day it was recorded) to to_on (else
// still); the unit leads the activity it came from, else it is the recorder's.
const PlacedBy = `coalesce((SELECT lead_unit_id FROM activity WHERE id = d.activity_id), {recorder})`

const Placed = `FROM placement d
WHERE coalesce(nullif(d.from_on, ''), strftime('%Y-%m-%d', d.created_at / 1000 + 28800, 'unixepoch')) <= ?4 AND coalesce(nullif(d.to_on, ''), ?4) >= ?3
  AND {live d}`

const PlacedDay = `CAST(julianday(coalesce(nullif(d.from_on, ''), strftime('%Y-%m-%d', d.created_at / 1000 + 28800, 'unixepoch'))) - 2440587.5 AS INTEGER)`

const rowsPieces = `SELECT d.id, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit, coalesce(d.kind, '') AS code, d.qty AS value ` + Placed + ` AND d.qty > 0`

const rowsPlaces = `SELECT d.id, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit, coalesce(d.kind, '') AS code, 1 AS value ` + Placed

const rowsLEDRuns = `SELECT d.id, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit, '' AS code, d.led_runs_per_day AS value ` + Placed + ` AND d.kind = 'led' AND d.led_runs_per_day > 0`

const rowsLEDs = `SELECT d.id, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit, '' AS code, 1 AS value ` + Placed + ` AND d.kind = 'led' AND d.led_runs_per_day > 0`

const rowsBoards = `SELECT p.id, {day} AS day, s.unit, '' AS code, p.qty AS value
FROM span s CROSS JOIN placement p ON p.activity_id = s.member WHERE s.kind = 'street' AND p.kind = 'display_board' AND p.qty > 0 AND {live p}`

const survivingVenue = `coalesce((SELECT survivor FROM alias WHERE id = d.venue_id), d.venue_id)`

const rowsPosterVenues = `SELECT v.id, min(v.day) AS day, min(v.unit) AS unit, a.kind AS code, 1 AS value
FROM (SELECT ` + survivingVenue + ` AS id, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit ` + Placed + ` AND d.kind = 'poster') v
JOIN venue a ON a.id = v.id AND a.kind IN ('V02', 'V04') AND {live a} WHERE 1 = 1 {units v.unit} GROUP BY v.id`

const hotlines = `(SELECT ` + survivingVenue + ` AS id, d.id AS placement, d.shown_phone, ` + PlacedDay + ` AS day, ` + PlacedBy + ` AS unit ` + Placed + ` AND d.kind = 'hotline_notice') v
JOIN venue a ON a.id = v.id AND a.kind IN ('V02', 'V03') AND {live a}`

const rowsHotline = `SELECT v.id, min(v.day) AS day, min(v.unit) AS unit, '' AS code, 1 AS value FROM ` + hotlines + ` WHERE 1 = 1 {units v.unit} GROUP BY v.id`

const rowsHotlineChecked = `SELECT v.id, min(v.day) AS day, min(v.unit) AS unit, '' AS code, 1 AS value FROM ` + hotlines + `
JOIN unit u ON u.id = v.unit AND replace(u.service_phone, '-', '') = replace(v.shown_phone, '-', '')
WHERE (SELECT i.result FROM inspection i WHERE i.placement_id = v.placement AND i.at < ?2 AND {live i} ORDER BY i.at DESC, i.id DESC LIMIT 1) = 'in_place' {units v.unit}
GROUP BY v.id`

// rowsInspected takes each venue's latest inspection of the span.
const rowsInspected = `SELECT v.id, (v.at + 28800000) / 86400000 AS day, v.unit, v.result AS code, 1 AS value FROM (
	SELECT w.id, w.at, w.unit, w.result, row_number() OVER (PARTITION BY w.id ORDER BY w.at DESC, w.inspection DESC) AS nth FROM (
		SELECT ` + survivingVenue + ` AS id, i.at, i.id AS inspection, i.result, ` + PlacedBy + ` AS unit
		FROM inspection i JOIN placement d ON d.id = i.placement_id AND {live d}
		WHERE i.at >= ?1 AND i.at < ?2 AND {live i}
	) w WHERE 1 = 1 {units w.unit}
) v JOIN venue a ON a.id = v.id AND {live a} WHERE v.nth = 1`

// Digests, slogans, plans and the counters' days.
const ofDigest = `{live d} AND {own d}
  AND d.state = 'released' AND coalesce(d.released_at, d.created_at) >= ?1 AND coalesce(d.released_at, d.created_at) < ?2`

const rowsDigests = `SELECT d.id, (coalesce(d.released_at, d.created_at) + 28800000) / 86400000 AS day, {recorder} AS unit, '' AS code, 1 AS value FROM case_digest d WHERE ` + ofDigest

const rowsDigestTypes = `SELECT d.id, (coalesce(d.released_at, d.created_at) + 28800000) / 86400000 AS day, {recorder} AS unit, e.value AS code, 1 AS value
FROM case_digest d, json_each(d.fraud_types) e WHERE ` + ofDigest

const rowsSlogans = `SELECT d.id, (d.created_at + 28800000) / 86400000 AS day, {recorder} AS unit, '' AS code, 1 AS value
FROM slogan d WHERE d.created_at >= ?1 AND d.created_at < ?2 AND {live d}`

const rowsPlans = `SELECT p.id, NULL AS day, p.unit_id AS unit, '' AS code, 1 AS value
FROM plan p WHERE p.kind = 'contingency' AND (p.revised_on BETWEEN ?3 AND ?4 OR p.effective_on BETWEEN ?3 AND ?4) AND {live p}`

const ofTally = ` FROM daily_tally t WHERE t."on" BETWEEN ?3 AND ?4 AND {live t} AND t.kind = `

const rowsReminders = `SELECT t.id, {day t} AS day, t.unit_id AS unit, '' AS code, t.qty AS value` + ofTally + `'kind_reminder'`

const rowsRemittances = `SELECT t.id, {day t} AS day, t.unit_id AS unit, '' AS code, t.qty AS value` + ofTally + `'remit_served'`

const rowsTextAlerts = `SELECT t.id, {day t} AS day, t.unit_id AS unit, '' AS code, t.qty AS value` + ofTally + `'sms_enrol'`

const rowsRefused = `SELECT t.id, {day t} AS day, t.unit_id AS unit, '' AS code, t.qty AS value` + ofTally + `'suspicious_refused'`

const rowsTallyDays = `SELECT min(t.id) AS id, {day t} AS day, t.unit_id AS unit, '' AS code, 1 AS value
FROM daily_tally t WHERE t."on" BETWEEN ?3 AND ?4 AND {live t} GROUP BY t.unit_id, t."on"`

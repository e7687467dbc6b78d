package figures

import (
	"fmt"
	"strconv"
	"strings"

	"fieldkit/internal/model"
)

// Each statement of this package is the rows of one figure:
//
//	SELECT id, day, unit, code, value
//
// id is the row that counts (of Metric.Table), day the local day since 1970, unit
// the unit it counts for, code the part of the breakdown, value what it adds.
// Parameters: ?1 and ?2 the span in Unix milliseconds, the end exclusive; ?3 and
// ?4 the local dates, both inclusive; ?5 the aliases and ?6 the units as JSON;
// ?7 and ?8 the thresholds N and M.
//
// In braces stand the few conditions that all share, so that each is written once:
var shared = strings.NewReplacer(
	// voided rows never count
	"{live h}", live("h"), "{live x}", live("x"), "{live a}", live("a"), "{live c}", live("c"), "{live t}", live("t"), "{live o}", live("o"), "{live p}", live("p"),
	"{live i}", live("i"), "{live l}", live("l"), "{live d}", live("d"), "{live ci}", live("ci"),
	// merged-away rows never count themselves; two merged into each other leave the one that the aliases end at
	"{own a}", own("a"), "{own c}", "c.merged_into IS NULL", "{own o}", own("o"), "{own p}", own("p"), "{own t}", own("t"), "{own d}", own("d"),
	"{day}", "(s.start_at + 28800000) / 86400000", "{day c}", "(c.occurred_at + 28800000) / 86400000", "{day p}", "(p.posted_at + 28800000) / 86400000",
	"{day o}", date("o.occurred_on"), "{day t}", date(`t."on"`),
	"{in c}", "c.occurred_at >= ?1 AND c.occurred_at < ?2",
	// who counts where no activity says: the unit whose computer recorded it
	"{recorder}", "(SELECT owner_unit_id FROM device WHERE id = d.device_id)",
)

func live(alias string) string {
	return "(" + alias + ".voided IS NULL OR coalesce(json_extract(" + alias + ".voided, '$.on'), 0) = 0)"
}

// The plus keeps SQLite from going by the index of what is merged, where it would find
// nearly every row: spans are short and rows in them few.
func own(alias string) string {
	return "(+" + alias + ".merged_into IS NULL OR " + alias + ".id IN (SELECT survivor FROM alias))"
}

func date(column string) string { return "CAST(julianday(" + column + ") - 2440587.5 AS INTEGER)" }

// common is what statements may read from: the aliases; the activities that count in the
// span, with the rows that are merged into them (span, member); the same once each, with
// what all records of one event say (self); and the heads by role of its trainings (told).
// Counters of the members add up and sets are joined, the unit that led another record
// being a partner; a number that was stated stands as the survivor states it, and where
// it states none as a member does.
var common = `WITH alias(id, survivor) AS MATERIALIZED (SELECT unhex(key), unhex(value) FROM json_each(?5)),
unit_of(id) AS MATERIALIZED (SELECT unhex(value) FROM json_each(?6)),
span AS (
	SELECT a.id, a.id AS member, a.kind, a.state, a.start_at, a.lead_unit_id AS unit, a.merged_into IS NOT NULL AS merged
	FROM activity a
	WHERE a.start_at >= ?1 AND a.start_at < ?2 AND a.state IN ('open', 'done') AND {own a} AND {live a}
	UNION ALL
	SELECT a.id, x.id, a.kind, a.state, a.start_at, a.lead_unit_id, 1
	FROM alias m JOIN activity x ON x.id = m.id AND {live x} JOIN activity a ON a.id = m.survivor
	WHERE a.start_at >= ?1 AND a.start_at < ?2 AND a.state IN ('open', 'done') AND {live a}
),
merged(id, heads_counted, consult_quick, heads_stated, elder_heads, hours_x10) AS MATERIALIZED (
	SELECT m.survivor, sum(x.heads_counted), sum(x.consult_quick), max(nullif(x.heads_stated, 0)), max(nullif(x.elder_heads, 0)), max(nullif(x.hours_x10, 0))
	FROM alias m JOIN activity x ON x.id = m.id AND {live x} GROUP BY 1
),
self AS (
	SELECT a.id, a.kind, a.title, a.state, a.start_at, a.lead_unit_id, a.venue_id, a.place_text,
		` + summed("heads_counted") + `, ` + summed("consult_quick") + `, ` + stated("heads_stated") + `, ` + stated("elder_heads") + `, ` + stated("hours_x10") + `,
		` + joined("partner_units", ledOthers) + `, ` + joined("officer_ids", "") + `, ` + joined("audience_roles", "") + `, ` + joined("photo_ids", "") + `
	FROM activity a LEFT JOIN merged o ON o.id = a.id
	WHERE a.start_at >= ?1 AND a.start_at < ?2 AND a.state IN ('open', 'done') AND {own a} AND {live a}
),
told(id, role, heads) AS (
	SELECT s.id, t.role, coalesce(max(CASE WHEN s.member = s.id THEN t.heads END), max(t.heads))
	FROM span s CROSS JOIN role_head t ON t.activity_id = s.member
	WHERE s.kind = 'training' AND s.state = 'done' AND t.heads > 0 AND {live t} GROUP BY 1, 2
)
`

func summed(column string) string {
	return "coalesce(a." + column + ", 0) + coalesce(o." + column + ", 0) AS " + column
}

func stated(column string) string {
	return "coalesce(nullif(a." + column + ", 0), o." + column + ", a." + column + ") AS " + column
}

// joined is a set of an activity and of all that are merged into it, which are few.
func joined(column, further string) string {
	return `CASE WHEN o.id IS NULL THEN a.` + column + ` ELSE (SELECT json_group_array(DISTINCT j.value) FROM (
			SELECT e.value FROM json_each(a.` + column + `) e
			UNION ALL SELECT e.value FROM alias k JOIN activity x ON x.id = k.id AND {live x} JOIN json_each(x.` + column + `) e WHERE k.survivor = a.id` + further + `
		) j) END AS ` + column
}

// ledOthers are the units that led a member, in the form of a set's: they had a part in the event.
const ledOthers = `
			UNION ALL SELECT lower(substr(l.u, 1, 8) || '-' || substr(l.u, 9, 4) || '-' || substr(l.u, 13, 4) || '-' || substr(l.u, 17, 4) || '-' || substr(l.u, 21)) FROM (
				SELECT hex(x.lead_unit_id) AS u FROM alias k JOIN activity x ON x.id = k.id AND {live x}
				WHERE k.survivor = a.id AND coalesce((SELECT survivor FROM alias WHERE id = x.lead_unit_id), x.lead_unit_id) <> coalesce((SELECT survivor FROM alias WHERE id = a.lead_unit_id), a.lead_unit_id)) l`

const rowsActivities = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, s.kind AS code, 1 AS value FROM self s`

const rowsStreet = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s WHERE s.kind = 'street'`

// rowsLarge is M01: by leaflets, the merged activities' included, or by partners
// other than the lead unit.
const rowsLarge = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s
WHERE s.kind = 'street' AND (
	(SELECT sum(h.qty) FROM handout h JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet' JOIN activity x ON x.id = h.activity_id AND {live x}
	 WHERE (h.activity_id = s.id OR h.activity_id IN (SELECT id FROM alias WHERE survivor = s.id)) AND {live h}) >= ?7
	OR (SELECT count(DISTINCT coalesce((SELECT survivor FROM alias WHERE id = unhex(e.value, '-')), unhex(e.value, '-')))
	 FROM json_each(s.partner_units) e WHERE coalesce((SELECT survivor FROM alias WHERE id = unhex(e.value, '-')), unhex(e.value, '-'))
	  <> coalesce((SELECT survivor FROM alias WHERE id = s.lead_unit_id), s.lead_unit_id)) >= ?8)`

const rowsLeaflets = `SELECT h.id, {day} AS day, s.unit, s.kind AS code, h.qty AS value
FROM span s CROSS JOIN handout h ON h.activity_id = s.member JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
WHERE {live h}`

const rowsLeafletTowns = `SELECT h.id, {day} AS day, s.unit, coalesce((SELECT v.town FROM activity a JOIN venue v ON v.id = a.venue_id WHERE a.id = s.id), '') AS code, h.qty AS value
FROM span s CROSS JOIN handout h ON h.activity_id = s.member JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
WHERE {live h}`

const rowsBrochures = `SELECT h.id, {day} AS day, s.unit, s.kind AS code, h.qty AS value
FROM span s CROSS JOIN handout h ON h.activity_id = s.member JOIN material m ON m.id = h.material_id AND m."group" = 'brochure'
WHERE {live h}`

const rowsLectures = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s WHERE s.kind = 'lecture' AND s.state = 'done'`

// Heads is how many came to an activity s: those who signed, else the number stated, else the clicker.
const Heads = heads + `, max(s.heads_counted, 0))`

const heads = `coalesce(nullif((SELECT count(*) FROM attendance t WHERE (t.activity_id = s.id OR t.activity_id IN (SELECT id FROM alias WHERE survivor = s.id))
	AND {live t} AND {own t} AND json_array_length(coalesce(t.sign_ins, '[]')) > 0), 0), s.heads_stated`

const rowsLectureHeads = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, ` + Heads + ` AS value
FROM self s WHERE s.kind = 'lecture' AND s.state = 'done'`

const rowsQuick = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, s.kind AS code, s.consult_quick AS value FROM self s WHERE s.consult_quick > 0`

const rowsElderHeads = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, s.kind AS code, s.elder_heads AS value FROM self s WHERE s.elder_heads > 0`

const rowsHouseholds = `SELECT t.id, {day} AS day, s.unit, t.result AS code, 1 AS value
FROM span s CROSS JOIN household t ON t.activity_id = s.member WHERE t.result IN ('talked', 'left_leaflet') AND {live t} AND {own t}`

const rowsElderTalked = `SELECT t.id, {day} AS day, s.unit, '' AS code, t.elder_talked AS value
FROM span s CROSS JOIN household t ON t.activity_id = s.member WHERE t.elder_talked > 0 AND {live t} AND {own t}`

const rowsMeetings = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s WHERE s.kind = 'cafe_meeting' AND s.state = 'done'`

// rowsMeetingVenues is M10's second half: a venue counts once, for the unit and the day it came first.
const rowsMeetingVenues = `SELECT v.id, min(v.day) AS day, min(v.unit) AS unit, '' AS code, 1 AS value FROM (
	SELECT coalesce((SELECT survivor FROM alias WHERE id = t.venue_id), t.venue_id) AS id, {day} AS day, s.unit
	FROM span s CROSS JOIN attendance t ON t.activity_id = s.member
	WHERE s.kind = 'cafe_meeting' AND s.state = 'done' AND t.venue_id IS NOT NULL AND {live t} AND {own t}
	  AND (json_array_length(coalesce(t.sign_ins, '[]')) > 0 OR t.absent_reason = 'sent_deputy') {units s.unit}
) v JOIN venue a ON a.id = v.id AND {live a} GROUP BY v.id`

const rowsIssued = `SELECT i.id, {day} AS day, s.unit, '' AS code, i.qty AS value
FROM span s CROSS JOIN issue i ON i.activity_id = s.member JOIN placement p ON p.id = i.placement_id AND {live p}
WHERE s.kind = 'cafe_meeting' AND i.qty > 0 AND {live i}`

const rowsSignIns = `SELECT t.id, {day} AS day, s.unit, s.kind AS code, 1 AS value
FROM span s CROSS JOIN attendance t ON t.activity_id = s.member
WHERE {live t} AND {own t} AND json_array_length(coalesce(t.sign_ins, '[]')) > 0`

const rowsTrainings = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s WHERE s.kind = 'training' AND s.state = 'done'`

// TrainingHeads is Heads of a training: heads by role stand in for a number stated.
const TrainingHeads = heads + `,
	(SELECT sum(t.heads) FROM told t WHERE t.id = s.id), max(s.heads_counted, 0))`

const rowsTrainingHeads = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, ` + TrainingHeads + ` AS value
FROM self s WHERE s.kind = 'training' AND s.state = 'done'`

const rowsTrainingRoles = `SELECT r.id, r.day, r.unit, r.code, sum(r.value) AS value FROM (
	SELECT s.id, {day} AS day, s.unit, coalesce(nullif(t.role, ''), 'other') AS code, 1 AS value
	FROM span s CROSS JOIN attendance t ON t.activity_id = s.member
	WHERE s.kind = 'training' AND s.state = 'done' AND {live t} AND {own t} AND json_array_length(coalesce(t.sign_ins, '[]')) > 0
	UNION ALL
	SELECT s.id, {day}, s.lead_unit_id, t.role, t.heads
	FROM told t JOIN self s ON s.id = t.id
	WHERE NOT EXISTS (SELECT 1 FROM span y JOIN attendance h ON h.activity_id = y.member WHERE y.id = s.id AND {live h} AND json_array_length(coalesce(h.sign_ins, '[]')) > 0)
) r GROUP BY r.id, r.code`

// rowsTellers lists the trainings' tellers by head counts alone; those who signed
// by name are told apart in Go, because names are sealed.
const rowsTellers = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, t.heads AS value
FROM told t JOIN self s ON s.id = t.id
WHERE t.role = 'teller' AND NOT EXISTS (SELECT 1 FROM span y JOIN attendance h ON h.activity_id = y.member WHERE y.id = s.id AND {live h} AND json_array_length(coalesce(h.sign_ins, '[]')) > 0)`

const rowsTellerHeadcount = `SELECT a.id, NULL AS day, a.id AS unit, '' AS code, a.teller_headcount AS value
FROM unit a WHERE a.teller_headcount > 0 AND {live a} AND {own a}`

const rowsDrills = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, '' AS code, 1 AS value FROM self s WHERE s.kind = 'drill'`

// rowsPartners counts a partner once, for the first day and unit it worked with.
const rowsPartners = `SELECT u.id, min(v.day) AS day, min(v.unit) AS unit, u.department AS code, 1 AS value FROM (
	SELECT coalesce((SELECT survivor FROM alias WHERE id = unhex(e.value, '-')), unhex(e.value, '-')) AS partner, {day} AS day, s.lead_unit_id AS unit,
		coalesce((SELECT survivor FROM alias WHERE id = s.lead_unit_id), s.lead_unit_id) AS lead
	FROM self s, json_each(s.partner_units) e WHERE 1 = 1 {units s.lead_unit_id}
) v JOIN unit u ON u.id = v.partner WHERE v.partner <> v.lead GROUP BY u.id`

// rowsJoined counts an activity once for each unit that helps the one that leads it. What
// was given out and who came count for the unit that leads, so that the units' figures
// add up to the county's. (The plus keeps the index of ids out of it: a span's rows are fewer.)
const rowsJoined = `SELECT j.id, j.day, j.partner AS unit, j.kind AS code, 1 AS value FROM (
	SELECT DISTINCT +s.id AS id, {day} AS day, s.kind, coalesce((SELECT survivor FROM alias WHERE id = unhex(e.value, '-')), unhex(e.value, '-')) AS partner,
		coalesce((SELECT survivor FROM alias WHERE id = s.lead_unit_id), s.lead_unit_id) AS lead
	FROM self s, json_each(s.partner_units) e
) j WHERE j.partner <> j.lead`

// rowsPeriodActivities counts an activity for the first period that it falls into: as
// the county entered it, else as the calendar has it (model.Periods).
var rowsPeriodActivities = `SELECT s.id, {day} AS day, s.lead_unit_id AS unit, substr(min(p.from_on || p.code), 11) AS code, 1 AS value
FROM self s JOIN (
	SELECT code, from_on, to_on FROM period p WHERE ` + enteredPeriod + `
	UNION ALL SELECT c.column1, c.column3, c.column4 FROM (VALUES {calendar}) c
	WHERE NOT EXISTS (SELECT 1 FROM period p WHERE p.code = c.column1 AND p.year = c.column2 AND ` + enteredPeriod + `)
) p ON (s.start_at + 28800000) / 86400000 BETWEEN ` + date("p.from_on") + ` AND ` + date("p.to_on") + ` GROUP BY s.id`

const enteredPeriod = `{live p} AND p.from_on <> '' AND p.to_on <> ''`

// calendarOf is the calendar's periods that a span may touch, as lines of VALUES.
func calendarOf(s Scope) string {
	first, _ := strconv.Atoi(s.From[:4])
	last, _ := strconv.Atoi(s.To[:4])
	var lines []string
	for year := first - 1; year <= last; year++ { // the turn of the year reaches into the next
		for _, p := range model.Periods(year) {
			lines = append(lines, fmt.Sprintf("('%s', %d, '%s', '%s')", p.Code, year, p.From, p.To))
		}
	}
	return strings.Join(lines, ", ")
}

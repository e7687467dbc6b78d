package county

// The dashboard's figures, one query each, by the definitions of domain.md 5.1:
// voided rows, planned and cancelled activities and merged-away ones never
// count; what hangs on a merged-away activity counts with its survivor.
//
// Each query takes the span [from, to) in Unix milliseconds and gives lines of
// (local day since 1970, unit, code, value). {units} is where a filter of units
// goes. The unit is the one that leads the activity.

// figureActivities counts activities; the code is the kind.
const figureActivities = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, count(*)
FROM activity a
WHERE a.start_at >= ? AND a.start_at < ? AND a.state IN ('open', 'done')
  AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0 {units}
GROUP BY 1, 2, 3`

// figureLarge is M01: street campaigns with 200 leaflets or 3 partner units.
const figureLarge = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, count(*)
FROM activity a
WHERE a.start_at >= ? AND a.start_at < ? AND a.kind = 'street' AND a.state IN ('open', 'done')
  AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0 {units}
  AND a.id IN (` + largeIDs + `)
GROUP BY 1, 2, 3`

// largeIDs are the activities that are large by either measure, whatever their kind.
const largeIDs = `
SELECT coalesce(x.merged_into, x.id)
FROM handout h
JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
JOIN activity x ON x.id = h.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0
WHERE coalesce(json_extract(h.voided, '$.on'), 0) = 0
GROUP BY 1 HAVING sum(h.qty) >= 200
UNION
SELECT p.id FROM activity p, json_each(p.partner_units) e
LEFT JOIN unit u ON lower(hex(u.id)) = replace(e.value, '-', '')
GROUP BY 1 HAVING count(DISTINCT coalesce(u.merged_into, u.id, e.value)) >= 3`

// figureLeaflets is M02; the code is the activity's kind.
const figureLeaflets = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, sum(h.qty)
FROM handout h
JOIN material m ON m.id = h.material_id AND m."group" = 'leaflet'
JOIN activity x ON x.id = h.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0
JOIN activity a ON a.id = coalesce(x.merged_into, x.id)
WHERE a.start_at >= ? AND a.start_at < ? AND a.state IN ('open', 'done')
  AND coalesce(json_extract(a.voided, '$.on'), 0) = 0 AND coalesce(json_extract(h.voided, '$.on'), 0) = 0 {units}
GROUP BY 1, 2, 3`

// figureLectures is M03: lectures that are done.
const figureLectures = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, count(*)
FROM activity a
WHERE a.start_at >= ? AND a.start_at < ? AND a.state = 'done' AND a.kind = 'lecture'
  AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0 {units}
GROUP BY 1, 2, 3`

// figureConsultations is the rows of M08, by the day of the consultation; the
// code is the fraud type.
const figureConsultations = `
SELECT c.day, a.lead_unit_id, c.fraud_type, sum(c.n)
FROM (
	SELECT (occurred_at + 28800000) / 86400000 AS day, activity_id, fraud_type, count(*) AS n
	FROM consultation
	WHERE occurred_at >= ? AND occurred_at < ?
	  AND merged_into IS NULL AND (voided IS NULL OR coalesce(json_extract(voided, '$.on'), 0) = 0)
	GROUP BY 1, 2, 3
) c
LEFT JOIN activity x ON x.id = c.activity_id
LEFT JOIN activity a ON a.id = coalesce(x.merged_into, x.id)
WHERE 1 = 1 {units}
GROUP BY 1, 2, 3`

// figureQuick is the rest of M08: advice given without a form.
const figureQuick = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, sum(max(a.consult_quick, 0))
FROM activity a
WHERE a.start_at >= ? AND a.start_at < ? AND a.state IN ('open', 'done')
  AND a.merged_into IS NULL AND coalesce(json_extract(a.voided, '$.on'), 0) = 0 {units}
GROUP BY 1, 2, 3`

// figureAttendance counts people who signed in; the code is the activity's kind.
const figureAttendance = `
SELECT (a.start_at + 28800000) / 86400000, a.lead_unit_id, a.kind, count(*)
FROM attendance t
JOIN activity x ON x.id = t.activity_id AND coalesce(json_extract(x.voided, '$.on'), 0) = 0
JOIN activity a ON a.id = coalesce(x.merged_into, x.id)
WHERE a.start_at >= ? AND a.start_at < ? AND a.state IN ('open', 'done')
  AND coalesce(json_extract(a.voided, '$.on'), 0) = 0
  AND t.merged_into IS NULL AND coalesce(json_extract(t.voided, '$.on'), 0) = 0
  AND json_array_length(coalesce(t.sign_ins, '[]')) > 0 {units}
GROUP BY 1, 2, 3`

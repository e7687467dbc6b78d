package model

// StandingMove is the SQL condition under which a stock_move under the alias t counts. Of
// what was counted by hand at one activity only the latest statement does: two officers
// who each count the returned leaflets have not brought them back twice. The earlier one
// stays on record, and the day's closing asks which is right.
const StandingMove = `(t.activity_id IS NULL OR NOT EXISTS (SELECT 1 FROM stock_move o
	WHERE o.activity_id = t.activity_id AND o.material_id = t.material_id AND o.kind = t.kind AND coalesce(json_extract(o.voided, '$.on'), 0) = 0
	AND (o.created_at > t.created_at OR o.created_at = t.created_at AND o.id > t.id)))`

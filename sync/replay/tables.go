package main

import "fieldkit/sync/schema"

// tables are the workload's. With sealed, what names a person is sealed; else
// every column lies open, as in the plain tables it is compared with.
func tables(sealed bool) *schema.Schema {
	personal := func(c schema.Column) schema.Column {
		if sealed {
			return c
		}
		return c.Open("a benchmark's invented data")
	}
	text := func(number uint16, name string) schema.Column {
		return schema.TextCol(number, name).Open("a benchmark's invented data")
	}
	dead := schema.BoolCol(100, "dead") // deleting is voiding
	return schema.MustNew(
		&schema.Table{Number: 1, Name: "activity", Columns: []schema.Column{text(1, "title"), text(2, "kind"), text(3, "town"), text(4, "venue"), schema.IntCol(5, "starts_at"),
			schema.IntCol(6, "ends_at"), text(7, "organizer"), text(8, "staff"), personal(schema.TextCol(9, "note")), dead}},
		&schema.Table{Number: 2, Name: "consultation", Columns: []schema.Column{text(1, "activity_id"), schema.IntCol(2, "consulted_at"), text(3, "town"), text(4, "village"),
			personal(schema.TextCol(5, "name")), text(6, "gender"), schema.IntCol(7, "age"), personal(schema.TextCol(8, "phone")), text(9, "fraud_type"), text(10, "channel"), schema.IntCol(11, "amount"),
			text(12, "status"), personal(schema.TextCol(13, "note")), text(14, "recorder"), dead}},
		&schema.Table{Number: 3, Name: "attendance", Columns: []schema.Column{text(1, "activity_id"), personal(schema.TextCol(2, "name")), text(3, "gender"), schema.IntCol(4, "age"),
			personal(schema.TextCol(5, "phone")), text(6, "village"), schema.IntCol(7, "signed_at"), dead}},
		&schema.Table{Number: 4, Name: "handout", Columns: []schema.Column{text(1, "activity_id"), text(2, "material_id"), schema.CounterCol(3, "count"), dead}},
	)
}

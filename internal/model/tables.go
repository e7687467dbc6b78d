package model

import "fieldkit/sync/schema"

// Numbers of tables and columns are wire identities: never reused. Columns 1–9
// are common to all tables; an entity's own begin at 10.

// Reasons for which a text may lie open on disk.
const (
	public = "may be printed for the public"
	office = "office use, not personal"
)

// common are the fields of every row.
func common() []schema.Column {
	return []schema.Column{
		schema.IntCol(1, "created_at").First(), // ms
		schema.RefCol(2, "created_by").First(), // officer
		schema.RefCol(3, "device_id").First(),
		schema.JSONCol(4, "voided").Open(office), // {on, reason, by, at}; NULL when it never was
		schema.TextCol(5, "note"),
		schema.JSONCol(6, "reviewed").Open(office), // {by, at}
		schema.RefCol(7, "merged_into"),
		schema.IntCol(8, "redacted_at"), // ms
	}
}

func table(number uint16, name string, columns []schema.Column, indexes ...[]string) *schema.Table {
	return &schema.Table{Number: number, Name: name, Columns: append(common(), columns...), Indexes: indexes}
}

// Schema is every replicated table.
var Schema = schema.MustNew(
	table(1, "unit", []schema.Column{
		schema.TextCol(10, "code").First().Open(public),
		schema.TextCol(11, "name").Open(public),
		schema.TextCol(12, "short_name").Open(public),
		schema.TextCol(13, "department").Open(public),
		schema.RefCol(14, "parent_id"),
		schema.TextCol(15, "report_to").Open(public),
		schema.TextCol(16, "service_phone").Open(public),
		schema.IntCol(17, "teller_headcount"),
		schema.IntCol(18, "staff_headcount"),
	}),
	table(2, "officer", []schema.Column{
		schema.TextCol(10, "staff_no").First().Open(office),
		schema.TextCol(11, "name").Open(office),
		schema.TextCol(12, "initials").Open(office),
		schema.RefCol(13, "unit_id"),
		schema.TextCol(14, "role").Open(office),
		schema.BytesCol(15, "pin_hash"),
		schema.BoolCol(16, "active"),
	}),
	table(3, "device", []schema.Column{
		schema.TextCol(10, "label").Open(office),
		schema.RefCol(11, "owner_unit_id").First(),
		schema.BytesCol(12, "public_key").First().Open("a public key"),
		schema.IntCol(13, "enrolled_at").First(), // ms
		schema.TextCol(14, "state").Open(office), // active, lost, retired
	}),
	table(4, "venue", []schema.Column{
		schema.TextCol(10, "kind").Open(public),
		schema.TextCol(11, "name").Open(public),
		schema.TextCol(12, "town").Open(public),
		schema.TextCol(13, "community").Open(public),
		schema.TextCol(14, "address").Open(public),
		schema.TextCol(15, "contact_name"),
		schema.TextCol(16, "contact_phone"),
		schema.TextCol(17, "licence_no").Open(office),
		schema.IntCol(18, "seats"),
		schema.TextCol(19, "state").Open(public),    // open, closed, suspended
		schema.TextCol(20, "initials").Open(public), // of the name
	}, []string{"kind"}),
	table(5, "material", []schema.Column{
		schema.TextCol(10, "code").First().Open(public),
		schema.TextCol(11, "group").First().Open(public),
		schema.TextCol(12, "name").Open(public),
		schema.TextCol(13, "edition").Open(public),
		schema.IntCol(14, "hotkey"),
		schema.IntCol(15, "unit_cost_fen"),
	}),
	table(6, "activity", []schema.Column{
		schema.TextCol(10, "kind").First().Open(public),
		schema.TextCol(11, "title").Open(public),
		schema.TextCol(12, "state").Open(public), // planned, open, done, cancelled
		schema.IntCol(13, "start_at"),            // ms
		schema.IntCol(14, "end_at"),              // ms
		schema.RefCol(15, "lead_unit_id"),
		schema.RefCol(16, "host_unit_id"),
		schema.SetCol(17, "partner_units"),
		schema.SetCol(18, "officer_ids"),
		schema.RefCol(19, "venue_id"),
		schema.TextCol(20, "place_text").Open(public),
		schema.SetCol(21, "fraud_types"),
		schema.SetCol(22, "topic_tags"),
		schema.SetCol(23, "audience_roles"),
		schema.IntCol(24, "heads_stated"),
		schema.IntCol(25, "elder_heads"),
		schema.CounterCol(26, "heads_counted"),
		schema.CounterCol(27, "consult_quick"),
		schema.CounterCol(28, "app_installs"),
		schema.IntCol(29, "hours_x10"), // tenths of an hour
		schema.TextCol(30, "summary").Open(public),
	}, []string{"start_at"}),
	table(7, "handout", []schema.Column{
		schema.RefCol(10, "activity_id").First(),
		schema.RefCol(11, "material_id").First(),
		schema.CounterCol(12, "qty"),
	}, []string{"activity_id"}),
	table(8, "attendance", []schema.Column{
		schema.RefCol(10, "activity_id").First(),
		schema.TextCol(11, "person_name"),
		schema.TextCol(12, "initials"),
		schema.RefCol(13, "venue_id"),
		schema.TextCol(14, "org_name").Open(office),
		schema.TextCol(15, "role").Open(office),
		schema.TextCol(16, "phone"),
		schema.TextCol(17, "source").First().Open(office), // roster, walk_in
		schema.SetCol(18, "sign_ins"),                     // "device@ms"
		schema.TextCol(19, "absent_reason").Open(office),
		schema.TextCol(20, "deputy_name"),
		schema.IntCol(21, "quiz_score"),
	}, []string{"activity_id"}),
	table(9, "consultation", []schema.Column{
		schema.RefCol(10, "activity_id").First(),
		schema.TextCol(11, "source").Open(office),
		schema.IntCol(12, "occurred_at"), // ms
		schema.RefCol(13, "officer_id"),
		schema.TextCol(14, "fraud_type").Open(public),
		schema.SetCol(15, "channels"),
		schema.TextCol(16, "stage").Open(office),
		schema.IntCol(17, "at_risk_fen"),
		schema.IntCol(18, "loss_fen"),
		schema.IntCol(19, "paid_at"), // ms
		schema.TextCol(20, "pay_method").Open(office),
		schema.TextCol(21, "age_band").Open(office),
		schema.TextCol(22, "gender").Open(office),
		schema.TextCol(23, "occupation").Open(office),
		schema.TextCol(24, "town").Open(office),
		schema.TextCol(25, "person_label"),
		schema.BoolCol(26, "consent"),
		schema.TextCol(27, "phone"),
		schema.TextCol(28, "payer_tail"),
		schema.TextCol(29, "id_tail"),
		schema.IntCol(30, "relatives_advised"),
		schema.TextCol(31, "story"),
		schema.SetCol(32, "advice"),
		schema.TextCol(33, "outcome").Open(office),
		schema.TextCol(34, "alarm_no").Open(office),
		schema.TextCol(35, "follow_up_on").Open(office), // YYYY-MM-DD
		schema.IntCol(36, "closed_at"),                  // ms
		schema.BoolCol(37, "no_indicator"),
	}, []string{"activity_id"}, []string{"occurred_at"}),
	table(10, "placement", []schema.Column{
		schema.RefCol(10, "venue_id").First(),
		schema.RefCol(11, "material_id").First(),
		schema.TextCol(12, "spot").First().Open(public),
		schema.TextCol(13, "kind").Open(public),
		schema.RefCol(14, "activity_id"),
		schema.IntCol(15, "qty"),
		schema.TextCol(16, "from_on").Open(public), // YYYY-MM-DD
		schema.TextCol(17, "to_on").Open(public),
		schema.IntCol(18, "led_runs_per_day"),
		schema.TextCol(19, "shown_phone").Open(public),
	}, []string{"venue_id"}),
	table(11, "issue", []schema.Column{
		schema.RefCol(10, "placement_id").First(),
		schema.RefCol(11, "activity_id").First(),
		schema.IntCol(12, "qty"),
	}, []string{"activity_id"}),
	table(12, "setting", []schema.Column{
		schema.TextCol(10, "key").First().Open(office),
		schema.JSONCol(11, "value").Open(office),
	}),
)

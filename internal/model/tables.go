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
		schema.LongTextCol(5, "note"),
		schema.JSONCol(6, "reviewed").Open(office), // {by, at}
		schema.RefCol(7, "merged_into"),
		schema.IntCol(8, "redacted_at").First(), // ms; set once, empties what is personal
	}
}

func table(number uint16, name string, columns []schema.Column, indexes ...[]string) *schema.Table {
	return &schema.Table{Number: number, Name: name, Columns: append(common(), columns...), Indexes: indexes, RedactedBy: "redacted_at", MergedInto: "merged_into"}
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
		schema.TextCol(15, "contact_name").Redactable(),
		schema.TextCol(16, "contact_phone").Redactable(),
		schema.TextCol(17, "licence_no").Open(office),
		schema.IntCol(18, "seats"),
		schema.TextCol(19, "state").Open(public),    // open, closed, suspended
		schema.TextCol(20, "initials").Open(public), // of the name
		schema.SetCol(21, "photo_ids"),
	}, []string{"kind"}),
	table(5, "material", []schema.Column{
		schema.TextCol(10, "code").First().Open(public),
		schema.TextCol(11, "group").First().Open(public),
		schema.TextCol(12, "name").Open(public),
		schema.TextCol(13, "edition").Open(public),
		schema.IntCol(14, "hotkey"),
		schema.IntCol(15, "unit_cost_fen"),
		schema.IntCol(16, "low_stock"), // pieces left at which a unit fetches more; NULL leaves it to the kit
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
		schema.LongTextCol(30, "summary").Open(public),
		schema.SetCol(31, "photo_ids"),
	}, []string{"start_at"}),
	table(7, "handout", []schema.Column{
		schema.RefCol(10, "activity_id").First(),
		schema.RefCol(11, "material_id").First(),
		schema.CounterCol(12, "qty"),
	}, []string{"activity_id"}),
	table(8, "attendance", []schema.Column{
		schema.RefCol(10, "activity_id").First(),
		schema.TextCol(11, "person_name").Redactable(),
		schema.TextCol(12, "initials").Redactable(),
		schema.RefCol(13, "venue_id"),
		schema.TextCol(14, "org_name").Open(office),
		schema.TextCol(15, "role").Open(office),
		schema.TextCol(16, "phone").RedactableBy("phone_redacted_at"),
		schema.TextCol(17, "source").First().Open(office), // roster, walk_in
		schema.SetCol(18, "sign_ins"),                     // "device@ms"
		schema.TextCol(19, "absent_reason").Open(office),
		schema.TextCol(20, "deputy_name").Redactable(),
		schema.IntCol(21, "quiz_score"),
		schema.IntCol(22, "phone_redacted_at").First(), // ms; the telephone is due before the names
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
		schema.TextCol(25, "person_label").Redactable(),
		schema.BoolCol(26, "consent"),
		schema.TextCol(27, "phone").Redactable(),
		schema.TextCol(28, "payer_tail").Redactable(),
		schema.TextCol(29, "id_tail").Redactable(),
		schema.IntCol(30, "relatives_advised"),
		schema.LongTextCol(31, "story").Redactable(),
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
		schema.SetCol(20, "photo_ids"),
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
	table(13, "role_head", []schema.Column{ // heads of one role where nobody signs by name
		schema.RefCol(10, "activity_id").First(),
		schema.TextCol(11, "role").First().Open(office),
		schema.IntCol(12, "heads"),
	}, []string{"activity_id"}),
	table(14, "household", []schema.Column{ // one door; never a resident's name
		schema.RefCol(10, "activity_id").First(),
		schema.TextCol(11, "door_key").First(),
		schema.TextCol(12, "result").Open(office),
		schema.IntCol(13, "talked"),
		schema.IntCol(14, "elder_talked"),
	}, []string{"activity_id"}),
	table(15, "stock_move", []schema.Column{
		schema.TextCol(10, "kind").First().Open(office),
		schema.TextCol(11, "batch_no").First().Open(office),
		schema.TextCol(12, "printed_on").First().Open(office), // YYYY-MM-DD
		schema.RefCol(13, "material_id").First(),
		schema.RefCol(14, "from_unit").First(),
		schema.RefCol(15, "to_unit").First(),
		schema.IntCol(16, "qty").First(),
		schema.RefCol(17, "activity_id").First(), // of a return after an activity
	}, []string{"material_id"}),
	table(16, "indicator", []schema.Column{ // what the fraud used; never who someone is
		schema.TextCol(10, "kind").First().Open(office),
		schema.TextCol(11, "value").First().Open("a scam's number, account or site, not a person's"),
		schema.TextCol(12, "bank_or_platform").Open(office),
		schema.TextCol(13, "status").Open(office),
		schema.SetCol(14, "fraud_types"),
	}),
	table(17, "consultation_indicator", []schema.Column{
		schema.RefCol(10, "consultation_id").First(),
		schema.RefCol(11, "indicator_id").First(),
		schema.TextCol(12, "role").Open(office),
	}, []string{"consultation_id"}, []string{"indicator_id"}),
	table(18, "linkage_action", []schema.Column{
		schema.RefCol(10, "consultation_id").First(),
		schema.TextCol(11, "kind").First().Open(office),
		schema.IntCol(12, "at"), // ms
		schema.RefCol(13, "unit_id"),
		schema.RefCol(14, "counterpart_unit_id"),
		schema.IntCol(15, "amount_fen"),
		schema.TextCol(16, "result").Open(office),
		schema.TextCol(17, "doc_no").Open(office),
	}, []string{"consultation_id"}),
	table(19, "outcome", []schema.Column{
		schema.TextCol(10, "kind").First().Open(office),
		schema.TextCol(11, "ref_no").First().Open(office),
		schema.TextCol(12, "occurred_on").Open(office), // YYYY-MM-DD
		schema.TextCol(13, "source").Open(office),
		schema.IntCol(14, "averted_fen"),
		schema.IntCol(15, "recovered_fen"),
		schema.IntCol(16, "persons"),
		schema.RefCol(17, "lead_unit_id"),
		schema.SetCol(18, "partner_units"),
		schema.RefCol(19, "consultation_id"), // it came from
	}, []string{"occurred_on"}),
	table(20, "inspection", []schema.Column{
		schema.RefCol(10, "placement_id").First(),
		schema.IntCol(11, "at").First(), // ms
		schema.RefCol(12, "officer_id").First(),
		schema.TextCol(13, "result").Open(office),
		schema.BoolCol(14, "fixed_on_spot"),
		schema.SetCol(15, "photo_ids"),
	}, []string{"placement_id"}),
	table(21, "post", []schema.Column{
		schema.TextCol(10, "channel").First().Open(public),
		schema.TextCol(11, "account").Open(public),
		schema.IntCol(12, "posted_at"), // ms
		schema.TextCol(13, "title").Open(public),
		schema.TextCol(14, "url").Open(public),
		schema.RefCol(15, "digest_id"),
		schema.RefCol(16, "slogan_id"),
		schema.CounterCol(17, "forwards"), // a post counts 1 + forwards
		schema.IntCol(18, "reads"),
		schema.TextCol(19, "purpose").Open(office),
		schema.TextCol(20, "via").Open(office),
		schema.RefCol(21, "unit_id"),
	}, []string{"posted_at"}),
	table(22, "case_digest", []schema.Column{
		schema.TextCol(10, "title").Open(public),
		schema.SetCol(11, "fraud_types"),
		schema.LongTextCol(12, "elements").Open("written without names"),
		schema.LongTextCol(13, "article").Open("written for the public"),
		schema.SetCol(14, "from_consultations"),
		schema.TextCol(15, "state").Open(office), // draft, checked, released
		schema.IntCol(16, "released_at"),         // ms
	}),
	table(23, "slogan", []schema.Column{
		schema.TextCol(10, "text").First().Open(public),
		schema.RefCol(11, "digest_id"),
	}),
	table(24, "plan", []schema.Column{
		schema.IntCol(10, "year").First(),
		schema.TextCol(11, "kind").First().Open(office), // annual, campaign, contingency
		schema.RefCol(12, "unit_id").First(),
		schema.TextCol(13, "title").Open(office),
		schema.LongTextCol(14, "body").Open(office),
		schema.TextCol(15, "effective_on").Open(office),
		schema.TextCol(16, "revised_on").Open(office),
	}),
	table(25, "plan_target", []schema.Column{
		schema.RefCol(10, "plan_id").First(),
		schema.TextCol(11, "metric").First().Open(office),
		schema.RefCol(12, "unit_id").First(),
		schema.TextCol(13, "period_code").First().Open(office),
		schema.IntCol(14, "value"),
	}, []string{"plan_id"}),
	table(26, "plan_item", []schema.Column{
		schema.RefCol(10, "plan_id").First(),
		schema.TextCol(11, "kind").Open(office),
		schema.TextCol(12, "title").Open(office),
		schema.TextCol(13, "due_from").Open(office),
		schema.TextCol(14, "due_to").Open(office),
		schema.TextCol(15, "period_code").Open(office),
		schema.RefCol(16, "lead_unit_id"),
		schema.RefCol(17, "venue_id"),
	}, []string{"plan_id"}),
	table(27, "daily_tally", []schema.Column{
		schema.RefCol(10, "unit_id").First(),
		schema.TextCol(11, "on").First().Open(office), // YYYY-MM-DD
		schema.TextCol(12, "kind").First().Open(office),
		schema.CounterCol(13, "qty"),
		schema.JSONCol(14, "closed").Open(office), // {by, at}
	}),
	table(28, "period", []schema.Column{
		schema.TextCol(10, "code").First().Open(public),
		schema.IntCol(11, "year").First(),
		schema.TextCol(12, "from_on").Open(public),
		schema.TextCol(13, "to_on").Open(public),
	}),
	table(29, "photo", []schema.Column{
		schema.TextCol(10, "sha256").First().Open(office),
		schema.IntCol(11, "taken_at"), // ms
		schema.TextCol(12, "caption").Open(office),
		schema.BoolCol(13, "shows_people"),
		schema.RefCol(14, "activity_id"),
	}, []string{"activity_id"}),
	table(30, "report_run", []schema.Column{
		schema.TextCol(10, "kind").First().Open(office), // R1, R2, R3
		schema.RefCol(11, "unit_id").First(),
		schema.TextCol(12, "from_on").First().Open(office),
		schema.TextCol(13, "to_on").First().Open(office),
		schema.JSONCol(14, "figures").First().Open(office), // frozen when the draft was made
		schema.JSONCol(15, "settings").First().Open(office),
		schema.LongTextCol(16, "text").Open(office),
	}),
	table(31, "export_log", []schema.Column{
		schema.IntCol(10, "at").First(), // ms
		schema.RefCol(11, "officer_id").First(),
		schema.TextCol(12, "what").First().Open(office),
		schema.BoolCol(13, "with_personal").First(),
		schema.TextCol(14, "reason").First().Open(office),
	}),
	table(32, "template", []schema.Column{
		schema.RefCol(10, "unit_id").First(),
		schema.TextCol(11, "name").Open(office),
		schema.JSONCol(12, "form").Open(office), // what opening an activity asks: kind, place, units, officers, topics
	}, []string{"unit_id"}),
)

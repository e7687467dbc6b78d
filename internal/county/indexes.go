package county

// indexes are what the county's own questions need beyond the schema's.
var indexes = map[string][][]string{
	"activity":     {{"lead_unit_id", "start_at"}, {"merged_into"}, {"created_at"}, {"device_id", "created_at"}, {"venue_id"}},
	"consultation": {{"occurred_at", "fraud_type", "age_band", "source", "voided", "merged_into"}, {"fraud_type", "occurred_at"}, {"age_band", "occurred_at"}, {"town", "occurred_at"}, {"device_id", "created_at"}, {"officer_id"}},
	"attendance":   {{"venue_id"}},
	"handout":      {{"material_id"}, {"qty"}},
}

package app

// Indexes are further SQL indexes of a kit: what its lists filter and sort by, wide
// enough that counting reads no row.
var Indexes = map[string][][]string{
	"consultation": {
		{"occurred_at", "voided", "merged_into", "id"}, {"fraud_type", "occurred_at", "voided", "merged_into"}, {"outcome", "loss_fen", "occurred_at", "voided", "merged_into"},
		{"loss_fen", "occurred_at"}, {"at_risk_fen", "occurred_at"}, {"activity_id", "voided", "merged_into"},
	},
	"consultation_indicator": {{"indicator_id", "voided", "consultation_id", "created_at"}},
}

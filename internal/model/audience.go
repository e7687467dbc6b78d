package model

import (
	"slices"
	"strings"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Audiences of rows.
const (
	AudienceEveryone = "everyone"
	AudienceOffice   = "office"
	unitsPrefix      = "units:"
)

// AudienceUnits names the units that may hold a row.
func AudienceUnits(units ...schema.ID) string {
	names := make([]string, 0, len(units))
	for _, u := range units {
		if !u.IsNil() {
			names = append(names, u.String())
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return AudienceOffice
	}
	return unitsPrefix + strings.Join(names, ",")
}

// Entitled tells whether a unit's devices may hold an audience's rows.
func Entitled(audience string, unit schema.ID) bool {
	if audience == AudienceEveryone {
		return true
	}
	list, ok := strings.CutPrefix(audience, unitsPrefix)
	return ok && !unit.IsNil() && slices.Contains(strings.Split(list, ","), unit.String())
}

// Audience is AudienceOf for a replica that belongs to no unit, the county's.
func Audience(tx *replica.Tx, t *schema.Table, id schema.ID) (string, error) {
	return AudienceOf(tx, t, id, schema.Nil)
}

// AudienceOf says who may hold a row that a device of a unit writes. What is no person's lies with everyone:
// registers, activities and counts. A consultation, with its linkage, stays with the unit that
// recorded it, and so do the doors of a household round; an attendance goes to the meeting's lead, host and partner units
// and to the unit that recorded it. What was exported and which consultations a
// digest came from concerns the office alone. The county holds all.
func AudienceOf(tx *replica.Tx, t *schema.Table, id, unit schema.ID) (string, error) {
	switch t.Name {
	case "consultation", "household", "consultation_indicator", "linkage_action", "indicator":
		return AudienceUnits(unit), nil
	case "export_log", "report_run":
		return AudienceOffice, nil
	case "attendance":
		row, err := tx.Get("attendance", id)
		if err != nil {
			return "", err
		}
		units := []schema.ID{unit}
		if row != nil {
			activity, err := tx.Get("activity", row.Ref("activity_id"))
			if err != nil {
				return "", err
			}
			if activity != nil {
				units = append(units, activity.Ref("lead_unit_id"), activity.Ref("host_unit_id"))
				for _, text := range activity.Strings("partner_units") {
					if partner, err := schema.ParseID(text); err == nil {
						units = append(units, partner)
					}
				}
			}
		}
		return AudienceUnits(units...), nil
	}
	return AudienceEveryone, nil
}

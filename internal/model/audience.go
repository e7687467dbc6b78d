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
// recorded it, whoever corrects it; one of a shift of the 110 desk also goes to the units that staff the
// shift. The doors of a household round stay with the recording unit too, a unit's templates with that unit. An attendance goes to the
// meeting's lead, host and partner units, to the units whose officers take part
// and to the unit that recorded it. What was exported and which consultations a
// digest came from concerns the office alone. The county holds all.
func AudienceOf(tx *replica.Tx, t *schema.Table, id, unit schema.ID) (string, error) {
	switch t.Name {
	case "consultation":
		units, err := consultationUnits(tx, id, unit)
		return AudienceUnits(units...), err
	case "consultation_indicator", "linkage_action":
		row, err := tx.Get(t.Name, id)
		if err != nil || row == nil {
			return AudienceUnits(unit), err
		}
		units, err := consultationUnits(tx, row.Ref("consultation_id"), unit)
		return AudienceUnits(units...), err
	case "household", "indicator":
		recorder, err := recordedBy(tx, t.Name, id, unit)
		return AudienceUnits(recorder), err
	case "template":
		row, err := tx.Get(t.Name, id)
		if err != nil || row == nil || row.Ref("unit_id").IsNil() {
			return AudienceUnits(unit), err
		}
		return AudienceUnits(row.Ref("unit_id")), nil
	case "export_log", "report_run":
		return AudienceOffice, nil
	case "attendance":
		recorder, err := recordedBy(tx, t.Name, id, unit)
		if err != nil {
			return "", err
		}
		units := []schema.ID{recorder}
		if row, err := tx.Get("attendance", id); err != nil {
			return "", err
		} else if row != nil {
			activity, err := known(tx, "activity", row.Ref("activity_id"))
			if err != nil {
				return "", err
			}
			if activity != nil {
				units = append(units, activity.Ref("host_unit_id"))
				units = append(units, refs(activity.Strings("partner_units"))...)
				staff, err := staffUnits(tx, activity)
				if err != nil {
					return "", err
				}
				units = append(units, staff...)
			}
		}
		return AudienceUnits(units...), nil
	}
	return AudienceEveryone, nil
}

// consultationUnits are the units that hold a consultation.
func consultationUnits(tx *replica.Tx, id, unit schema.ID) ([]schema.ID, error) {
	recorder, err := recordedBy(tx, "consultation", id, unit)
	if err != nil {
		return nil, err
	}
	units := []schema.ID{recorder}
	row, err := known(tx, "consultation", id)
	if err != nil || row == nil {
		return units, err
	}
	activity, err := known(tx, "activity", row.Ref("activity_id"))
	if err != nil || activity == nil || activity.Text("kind") != "desk_shift" {
		return units, err
	}
	staff, err := staffUnits(tx, activity)
	return append(units, staff...), err
}

// staffUnits are the unit that leads an activity and those whose officers take part.
func staffUnits(tx *replica.Tx, activity *replica.Row) ([]schema.ID, error) {
	units := []schema.ID{activity.Ref("lead_unit_id")}
	for _, id := range refs(activity.Strings("officer_ids")) {
		officer, err := tx.Get("officer", id)
		if err != nil {
			return nil, err
		}
		if officer != nil {
			units = append(units, officer.Ref("unit_id"))
		}
	}
	return units, nil
}

// recordedBy is the unit whose device recorded a row first: a correction by another
// unit or by the county goes to where the row is. unit is that of the writing device,
// for a row that is new or whose device is not known here.
func recordedBy(tx *replica.Tx, table string, id, unit schema.ID) (schema.ID, error) {
	row, err := known(tx, table, id)
	if err != nil || row == nil || row.Ref("device_id") == tx.Replica() {
		return unit, err
	}
	device, err := known(tx, "device", row.Ref("device_id"))
	if err != nil || device == nil {
		return unit, err
	}
	return device.Ref("owner_unit_id"), nil
}

// refs are the ids in a set.
func refs(texts []string) []schema.ID {
	var out []schema.ID
	for _, text := range texts {
		if id, err := schema.ParseID(text); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// known is a row that something refers to, nil when it refers to nothing.
func known(tx *replica.Tx, table string, id schema.ID) (*replica.Row, error) {
	if id.IsNil() {
		return nil, nil
	}
	return tx.Get(table, id)
}

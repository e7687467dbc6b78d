package model

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fieldkit/sync/schema"
)

// Rows that several laptops may create independently carry ids derived from
// their natural keys, so that they merge instead of doubling. An id is computed
// once, when the row is created, and never again.

// Norm brings a name into the one form in which natural keys compare: NFKC
// (which also narrows full-width letters), white space dropped, Latin letters in
// lower case.
func Norm(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}

// UnitID is the id of a unit by its code.
func UnitID(realm schema.ID, code string) schema.ID { return schema.Derive(realm, "unit", code) }

// OfficerID is the id of an officer by unit code and staff number.
func OfficerID(realm schema.ID, unitCode, staffNo string) schema.ID {
	return schema.Derive(realm, "officer", unitCode, staffNo)
}

// VenueID is the id of a venue by kind, town and name.
func VenueID(realm schema.ID, kind, town, name string) schema.ID {
	return schema.Derive(realm, "venue", kind, town, Norm(name))
}

// MaterialID is the id of a material by its code.
func MaterialID(realm schema.ID, code string) schema.ID {
	return schema.Derive(realm, "material", code)
}

// Place is where an activity is held: a known venue, or words.
type Place struct {
	Venue schema.ID
	Text  string
}

// ActivityID is the id of an unplanned activity: two laptops that open the same
// kind on the same half day, at the same place, for the same unit mean one. seq is 1;
// what comes after one that is over, voided or cancelled has the next.
func ActivityID(realm schema.ID, kind, date string, lead schema.ID, place Place, half string, seq int) schema.ID {
	where := Norm(place.Text)
	if !place.Venue.IsNil() {
		where = place.Venue.String()
	}
	return schema.Derive(realm, "activity", kind, date, lead.String(), where, half, fmt.Sprint(seq))
}

// HandoutID is the id of the tally of one material at one activity.
func HandoutID(realm, activity, material schema.ID) schema.ID {
	return schema.Derive(realm, "handout", activity.String(), material.String())
}

// AttendanceID is the id of a person at a meeting; n tells namesakes of one
// organisation apart, from 1. org is a venue's id or a name.
func AttendanceID(realm, activity schema.ID, org, person string, n int) schema.ID {
	return schema.Derive(realm, "attendance", activity.String(), org, Norm(person), fmt.Sprint(n))
}

// OrgKey is the organisation part of an attendance's key.
func OrgKey(venue schema.ID, name string) string {
	if !venue.IsNil() {
		return venue.String()
	}
	return Norm(name)
}

// PlacementID is the id of what hangs at one spot of a venue.
func PlacementID(realm, venue, material schema.ID, spot string) schema.ID {
	return schema.Derive(realm, "placement", venue.String(), material.String(), spot)
}

// IssueID is the id of what one meeting gave to a placement.
func IssueID(realm, placement, activity schema.ID) schema.ID {
	return schema.Derive(realm, "issue", placement.String(), activity.String())
}

// SettingID is the id of a setting by its key.
func SettingID(realm schema.ID, key string) schema.ID { return schema.Derive(realm, "setting", key) }

// RoleHeadID is the id of the heads of one role at an activity.
func RoleHeadID(realm, activity schema.ID, role string) schema.ID {
	return schema.Derive(realm, "role_head", activity.String(), role)
}

// HouseholdID is the id of one door of a household round.
func HouseholdID(realm, activity schema.ID, door string) schema.ID {
	return schema.Derive(realm, "household", activity.String(), Norm(door))
}

// TemplateID is the id of a unit's template by its first name; n tells templates apart
// of which one was renamed since, from 1.
func TemplateID(realm, unit schema.ID, name string, n int) schema.ID {
	return schema.Derive(realm, "template", unit.String(), Norm(name), fmt.Sprint(n))
}

// IndicatorID is the id of an indicator by its kind and canonical value.
func IndicatorID(realm schema.ID, kind, canonical string) schema.ID {
	return schema.Derive(realm, "indicator", kind, canonical)
}

// ConsultationIndicatorID is the id of the link between the two.
func ConsultationIndicatorID(realm, consultation, indicator schema.ID) schema.ID {
	return schema.Derive(realm, "ci", consultation.String(), indicator.String())
}

// OutcomeID is the id of an outcome with a reference number. Of a case with
// several batches (caught, recovered) the date tells them apart.
func OutcomeID(realm schema.ID, kind, refNo, occurredOn string) schema.ID {
	if kind == "caught" || kind == "recovered" {
		return schema.Derive(realm, "outcome", kind, Norm(refNo), occurredOn)
	}
	return schema.Derive(realm, "outcome", kind, Norm(refNo))
}

// PostID is the id of a post by its channel and canonical link.
func PostID(realm schema.ID, channel, link string) schema.ID {
	return schema.Derive(realm, "post", channel, link)
}

// SloganID is the id of a slogan by its words.
func SloganID(realm schema.ID, text string) schema.ID {
	return schema.Derive(realm, "slogan", Norm(text))
}

// PlanID is the id of a unit's plan of a kind in a year.
func PlanID(realm schema.ID, year int, kind string, unit schema.ID, seq int) schema.ID {
	return schema.Derive(realm, "plan", fmt.Sprint(year), kind, unit.String(), fmt.Sprint(seq))
}

// TargetID is the id of one target of a plan.
func TargetID(realm, plan schema.ID, metric string, unit schema.ID, period string) schema.ID {
	return schema.Derive(realm, "target", plan.String(), metric, unit.String(), period)
}

// PlannedActivityID is the id of the activity that a plan's item becomes; seq is 1 until
// that one was voided or cancelled and the item was opened anew.
func PlannedActivityID(realm, item schema.ID, seq int) schema.ID {
	if seq == 1 {
		return schema.Derive(realm, "activity", item.String())
	}
	return schema.Derive(realm, "activity", item.String(), fmt.Sprint(seq))
}

// TallyID is the id of a unit's tally of a kind on a day.
func TallyID(realm, unit schema.ID, on, kind string) schema.ID {
	return schema.Derive(realm, "tally", unit.String(), on, kind)
}

// PeriodID is the id of a period of a year.
func PeriodID(realm schema.ID, year int, code string) schema.ID {
	return schema.Derive(realm, "period", fmt.Sprint(year), code)
}

// PhotoID is the id of a photo by the hash of its bytes, in hexadecimal.
func PhotoID(realm schema.ID, sha256 string) schema.ID {
	return schema.Derive(realm, "photo", sha256)
}

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
// kind on the same half day, at the same place, for the same unit mean one.
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

package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Find finds people by the initials of their name or organisation, by a part of
// either, or by the end of their telephone number; those not signed in first.
func (m *Meetings) Find(meeting schema.ID, query string) ([]Attendee, error) {
	r, err := m.s.open()
	if err != nil {
		return nil, err
	}
	d := m.s.directory(r)
	out := []Attendee{}
	key := model.Norm(query)
	exact := map[schema.ID]int{}
	err = r.Each(context.Background(), "attendance", "WHERE activity_id = ?", []any{meeting}, func(p *replica.Row) error {
		if !live(p) {
			return nil
		}
		a, err := d.attendee(p)
		if err != nil {
			return err
		}
		digits := key != "" && strings.Trim(key, "0123456789") == "" && strings.HasSuffix(p.Text("phone"), key)
		byName := model.MatchName(a.Name, p.Text("initials"), query)
		if byName || digits || model.MatchName(a.Org, model.Initials(a.Org), query) {
			if byName {
				exact[a.ID] = 1
			}
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Attendee) int {
		if exact[a.ID] != exact[b.ID] {
			return exact[b.ID] - exact[a.ID]
		}
		if a.Signed != b.Signed {
			if b.Signed {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name+a.Org, b.Name+b.Org)
	})
	return out[:min(len(out), 50)], nil
}

// SignIn marks a person as present; doing it again changes nothing.
func (m *Meetings) SignIn(attendance schema.ID) (Meeting, error) {
	return m.person(attendance, func(tx *replica.Tx, row *replica.Row) error {
		if len(row.Strings("sign_ins")) > 0 {
			return nil
		}
		return signIn(tx, attendance)
	})
}

func signIn(tx *replica.Tx, attendance schema.ID) error {
	return tx.Include("attendance", attendance, "sign_ins", fmt.Sprintf("%s@%d", tx.Replica(), tx.Now().UnixMilli()))
}

// UndoSignIn takes back the sign-ins that are known here; one made meanwhile on
// another laptop stands.
func (m *Meetings) UndoSignIn(attendance schema.ID) (Meeting, error) {
	return m.person(attendance, func(tx *replica.Tx, row *replica.Row) error {
		return tx.Exclude("attendance", attendance, "sign_ins", row.Strings("sign_ins")...)
	})
}

// SetAbsent notes why a person is not there; "" clears it. Who came instead is known only
// of one who sent a deputy.
func (m *Meetings) SetAbsent(attendance schema.ID, reason string) (Meeting, error) {
	return m.note(attendance, func(row *replica.Row) (schema.Values, error) {
		values := schema.Values{"absent_reason": text(reason)}
		if reason != "sent_deputy" && !row.Null("deputy_name") {
			values["deputy_name"] = nil
		}
		return values, model.OneOf("absent_reason", "缺席原因", "a reason", "absent_reason", reason, false)
	})
}

// SetDeputy notes who came instead of a person; "" clears the name.
func (m *Meetings) SetDeputy(attendance schema.ID, name string) (Meeting, error) {
	return m.note(attendance, func(*replica.Row) (schema.Values, error) {
		name = strings.TrimSpace(name)
		return schema.Values{"absent_reason": "sent_deputy", "deputy_name": text(name)}, model.Text("deputy_name", "代签人", "The deputy's name", name, 20, false)
	})
}

// SetScore notes what a person reached in the quiz, 0 to 100; nil clears it.
func (m *Meetings) SetScore(attendance schema.ID, score *int64) (Meeting, error) {
	return m.note(attendance, func(*replica.Row) (schema.Values, error) {
		if score == nil {
			return schema.Values{"quiz_score": nil}, nil
		}
		return schema.Values{"quiz_score": *score}, model.Range("quiz_score", "测验分", "The score", *score, 0, 100)
	})
}

// note writes what is noted of a person beside the sign-in, and keeps what stood before.
func (m *Meetings) note(attendance schema.ID, of func(*replica.Row) (schema.Values, error)) (Meeting, error) {
	return m.person(attendance, func(tx *replica.Tx, row *replica.Row) error {
		values, err := of(row)
		if err != nil {
			return err
		}
		keep := m.s.remember(tx, "attendance", row)
		if err := tx.Put("attendance", attendance, values); err != nil {
			return err
		}
		return keep()
	})
}

func (m *Meetings) person(attendance schema.ID, fn func(*replica.Tx, *replica.Row) error) (Meeting, error) {
	var meeting schema.ID
	err := m.s.update(func(tx *replica.Tx) error {
		row, err := tx.Get("attendance", attendance)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("名册上找不到这个人，可以用“补录”。", "This person is not on the roster; add a walk-in.")
		}
		meeting = row.Ref("activity_id")
		return fn(tx, row)
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

// WalkIn adds a person who is not on the roster and signs them in. A namesake
// of the same organisation who has signed in already becomes a second person.
func (m *Meetings) WalkIn(meeting schema.ID, r RosterRow) (Meeting, error) {
	err := m.s.update(func(tx *replica.Tx) error {
		if _, err := activityOf(tx, meeting); err != nil {
			return err
		}
		if err := r.check(); err != nil {
			return err
		}
		venue, err := m.venueOf(tx, &r)
		if err != nil {
			return err
		}
		org := model.OrgKey(venue, r.Org)
		for n := 1; ; n++ {
			id, err := m.attendanceID(meeting, org, r.Name, n)
			if err != nil {
				return err
			}
			row, err := tx.Get("attendance", id)
			if err != nil {
				return err
			}
			if row != nil && len(row.Strings("sign_ins")) > 0 {
				continue
			}
			if err := m.addPerson(tx, meeting, venue, org, &r, n, "walk_in"); err != nil {
				return err
			}
			return signIn(tx, id)
		}
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

// Give notes that every café that has signed in was given so many of a
// material. It is a statement: said twice, or on two laptops, it counts once.
func (m *Meetings) Give(meeting, material schema.ID, each int64) (Meeting, error) {
	err := m.s.update(func(tx *replica.Tx) error {
		if err := model.Range("qty", "每家数量", "The number for each", each, 0, model.MaxTap); err != nil {
			return err
		}
		if _, err := activityOf(tx, meeting); err != nil {
			return err
		}
		r, err := m.s.open()
		if err != nil {
			return err
		}
		survivors, err := r.Survivors(tx.Context(), "venue")
		if err != nil {
			return err
		}
		people, err := tx.Select("attendance", "WHERE activity_id = ?", meeting)
		if err != nil {
			return err
		}
		done := map[schema.ID]bool{}
		for _, p := range people {
			venue := survivor(survivors, p.Ref("venue_id"))
			if !live(p) || venue.IsNil() || done[venue] || len(p.Strings("sign_ins")) == 0 {
				continue
			}
			done[venue] = true
			if err := m.giveVenue(tx, meeting, venue, material, each); err != nil {
				return err
			}
		}
		if len(done) == 0 {
			return refuse("qty", "还没有网吧签到，先签到再发放。", "Nobody has signed in yet; sign people in first.")
		}
		return nil
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

// placementOf is what a material becomes on a wall, and where it hangs.
func placementOf(group string) (kind, spot string) {
	switch group {
	case "slogan_strip":
		return "slogan", "entrance"
	case "sign":
		return "warning_sign", "counter"
	case "board":
		return "display_board", "entrance"
	case "hotline_card":
		return "hotline_notice", "counter"
	}
	return "poster", "wall"
}

package app

import (
	"cmp"
	"context"
	"slices"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// CafeRate is how often a venue came to the meetings it was invited to.
type CafeRate struct {
	VenueID  schema.ID `json:"venue_id"`
	Venue    string    `json:"venue"`
	Town     string    `json:"town"`
	Invited  int       `json:"invited"`
	Attended int       `json:"attended"`
	LastAt   int64     `json:"last_at"`  // ms of the last meeting attended
	InARow   int       `json:"in_a_row"` // meetings missed since then
}

// Rates lists the venues of the unit's café meetings, those that come least first.
func (m *Meetings) Rates() ([]CafeRate, error) {
	r, err := m.s.open()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	meetings, err := r.Select(ctx, "activity", "WHERE kind = 'cafe_meeting' AND state IN ('open', 'done') ORDER BY start_at")
	if err != nil {
		return nil, err
	}
	survivors, err := r.Survivors(ctx, "venue")
	if err != nil {
		return nil, err
	}
	rates := map[schema.ID]*CafeRate{}
	for _, meeting := range meetings {
		if !live(meeting) {
			continue
		}
		came := map[schema.ID]bool{}
		if err := r.Each(ctx, "attendance", "WHERE activity_id = ?", []any{meeting.ID}, func(p *replica.Row) error {
			venue := survivor(survivors, p.Ref("venue_id"))
			if live(p) && !venue.IsNil() {
				came[venue] = came[venue] || len(p.Strings("sign_ins")) > 0 || p.Text("absent_reason") == "sent_deputy"
			}
			return nil
		}); err != nil {
			return nil, err
		}
		for venue, there := range came {
			rate := rates[venue]
			if rate == nil {
				rate = &CafeRate{VenueID: venue}
				rates[venue] = rate
			}
			rate.Invited++
			rate.InARow++
			if there {
				rate.Attended, rate.InARow, rate.LastAt = rate.Attended+1, 0, meeting.Int("start_at")
			}
		}
	}
	out := []CafeRate{}
	for id, rate := range rates {
		venue, err := r.Get(ctx, "venue", id)
		if err != nil {
			return nil, err
		}
		if venue == nil || voided(venue) {
			continue
		}
		rate.Venue, rate.Town = venue.Text("name"), venue.Text("town")
		out = append(out, *rate)
	}
	slices.SortFunc(out, func(a, b CafeRate) int {
		return cmp.Or(cmp.Compare(a.Attended*b.Invited, b.Attended*a.Invited), cmp.Compare(b.Invited, a.Invited), cmp.Compare(a.Venue, b.Venue))
	})
	return out, nil
}

// GivenVenue is what one café was given at a meeting.
type GivenVenue struct {
	VenueID schema.ID `json:"venue_id"`
	Venue   string    `json:"venue"`
	Qty     int64     `json:"qty"`
	Signed  bool      `json:"signed"`
}

// GivenTo lists the meeting's venues with what each was given of a material.
func (m *Meetings) GivenTo(meeting, material schema.ID) ([]GivenVenue, error) {
	r, err := m.s.open()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	d := m.s.directory(r)
	survivors, err := r.Survivors(ctx, "venue")
	if err != nil {
		return nil, err
	}
	lines := map[schema.ID]*GivenVenue{}
	if err := r.Each(ctx, "attendance", "WHERE activity_id = ?", []any{meeting}, func(p *replica.Row) error {
		venue := survivor(survivors, p.Ref("venue_id"))
		if !live(p) || venue.IsNil() {
			return nil
		}
		if lines[venue] == nil {
			name, err := d.name("venue", venue)
			if err != nil {
				return err
			}
			lines[venue] = &GivenVenue{VenueID: venue, Venue: name.Name}
		}
		lines[venue].Signed = lines[venue].Signed || len(p.Strings("sign_ins")) > 0
		return nil
	}); err != nil {
		return nil, err
	}
	row, err := r.Get(ctx, "material", material)
	if err != nil {
		return nil, err
	}
	out := []GivenVenue{}
	for venue, line := range lines {
		if row != nil {
			_, spot := placementOf(row.Text("group"))
			issue, err := r.Get(ctx, "issue", model.IssueID(r.Realm(), model.PlacementID(r.Realm(), venue, material, spot), meeting))
			if err != nil {
				return nil, err
			}
			if issue != nil && live(issue) {
				line.Qty = issue.Int("qty")
			}
		}
		out = append(out, *line)
	}
	slices.SortFunc(out, func(a, b GivenVenue) int {
		if a.Signed != b.Signed {
			if a.Signed {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Venue, b.Venue)
	})
	return out, nil
}

// GiveOne states what one café was given.
func (m *Meetings) GiveOne(meeting, venue, material schema.ID, qty int64) (Meeting, error) {
	err := m.s.update(func(tx *replica.Tx) error {
		if _, err := activityOf(tx, meeting); err != nil {
			return err
		}
		return m.giveVenue(tx, meeting, venue, material, qty)
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

// giveVenue states how many pieces a venue was given at a meeting.
func (m *Meetings) giveVenue(tx *replica.Tx, meeting, venue, material schema.ID, qty int64) error {
	if err := model.Range("qty", "每家数量", "The number for each", qty, 0, model.MaxTap); err != nil {
		return err
	}
	row, err := chosen(tx, "material", material)
	if err != nil {
		return err
	}
	if row == nil {
		return missing("找不到这种宣传品。", "This material cannot be found.")
	}
	r, err := m.s.open()
	if err != nil {
		return err
	}
	kind, spot := placementOf(row.Text("group"))
	placement := model.PlacementID(r.Realm(), venue, material, spot)
	if have, err := tx.Get("placement", placement); err != nil {
		return err
	} else if have == nil {
		if err := tx.Put("placement", placement, m.s.created(tx, schema.Values{"venue_id": venue, "material_id": material, "spot": spot, "kind": kind, "activity_id": meeting})); err != nil {
			return err
		}
	}
	return m.s.issue(tx, r, placement, meeting, qty)
}

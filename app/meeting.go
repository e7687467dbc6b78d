package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Meetings are activities with a roster: café owners' meetings, trainings,
// lectures with names.
type Meetings struct{ s *Session }

// NewMeetings makes the service.
func NewMeetings(s *Session) *Meetings { return &Meetings{s} }

// MeetingForm creates a meeting.
type MeetingForm struct {
	Kind         string      `json:"kind"` // "" means cafe_meeting
	Title        string      `json:"title"`
	VenueID      schema.ID   `json:"venue_id"`
	Place        string      `json:"place"`
	HostUnitID   schema.ID   `json:"host_unit_id"`
	PartnerUnits []schema.ID `json:"partner_units"`
	StartAt      int64       `json:"start_at"` // ms, 0 = now
}

// Attendee is a person on a meeting's roster or a walk-in.
type Attendee struct {
	ID       schema.ID `json:"id"`
	Name     string    `json:"name"`
	Phone    string    `json:"phone"` // masked
	Role     string    `json:"role"`
	VenueID  schema.ID `json:"venue_id"`
	Org      string    `json:"org"`
	Source   string    `json:"source"` // roster, walk_in
	Signed   bool      `json:"signed"`
	SignedAt int64     `json:"signed_at"` // ms of the first sign-in that stands
	Device   string    `json:"device"`    // label of the laptop that took it
	Absent   string    `json:"absent"`    // code of the reason
	Deputy   string    `json:"deputy"`    // who came instead
	Score    *int64    `json:"score"`     // of the quiz, 0–100; null when none was noted
	Progress Progress  `json:"progress"`
}

// Given is a material that was given to each café that signed in.
type Given struct {
	MaterialID schema.ID `json:"material_id"`
	Name       string    `json:"name"`
	Venues     int       `json:"venues"`
	Total      int64     `json:"total"`
}

// Meeting is everything the meeting's screen shows.
type Meeting struct {
	Activity   Activity   `json:"activity"`
	Attendees  []Attendee `json:"attendees"`
	Signed     int        `json:"signed"`
	WalkIns    int        `json:"walk_ins"`
	Orgs       int        `json:"orgs"`        // organisations on the roster or walked in
	OrgsSigned int        `json:"orgs_signed"` // with at least one person signed in
	Given      []Given    `json:"given"`
}

// MeetingCard is a meeting in a list.
type MeetingCard struct {
	Activity
	Roster int `json:"roster"`
	Signed int `json:"signed"`
}

var meetingKinds = []string{"cafe_meeting", "training", "lecture"}

// List lists meetings, newest first.
func (m *Meetings) List() ([]MeetingCard, error) {
	out := []MeetingCard{}
	r, err := m.s.open()
	if err != nil {
		return out, err
	}
	rows, err := r.Select(context.Background(), "activity", "WHERE kind IN ('cafe_meeting', 'training', 'lecture') ORDER BY start_at DESC LIMIT 200")
	if err != nil {
		return nil, err
	}
	d := m.s.directory(r)
	for _, row := range rows {
		if !live(row) {
			continue
		}
		a, err := d.activity(row)
		if err != nil {
			return nil, err
		}
		card := MeetingCard{Activity: a}
		if err := r.Each(context.Background(), "attendance", "WHERE activity_id = ?", []any{row.ID}, func(p *replica.Row) error {
			if live(p) {
				card.Roster++
				if len(p.Strings("sign_ins")) > 0 {
					card.Signed++
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		out = append(out, card)
	}
	return out, nil
}

// Create creates a meeting, or joins the one another laptop of the unit has created.
func (m *Meetings) Create(f MeetingForm) (Meeting, error) {
	if f.Kind == "" {
		f.Kind = "cafe_meeting"
	}
	if !slices.Contains(meetingKinds, f.Kind) {
		return Meeting{}, refuse("kind", "请选择会议类别。", "Choose the kind of meeting.")
	}
	var id schema.ID
	err := m.s.update(func(tx *replica.Tx) (err error) {
		o := opening{kind: f.Kind, title: f.Title, venue: f.VenueID, place: f.Place, host: f.HostUnitID, partners: f.PartnerUnits}
		if f.StartAt != 0 {
			o.startAt = time.UnixMilli(f.StartAt)
		}
		id, err = m.s.openActivity(tx, o)
		return err
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(id)
}

// Get reads a meeting with its roster: those not signed in first, each part by organisation.
func (m *Meetings) Get(id schema.ID) (Meeting, error) {
	r, err := m.s.open()
	if err != nil {
		return Meeting{}, err
	}
	ctx := context.Background()
	row, err := r.Get(ctx, "activity", id)
	if err != nil {
		return Meeting{}, err
	}
	if row == nil {
		return Meeting{}, missing("找不到这场会议，请返回列表重新打开。", "This meeting cannot be found; go back to the list and open it again.")
	}
	d := m.s.directory(r)
	out := Meeting{Attendees: []Attendee{}, Given: []Given{}}
	if out.Activity, err = d.activity(row); err != nil {
		return Meeting{}, err
	}
	people, err := r.Select(ctx, "attendance", "WHERE activity_id = ?", id)
	if err != nil {
		return Meeting{}, err
	}
	ids := make([]schema.ID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	states, err := r.Progress(ctx, "attendance", ids)
	if err != nil {
		return Meeting{}, err
	}
	survivors, err := r.Survivors(ctx, "venue")
	if err != nil {
		return Meeting{}, err
	}
	orgs := map[string]bool{}
	for _, p := range people {
		if !live(p) {
			continue
		}
		a, err := d.attendee(p)
		if err != nil {
			return Meeting{}, err
		}
		a.Progress = progress(states[p.ID])
		key := model.OrgKey(survivor(survivors, a.VenueID), a.Org)
		orgs[key] = orgs[key] || a.Signed
		if a.Signed {
			out.Signed++
		}
		if a.Source == "walk_in" {
			out.WalkIns++
		}
		out.Attendees = append(out.Attendees, a)
	}
	out.Orgs = len(orgs)
	for _, signed := range orgs {
		if signed {
			out.OrgsSigned++
		}
	}
	slices.SortFunc(out.Attendees, func(a, b Attendee) int {
		if a.Signed != b.Signed {
			if b.Signed {
				return -1
			}
			return 1
		}
		if c := strings.Compare(a.Org, b.Org); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	out.Given, err = m.given(ctx, r, id)
	return out, err
}

func (m *Meetings) given(ctx context.Context, r *replica.Replica, id schema.ID) ([]Given, error) {
	rows, err := r.Query(ctx, `SELECT m.id, m.name, count(*), sum(i.qty) FROM issue i JOIN placement p ON p.id = i.placement_id JOIN material m ON m.id = p.material_id
		WHERE i.activity_id = ? AND i.qty > 0 AND coalesce(json_extract(i.voided, '$.on'), 0) = 0 GROUP BY m.id ORDER BY m.hotkey`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Given{}
	for rows.Next() {
		var g Given
		if err := rows.Scan(&g.MaterialID, &g.Name, &g.Venues, &g.Total); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

// survivor is the row that stands for one in the end.
func survivor(survivors map[schema.ID]schema.ID, id schema.ID) schema.ID {
	if stands, merged := survivors[id]; merged {
		return stands
	}
	return id
}

func (d *directory) attendee(p *replica.Row) (Attendee, error) {
	a := Attendee{ID: p.ID, Name: p.Text("person_name"), Phone: model.MaskPhone(p.Text("phone")), Role: p.Text("role"), VenueID: p.Ref("venue_id"), Org: p.Text("org_name"),
		Source: p.Text("source"), Absent: p.Text("absent_reason"), Deputy: p.Text("deputy_name")}
	if !p.Null("quiz_score") {
		score := p.Int("quiz_score")
		a.Score = &score
	}
	if !a.VenueID.IsNil() {
		v, err := d.name("venue", a.VenueID)
		if err != nil {
			return a, err
		}
		if v.Name != "" {
			a.Org = v.Name
		}
	}
	for _, s := range p.Strings("sign_ins") {
		device, ms, ok := strings.Cut(s, "@")
		at, err := strconv.ParseInt(ms, 10, 64)
		if !ok || err != nil {
			continue
		}
		if !a.Signed || at < a.SignedAt {
			a.SignedAt = at
			if id, err := schema.ParseID(device); err == nil {
				n, err := d.name("device", id)
				if err != nil {
					return a, err
				}
				a.Device = n.Name
			}
		}
		a.Signed = true
	}
	return a, nil
}

// ImportRoster puts people on the roster. Rows with a problem are left out and
// counted; people already on it stay as they are.
func (m *Meetings) ImportRoster(meeting schema.ID, rows []RosterRow) (Meeting, error) {
	if len(rows) > maxRoster {
		return Meeting{}, refuse("roster", fmt.Sprintf("一次最多导入 %d 人。", maxRoster), fmt.Sprintf("At most %d people at a time.", maxRoster))
	}
	err := m.s.update(func(tx *replica.Tx) error {
		if _, err := activityOf(tx, meeting); err != nil {
			return err
		}
		// Namesakes of one organisation get n = 1, 2, 3 … in the order of the roster.
		count := map[string]int{}
		if !slices.ContainsFunc(rows, func(r RosterRow) bool { return r.check() == nil }) {
			return refuse("roster", "名册里没有可以导入的人，请先改好标红的行。", "Nobody on the roster can be imported; correct the marked rows first.")
		}
		for _, r := range rows {
			if err := r.check(); err != nil {
				continue
			}
			venue, err := m.venueOf(tx, &r)
			if err != nil {
				return err
			}
			org := model.OrgKey(venue, r.Org)
			key := org + "\x1f" + model.Norm(r.Name)
			count[key]++
			if err := m.addPerson(tx, meeting, venue, org, &r, count[key], "roster"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

// venueOf is the venue of a roster row, registering it when asked to.
func (m *Meetings) venueOf(tx *replica.Tx, r *RosterRow) (schema.ID, error) {
	if !r.VenueID.IsNil() {
		row, err := tx.Get("venue", r.VenueID)
		if err == nil && row == nil {
			err = missing("名册里有一家场所还没有登记，请重新选择，或直接写名称。", "A venue on the roster is not registered; choose again, or write its name.")
		}
		return r.VenueID, err
	}
	if !r.CreateVenue || r.Org == "" {
		return schema.Nil, nil
	}
	return m.s.createVenue(tx, VenueForm{Kind: "V01", Name: r.Org, Town: r.Town, LicenceNo: r.Licence})
}

func (m *Meetings) addPerson(tx *replica.Tx, meeting, venue schema.ID, org string, r *RosterRow, n int, source string) error {
	id, err := m.attendanceID(meeting, org, r.Name, n)
	if err != nil {
		return err
	}
	row, err := tx.Get("attendance", id)
	if err != nil {
		return err
	}
	values := schema.Values{"phone": text(r.Phone), "role": text(r.Role)}
	if row != nil {
		// Known already: only what was missing is filled in.
		for column, have := range map[string]string{"phone": row.Text("phone"), "role": row.Text("role")} {
			if have != "" || values[column] == nil {
				delete(values, column)
			}
		}
		if voided(row) {
			values["voided"] = nil
		}
		return tx.Put("attendance", id, values)
	}
	values["activity_id"], values["person_name"], values["initials"] = meeting, strings.TrimSpace(r.Name), model.Initials(r.Name)
	values["venue_id"], values["org_name"], values["source"] = venue, text(r.Org), source
	return tx.Put("attendance", id, m.s.created(tx, values))
}

func (m *Meetings) attendanceID(meeting schema.ID, org, name string, n int) (schema.ID, error) {
	r, err := m.s.open()
	if err != nil {
		return schema.Nil, err
	}
	return model.AttendanceID(r.Realm(), meeting, org, name, n), nil
}

// Close ends a meeting.
func (m *Meetings) Close(meeting schema.ID) (Meeting, error) {
	if _, err := NewBooth(m.s).Finish(meeting); err != nil {
		return Meeting{}, err
	}
	return m.Get(meeting)
}

package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Activities opens, plans and lists activities of every kind.
type Activities struct{ s *Session }

// NewActivities makes the service.
func NewActivities(s *Session) *Activities { return &Activities{s} }

// OpenForm opens an activity, or enters one for later.
type OpenForm struct {
	Kind          string      `json:"kind"`
	Title         string      `json:"title"`
	VenueID       schema.ID   `json:"venue_id"`
	Place         string      `json:"place"` // words, when there is no venue
	LeadUnitID    schema.ID   `json:"lead_unit_id"`
	HostUnitID    schema.ID   `json:"host_unit_id"`
	PartnerUnits  []schema.ID `json:"partner_units"`
	OfficerIDs    []schema.ID `json:"officer_ids"` // who is working here is added by itself
	FraudTypes    []string    `json:"fraud_types"`
	TopicTags     []string    `json:"topic_tags"`
	AudienceRoles []string    `json:"audience_roles"`
	HoursX10      int64       `json:"hours_x10"`
	StartAt       int64       `json:"start_at"` // ms, 0 = now
	Planned       bool        `json:"planned"`  // it is for later and counts once it is opened
	PlanItemID    schema.ID   `json:"plan_item_id"`
	Another       bool        `json:"another,omitzero"` // where one is over already, the next; else that one is shown
}

func (f *OpenForm) opening() opening {
	o := opening{kind: f.Kind, title: f.Title, venue: f.VenueID, place: f.Place, lead: f.LeadUnitID, host: f.HostUnitID, partners: f.PartnerUnits, item: f.PlanItemID, planned: f.Planned, another: f.Another,
		officers: f.OfficerIDs, sets: map[string][]string{"fraud_types": f.FraudTypes, "topic_tags": f.TopicTags, "audience_roles": f.AudienceRoles}, hours: f.HoursX10}
	if f.StartAt != 0 {
		o.startAt = time.UnixMilli(f.StartAt)
	}
	return o
}

// Open opens an activity, or joins the one that another laptop of the unit has
// opened at the same place and half day. Of a plan's item it opens the one activity
// that the item stands for, on whichever laptop. One that is over is joined as it is, and
// stays over, unless Another is asked for.
func (a *Activities) Open(f OpenForm) (ActivityDetail, error) {
	var id schema.ID
	err := a.s.update(func(tx *replica.Tx) (err error) {
		id, err = a.s.openActivity(tx, f.opening())
		return err
	})
	if err != nil {
		return ActivityDetail{}, err
	}
	return a.Get(id)
}

// RoleHead is how many people of one role came where nobody signed by name.
type RoleHead struct {
	Role  string `json:"role"`
	Heads int64  `json:"heads"`
}

// ActivityDetail is an activity with everything that is stated of it.
type ActivityDetail struct {
	Activity
	FraudTypes    []string   `json:"fraud_types"`
	TopicTags     []string   `json:"topic_tags"`
	AudienceRoles []string   `json:"audience_roles"`
	HeadsStated   int64      `json:"heads_stated"`
	HeadsCounted  Count      `json:"heads_counted"`
	HeadsNamed    int64      `json:"heads_named"` // signed in by name
	ElderHeads    int64      `json:"elder_heads"`
	RoleHeads     []RoleHead `json:"role_heads"`
	HoursX10      int64      `json:"hours_x10"`
	Leaflets      int64      `json:"leaflets"`
	Consultations int64      `json:"consultations"`
	Photos        int        `json:"photos"`
	Missing       []string   `json:"missing"` // what closing it still asks for: officers, heads, hours, roles, photos
	Progress      Progress   `json:"progress"`
}

// Get reads one activity.
func (a *Activities) Get(id schema.ID) (ActivityDetail, error) {
	r, err := a.s.open()
	if err != nil {
		return ActivityDetail{}, err
	}
	row, err := r.Get(context.Background(), "activity", id)
	if err != nil {
		return ActivityDetail{}, err
	}
	if row == nil {
		return ActivityDetail{}, missing("找不到这场活动，请返回列表重新打开。", "This activity cannot be found; go back to the list and open it again.")
	}
	return a.detail(r, a.s.directory(r), row)
}

func (a *Activities) detail(r *replica.Replica, d *directory, row *replica.Row) (out ActivityDetail, err error) {
	ctx := context.Background()
	if out.Activity, err = d.activity(row); err != nil {
		return out, err
	}
	out.FraudTypes, out.TopicTags, out.AudienceRoles = list(row.Strings("fraud_types")), list(row.Strings("topic_tags")), list(row.Strings("audience_roles"))
	out.HeadsStated, out.ElderHeads, out.HoursX10 = row.Int("heads_stated"), row.Int("elder_heads"), row.Int("hours_x10")
	out.HeadsCounted, out.Photos = count(row, "heads_counted"), len(row.Strings("photo_ids"))
	if out.RoleHeads, err = a.roleHeads(r, row.ID); err != nil {
		return out, err
	}
	b := NewBooth(a.s)
	if out.Leaflets, err = b.one(ctx, r, leafletsOf, row.ID); err != nil {
		return out, err
	}
	if out.Consultations, err = b.consultations(ctx, r, row.ID); err != nil {
		return out, err
	}
	if err = r.Each(ctx, "attendance", "WHERE activity_id = ?", []any{row.ID}, func(p *replica.Row) error {
		if live(p) && len(p.Strings("sign_ins")) > 0 {
			out.HeadsNamed++
		}
		return nil
	}); err != nil {
		return out, err
	}
	if out.HeadsNamed > 0 {
		out.Heads = out.HeadsNamed
	}
	out.Missing = out.missing()
	states, err := r.Progress(ctx, "activity", []schema.ID{row.ID})
	out.Progress = progress(states[row.ID])
	return out, err
}

// missing is what closing the activity asks for. Of a training the hours and roles
// are demanded; the rest is a question.
func (d *ActivityDetail) missing() []string {
	out := []string{}
	add := func(name string, when bool) {
		if when {
			out = append(out, name)
		}
	}
	add("officers", len(d.Officers) == 0)
	add("heads", slices.Contains(meetingKinds, d.Kind) && d.Heads == 0)
	add("hours", d.Kind == "training" && (d.HoursX10 < minHours || d.HoursX10 > maxHours))
	add("roles", d.Kind == "training" && len(d.AudienceRoles) == 0)
	add("photos", slices.Contains(photographed, d.Kind) && d.Photos == 0)
	return out
}

// photographed are the kinds of which the county wants a photo.
var photographed = []string{"street", "household", "lecture", "training", "cafe_meeting", "drill"}

// Hours of a training, in tenths.
const (
	minHours = 5
	maxHours = 160
)

// leafletsOf is how many leaflets one activity has handed out.
const leafletsOf = `SELECT coalesce(sum(max(h.qty, 0)), 0) FROM handout h JOIN material m ON m.id = h.material_id
	WHERE h.activity_id = ? AND m."group" = 'leaflet' AND coalesce(json_extract(h.voided, '$.on'), 0) = 0`

func (a *Activities) roleHeads(r *replica.Replica, activity schema.ID) ([]RoleHead, error) {
	out := []RoleHead{}
	err := r.Each(context.Background(), "role_head", "WHERE activity_id = ?", []any{activity}, func(row *replica.Row) error {
		if live(row) && row.Int("heads") > 0 {
			out = append(out, RoleHead{Role: row.Text("role"), Heads: row.Int("heads")})
		}
		return nil
	})
	order := map[string]int{}
	for i, c := range a.s.codes().all("role") {
		order[c.Code] = i
	}
	slices.SortFunc(out, func(x, y RoleHead) int { return order[x.Role] - order[y.Role] })
	return out, err
}

// ActivityQuery filters the list of activities.
type ActivityQuery struct {
	Kind  string `json:"kind"`
	State string `json:"state"`
	Text  string `json:"text"` // title, place or partner, by part or initials
	From  string `json:"from"` // YYYY-MM-DD, "" = any
	To    string `json:"to"`
	Limit int    `json:"limit"` // 0 = 100
}

// clause is the query's part that SQL answers; the text is looked for in names.
func (q *ActivityQuery) clause(s *Session) (clause string, args []any, err error) {
	clause = "WHERE 1 = 1"
	for column, code := range map[string]string{"kind": q.Kind, "state": q.State} {
		if code != "" {
			clause, args = clause+fmt.Sprintf(" AND %s = ?", column), append(args, code)
		}
	}
	for _, end := range []struct {
		date, compare string
		days          int
	}{{q.From, "start_at >= ?", 0}, {q.To, "start_at < ?", 1}} {
		if end.date == "" {
			continue
		}
		day, err := model.ParseDate("from", "日期", "The date", end.date)
		if err != nil {
			return "", nil, s.explain(err)
		}
		clause, args = clause+" AND "+end.compare, append(args, day.AddDate(0, 0, end.days).UnixMilli())
	}
	return clause, args, nil
}

// List lists activities, newest first.
func (a *Activities) List(q ActivityQuery) ([]ActivityCard, error) {
	clause, args, err := q.clause(a.s)
	if err != nil {
		return nil, err
	}
	codes, limit := a.s.codes(), q.Limit
	if limit <= 0 || limit > 1000 {
		limit = 100
	}
	fetch := limit
	if q.Text != "" {
		fetch = 2000 // titles that nobody typed are made from names, so the text is looked for here
	}
	return NewBooth(a.s).cardsWhere(func(c *ActivityCard) bool { return c.matches(codes, q.Text) }, limit, clause+" ORDER BY start_at DESC LIMIT ?", append(args, fetch)...)
}

func (c *ActivityCard) matches(codes *codeBook, text string) bool {
	if text == "" {
		return true
	}
	names := []string{c.Title, c.Place, codes.label("activity_kind", c.Kind)}
	for _, p := range c.Partners {
		names = append(names, p.Name)
	}
	return slices.ContainsFunc(names, func(n string) bool { return model.MatchName(n, model.Initials(n), text) })
}

// LastOf is the form of the unit's newest activity of a kind, for "same as last
// time"; nil when there was none. Time and plan are not taken over.
func (a *Activities) LastOf(kind string) (*OpenForm, error) {
	r, err := a.s.open()
	if err != nil {
		return nil, err
	}
	rows, err := r.Select(context.Background(), "activity", "WHERE kind = ? AND lead_unit_id = ? AND state IN ('open', 'done') ORDER BY start_at DESC LIMIT 20", kind, a.s.Unit())
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if live(row) {
			f := formOfActivity(row)
			return &f, nil
		}
	}
	return nil, nil
}

// formOfActivity is the form that would open an activity like this one.
func formOfActivity(row *replica.Row) OpenForm {
	return OpenForm{Kind: row.Text("kind"), Title: row.Text("title"), VenueID: row.Ref("venue_id"), Place: row.Text("place_text"), LeadUnitID: row.Ref("lead_unit_id"), HostUnitID: row.Ref("host_unit_id"),
		PartnerUnits: parseIDs(row.Strings("partner_units")), OfficerIDs: parseIDs(row.Strings("officer_ids")), FraudTypes: list(row.Strings("fraud_types")),
		TopicTags: list(row.Strings("topic_tags")), AudienceRoles: list(row.Strings("audience_roles")), HoursX10: row.Int("hours_x10")}
}

func parseIDs(texts []string) []schema.ID {
	out := []schema.ID{}
	for _, t := range texts {
		if id, err := schema.ParseID(t); err == nil {
			out = append(out, id)
		}
	}
	return out
}

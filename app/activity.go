package app

import (
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Activity is an activity as a screen shows it.
type Activity struct {
	ID        schema.ID `json:"id"`
	Kind      string    `json:"kind"`
	Title     string    `json:"title"`
	State     string    `json:"state"` // planned, open, done, cancelled
	StartAt   int64     `json:"start_at"`
	EndAt     int64     `json:"end_at"` // ms, 0 while it goes on
	Lead      Named     `json:"lead"`
	Host      Named     `json:"host"`
	Partners  []Named   `json:"partners"`
	Officers  []Named   `json:"officers"`
	VenueID   schema.ID `json:"venue_id"`
	Place     string    `json:"place"` // venue's name or the words typed
	Heads     int64     `json:"heads"`
	Summary   string    `json:"summary"`
	DeviceIDs []string  `json:"devices"` // labels of the laptops that recorded here
	Voided    bool      `json:"voided"`
}

// directory looks names up; what is not known yet has an empty name.
type directory struct {
	get   func(table string, id schema.ID) (*replica.Row, error)
	seen  map[schema.ID]string
	codes *codeBook
}

func (d *directory) name(table string, id schema.ID) (Named, error) {
	n := Named{ID: id}
	if id.IsNil() {
		return n, nil
	}
	if name, ok := d.seen[id]; ok {
		n.Name = name
		return n, nil
	}
	row, err := d.get(table, id)
	if err != nil || row == nil {
		return n, err
	}
	switch table {
	case "device":
		n.Name = row.Text("label")
	case "unit":
		if n.Name = row.Text("short_name"); n.Name == "" {
			n.Name = row.Text("name")
		}
	case "activity", "case_digest", "slogan":
		n.Name = d.title(table, row)
	default:
		n.Name = row.Text("name")
	}
	d.seen[id] = n.Name
	return n, nil
}

func (d *directory) names(table string, ids []string) ([]Named, error) {
	out := []Named{}
	for _, text := range ids {
		id, err := schema.ParseID(text)
		if err != nil {
			continue
		}
		n, err := d.name(table, id)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func (d *directory) activity(row *replica.Row) (a Activity, err error) {
	a = Activity{ID: row.ID, Kind: row.Text("kind"), Title: row.Text("title"), State: row.Text("state"), StartAt: row.Int("start_at"), EndAt: row.Int("end_at"),
		VenueID: row.Ref("venue_id"), Place: row.Text("place_text"), Heads: row.Int("heads_stated"), Summary: row.Text("summary"), Voided: voided(row), DeviceIDs: []string{}}
	if a.Heads == 0 {
		a.Heads = max(0, row.Int("heads_counted"))
	}
	if a.Lead, err = d.name("unit", row.Ref("lead_unit_id")); err != nil {
		return a, err
	}
	if a.Host, err = d.name("unit", row.Ref("host_unit_id")); err != nil {
		return a, err
	}
	if a.Partners, err = d.names("unit", row.Strings("partner_units")); err != nil {
		return a, err
	}
	if a.Officers, err = d.names("officer", row.Strings("officer_ids")); err != nil {
		return a, err
	}
	if !a.VenueID.IsNil() {
		v, err := d.name("venue", a.VenueID)
		if err != nil {
			return a, err
		}
		if v.Name != "" {
			a.Place = v.Name
		}
	}
	if a.Title == "" {
		a.Title = a.Place + " · " + d.codes.label("activity_kind", a.Kind)
	}
	return a, nil
}

// maxPlanned is how far ahead an activity can be entered.
const maxPlanned = 366 * 24 * time.Hour

// opening is what it takes to open an activity of any kind.
type opening struct {
	kind     string
	title    string
	venue    schema.ID
	place    string
	lead     schema.ID
	host     schema.ID
	partners []schema.ID
	officers []schema.ID
	sets     map[string][]string // fraud_types, topic_tags, audience_roles
	hours    int64               // tenths
	startAt  time.Time
	planned  bool
	item     schema.ID // of a plan
	another  bool      // not the one that is over, but the next
}

func (o *opening) state() string {
	if o.planned {
		return "planned"
	}
	return "open"
}

// openActivity creates an activity, or joins the one that another laptop of the
// same unit opened at the same place and half day: their ids are equal, see seat.
func (s *Session) openActivity(tx *replica.Tx, o opening) (schema.ID, error) {
	o.fill(s.Unit(), tx.Now())
	for _, err := range []error{
		model.OneOf("kind", "活动类别", "a kind", "activity_kind", o.kind, true),
		model.Text("title", "名称", "the title", o.title, 60, false),
		model.Text("place", "地点", "the place", o.place, 60, o.venue.IsNil()),
	} {
		if err != nil {
			return schema.Nil, err
		}
	}
	if o.startAt.Year() < 2000 {
		return schema.Nil, model.Happened("start_at", "开始时间", "The start", o.startAt, tx.Now())
	}
	if o.startAt.After(tx.Now().Add(maxPlanned)) {
		return schema.Nil, refuse("start_at", "开始时间在一年以后，请检查日期和电脑时钟。", "The start is more than a year ahead; please check the date and the computer's clock.")
	}
	for field, unit := range map[string]schema.ID{"lead_unit_id": o.lead, "host_unit_id": o.host} {
		// This laptop's own unit may lead before the registers have arrived.
		if unit.IsNil() || unit == s.Unit() {
			continue
		}
		if row, err := tx.Get("unit", unit); err != nil {
			return schema.Nil, err
		} else if row == nil {
			return schema.Nil, refuse(field, "主办或召集单位还没有登记，请重新选择。", "The leading or hosting unit is not registered; choose again.")
		}
	}
	if !o.venue.IsNil() {
		venue, err := tx.Get("venue", o.venue)
		if err != nil {
			return schema.Nil, err
		}
		if venue == nil {
			return schema.Nil, missing("这个场所还没有登记，请重新选择或直接写地点。", "This venue is not registered; choose again or write the place.")
		}
	}
	if err := model.Range("hours_x10", "学时", "The hours", o.hours, 0, maxHours); err != nil {
		return schema.Nil, err
	}
	r, err := s.open()
	if err != nil {
		return schema.Nil, err
	}
	id, existing, err := seat(func(id schema.ID) (*replica.Row, error) { return tx.Get("activity", id) }, r.Realm(), &o)
	if err != nil {
		return schema.Nil, err
	}
	if existing == nil {
		// A title that nobody typed is not stored: it would look like one that
		// two laptops disagree about.
		values := schema.Values{"kind": o.kind, "title": text(o.title), "state": o.state(), "hours_x10": positive(o.hours), "start_at": o.startAt.UnixMilli(), "lead_unit_id": o.lead, "host_unit_id": o.host, "venue_id": o.venue, "place_text": text(o.place)}
		if err := tx.Put("activity", id, s.created(tx, values)); err != nil {
			return schema.Nil, err
		}
	} else if err := s.join(tx, existing, o); err != nil {
		return schema.Nil, err
	}
	if err := s.includeUnits(tx, id, o.partners); err != nil {
		return schema.Nil, err
	}
	if err := s.includeOfficers(tx, id, o.officers); err != nil {
		return schema.Nil, err
	}
	for column, codes := range o.sets {
		if err := includeCodes(tx, id, column, codes); err != nil {
			return schema.Nil, err
		}
	}
	if o.planned {
		return id, nil // who goes is not known yet
	}
	if officer := s.Officer(); !officer.IsNil() {
		return id, tx.Include("activity", id, "officer_ids", officer.String())
	}
	return id, nil
}

// join opens an activity that exists already. What was typed fills in what the
// first laptop left out, and overwrites nothing.
func (s *Session) join(tx *replica.Tx, existing *replica.Row, o opening) error {
	values := schema.Values{}
	if existing.Text("state") == "planned" && !o.planned { // what was finished stays so
		values["state"], values["end_at"] = "open", nil
		if begun, moved := begins(existing, o.startAt); moved {
			values["start_at"] = begun
		}
	}
	if o.title != "" && existing.Text("title") == "" {
		values["title"] = o.title
	}
	if !o.host.IsNil() && existing.Ref("host_unit_id").IsNil() {
		values["host_unit_id"] = o.host
	}
	return tx.Put("activity", existing.ID, values)
}

// begins is when a planned activity begins that is opened at some time, in ms: then,
// unless it was to begin earlier that day. moved tells that this is not what stands.
func begins(row *replica.Row, opened time.Time) (at int64, moved bool) {
	planned := row.Int("start_at")
	if planned <= opened.UnixMilli() && model.Date(time.UnixMilli(planned)) == model.Date(opened) {
		return planned, false
	}
	return opened.UnixMilli(), true
}

// includeUnits adds partner units. The lead is none of them: it would count
// twice among the units of a large event.
func (s *Session) includeUnits(tx *replica.Tx, activity schema.ID, units []schema.ID) error {
	if len(units) == 0 {
		return nil
	}
	event, err := activityOf(tx, activity)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u == event.Ref("lead_unit_id") {
			return refuse("partner_units", "主办单位不用再选为协办单位。", "The leading unit is not a partner as well.")
		}
		row, err := tx.Get("unit", u)
		if err != nil {
			return err
		}
		if row == nil {
			return refuse("partner_units", "协办单位里有一个还没有登记，请重新选择。", "One of the partner units is not registered; choose again.")
		}
		if err := tx.Include("activity", activity, "partner_units", u.String()); err != nil {
			return err
		}
	}
	return nil
}

// activityOf loads an activity that exists.
func activityOf(tx *replica.Tx, id schema.ID) (*replica.Row, error) {
	row, err := tx.Get("activity", id)
	if err == nil && row == nil {
		err = missing("找不到这场活动，请返回列表重新打开。", "This activity cannot be found; go back to the list and open it again.")
	}
	return row, err
}

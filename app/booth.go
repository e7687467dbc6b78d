package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Booth counts what is handed out at an activity: leaflets, quick advice, apps
// installed. It serves street booths and every other kind at which materials go out.
type Booth struct{ s *Session }

// NewBooth makes the service.
func NewBooth(s *Session) *Booth { return &Booth{s} }

// OpenBooth is the form that opens a booth.
type OpenBooth struct {
	Kind         string      `json:"kind"` // "" means street
	Title        string      `json:"title"`
	VenueID      schema.ID   `json:"venue_id"`
	Place        string      `json:"place"` // words, when there is no venue
	LeadUnitID   schema.ID   `json:"lead_unit_id"`
	PartnerUnits []schema.ID `json:"partner_units"`
	StartAt      int64       `json:"start_at"` // ms, 0 = now
}

// ActivityCard is an activity in a list, with what it has handed out.
type ActivityCard struct {
	Activity
	Leaflets      int64 `json:"leaflets"`
	Consultations int64 `json:"consultations"`
}

// Tally is one material at an activity.
type Tally struct {
	MaterialID schema.ID `json:"material_id"`
	Name       string    `json:"name"`
	Group      string    `json:"group"`
	Hotkey     int64     `json:"hotkey"`
	Mine       int64     `json:"mine"`    // this laptop's own
	Total      int64     `json:"total"`   // of all laptops, as far as known here
	Tracked    bool      `json:"tracked"` // the unit keeps stock of it
	Left       int64     `json:"left"`    // in the unit's stock
	Low        bool      `json:"low"`     // time to fetch more
}

// Count is a counter with this laptop's part.
type Count struct {
	Mine  int64 `json:"mine"`
	Total int64 `json:"total"`
}

// Tap is something just done, newest first; it can be undone until fifty more are.
type Tap struct {
	Target string `json:"target"` // a material's id, "consult_quick" or "app_installs"
	Name   string `json:"name"`
	Delta  int64  `json:"delta"`
	At     int64  `json:"at"` // ms
	Undone bool   `json:"undone"`
	Reason string `json:"reason"` // of a correction
}

// BoothState is everything the booth's screen shows.
type BoothState struct {
	Activity      Activity `json:"activity"`
	Tallies       []Tally  `json:"tallies"`
	ConsultQuick  Count    `json:"consult_quick"`
	AppInstalls   Count    `json:"app_installs"`
	Consultations int64    `json:"consultations"`
	Mine          int64    `json:"mine"`  // all materials
	Total         int64    `json:"total"` // all materials
	Recent        []Tap    `json:"recent"`
	CanUndo       bool     `json:"can_undo"`
}

// Undone says what was undone, nothing when there was nothing to undo.
type Undone struct {
	Tap   *Tap       `json:"tap"`
	State BoothState `json:"state"`
}

// Today lists the activities of today and those still open, newest first.
func (b *Booth) Today() ([]ActivityCard, error) {
	r, err := b.s.open()
	if err != nil {
		return nil, err
	}
	now := r.Wall().In(model.Location)
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, model.Location).UnixMilli()
	return b.cards("WHERE start_at >= ? OR (state = 'open' AND start_at >= ?) ORDER BY start_at DESC LIMIT 100", from, from-7*24*3600_000)
}

// Recent lists the newest activities of any kind.
func (b *Booth) Recent(limit int) ([]ActivityCard, error) {
	return b.cards("ORDER BY start_at DESC LIMIT ?", min(max(limit, 1), 500))
}

func (b *Booth) cards(clause string, args ...any) ([]ActivityCard, error) {
	return b.cardsWhere(func(*ActivityCard) bool { return true }, 500, clause, args...)
}

// cardsWhere are the first cards that keep accepts.
func (b *Booth) cardsWhere(keep func(*ActivityCard) bool, limit int, clause string, args ...any) ([]ActivityCard, error) {
	r, err := b.s.open()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	rows, err := r.Select(ctx, "activity", clause, args...)
	if err != nil {
		return nil, err
	}
	d := b.s.directory(r)
	out := []ActivityCard{}
	for _, row := range rows {
		if !live(row) {
			continue
		}
		a, err := d.activity(row)
		if err != nil {
			return nil, err
		}
		card := ActivityCard{Activity: a}
		if !keep(&card) {
			continue
		}
		if len(out) == limit {
			break
		}
		if card.Leaflets, err = b.one(ctx, r, leafletsOf, row.ID); err != nil {
			return nil, err
		}
		if card.Consultations, err = b.consultations(ctx, r, row.ID); err != nil {
			return nil, err
		}
		out = append(out, card)
	}
	return out, nil
}

func (b *Booth) consultations(ctx context.Context, r *replica.Replica, activity schema.ID) (int64, error) {
	return b.one(ctx, r, `SELECT count(*) FROM consultation WHERE activity_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0`, activity)
}

func (b *Booth) one(ctx context.Context, r *replica.Replica, query string, args ...any) (n int64, err error) {
	rows, err := r.Query(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n, errors.Join(err, rows.Err())
}

// directory looks names up outside a transaction.
func (s *Session) directory(r *replica.Replica) *directory {
	return &directory{codes: s.codes(), seen: map[schema.ID]string{}, get: func(table string, id schema.ID) (*replica.Row, error) {
		return r.Get(context.Background(), table, id)
	}}
}

// Open opens a booth, or joins the one another laptop of the unit has opened.
func (b *Booth) Open(f OpenBooth) (BoothState, error) {
	if f.Kind == "" {
		f.Kind = "street"
	}
	var id schema.ID
	err := b.s.update(func(tx *replica.Tx) (err error) {
		o := opening{kind: f.Kind, title: f.Title, venue: f.VenueID, place: f.Place, lead: f.LeadUnitID, partners: f.PartnerUnits}
		if f.StartAt != 0 {
			o.startAt = time.UnixMilli(f.StartAt)
		}
		id, err = b.s.openActivity(tx, o)
		return err
	})
	if err != nil {
		return BoothState{}, err
	}
	return b.Get(id)
}

// Get reads the state of a booth.
func (b *Booth) Get(activity schema.ID) (st BoothState, err error) {
	r, err := b.s.open()
	if err != nil {
		return st, err
	}
	ctx := context.Background()
	row, err := r.Get(ctx, "activity", activity)
	if err != nil {
		return st, err
	}
	if row == nil {
		return st, missing("找不到这场活动，请返回列表重新打开。", "This activity cannot be found; go back to the list and open it again.")
	}
	d := b.s.directory(r)
	if st.Activity, err = d.activity(row); err != nil {
		return st, err
	}
	st.ConsultQuick = count(row, "consult_quick")
	st.AppInstalls = count(row, "app_installs")
	if st.Consultations, err = b.consultations(ctx, r, activity); err != nil {
		return st, err
	}
	handouts, err := r.Select(ctx, "handout", "WHERE activity_id = ?", activity)
	if err != nil {
		return st, err
	}
	byMaterial := map[schema.ID]*replica.Row{}
	devices := map[schema.ID]bool{}
	for _, h := range handouts {
		byMaterial[h.Ref("material_id")] = h
		for _, id := range h.Contributors("qty") {
			devices[id] = true
		}
	}
	materials, err := r.Select(ctx, "material", "ORDER BY coalesce(hotkey, 99), code")
	if err != nil {
		return st, err
	}
	st.Tallies = []Tally{}
	for _, m := range materials {
		h := byMaterial[m.ID]
		// Without a key only what was handed out here or added on this laptop.
		if h == nil && (!live(m) || m.Int("hotkey") == 0 && m.Ref("device_id") != r.ID()) {
			continue
		}
		t := Tally{MaterialID: m.ID, Name: m.Text("name"), Group: m.Text("group"), Hotkey: m.Int("hotkey")}
		if h != nil {
			c := count(h, "qty")
			t.Mine, t.Total = c.Mine, c.Total
		}
		st.Mine, st.Total = st.Mine+t.Mine, st.Total+t.Total
		st.Tallies = append(st.Tallies, t)
	}
	if row.Ref("lead_unit_id") == b.s.Unit() {
		if err := b.addStock(&st, row, byMaterial); err != nil {
			return st, err
		}
	}
	for id := range devices {
		n, err := d.name("device", id)
		if err != nil {
			return st, err
		}
		if n.Name != "" {
			st.Activity.DeviceIDs = append(st.Activity.DeviceIDs, n.Name)
		}
	}
	slices.Sort(st.Activity.DeviceIDs)
	raw, err := r.GetLocal(ctx, tapsKey(activity))
	if err != nil {
		return st, err
	}
	taps := readTaps(raw)
	slices.Reverse(taps)
	st.Recent = taps
	st.CanUndo = undoable(taps) >= 0
	return st, nil
}

// addStock says of each material how much the unit has left, where it keeps stock.
func (b *Booth) addStock(st *BoothState, activity *replica.Row, handouts map[schema.ID]*replica.Row) error {
	r, err := b.s.open()
	if err != nil {
		return err
	}
	// What was joined or voided is added up as a whole; that is rare while counting.
	plain := live(activity)
	for _, h := range handouts {
		plain = plain && live(h)
	}
	var lines []StockLine
	if plain {
		lines, err = b.s.stocked.without(NewStock(b.s), r, activity.ID)
		lines = slices.Clone(lines)
		known := map[schema.ID]bool{}
		for i, l := range lines {
			known[l.MaterialID] = true
			if h := handouts[l.MaterialID]; h != nil {
				lines[i] = l.with(max(0, h.Int("qty")))
			}
		}
		for id := range handouts {
			plain = plain && known[id] // else its material was joined to another
		}
	}
	if !plain {
		lines, err = NewStock(b.s).Balances()
	}
	if err != nil {
		return err
	}
	byMaterial := map[schema.ID]StockLine{}
	for _, l := range lines {
		byMaterial[l.MaterialID] = l
	}
	for i := range st.Tallies {
		l := byMaterial[st.Tallies[i].MaterialID]
		st.Tallies[i].Tracked, st.Tallies[i].Left, st.Tallies[i].Low = l.Tracked, l.Balance, l.Low
	}
	return nil
}

// count shows a counter; the sum never shows below zero.
func count(row *replica.Row, column string) Count {
	return Count{Mine: row.Own(column), Total: max(0, row.Int(column))}
}

// Finish ends an activity; Reopen takes that back.
func (b *Booth) Finish(activity schema.ID) (BoothState, error) { return b.setState(activity, "done") }

// Reopen goes on with an activity that was ended.
func (b *Booth) Reopen(activity schema.ID) (BoothState, error) { return b.setState(activity, "open") }

func (b *Booth) setState(activity schema.ID, state string) (BoothState, error) {
	err := b.s.update(func(tx *replica.Tx) error {
		row, err := activityOf(tx, activity)
		if err != nil {
			return err
		}
		values := schema.Values{"state": state, "end_at": nil}
		if state == "done" {
			values["end_at"] = max(tx.Now().UnixMilli(), row.Int("start_at"))
		}
		return tx.Put("activity", activity, values)
	})
	if err != nil {
		return BoothState{}, err
	}
	return b.Get(activity)
}

// SetPartners makes the partner units exactly those listed.
func (b *Booth) SetPartners(activity schema.ID, units []schema.ID) (BoothState, error) {
	err := b.s.update(func(tx *replica.Tx) error {
		row, err := activityOf(tx, activity)
		if err != nil {
			return err
		}
		keep := map[string]bool{}
		for _, u := range units {
			keep[u.String()] = true
		}
		for _, u := range row.Strings("partner_units") {
			if !keep[u] {
				if err := tx.Exclude("activity", activity, "partner_units", u); err != nil {
					return err
				}
			}
		}
		return b.s.includeUnits(tx, activity, units)
	})
	if err != nil {
		return BoothState{}, err
	}
	return b.Get(activity)
}

// ActivityForm corrects an activity; nil leaves a field as it is.
type ActivityForm struct {
	Title      *string `json:"title"`
	Place      *string `json:"place"`
	Heads      *int64  `json:"heads"`
	ElderHeads *int64  `json:"elder_heads"`
	Summary    *string `json:"summary"`
}

// Edit corrects an activity.
func (b *Booth) Edit(activity schema.ID, f ActivityForm) (BoothState, error) {
	err := b.s.update(func(tx *replica.Tx) error {
		if _, err := activityOf(tx, activity); err != nil {
			return err
		}
		values := schema.Values{}
		if f.Title != nil {
			if err := model.Text("title", "名称", "the title", *f.Title, 60, true); err != nil {
				return err
			}
			values["title"] = *f.Title
		}
		if f.Place != nil {
			if err := model.Text("place", "地点", "the place", *f.Place, 60, true); err != nil {
				return err
			}
			values["place_text"], values["venue_id"] = *f.Place, nil
		}
		for name, n := range map[string]*int64{"heads_stated": f.Heads, "elder_heads": f.ElderHeads} {
			if n != nil {
				if err := model.Range(name, "人数", "The number of people", *n, 0, 100_000); err != nil {
					return err
				}
				values[name] = *n
			}
		}
		if f.Summary != nil {
			if err := model.Text("summary", "活动小结", "the summary", *f.Summary, 4000, false); err != nil {
				return err
			}
			values["summary"] = *f.Summary
		}
		return tx.Put("activity", activity, values)
	})
	if err != nil {
		return BoothState{}, err
	}
	return b.Get(activity)
}

package app

import (
	"context"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Venues is the register of places: cafés, bank outlets, squares, schools.
type Venues struct{ s *Session }

// NewVenues makes the service.
func NewVenues(s *Session) *Venues { return &Venues{s} }

// VenueForm is the form of a venue.
type VenueForm struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Town         string `json:"town"`
	Community    string `json:"community"`
	Address      string `json:"address"`
	ContactName  string `json:"contact_name"`
	ContactPhone string `json:"contact_phone"`
	LicenceNo    string `json:"licence_no"`
	Seats        int64  `json:"seats"`
	State        string `json:"state"` // "" means open
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *VenueForm `json:"saw,omitzero"`
}

// Venue is a registered venue.
type Venue struct {
	VenueForm
	ID       schema.ID `json:"id"`
	Progress Progress  `json:"progress"`
}

// VenueQuery filters the list.
type VenueQuery struct {
	Text  string `json:"text"` // name, initials, town
	Kind  string `json:"kind"`
	Limit int    `json:"limit"` // 0 = 200
}

func venueOf(row *replica.Row) Venue {
	return Venue{ID: row.ID, VenueForm: venueFormOf(row)}
}

func venueFormOf(row *replica.Row) VenueForm {
	return VenueForm{Kind: row.Text("kind"), Name: row.Text("name"), Town: row.Text("town"), Community: row.Text("community"), Address: row.Text("address"),
		ContactName: row.Text("contact_name"), ContactPhone: row.Text("contact_phone"), LicenceNo: row.Text("licence_no"), Seats: row.Int("seats"), State: row.Text("state")}
}

// List finds venues by name, initials or town; names that begin with the text come first.
func (v *Venues) List(q VenueQuery) ([]Venue, error) {
	out := []Venue{}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	if q.Limit <= 0 || q.Limit > 2000 {
		q.Limit = 200
	}
	clause, args := "ORDER BY kind, name", []any{}
	if q.Kind != "" {
		clause, args = "WHERE kind = ? ORDER BY name", []any{q.Kind}
	}
	merged, err := r.Survivors(context.Background(), "venue")
	if err != nil {
		return nil, err
	}
	if err := r.Each(context.Background(), "venue", clause, args, func(row *replica.Row) error {
		if _, away := merged[row.ID]; !away && !voided(row) && (model.MatchName(row.Text("name"), row.Text("initials"), q.Text) || q.Text != "" && strings.Contains(row.Text("town"), q.Text)) {
			out = append(out, venueOf(row))
		}
		return nil
	}); err != nil {
		return nil, err
	}
	key := model.Norm(q.Text)
	slices.SortStableFunc(out, func(a, b Venue) int {
		return starts(b.Name, key) - starts(a.Name, key)
	})
	out = out[:min(len(out), q.Limit)]
	ids := make([]schema.ID, len(out))
	for i := range out {
		ids[i] = out[i].ID
	}
	states, err := r.Progress(context.Background(), "venue", ids)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Progress = progress(states[out[i].ID])
	}
	return out, nil
}

func starts(name, key string) int {
	if key != "" && strings.HasPrefix(model.Norm(name), key) {
		return 1
	}
	return 0
}

func (f *VenueForm) check() error {
	phone, err := model.Phone("contact_phone", "联系电话", "Telephone", f.ContactPhone)
	if err != nil {
		return err
	}
	f.ContactPhone = phone
	if f.State == "" {
		f.State = "open"
	}
	for _, err := range []error{
		model.OneOf("kind", "场所类别", "a kind of venue", "venue_kind", f.Kind, true),
		model.OneOf("state", "状态", "a state", "venue_state", f.State, true),
		model.Text("name", "名称", "the name", f.Name, 40, true),
		model.Text("town", "乡镇", "the town", f.Town, 20, false),
		model.Text("community", "社区", "the community", f.Community, 20, false),
		model.Text("address", "地址", "the address", f.Address, 80, false),
		model.Text("contact_name", "负责人", "the contact", f.ContactName, 20, false),
		model.Text("licence_no", "许可证号", "the licence number", f.LicenceNo, 30, false),
		model.Range("seats", "机位数", "The number of seats", f.Seats, 0, 2000),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *VenueForm) values() schema.Values {
	return schema.Values{"kind": f.Kind, "name": strings.TrimSpace(f.Name), "initials": model.Initials(f.Name), "town": f.Town, "community": text(f.Community), "address": text(f.Address),
		"contact_name": text(f.ContactName), "contact_phone": text(f.ContactPhone), "licence_no": text(f.LicenceNo), "seats": positive(f.Seats), "state": f.State}
}

// Create registers a venue, or returns the one that has the same kind, town and name.
func (v *Venues) Create(f VenueForm) (Venue, error) {
	var id schema.ID
	err := v.s.update(func(tx *replica.Tx) (err error) {
		id, err = v.s.createVenue(tx, f)
		return err
	})
	if err != nil {
		return Venue{}, err
	}
	return v.Get(id)
}

func (s *Session) createVenue(tx *replica.Tx, f VenueForm) (schema.ID, error) {
	if err := f.check(); err != nil {
		return schema.Nil, err
	}
	r, err := s.open()
	if err != nil {
		return schema.Nil, err
	}
	id := model.VenueID(r.Realm(), f.Kind, f.Town, f.Name)
	existing, err := tx.Get("venue", id)
	if err != nil || existing != nil {
		return id, err
	}
	return id, tx.Put("venue", id, s.created(tx, f.values()))
}

// Get reads a venue.
func (v *Venues) Get(id schema.ID) (Venue, error) {
	r, err := v.s.open()
	if err != nil {
		return Venue{}, err
	}
	row, err := r.Get(context.Background(), "venue", id)
	if err != nil {
		return Venue{}, err
	}
	if row == nil {
		return Venue{}, missing("找不到这个场所。", "This venue cannot be found.")
	}
	states, err := r.Progress(context.Background(), "venue", []schema.ID{id})
	if err != nil {
		return Venue{}, err
	}
	out := venueOf(row)
	out.Progress = progress(states[id])
	return out, nil
}

// Update corrects a venue; its id stays.
func (v *Venues) Update(id schema.ID, f VenueForm) (Venue, error) {
	var overtaken []string
	err := v.s.update(func(tx *replica.Tx) error {
		row, err := tx.Get("venue", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这个场所。", "This venue cannot be found.")
		}
		var form VenueForm
		form, overtaken = meant(f.Saw, f, venueFormOf(row))
		if err := form.check(); err != nil {
			return err
		}
		keep := v.s.remember(tx, "venue", row)
		if err := tx.Put("venue", id, form.values()); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Venue{}, err
	}
	v.s.tellOvertaken("venue", overtaken)
	return v.Get(id)
}

package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Placements are what hangs at venues, and who went to look at it.
type Placements struct{ s *Session }

// NewPlacements makes the service.
func NewPlacements(s *Session) *Placements { return &Placements{s} }

// Placement is one thing at one spot of a venue.
type Placement struct {
	ID            schema.ID    `json:"id"`
	VenueID       schema.ID    `json:"venue_id"`
	Material      Named        `json:"material"`
	Kind          string       `json:"kind"`
	Spot          string       `json:"spot"`
	Issued        int64        `json:"issued"` // pieces given to the venue
	Qty           int64        `json:"qty"`    // pieces up now, as last stated
	FromOn        string       `json:"from_on"`
	ToOn          string       `json:"to_on"`
	LEDRunsPerDay int64        `json:"led_runs_per_day"`
	ShownPhone    string       `json:"shown_phone"`
	State         string       `json:"state"`       // result of the latest inspection; "issued" before one
	Inspections   []Inspection `json:"inspections"` // newest first
}

// Inspection is one look at a placement.
type Inspection struct {
	ID          schema.ID `json:"id"`
	At          int64     `json:"at"` // ms
	Officer     string    `json:"officer"`
	Result      string    `json:"result"`
	FixedOnSpot bool      `json:"fixed_on_spot"`
	Photos      []string  `json:"photos"` // ids
	Note        string    `json:"note"`
}

// InspectionStop is a venue of an inspection round.
type InspectionStop struct {
	VenueID    schema.ID   `json:"venue_id"`
	Venue      string      `json:"venue"`
	Kind       string      `json:"kind"`
	Town       string      `json:"town"`
	Address    string      `json:"address"`
	Placements []Placement `json:"placements"`
	LastAt     int64       `json:"last_at"` // ms of the latest inspection of what was inspected least recently; 0 = never
	Days       int64       `json:"days"`    // since then, or since the first was given out
	Done       bool        `json:"done"`    // everything here was inspected today
}

// InspectionQuery says which venues to list.
type InspectionQuery struct {
	Kind string `json:"kind"` // of venue; "" = all
	Town string `json:"town"`
	Days int64  `json:"days"` // not inspected for so many days; those inspected today stay listed
}

// Round lists the venues at which something hangs that nobody has inspected for so many
// days, by town and name.
func (p *Placements) Round(q InspectionQuery) ([]InspectionStop, error) {
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	all, err := p.load(r, "")
	if err != nil {
		return nil, err
	}
	byVenue := map[schema.ID][]Placement{}
	for _, one := range all {
		byVenue[one.VenueID] = append(byVenue[one.VenueID], one)
	}
	now, today := r.Wall(), dayStart(r.Wall()).UnixMilli()
	out := []InspectionStop{}
	err = r.Each(context.Background(), "venue", "WHERE merged_into IS NULL", nil, func(v *replica.Row) error {
		list := byVenue[v.ID]
		if voided(v) || len(list) == 0 || q.Kind != "" && v.Text("kind") != q.Kind || q.Town != "" && v.Text("town") != q.Town {
			return nil
		}
		stop := InspectionStop{VenueID: v.ID, Venue: v.Text("name"), Kind: v.Text("kind"), Town: v.Text("town"), Address: v.Text("address"), Placements: list, Done: true}
		since, never := now.UnixMilli(), false
		for _, one := range list {
			switch {
			case len(one.Inspections) > 0:
				since = min(since, one.Inspections[0].At)
				stop.Done = stop.Done && one.Inspections[0].At >= today
			default:
				never, stop.Done = true, false
			}
		}
		if !never {
			stop.LastAt = since
		}
		stop.Days = (now.UnixMilli() - since) / (24 * time.Hour).Milliseconds()
		if never || stop.Done || stop.Days >= q.Days {
			out = append(out, stop)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b InspectionStop) int {
		return cmp.Or(cmp.Compare(a.Town, b.Town), cmp.Compare(a.Venue, b.Venue))
	})
	return out, err
}

// OfVenue lists what hangs at a venue.
func (p *Placements) OfVenue(venue schema.ID) ([]Placement, error) {
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	return p.load(r, "WHERE venue_id = ?", venue)
}

func (p *Placements) load(r *replica.Replica, clause string, args ...any) ([]Placement, error) {
	ctx := context.Background()
	d := p.s.directory(r)
	survivors, err := r.Survivors(ctx, "venue")
	if err != nil {
		return nil, err
	}
	issued, looks := map[schema.ID]int64{}, map[schema.ID][]Inspection{}
	if err := r.Each(ctx, "issue", "", nil, func(row *replica.Row) error {
		if live(row) {
			issued[row.Ref("placement_id")] += row.Int("qty")
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := r.Each(ctx, "inspection", "ORDER BY at DESC", nil, func(row *replica.Row) error {
		if !live(row) {
			return nil
		}
		by, err := d.name("officer", row.Ref("officer_id"))
		if err != nil {
			return err
		}
		at := row.Ref("placement_id")
		looks[at] = append(looks[at], Inspection{ID: row.ID, At: row.Int("at"), Officer: by.Name, Result: row.Text("result"), FixedOnSpot: row.Bool("fixed_on_spot"), Photos: list(row.Strings("photo_ids")), Note: row.Text("note")})
		return nil
	}); err != nil {
		return nil, err
	}
	out := []Placement{}
	err = r.Each(ctx, "placement", clause, args, func(row *replica.Row) error {
		if !live(row) {
			return nil
		}
		one := Placement{ID: row.ID, VenueID: survivor(survivors, row.Ref("venue_id")), Kind: row.Text("kind"), Spot: row.Text("spot"), Issued: issued[row.ID], Qty: row.Int("qty"), FromOn: row.Text("from_on"), ToOn: row.Text("to_on"),
			LEDRunsPerDay: row.Int("led_runs_per_day"), ShownPhone: row.Text("shown_phone"), State: "issued", Inspections: looks[row.ID]}
		if one.Inspections == nil {
			one.Inspections = []Inspection{}
		} else {
			one.State = one.Inspections[0].Result
		}
		m, err := d.name("material", row.Ref("material_id"))
		one.Material = m
		out = append(out, one)
		return err
	})
	return out, err
}

// PlacementForm puts something up at a venue, or states anew what is up there.
type PlacementForm struct {
	VenueID       schema.ID `json:"venue_id"`
	MaterialID    schema.ID `json:"material_id"`
	Kind          string    `json:"kind"`        // "" goes by the material
	Spot          string    `json:"spot"`        // "" goes by the material
	Qty           int64     `json:"qty"`         // pieces up now
	ActivityID    schema.ID `json:"activity_id"` // the round it is part of; from its stock they come
	FromOn        string    `json:"from_on"`
	ToOn          string    `json:"to_on"`
	LEDRunsPerDay int64     `json:"led_runs_per_day"`
	ShownPhone    string    `json:"shown_phone"`
	// What the form showed when it was opened, of something that may hang there already:
	// what is left as it was stands. Nil means the whole form.
	Saw *PlacementForm `json:"saw,omitzero"`
}

// Put puts something up. Said twice, or on two laptops, it counts once.
func (p *Placements) Put(f PlacementForm) ([]Placement, error) {
	var overtaken []string
	err := p.s.update(func(tx *replica.Tx) (err error) {
		overtaken, err = p.put(tx, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	p.s.tellOvertaken("placement", overtaken)
	return p.OfVenue(f.VenueID)
}

func (p *Placements) put(tx *replica.Tx, f PlacementForm) ([]string, error) {
	material, err := chosen(tx, "material", f.MaterialID)
	if err != nil {
		return nil, err
	}
	if material == nil {
		return nil, refuse("material_id", "请选择宣传品。", "Choose the material.")
	}
	if venue, err := chosen(tx, "venue", f.VenueID); err != nil {
		return nil, err
	} else if venue == nil {
		return nil, refuse("venue_id", "请选择场所。", "Choose the venue.")
	}
	kind, spot := placementOf(material.Text("group"))
	f.Kind, f.Spot = cmp.Or(f.Kind, kind), cmp.Or(f.Spot, spot)
	r, err := p.s.open()
	if err != nil {
		return nil, err
	}
	id := model.PlacementID(r.Realm(), f.VenueID, f.MaterialID, f.Spot)
	row, err := tx.Get("placement", id)
	if err != nil {
		return nil, err
	}
	form, overtaken := f, []string(nil)
	if row != nil && !voided(row) {
		form, overtaken = meant(f.Saw, f, placementFormOf(row))
	}
	if err := form.check(); err != nil {
		return nil, err
	}
	values := schema.Values{"kind": form.Kind, "qty": form.Qty, "from_on": text(cmp.Or(form.FromOn, model.Date(tx.Now()))), "to_on": text(form.ToOn), "led_runs_per_day": positive(form.LEDRunsPerDay), "shown_phone": text(form.ShownPhone)}
	if row == nil {
		values["venue_id"], values["material_id"], values["spot"], values["activity_id"] = f.VenueID, f.MaterialID, f.Spot, f.ActivityID
		p.s.created(tx, values)
	} else if voided(row) {
		values["voided"] = nil
	} else if form.FromOn == "" && row.Text("from_on") != "" {
		delete(values, "from_on") // it has hung since then
	}
	keep := p.s.remember(tx, "placement", row)
	if err := tx.Put("placement", id, values); err != nil {
		return nil, err
	}
	if err := keep(); err != nil || f.ActivityID.IsNil() {
		return overtaken, err
	}
	return overtaken, p.s.issue(tx, r, id, f.ActivityID, f.Qty)
}

func placementFormOf(row *replica.Row) PlacementForm {
	return PlacementForm{VenueID: row.Ref("venue_id"), MaterialID: row.Ref("material_id"), Kind: row.Text("kind"), Spot: row.Text("spot"), Qty: row.Int("qty"), ActivityID: row.Ref("activity_id"),
		FromOn: row.Text("from_on"), ToOn: row.Text("to_on"), LEDRunsPerDay: row.Int("led_runs_per_day"), ShownPhone: row.Text("shown_phone")}
}

func (f *PlacementForm) check() error {
	phone, err := model.Phone("shown_phone", "公示电话", "The telephone shown", f.ShownPhone)
	if err != nil {
		return err
	}
	f.ShownPhone = phone
	for _, err := range []error{
		model.OneOf("kind", "类别", "a kind", "placement_kind", f.Kind, true),
		model.OneOf("spot", "位置", "a spot", "spot", f.Spot, true),
		model.Range("qty", "张贴数", "The number up", f.Qty, 0, model.MaxTap),
		model.Range("led_runs_per_day", "每日播放次数", "The runs a day", f.LEDRunsPerDay, 0, 5000),
	} {
		if err != nil {
			return err
		}
	}
	if f.Kind == "hotline_notice" && f.ShownPhone == "" {
		return refuse("shown_phone", "请填写公示的客服电话。", "Fill in the telephone number shown.")
	}
	for field, date := range map[string]string{"from_on": f.FromOn, "to_on": f.ToOn} {
		if date != "" {
			if _, err := model.ParseDate(field, "日期", "The date", date); err != nil {
				return err
			}
		}
	}
	if f.ToOn != "" && f.ToOn < f.FromOn {
		return refuse("to_on", "结束日期早于开始日期。", "The end is before the start.")
	}
	return nil
}

// issue states how many pieces an activity gave to a placement.
func (s *Session) issue(tx *replica.Tx, r *replica.Replica, placement, activity schema.ID, qty int64) error {
	id := model.IssueID(r.Realm(), placement, activity)
	values := schema.Values{"qty": qty}
	if have, err := tx.Get("issue", id); err != nil {
		return err
	} else if have == nil {
		values["placement_id"], values["activity_id"] = placement, activity
		s.created(tx, values)
	}
	return tx.Put("issue", id, values)
}

// InspectForm is what an inspector saw.
type InspectForm struct {
	PlacementID schema.ID `json:"placement_id"`
	Result      string    `json:"result"`
	FixedOnSpot bool      `json:"fixed_on_spot"`
	Photos      []string  `json:"photos"` // ids
	Note        string    `json:"note"`
	// What the screen showed of the look that this may correct; nil means the whole form.
	Saw *InspectForm `json:"saw,omitzero"`
}

// Inspect records a look; the same officer looking again within ten minutes
// corrects the first look.
func (p *Placements) Inspect(f InspectForm) (Inspection, error) {
	var out Inspection
	var overtaken []string
	err := p.s.update(func(tx *replica.Tx) error {
		for _, err := range []error{
			model.OneOf("result", "检查结果", "a result", "inspection_result", f.Result, true),
			model.Text("note", "备注", "the note", f.Note, 200, false),
		} {
			if err != nil {
				return err
			}
		}
		if row, err := chosen(tx, "placement", f.PlacementID); err != nil {
			return err
		} else if row == nil {
			return missing("找不到这处张贴，请返回列表重新打开。", "This placement cannot be found; go back to the list and open it again.")
		}
		now := tx.Now().UnixMilli()
		again, err := tx.Select("inspection", "WHERE placement_id = ? AND officer_id = ? AND at > ? ORDER BY at DESC", f.PlacementID, p.s.Officer(), now-10*time.Minute.Milliseconds())
		if err != nil {
			return err
		}
		again = slices.DeleteFunc(again, voided)
		id, form := tx.NewID(), f
		out = Inspection{At: now}
		values := schema.Values{}
		var row *replica.Row
		if len(again) > 0 {
			row = again[0]
			id, out.At = row.ID, row.Int("at")
			form, overtaken = meant(f.Saw, f, InspectForm{PlacementID: f.PlacementID, Result: row.Text("result"), FixedOnSpot: row.Bool("fixed_on_spot"), Photos: list(row.Strings("photo_ids")), Note: row.Text("note")})
		} else {
			values["placement_id"], values["at"], values["officer_id"] = f.PlacementID, now, p.s.Officer()
			p.s.created(tx, values)
		}
		values["result"], values["fixed_on_spot"] = form.Result, form.FixedOnSpot
		keep := p.s.remember(tx, "inspection", row)
		if err := tx.Put("inspection", id, values); err != nil {
			return err
		}
		if err := typeText(tx, "inspection", id, "note", seen(f.Saw, func(f *InspectForm) string { return f.Note }), f.Note); err != nil {
			return err
		}
		if len(form.Photos) > 0 {
			if err := tx.Include("inspection", id, "photo_ids", form.Photos...); err != nil {
				return err
			}
		}
		if err := keep(); err != nil {
			return err
		}
		if row, err = tx.Get("inspection", id); err != nil {
			return err
		}
		out.ID, out.Result, out.FixedOnSpot, out.Photos, out.Note = id, row.Text("result"), row.Bool("fixed_on_spot"), list(row.Strings("photo_ids")), row.Text("note")
		return nil
	})
	if err == nil {
		p.s.tellOvertaken("inspection", overtaken)
	}
	return out, err
}

// VoidInspection takes a look back, or restores it.
func (p *Placements) VoidInspection(id schema.ID, on bool) error {
	return p.s.update(func(tx *replica.Tx) error {
		row, err := chosen(tx, "inspection", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这次检查。", "This inspection cannot be found.")
		}
		return p.s.setVoid(tx, "inspection", id, on, "V1")
	})
}

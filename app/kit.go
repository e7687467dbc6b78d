package app

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Kit is the laptop itself: which county and unit it belongs to, who is working.
type Kit struct{ a *App }

// Officer is someone of the laptop's unit.
type Officer struct {
	ID      schema.ID `json:"id"`
	StaffNo string    `json:"staff_no"`
	Name    string    `json:"name"`
	Role    string    `json:"role"`
}

// KitState is what the frame of every screen shows.
type KitState struct {
	Enrolled bool      `json:"enrolled"`
	County   string    `json:"county"`
	Label    string    `json:"label"`
	Unit     Named     `json:"unit"`
	Officer  *Officer  `json:"officer"` // nil until somebody says who they are
	Officers []Officer `json:"officers"`
	Version  string    `json:"version"`
	Practice bool      `json:"practice"` // sample data, never synced
	// Unreadable: which county it belongs to cannot be read any more; a new code of that county puts it right.
	Unreadable bool `json:"unreadable"`
}

// State reads it.
func (k *Kit) State() (KitState, error) {
	st := KitState{Officers: []Officer{}, Version: k.a.opts.Version, Unreadable: k.a.forgotten()}
	m, r := k.a.current()
	if m == nil {
		return st, nil
	}
	st.Enrolled, st.County, st.Label, st.Unit, st.Practice = true, m.County, m.Label, Named{ID: m.UnitID, Name: m.UnitName}, m.practice
	ctx := context.Background()
	if unit, err := r.Get(ctx, "unit", m.UnitID); err != nil {
		return st, err
	} else if unit != nil {
		st.Unit.Name = unitOf(unit).ShortName
	}
	if err := r.Each(ctx, "officer", "WHERE unit_id = ? AND coalesce(active, 1) = 1 ORDER BY staff_no", []any{m.UnitID}, func(row *replica.Row) error {
		if live(row) {
			st.Officers = append(st.Officers, Officer{ID: row.ID, StaffNo: row.Text("staff_no"), Name: row.Text("name"), Role: row.Text("role")})
		}
		return nil
	}); err != nil {
		return st, err
	}
	for i := range st.Officers {
		if st.Officers[i].ID == m.OfficerID {
			st.Officer = &st.Officers[i]
		}
	}
	return st, nil
}

// Enrol joins a county with a one-time code and fetches its registers. label is
// this laptop's name; "" takes the office's suggestion. A refusal changes nothing.
// A laptop that is enrolled takes a new code of the same county: where the server is,
// what it is known by, and that this laptop may sync, are renewed; its records and its
// name stay.
func (k *Kit) Enrol(code, label string) (KitState, error) {
	m, _ := k.a.current()
	if m != nil && m.practice {
		return KitState{}, errPractice
	}
	k.a.mu.Lock()
	if k.a.enrolling {
		k.a.mu.Unlock()
		return KitState{}, &rpc.UserError{Code: "busy", Message: "正在登记，请稍等。", MessageEN: "Enrolment is under way; please wait."}
	}
	k.a.enrolling = true
	k.a.mu.Unlock()
	defer func() { k.a.mu.Lock(); k.a.enrolling = false; k.a.mu.Unlock() }()
	var err error
	if m == nil {
		err = k.join(k.a.sync.life, code, strings.TrimSpace(label))
	} else {
		err = k.renew(k.a.sync.life, code)
	}
	if err != nil {
		var refused *enrolment.Error
		if errors.As(err, &refused) {
			return KitState{}, &rpc.UserError{Code: string(refused.Reason), Field: "code", Message: refused.Message(), MessageEN: refused.MessageEN()}
		}
		return KitState{}, err
	}
	// The first exchange brings units, venues and materials. Should the line die
	// now, the kit is enrolled all the same and goes on by itself.
	_, _ = k.a.sync.run(k.a.sync.life)
	return k.State()
}

// renew takes a new code of the county to which this laptop belongs.
func (k *Kit) renew(ctx context.Context, text string) error {
	m, r := k.a.current()
	code, err := enrolment.Parse(text)
	if err != nil {
		return err
	}
	if code.Realm != m.Realm {
		return otherCounty("这台电脑登记在"+m.County+"，这个登记码是别的县的，没有任何改动。请向"+m.County+"的办公室要登记码。", "This computer belongs to "+m.County+" and the code to another county; nothing was changed. Ask the office of "+m.County+" for a code.")
	}
	grant, err := k.a.ask(ctx, r, code, "")
	if err != nil {
		return err
	}
	return k.a.alter(r, func(m *membership) error {
		m.County, m.Pin, m.Label, m.UnitID, m.UnitName = grant.County, grant.Pin, grant.Label, grant.Unit.ID, grant.Unit.Name
		m.Addresses = joined([]string{grant.Address}, code.Addresses, m.Addresses)
		return nil
	})
}

func otherCounty(zh, en string) error {
	return &rpc.UserError{Code: string(enrolment.OtherCounty), Field: "code", Message: zh, MessageEN: en}
}

// ask takes a code to the county, which must be the one whose root key is known here, if any is.
func (a *App) ask(ctx context.Context, r *replica.Replica, code enrolment.Code, label string) (enrolment.Grant, error) {
	grant, err := enrolment.Join(ctx, code, enrolment.Request{DeviceID: r.ID(), PublicKey: r.PublicKey(), Sign: r.Sign, Label: label, Version: a.opts.Version})
	if err != nil {
		return grant, err
	}
	if err := r.TrustRoot(ctx, grant.CountyKey); errors.Is(err, replica.ErrRoot) {
		return grant, &enrolment.Error{Reason: enrolment.WrongServer, Err: err}
	} else if err != nil {
		return grant, err
	}
	return grant, nil
}

func (k *Kit) join(ctx context.Context, text, label string) error {
	if utf8.RuneCountInString(label) > enrolment.MaxLabel {
		return refuse("label", "电脑名称最多 12 个字。", "The computer's name takes at most 12 characters.")
	}
	code, err := enrolment.Parse(text)
	if err != nil {
		return err
	}
	r, err := k.a.openReplica(ctx, code.Realm)
	if errors.Is(err, replica.ErrRealm) && k.a.forgotten() {
		return otherCounty("这台电脑里有另一个县的记录，这个登记码对不上，没有任何改动。请向原来的县办公室要登记码。", "This computer holds records of another county than the code's; nothing was changed. Ask the office it belonged to for a code.")
	}
	if errors.Is(err, replica.ErrRealm) {
		// An enrolment elsewhere was tried and never granted. What it left is set
		// aside, not deleted.
		if err = k.a.setAside(); err == nil {
			r, err = k.a.openReplica(ctx, code.Realm)
		}
	}
	if err != nil {
		return err
	}
	grant, err := k.a.ask(ctx, r, code, label)
	if err != nil {
		return errors.Join(err, r.Close())
	}
	m := &membership{Columns: columns(), Realm: grant.Realm, County: grant.County, Addresses: joined([]string{grant.Address}, code.Addresses), Pin: grant.Pin, Device: grant.Device, Label: grant.Label, UnitID: grant.Unit.ID, UnitName: grant.Unit.Name}
	if err := k.a.mended(m); err != nil {
		return errors.Join(err, r.Close())
	}
	k.a.use(m, r)
	return nil
}

// UseOfficer says who is working at this laptop.
func (k *Kit) UseOfficer(officer schema.ID) (KitState, error) {
	m, r := k.a.current()
	if m == nil {
		return KitState{}, errNotEnrolled
	}
	row, err := r.Get(context.Background(), "officer", officer)
	if err != nil {
		return KitState{}, err
	}
	if row == nil {
		return KitState{}, missing("找不到这位同事，请重新选择。", "This officer cannot be found; choose again.")
	}
	if err := k.a.alter(r, func(m *membership) error { m.OfficerID = officer; return nil }); err != nil {
		return KitState{}, err
	}
	k.a.session.UseOfficer(officer)
	return k.State()
}

var staffNo = regexp.MustCompile(`^\w{3,12}$`)

// AddOfficer registers someone of this unit and lets them work here. A staff
// number that is known already means that person.
func (k *Kit) AddOfficer(number, name, role string) (KitState, error) {
	m, r := k.a.current()
	if m == nil {
		return KitState{}, errNotEnrolled
	}
	number, name = strings.TrimSpace(number), strings.TrimSpace(name)
	if role == "" {
		role = "police"
	}
	var id schema.ID
	err := k.a.session.update(func(tx *replica.Tx) error {
		if !staffNo.MatchString(number) {
			return refuse("staff_no", "工号或警号是 3 到 12 位字母数字。", "A staff number has 3 to 12 letters or digits.")
		}
		for _, err := range []error{
			model.Text("name", "姓名", "the name", name, 20, true),
			model.OneOf("role", "岗位", "a role", "role", role, true),
		} {
			if err != nil {
				return err
			}
		}
		code := m.UnitID.String()
		if unit, err := tx.Get("unit", m.UnitID); err != nil {
			return err
		} else if unit != nil {
			code = unit.Text("code")
		}
		id = model.OfficerID(r.Realm(), code, number)
		values := schema.Values{"name": name, "initials": model.Initials(name), "unit_id": m.UnitID, "role": role, "active": true}
		if have, err := tx.Get("officer", id); err != nil {
			return err
		} else if have == nil {
			values["staff_no"] = number
			k.a.session.created(tx, values)
		}
		return tx.Put("officer", id, values)
	})
	if err != nil {
		return KitState{}, err
	}
	return k.UseOfficer(id)
}

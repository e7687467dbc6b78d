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
}

// State reads it.
func (k *Kit) State() (KitState, error) {
	st := KitState{Officers: []Officer{}, Version: k.a.opts.Version}
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
func (k *Kit) Enrol(code, label string) (KitState, error) {
	if m, _ := k.a.current(); m != nil && m.practice {
		return KitState{}, errPractice
	} else if m != nil {
		return KitState{}, &rpc.UserError{Code: "enrolled", Message: "这台电脑已经登记在" + m.County + "了。", MessageEN: "This computer is enrolled already."}
	}
	k.a.mu.Lock()
	if k.a.enrolling {
		k.a.mu.Unlock()
		return KitState{}, &rpc.UserError{Code: "busy", Message: "正在登记，请稍等。", MessageEN: "Enrolment is under way; please wait."}
	}
	k.a.enrolling = true
	k.a.mu.Unlock()
	defer func() { k.a.mu.Lock(); k.a.enrolling = false; k.a.mu.Unlock() }()
	if err := k.join(k.a.sync.life, code, strings.TrimSpace(label)); err != nil {
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

func (k *Kit) join(ctx context.Context, text, label string) error {
	if utf8.RuneCountInString(label) > enrolment.MaxLabel {
		return refuse("label", "电脑名称最多 12 个字。", "The computer's name takes at most 12 characters.")
	}
	code, err := enrolment.Parse(text)
	if err != nil {
		return err
	}
	r, err := k.a.openReplica(ctx, code.Realm)
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
	grant, err := enrolment.Join(ctx, code, enrolment.Request{DeviceID: r.ID(), PublicKey: r.PublicKey(), Sign: r.Sign, Label: label, Version: k.a.opts.Version})
	if err == nil {
		err = r.TrustRoot(ctx, grant.CountyKey)
	}
	if err != nil {
		return errors.Join(err, r.Close())
	}
	m := &membership{Realm: grant.Realm, County: grant.County, Addresses: []string{grant.Address}, Pin: grant.Pin, Device: grant.Device, Label: grant.Label, UnitID: grant.Unit.ID, UnitName: grant.Unit.Name}
	for _, address := range code.Addresses {
		if address != grant.Address {
			m.Addresses = append(m.Addresses, address)
		}
	}
	if err := k.a.saveMember(m); err != nil {
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
	next := *m
	next.OfficerID = officer
	if err := k.a.saveMember(&next); err != nil {
		return KitState{}, err
	}
	k.a.mu.Lock()
	k.a.member = &next
	k.a.mu.Unlock()
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

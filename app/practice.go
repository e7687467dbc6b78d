package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// ownKit is a membership with its replica; both nil before enrolment.
type ownKit struct {
	m *membership
	r *replica.Replica
}

// practiceDir holds the practice data, apart from the laptop's own.
func (a *App) practiceDir() string { return filepath.Join(a.opts.Dir, "practice") }

// StartPractice puts sample data in front of the officer: another directory,
// another realm, made anew each time and never sent. The laptop's own records lie
// untouched until EndPractice.
func (k *Kit) StartPractice() (KitState, error) {
	a := k.a
	a.mu.Lock()
	busy := a.enrolling || a.aside != nil
	a.mu.Unlock()
	if busy {
		return k.State()
	}
	if err := errors.Join(os.RemoveAll(a.practiceDir()), os.RemoveAll(a.practiceDir()+".anchor")); err != nil {
		return KitState{}, fmt.Errorf("clear the practice data: %w", err)
	}
	realm := schema.NewID(a.opts.Wall().UnixMilli())
	r, err := a.openReplicaIn(a.sync.life, filepath.Join(a.practiceDir(), "data"), a.practiceDir()+".anchor", realm)
	if err != nil {
		return KitState{}, fmt.Errorf("open the practice data: %w", err)
	}
	unit := model.UnitID(realm, "LXPCS")
	m := &membership{Realm: realm, County: "练习县（示例）", Device: r.ID(), Label: "练习", UnitID: unit, UnitName: "练习派出所", OfficerID: model.OfficerID(realm, "LXPCS", "000001"), practice: true}
	own := &ownKit{}
	own.m, own.r = a.current()
	if own.r != nil {
		a.mu.Lock()
		a.forget()
		a.mu.Unlock()
	}
	a.use(m, r)
	a.mu.Lock()
	a.aside = own
	a.mu.Unlock()
	if err := a.samples(r, m); err != nil {
		_, end := k.EndPractice()
		return KitState{}, errors.Join(fmt.Errorf("make sample data: %w", err), end)
	}
	a.Events.Publish("changed", Changed{Tables: allTables()})
	return k.State()
}

// EndPractice goes back to the laptop's own records and drops the sample data.
func (k *Kit) EndPractice() (KitState, error) {
	a := k.a
	a.mu.Lock()
	own, practice := a.aside, a.replica
	if own == nil {
		a.mu.Unlock()
		return k.State()
	}
	a.aside = nil
	a.forget()
	a.member, a.replica = nil, nil
	a.mu.Unlock()
	if own.r != nil {
		a.use(own.m, own.r)
	} else {
		a.session.Attach(nil, schema.Nil)
		a.session.UseOfficer(schema.Nil)
	}
	a.session.consultations.leave()
	if err := errors.Join(practice.Close(), os.RemoveAll(a.practiceDir()), os.RemoveAll(a.practiceDir()+".anchor")); err != nil {
		a.opts.Log.Error("clear the practice data", "error", err) // it is cleared before the next practice
	}
	a.Events.Publish("changed", Changed{Tables: allTables()})
	return k.State()
}

func allTables() []string {
	out := make([]string, len(model.Schema.Tables))
	for i, t := range model.Schema.Tables {
		out[i] = t.Name
	}
	return out
}

// samples writes a morning's invented work through the services that officers use.
func (a *App) samples(r *replica.Replica, m *membership) error {
	s := a.session
	err := s.update(func(tx *replica.Tx) error {
		if err := model.Seed(tx, m.Realm); err != nil {
			return err
		}
		if err := tx.Put("unit", m.UnitID, s.created(tx, schema.Values{"code": "LXPCS", "name": "练习派出所（示例）", "short_name": "练习所", "department": "D02"})); err != nil {
			return err
		}
		if err := tx.Put("device", r.ID(), s.created(tx, schema.Values{"label": "练习", "owner_unit_id": m.UnitID, "state": "active"})); err != nil {
			return err
		}
		for i, name := range []string{"练习员甲", "练习员乙"} {
			number := fmt.Sprintf("%06d", i+1)
			if err := tx.Put("officer", model.OfficerID(m.Realm, "LXPCS", number), s.created(tx, schema.Values{"staff_no": number, "name": name, "initials": model.Initials(name), "unit_id": m.UnitID, "role": "police", "active": true})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	venues := NewVenues(s)
	for _, v := range []VenueForm{{Kind: "V09", Name: "示例广场", Town: "示例镇"}, {Kind: "V01", Name: "示例网吧", Town: "示例镇", LicenceNo: "SL0001", Seats: 60}, {Kind: "V02", Name: "示例银行营业部", Town: "示例镇"}} {
		if _, err := venues.Create(v); err != nil {
			return err
		}
	}
	booth := NewBooth(s)
	st, err := booth.Open(OpenBooth{Place: "示例广场（练习）", PartnerUnits: []schema.ID{model.UnitID(m.Realm, "YD"), model.UnitID(m.Realm, "NSH")}})
	if err != nil {
		return err
	}
	activity := st.Activity.ID
	for material, n := range map[string]int64{"FZXCD": 86, "LNXCC": 24, "SDJSK": 40} {
		if _, err := booth.Tap(activity, model.MaterialID(m.Realm, material), n); err != nil {
			return err
		}
	}
	consultations := &Consultations{s: s, shown: newShownForms()}
	var last Consultation
	for _, f := range []ConsultationForm{
		{FraudType: "F01", Stage: "G1", AtRisk: "1.2w", Channels: []string{"H3", "H9"}, AgeBand: "A3", Outcome: "K2", PersonLabel: "示例女士", Indicators: []string{"app:示例任务大厅", "phone:12800000001"}, Advice: []string{"Z1", "Z5"}},
		{FraudType: "F04", Stage: "G2", AtRisk: "3000", Channels: []string{"H1", "H10"}, AgeBand: "A6", Outcome: "K2", PersonLabel: "示例大爷", Indicators: []string{"phone:12800000001", "url:fake.example/pay"}, Advice: []string{"Z1", "Z7"}},
		{FraudType: "F01", Stage: "G3", Loss: "8000", Channels: []string{"H3"}, AgeBand: "A4", Outcome: "K3", Indicators: []string{"app:示例任务大厅", "bank_account:6222000000000000"}, AlarmNo: "LX-001", Story: "练习用的案情：对方让先垫付再返利，转出 8000元 后联系不上。"},
		{FraudType: "F08", Stage: "G0", Channels: []string{"H1"}, AgeBand: "A7", Outcome: "K1", NoIndicator: true},
	} {
		f.ActivityID = activity
		if last, err = consultations.Save(f); err != nil {
			return err
		}
		if f.AlarmNo != "" {
			if _, err := NewLinkage(s).Stamp(last.ID, "call_police"); err != nil {
				return err
			}
			draft, err := NewDigests(s).Draft(last.ID)
			if err != nil {
				return err
			}
			if _, err := NewDigests(s).Save(draft); err != nil {
				return err
			}
		}
	}
	if _, err := NewDigests(s).AddSlogan("先垫付再返利，都是诈骗（示例）", schema.Nil); err != nil {
		return err
	}
	if _, err := NewPosts(s).Save(PostForm{Channel: "douyin", Title: "示例：刷单返利怎么骗人", URL: "https://v.douyin.com/sample/", Forwards: 12, Reads: 340}); err != nil {
		return err
	}
	if _, err := NewOutcomes(s).Save(OutcomeForm{Kind: "intercept", RefNo: "LX-000", Source: "booth", Averted: "12000"}); err != nil {
		return err
	}
	return nil
}

// errPractice refuses what would leave practice data behind.
var errPractice = &rpc.UserError{Code: "practice", Message: "现在是练习模式，先结束练习再登记。", MessageEN: "This is practice; end it before you enrol."}

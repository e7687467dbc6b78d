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

// errPractice refuses what would leave practice data behind.
var errPractice = &rpc.UserError{Code: "practice", Message: "现在是练习模式，先结束练习再登记。", MessageEN: "This is practice; end it before you enrol."}

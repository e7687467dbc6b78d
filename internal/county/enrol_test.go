package county

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// kit is a computer: a replica with a key, before or after enrolment.
type kit struct {
	*replica.Replica
	grant enrolment.Grant
}

func (o *office) newKit(t *testing.T) *kit {
	t.Helper()
	r, err := replica.Open(t.Context(), replica.Options{Dir: t.TempDir(), Schema: model.Schema, Realm: o.realm, Wall: o.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return &kit{Replica: r}
}

// code issues a code that the kit can parse, for the unit with that code.
func (o *office) code(t *testing.T, unit string) enrolment.Code {
	t.Helper()
	issued, err := o.IssueCode(t.Context(), "console", CodeForm{Unit: UnitForm{Code: unit, Name: "单位" + unit, Department: "D02"}, Label: "D1"})
	if err != nil {
		t.Fatal(err)
	}
	code, err := enrolment.Parse(issued.Text)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (k *kit) join(ctx context.Context, code enrolment.Code, label string) error {
	grant, err := enrolment.Join(ctx, code, enrolment.Request{DeviceID: k.ID(), PublicKey: k.PublicKey(), Sign: k.Sign, Label: label, Version: "test"})
	if err == nil {
		k.grant = grant
		err = k.TrustRoot(ctx, grant.CountyKey)
	}
	return err
}

func (k *kit) sync(ctx context.Context) error {
	client := transport.NewClient(k.Replica, transport.Peer{URL: k.grant.Address, Pin: k.grant.Pin}, transport.ClientOptions{Version: "test", Retries: 1})
	defer client.Close()
	_, err := client.Sync(ctx, nil)
	return err
}

func reason(err error) enrolment.Reason {
	var e *enrolment.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestACodeEnrolsOneComputer(t *testing.T) {
	o := openOffice(t)
	code, first, second := o.code(t, "CGPCS"), o.newKit(t), o.newKit(t)
	if err := first.join(t.Context(), code, "一号机"); err != nil {
		t.Fatal(err)
	}
	g := first.grant
	if g.County != "青岚县" || g.Unit.Code != "CGPCS" || g.Unit.ID != model.UnitID(o.realm, "CGPCS") || g.Label != "一号机" {
		t.Errorf("%+v", g)
	}
	if err := second.join(t.Context(), code, ""); reason(err) != enrolment.Used {
		t.Errorf("a second computer: %v", err)
	}
	if err := first.join(t.Context(), code, "一号机"); err != nil {
		t.Errorf("the same computer, its answer lost: %v", err)
	}
	row, err := o.replica.Get(t.Context(), "device", first.ID())
	if err != nil || row == nil || row.Text("label") != "一号机" || row.Text("state") != "active" || row.Ref("owner_unit_id") != g.Unit.ID ||
		string(row.Bytes("public_key")) != string(first.PublicKey()) {
		t.Errorf("device row %+v, %v", row, err)
	}
	if err := first.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.sync(t.Context()); err == nil {
		t.Error("a stranger synced")
	}
}

func TestOfTwoComputersAtOnceOneWins(t *testing.T) {
	o := openOffice(t)
	code := o.code(t, "CGPCS")
	kits := []*kit{o.newKit(t), o.newKit(t), o.newKit(t), o.newKit(t)}
	errs := make([]error, len(kits))
	var all sync.WaitGroup
	for i, k := range kits {
		all.Go(func() { errs[i] = k.join(t.Context(), code, "") })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if reason(err) != enrolment.Used {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d computers enrolled with one code", won)
	}
}

func TestCodesThatDoNotEnrol(t *testing.T) {
	o := openOffice(t)
	k := o.newKit(t)

	expired := o.code(t, "CGPCS")
	o.clock.advance(codeLife)
	if err := k.join(t.Context(), expired, ""); reason(err) != enrolment.Expired {
		t.Errorf("expired: %v", err)
	}

	issued, err := o.IssueCode(t.Context(), "console", CodeForm{Unit: UnitForm{Code: "CGPCS"}})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := schema.ParseID(issued.ID)
	if err := o.withdraw(t.Context(), "admin", id); err != nil {
		t.Fatal(err)
	}
	withdrawn, _ := enrolment.Parse(issued.Text)
	if err := k.join(t.Context(), withdrawn, ""); reason(err) != enrolment.Withdrawn {
		t.Errorf("withdrawn: %v", err)
	}
	if err := o.withdraw(t.Context(), "admin", id); err == nil {
		t.Error("withdrew a code twice")
	}

	foreign := o.code(t, "CGPCS")
	foreign.Realm = schema.NewID(1)
	if err := k.join(t.Context(), foreign, ""); reason(err) != enrolment.OtherCounty {
		t.Errorf("of another county: %v", err)
	}

	if err := k.join(t.Context(), o.code(t, "CGPCS"), ""); err != nil {
		t.Fatal(err)
	}
	if err := k.join(t.Context(), o.code(t, "LKPCS"), ""); reason(err) != enrolment.OtherUnit {
		t.Errorf("to another unit: %v", err)
	}
	clone := o.newKit(t)
	impostor := enrolment.Request{DeviceID: k.ID(), PublicKey: clone.PublicKey(), Sign: clone.Sign}
	if _, err := enrolment.Join(t.Context(), o.code(t, "CGPCS"), impostor); reason(err) != enrolment.OtherKey {
		t.Errorf("the id of another computer: %v", err)
	}
	if _, err := o.IssueCode(t.Context(), "console", CodeForm{UnitID: schema.NewID(5).String()}); err == nil {
		t.Error("issued a code for no unit")
	}
}

func TestGuessedCodesAreSlowedDown(t *testing.T) {
	o := openOffice(t)
	k, good := o.newKit(t), o.code(t, "CGPCS")
	guess := func() enrolment.Reason {
		code := good
		secret, err := enrolment.NewSecret()
		if err != nil {
			t.Fatal(err)
		}
		code.Secret = secret
		return reason(k.join(t.Context(), code, ""))
	}
	for i := range 6 {
		if r := guess(); r != enrolment.Unknown {
			t.Fatalf("guess %d: %s", i, r)
		}
	}
	if r := guess(); r != enrolment.TooOften {
		t.Fatalf("no back-off: %s", r)
	}
	var e *enrolment.Error
	if err := k.join(t.Context(), good, ""); !errors.As(err, &e) || e.Reason != enrolment.TooOften || e.RetryAfter < 1 {
		t.Fatalf("the good code during the wait: %v", err)
	}
	o.clock.advance(time.Minute)
	if err := k.join(t.Context(), good, ""); err != nil {
		t.Fatalf("the good code after it: %v", err)
	}
}

func TestSecretsOfCodesAreNotStored(t *testing.T) {
	o := openOffice(t)
	code := o.code(t, "CGPCS")
	var hits int
	if err := o.store.db.QueryRow(`SELECT count(*) FROM code WHERE secret_hash = ? OR instr(secret_hash, ?) > 0`, code.Secret, code.Secret).Scan(&hits); err != nil || hits != 0 {
		t.Errorf("%d, %v", hits, err)
	}
}

func TestALostComputerIsRefused(t *testing.T) {
	o := openOffice(t)
	k := o.newKit(t)
	if err := k.join(t.Context(), o.code(t, "CGPCS"), ""); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.login(t)
	if err := o.call(t, "SetDeviceState", nil, k.ID().String(), "lost"); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); !errors.Is(err, transport.ErrUnauthorized) {
		t.Errorf("a lost computer: %v", err)
	}
	if err := o.call(t, "SetDeviceState", nil, k.ID().String(), "active"); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); err != nil {
		t.Errorf("found again: %v", err)
	}
	var devices []DeviceInfo
	if err := o.call(t, "Devices", &devices); err != nil || len(devices) != 1 || devices[0].Standing != "in" || devices[0].LastSeen == 0 || devices[0].Version != "test" {
		t.Errorf("%+v, %v", devices, err)
	}
	o.clock.advance(8 * 24 * time.Hour)
	o.login(t)
	if err := o.call(t, "Devices", &devices); err != nil || devices[0].Standing != "silent" {
		t.Errorf("%+v, %v", devices, err)
	}
	if err := o.call(t, "SetDeviceState", nil, schema.NewID(1).String(), "lost"); err == nil || err.Code != "device_unknown" {
		t.Errorf("an unknown computer: %v", err)
	}
	if err := o.call(t, "SetDeviceState", nil, k.ID().String(), "broken"); err == nil || err.Code != "device_state" {
		t.Errorf("an unknown state: %v", err)
	}
}

func TestCodesFromTheConsoleWhileTheServerRuns(t *testing.T) {
	o := openOffice(t)
	if res, err := o.browser.Get(o.secure); err != nil { // it answers once it has noted where
		t.Fatal(err)
	} else {
		res.Body.Close()
	}
	if _, err := Open(t.Context(), o.dir, Options{}); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second server over one directory: %v", err)
	}
	issued, err := IssueCode(t.Context(), o.dir, Options{Wall: o.clock.now},
		CodeForm{Unit: UnitForm{Code: "lkpcs", Name: "岭口派出所", Department: "D02"}, Label: "D4"})
	if err != nil {
		t.Fatal(err)
	}
	if issued.Addresses[0] != o.secure {
		t.Errorf("addresses %v, want %s", issued.Addresses, o.secure)
	}
	code, err := enrolment.Parse(issued.Text)
	if err != nil {
		t.Fatal(err)
	}
	k := o.newKit(t)
	if err := k.join(t.Context(), code, ""); err != nil {
		t.Fatal(err)
	}
	if k.grant.Unit.Name != "岭口派出所" || k.grant.Label != "D4" || k.grant.Unit.ID != model.UnitID(o.realm, "LKPCS") {
		t.Errorf("%+v", k.grant)
	}
	// A second code for the unit needs its code only.
	again, err := IssueCode(t.Context(), o.dir, Options{Wall: o.clock.now}, CodeForm{Unit: UnitForm{Code: "LKPCS"}})
	if err != nil {
		t.Fatal(err)
	}
	code, _ = enrolment.Parse(again.Text)
	if k = o.newKit(t); k.join(t.Context(), code, "") != nil || k.grant.Unit.Name != "岭口派出所" {
		t.Errorf("%+v", k.grant)
	}
	for name, form := range map[string]CodeForm{
		"no unit":       {},
		"bad unit code": {Unit: UnitForm{Code: "岭口"}},
		"no such dept":  {Unit: UnitForm{Code: "XX", Department: "D77"}},
		"long label":    {Unit: UnitForm{Code: "XX"}, Label: "一二三四五六七八九十一二三"},
	} {
		if _, err := IssueCode(t.Context(), o.dir, Options{}, form); err == nil {
			t.Errorf("%s: issued", name)
		}
	}
	if _, err := IssueCode(t.Context(), o.dir, Options{Addresses: []string{"http://10.0.0.1:80"}}, CodeForm{Unit: UnitForm{Code: "XX"}}); err == nil {
		t.Error("issued a code for an unprotected address")
	}
}

// What the office sets on the dashboard reaches kits with their next sync; the machine's
// own guess does not.
func TestKitsAreToldTheServersAddresses(t *testing.T) {
	o := openOffice(t)
	k := o.newKit(t)
	if err := k.join(t.Context(), o.code(t, "CGPCS"), ""); err != nil {
		t.Fatal(err)
	}
	told := func() []string {
		t.Helper()
		if err := k.sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := model.ServerAddresses(t.Context(), k.Replica)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := told(); got != nil {
		t.Errorf("told the machine's own addresses: %v", got)
	}
	o.login(t)
	for _, set := range [][]string{{"https://10.0.0.5:8443", "https://fk.example.gov.cn:8443"}, {"https://10.0.0.6:8443"}, {}} {
		if err := o.call(t, "SetAddresses", nil, set); err != nil {
			t.Fatal(err)
		}
		if got := told(); !slices.Equal(got, set) {
			t.Errorf("set %v, told %v", set, got)
		}
	}
	if err := o.call(t, "SetAddresses", nil, []string{"10.0.0.7"}); err == nil {
		t.Error("an address that no kit can use was taken")
	}
	if got := told(); len(got) != 0 {
		t.Errorf("a refused address was told: %v", got)
	}
}

// A new code makes a lost computer active again, under the name that its records bear.
func TestALostComputerEnrolsAgain(t *testing.T) {
	o := openOffice(t)
	k := o.newKit(t)
	if err := k.join(t.Context(), o.code(t, "CGPCS"), "一号机"); err != nil {
		t.Fatal(err)
	}
	o.login(t)
	if err := o.call(t, "SetDeviceState", nil, k.ID().String(), "lost"); err != nil {
		t.Fatal(err)
	}
	if err := k.join(t.Context(), o.code(t, "CGPCS"), "另一个名"); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	var devices []DeviceInfo
	if err := o.call(t, "Devices", &devices); err != nil || len(devices) != 1 || devices[0].State != "active" || devices[0].Label != "一号机" || k.grant.Label != "一号机" {
		t.Errorf("%+v, %+v, %v", devices, k.grant, err)
	}
	row, err := k.Get(t.Context(), "device", k.ID())
	if err != nil || row.Text("state") != "active" || row.Text("label") != "一号机" {
		t.Errorf("%+v, %v", row, err)
	}
}

// A label names what a computer recorded: no two have the same.
func TestLabelsAreToldApart(t *testing.T) {
	o := openOffice(t)
	var kits []*kit
	for i, want := range []string{"D1", "D1-2", "d1-3"} {
		k := o.newKit(t)
		if err := k.join(t.Context(), o.code(t, "CGPCS"), []string{"D1", "D1", "d1"}[i]); err != nil {
			t.Fatal(err)
		}
		if k.grant.Label != want {
			t.Errorf("computer %d is %s, want %s", i, k.grant.Label, want)
		}
		kits = append(kits, k)
	}
	if err := kits[0].join(t.Context(), o.code(t, "CGPCS"), "D1"); err != nil || kits[0].grant.Label != "D1" {
		t.Error("the first one enrols again as", kits[0].grant.Label, err)
	}
}

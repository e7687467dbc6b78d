package county

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

// as signs in with an account of a role.
func (o *office) as(t *testing.T, f AccountForm) {
	t.Helper()
	o.login(t)
	f.Display, f.Password = "测试员", password
	if err := o.call(t, "AddAccount", nil, f); err != nil && err.Code != "account_taken" {
		t.Fatal(err)
	}
	if err := o.call(t, "Login", nil, f.Name, password); err != nil {
		t.Fatal(err)
	}
}

// What a role is not given, it may not call: also what is added later.
func TestRolesCallWhatTheyAreGiven(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	unit := s.unit["CGPCS"].String()
	var methods []string
	for i := range reflect.TypeFor[*Service]().NumMethod() {
		methods = append(methods, reflect.TypeFor[*Service]().Method(i).Name)
	}
	for _, role := range []Role{Lead, Officer, Auditor} {
		o.as(t, AccountForm{Name: string(role), Role: string(role), Unit: unit})
		for _, method := range methods {
			if slices.Contains([]string{"Login", "Logout"}, method) {
				continue
			}
			response := o.post(t, "/rpc/County/"+method, `[]`, map[string]string{"Content-Type": "application/json", "X-Fieldkit": "1"})
			refused := response.StatusCode == http.StatusUnprocessableEntity
			if given := slices.Contains(permitted[role], method); refused == given && (given || !refused) {
				t.Errorf("%s, %s: %s", role, method, response.Status)
			}
		}
		for _, path := range []string{"/api/v1/figures", "/export/devices.xlsx", "/export/template/R3.docx", "/export/report/" + schema.NewID(1).String() + ".docx"} {
			if status, _ := o.download(t, path); status != http.StatusForbidden {
				t.Errorf("%s, %s: %d", role, path, status)
			}
		}
	}
}

// An account of one unit sees that unit's records and those it joined, and no others.
func TestAccountsOfAUnitSeeThatUnit(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	leaflet := s.material("LX1", "leaflet")
	mine, other := s.activity("street", "done", "2025-05-01 09:00", "CGPCS"), s.activity("street", "done", "2025-05-02 09:00", "FZZX")
	joined := s.activity("street", "done", "2025-05-03 09:00", "FZZX", "CGPCS")
	for i, id := range []schema.ID{mine, other, joined} {
		s.hand(id, leaflet, int64(100*(i+1)))
	}
	asked, elsewhere := s.ask(mine, "2025-05-01 10:00", "F01"), s.ask(joined, "2025-05-03 10:00", "F01")
	o.joined(t, "CGPCS", "D2", 0)
	o.joined(t, "FZZX", "D1", 0)
	o.as(t, AccountForm{Name: "suo", Role: string(Lead), Unit: s.unit["CGPCS"].String()})
	year := OverviewQuery{From: "2025-01-01", To: "2025-12-31", Units: []string{s.unit["FZZX"].String()}} // asks for another's
	var page Overview
	if err := o.call(t, "Overview", &page, year); err != nil {
		t.Fatal(err)
	}
	want := page.Cards[1].Value
	if page.Cards[1].Key != "M02" || want == 600 || want < 100 || len(page.Devices) != 1 || page.Devices[0].Label != "D2" {
		t.Errorf("%+v %+v", page.Cards[1], page.Devices)
	}
	var figure FigurePage
	if err := o.call(t, "FigureRecords", &figure, FigureQuery{Code: "M02", From: "2025-01-01", To: "2025-12-31"}); err != nil || figure.Value != want {
		t.Error(figure.Value, err)
	}
	var list []DeviceInfo
	if err := o.call(t, "Devices", &list); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
	for id, may := range map[schema.ID]bool{mine: true, other: false, joined: true} {
		if err := o.call(t, "RecordOf", nil, "activity", id.String()); (err == nil) != may || err != nil && err.Code != "forbidden" {
			t.Error("record", id, may, err)
		}
		if err := o.call(t, "History", nil, "activity", id.String()); (err == nil) != may {
			t.Error("history", id, may, err)
		}
	}
	for id, may := range map[schema.ID]bool{asked: true, elsewhere: false} {
		if err := o.call(t, "RecordOf", nil, "consultation", id.String()); (err == nil) != may {
			t.Error("consultation", id, may, err)
		}
	}
	status, csv := o.download(t, "/export/consultations.csv?from=2025-01-01&to=2025-12-31&unit="+s.unit["FZZX"].String())
	if status != http.StatusOK || strings.Count(string(csv), "\n") != 2 {
		t.Error(status, string(csv))
	}
	if err := o.call(t, "StartLedger", nil, LedgerForm{Code: "T3", From: "2025-01-01", To: "2025-12-31", Personal: true, Reason: "想看"}); err == nil || err.Code != "forbidden" {
		t.Error("names in full:", err)
	}
	o.as(t, AccountForm{Name: "ren", Role: string(Officer), Unit: s.unit["CGPCS"].String()})
	if status, _ := o.download(t, "/export/consultations.csv?from=2025-01-01&to=2025-12-31"); status != http.StatusForbidden {
		t.Error("an officer exports:", status)
	}
	o.as(t, AccountForm{Name: "shenji", Role: string(Auditor)})
	var log []AuditEntry
	if err := o.call(t, "Audit", &log, 0); err != nil || len(log) == 0 {
		t.Error(err)
	}
}

func TestAccountsAreKept(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	unit := s.unit["CGPCS"].String()
	o.login(t)
	for code, f := range map[string]AccountForm{
		"role": {Name: "li", Display: "李", Role: "king", Password: password}, "unit": {Name: "li", Display: "李", Role: "lead", Password: password}, "display": {Name: "li", Role: "analyst", Password: password},
		"account_taken": {Name: "Admin", Display: "李", Role: "analyst", Password: password}, "account_name": {Name: "l i", Display: "李", Role: "analyst", Password: password},
	} {
		if err := o.call(t, "AddAccount", nil, f); err == nil || err.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := o.call(t, "AddAccount", nil, AccountForm{Name: "li", Display: "李静", Role: "analyst", Password: "123"}); err == nil {
		t.Error("a weak password is taken")
	}
	if err := o.call(t, "AddAccount", nil, AccountForm{Name: "li", Display: "李静", Role: "analyst", Password: password}); err != nil {
		t.Fatal(err)
	}
	for _, f := range []AccountForm{{Name: "admin", Display: "管理员", Role: "analyst"}, {Name: "admin", Display: "管理员", Role: "admin", Disabled: true}} {
		if err := o.call(t, "SetAccount", nil, f); err == nil || err.Code != "last_admin" {
			t.Error("no administrator is left:", err)
		}
	}
	reader := o.newBrowser(t)
	admin := o.browser
	o.browser = reader
	if err := o.call(t, "Login", nil, "li", password); err != nil {
		t.Fatal(err)
	}
	o.browser = admin
	if err := o.call(t, "SetAccount", nil, AccountForm{Name: "li", Display: "李静", Role: "officer", Unit: unit}); err != nil {
		t.Fatal(err)
	}
	var list []AccountInfo
	if err := o.call(t, "Accounts", &list); err != nil || len(list) != 2 || list[1].Role != "officer" || list[1].UnitName != "城关派出所" {
		t.Errorf("%+v, %v", list, err)
	}
	o.browser = reader
	if r := o.post(t, "/rpc/County/Me", `[]`, map[string]string{"Content-Type": "application/json", "X-Fieldkit": "1"}); r.StatusCode != http.StatusUnauthorized {
		t.Error("a session outlives the change:", r.Status)
	}
	o.browser = admin
	if err := o.call(t, "SetAccount", nil, AccountForm{Name: "li", Display: "李静", Role: "officer", Unit: unit, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Login", nil, "li", password); err == nil || err.Code != "login" {
		t.Error("a disabled account signs in:", err)
	}
}

// What is refused changes nothing: the password neither, nor who is signed in.
func TestARefusedAccountChangeLeavesThePassword(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	if err := o.call(t, "SetAccount", nil, AccountForm{Name: "admin", Display: "管理员", Role: "analyst", Password: "another-horse-9"}); err == nil || err.Code != "last_admin" {
		t.Fatal("no administrator is left:", err)
	}
	if err := o.call(t, "Accounts", nil); err != nil {
		t.Error("the session is over:", err)
	}
	if err := o.call(t, "Login", nil, "admin", "another-horse-9"); err == nil {
		t.Error("the refused password signs in")
	}
	if err := o.call(t, "Login", nil, "admin", password); err != nil {
		t.Error("the old password does not:", err)
	}
}

package county

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestLoginSetsAGuardedCookie(t *testing.T) {
	o := openOffice(t)
	for base, name := range map[string]string{o.secure: cookieTLS, o.plain: cookieLocal} {
		request, _ := http.NewRequest(http.MethodPost, base+"/rpc/County/Login", strings.NewReader(`["Admin ","`+password+`"]`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Fieldkit", "1")
		response, err := o.browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		cookies := response.Cookies()
		if response.StatusCode != 200 || len(cookies) != 1 {
			t.Fatalf("%s: %s, cookies %v", base, response.Status, cookies)
		}
		c := cookies[0]
		if c.Name != name || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure != (base == o.secure) || c.Path != "/" || len(c.Value) < 40 {
			t.Errorf("%s: %+v", base, c)
		}
	}
	var me Me
	if err := o.call(t, "Me", &me); err != nil || me.County != "青岚县" || me.Role != "admin" {
		t.Errorf("%+v, %v", me, err)
	}
	var stored int
	if err := o.store.db.QueryRow(`SELECT count(*) FROM session WHERE length(token_hash) = 32`).Scan(&stored); err != nil || stored != 2 {
		t.Errorf("%d sessions, %v", stored, err)
	}
}

func TestSessionEnds(t *testing.T) {
	o := openOffice(t)
	signedIn := func() bool { return o.post(t, "/rpc/County/Me", `[]`, nil).StatusCode == 200 }
	o.login(t)
	if o.call(t, "Logout", nil) != nil || signedIn() {
		t.Error("the session outlives the sign-out")
	}
	o.login(t)
	o.clock.advance(sessionIdle + time.Minute)
	if signedIn() {
		t.Error("the session outlives an idle time")
	}
	o.login(t)
	for range 30 {
		o.clock.advance(sessionIdle - 2*time.Minute)
		if !signedIn() {
			break
		}
	}
	if signedIn() {
		t.Error("a session in use never ends")
	}
	o.login(t)
	if err := o.SetPassword(t.Context(), "admin", "换一句话做新口令"); err != nil || signedIn() {
		t.Errorf("the session outlives the password: %v", err)
	}
}

func TestWrongPasswordsAreSlowedDown(t *testing.T) {
	o := openOffice(t)
	guess := func(name, word string) string {
		if err := o.call(t, "Login", nil, name, word); err != nil {
			return err.Code
		}
		return ""
	}
	for i := range 5 {
		if code := guess("admin", "wrong"); code != "login" {
			t.Fatalf("guess %d: %q", i, code)
		}
	}
	if code := guess("nobody", "wrong"); code != "login" {
		t.Fatalf("an unknown account is told apart: %q", code)
	}
	// The sixth failure starts the wait; even the right password waits then.
	if code := guess("admin", "wrong"); code != "login" {
		t.Fatal(code)
	}
	if code := guess("admin", password); code != "too_often" {
		t.Fatalf("no back-off: %q", code)
	}
	o.clock.advance(2 * time.Second)
	if code := guess("admin", "wrong"); code != "login" {
		t.Fatalf("the wait does not end: %q", code)
	}
	o.clock.advance(time.Second)
	if code := guess("admin", password); code != "too_often" {
		t.Fatalf("the wait does not grow: %q", code)
	}
	o.clock.advance(2 * time.Second)
	if code := guess("admin", password); code != "" {
		t.Fatalf("shut out: %q", code)
	}
	if code := guess("admin", "wrong"); code != "login" {
		t.Fatalf("a success does not clear the failures: %q", code)
	}
}

func TestSimultaneousGuessesCountEachOne(t *testing.T) {
	o := openOffice(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	checked := 0
	for range 30 {
		all.Go(func() {
			_, err := o.County.login(t.Context(), "admin", "wrong", "", "203.0.113.9")
			mu.Lock()
			defer mu.Unlock()
			if err == errLogin {
				checked++
			}
		})
	}
	all.Wait()
	if checked == 0 || checked > 6 {
		t.Fatalf("%d of 30 guesses at once were checked", checked)
	}
}

func TestForeignRequestsAreRefused(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	for name, headers := range map[string]map[string]string{
		"another site":       {"Sec-Fetch-Site": "cross-site"},
		"another port":       {"Sec-Fetch-Site": "same-site"},
		"another origin":     {"Origin": "https://evil.example"},
		"null origin":        {"Origin": "null"},
		"a form's type":      {"Content-Type": "text/plain"},
		"without our header": {"X-Fieldkit": ""},
	} {
		if response := o.post(t, "/rpc/County/Me", `[]`, headers); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, response.StatusCode)
		}
	}
	if response := o.post(t, "/rpc/County/Me", `[]`, map[string]string{"Sec-Fetch-Site": "same-origin"}); response.StatusCode != 200 {
		t.Errorf("our own page: %d", response.StatusCode)
	}
	// A name that was pointed at this machine (DNS rebinding).
	request, _ := http.NewRequest(http.MethodGet, o.plain+"/login", nil)
	request.Host = "evil.example"
	response, err := o.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("foreign Host on loopback: %d", response.StatusCode)
	}
}

func TestAnalystsChangeNothing(t *testing.T) {
	o := openOffice(t)
	if err := o.store.addAccount(t.Context(), "li", "李分析", Analyst, password, "青岚县"); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Login", nil, "li", password); err != nil {
		t.Fatal(err)
	}
	for method, args := range map[string][]any{
		"IssueCode": {CodeForm{}}, "AddUnit": {UnitForm{}}, "SetDeviceState": {"x", "lost"}, "SetAddresses": {[]string{}}, "WithdrawCode": {"x"}, "Audit": {0},
	} {
		if err := o.call(t, method, nil, args...); err == nil || err.Code != "forbidden" {
			t.Errorf("%s: %v", method, err)
		}
	}
	if err := o.call(t, "Devices", nil); err != nil {
		t.Error(err)
	}
}

func TestAuditLogShowsTampering(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	if err := o.store.verifyAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lines []AuditEntry
	if err := o.call(t, "Audit", &lines, 0); err != nil || len(lines) < 3 || lines[0].Action != "login" {
		t.Fatalf("%+v, %v", lines, err)
	}
	if _, err := o.store.db.Exec(`UPDATE audit SET actor = 'x'`); err == nil {
		t.Fatal("a line could be changed")
	}
	if _, err := o.store.db.Exec(`DELETE FROM audit`); err == nil {
		t.Fatal("a line could be removed")
	}
	for _, damage := range []string{`UPDATE audit SET actor = 'x' WHERE seq = 2`, `DELETE FROM audit WHERE seq = 2`} {
		o := openOffice(t)
		o.login(t)
		if _, err := o.store.db.Exec(`DROP TRIGGER audit_stands; DROP TRIGGER audit_stays; ` + damage); err != nil {
			t.Fatal(err)
		}
		if err := o.store.verifyAudit(t.Context()); err == nil {
			t.Errorf("%s: not noticed", damage)
		}
	}
}

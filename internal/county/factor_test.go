package county

import (
	"encoding/base32"
	"net/http"
	"strings"
	"testing"
	"time"
)

// RFC 6238, appendix B (SHA-1), and RFC 4226, appendix D.
func TestCodesOfTheRFCs(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := hotp(secret, uint64(at/30), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := hotp(secret, uint64(counter), 6); got != want {
			t.Errorf("counter %d: %s, want %s", counter, got, want)
		}
	}
	now := time.Unix(1111111111, 0)
	step := now.Unix() / 30
	for off := int64(-3); off <= 3; off++ {
		got, ok := codeStep(secret, hotp(secret, uint64(step+off), 6), now, 0)
		if want := off >= -1 && off <= 1; ok != want || ok && got != step+off {
			t.Errorf("a code of %d steps away: %d %t", off, got, ok)
		}
	}
	if _, ok := codeStep(secret, hotp(secret, uint64(step), 6), now, step); ok {
		t.Error("a code was taken twice")
	}
	for _, typed := range []string{"", "0", "0000000", "abcdef"} {
		if _, ok := codeStep(secret, typed, now, 0); ok {
			t.Errorf("%q was taken", typed)
		}
	}
}

// A telephone is bound with the password and a first code; from then on a sign-in takes
// its code, each once; personal data is given to nobody else; guesses are slowed down; who
// lost the telephone gets in by the server's own console.
func TestSecondFactor(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	personal := LedgerForm{Code: "T3", From: "2025-01-01", To: "2025-12-31", Personal: true, Reason: "核对签到"}
	if err := o.call(t, "StartLedger", nil, personal); err == nil || err.Code != "factor_first" {
		t.Fatal("personal data without a second factor:", err)
	}
	var offer FactorOffer
	if err := o.call(t, "OfferFactor", &offer, "wrong password", ""); err == nil || err.Field != "password" {
		t.Fatal("a factor was offered without the password:", err)
	}
	if err := o.call(t, "ConfirmFactor", nil, "123456"); err == nil || err.Code != "factor_late" {
		t.Fatal("a factor that was never offered:", err)
	}
	if err := o.call(t, "OfferFactor", &offer, password, ""); err != nil {
		t.Fatal(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(offer.Secret, " ", ""))
	if err != nil || len(secret) != factorSecret || !strings.HasPrefix(offer.Link, "otpauth://totp/") || !strings.Contains(offer.Link, "secret="+strings.ReplaceAll(offer.Secret, " ", "")) || offer.Size < 21 || offer.Path == "" {
		t.Fatalf("%v %+v", err, offer)
	}
	code := func() string { return hotp(secret, uint64(o.clock.now().Unix()/30), 6) }
	next := func() string { o.clock.advance(30 * time.Second); return code() }
	if err := o.call(t, "ConfirmFactor", nil, "000000"); err == nil || err.Code != "factor_wrong" {
		t.Fatal("a wrong first code:", err)
	}
	var me Me
	first := code()
	if err := o.call(t, "ConfirmFactor", &me, first); err != nil || !me.Factor || !me.Proved {
		t.Fatal(err, me)
	}
	if err := o.call(t, "StartLedger", nil, personal); err != nil {
		t.Error("personal data with the second factor:", err)
	}
	if err := o.call(t, "Logout", nil); err != nil {
		t.Fatal(err)
	}

	if err := o.call(t, "Login", nil, "admin", password); err == nil || err.Code != "factor" {
		t.Fatal("signed in without the code:", err)
	}
	if r := o.post(t, "/rpc/County/Me", `[]`, map[string]string{"Content-Type": "application/json", "X-Fieldkit": "1"}); r.StatusCode != http.StatusUnauthorized {
		t.Fatal("a session was opened without the code:", r.Status)
	}
	for name, typed := range map[string]string{"one used to bind": first, "no code": "000000"} {
		if err := o.call(t, "LoginWithCode", nil, "admin", password, typed); err == nil || err.Code != "factor_wrong" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.call(t, "LoginWithCode", nil, "admin", "wrong password", next()); err == nil || strings.HasPrefix(err.Code, "factor") {
		t.Error("the code tells whether a password is right:", err)
	}
	used := next()
	if err := o.call(t, "LoginWithCode", &me, "admin", password, " "+used[:3]+" "+used[3:]); err != nil || !me.Proved {
		t.Fatal(err, me)
	}
	if err := o.call(t, "LoginWithCode", nil, "admin", password, used); err == nil || err.Code != "factor_wrong" {
		t.Error("a code was taken twice:", err)
	}

	// Another's browser, with the right password, guesses codes: soon it waits, also with the right one.
	o.browser = o.newBrowser(t)
	waits := false
	for i := 0; i < 20 && !waits; i++ {
		err := o.call(t, "LoginWithCode", nil, "admin", password, "000000")
		waits = err != nil && err.Code != "factor_wrong"
	}
	if err := o.call(t, "LoginWithCode", nil, "admin", password, code()); !waits || err == nil {
		t.Error("codes can be guessed as fast as one likes:", err)
	}
	o.clock.advance(time.Hour)

	if err := DropFactor(t.Context(), o.dir, Options{Wall: o.clock.now}, "nobody"); err == nil {
		t.Error("an account that is not there lost its factor")
	}
	if err := DropFactor(t.Context(), o.dir, Options{Wall: o.clock.now}, "Admin"); err != nil {
		t.Fatal(err)
	}
	me = Me{}
	if err := o.call(t, "Login", &me, "admin", password); err != nil || me.Factor || me.Proved {
		t.Fatal("the password alone, after the telephone was lost:", err, me)
	}
	if err := o.call(t, "StartLedger", nil, personal); err == nil || err.Code != "factor_first" {
		t.Error("personal data after the factor was taken away:", err)
	}
	// What is bound anew by who has one takes its code too, and what drops it does.
	if err := o.call(t, "OfferFactor", &offer, password, ""); err != nil {
		t.Fatal(err)
	}
	secret, _ = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(offer.Secret, " ", ""))
	if err := o.call(t, "ConfirmFactor", nil, next()); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "OfferFactor", nil, password, ""); err == nil || err.Code != "factor" {
		t.Error("bound anew without the old one's code:", err)
	}
	if err := o.call(t, "DropFactor", nil, password, "000000"); err == nil || err.Code != "factor_wrong" {
		t.Error("dropped without its code:", err)
	}
	if err := o.call(t, "DropFactor", &me, password, next()); err != nil || me.Factor {
		t.Error(err, me)
	}
}

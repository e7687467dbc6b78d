package county

import (
	"context"
	"fmt"
	"strings"

	"fieldkit/sync/schema"
)

// Service is the dashboard's side of the county, called as /rpc/County/…
// Every method but Login is reached with a session only (server.go).
type Service struct{ c *County }

// Me is who is signed in.
type Me struct {
	Account string `json:"account"`
	Display string `json:"display"`
	Role    string `json:"role"` // "admin", "analyst", "lead", "officer" or "auditor"
	Unit    string `json:"unit"` // id: the one unit that a lead or an officer sees
	County  string `json:"county"`
	Version string `json:"version"`
	Factor  bool   `json:"factor"` // the account has a second factor
	Proved  bool   `json:"proved"` // and has signed in with it
	Newest  string `json:"newest"` // local date of the newest record until today, to open the pages on; "" when there is none
}

// newestAt is the time of the newest record that has happened.
const newestAt = `SELECT coalesce(max(at), 0) FROM (
	SELECT max(start_at) AS at FROM activity WHERE start_at <= ?1 UNION ALL SELECT max(occurred_at) FROM consultation WHERE occurred_at <= ?1)`

func (s *Service) me(ctx context.Context, a *account) (Me, error) {
	me := Me{Account: a.Name, Display: a.Display, Role: string(a.Role), County: s.c.name, Version: s.c.options.Version, Factor: a.Factor, Proved: a.Proved}
	if !a.Unit.IsNil() {
		me.Unit = a.Unit.String()
	}
	at, err := s.c.number(ctx, newestAt, s.c.store.now())
	if at > 0 {
		me.Newest = localDate(at)
	}
	return me, err
}

// signedIn is the session of the call.
func signedIn(ctx context.Context) (*visit, error) {
	v := visitOf(ctx)
	if v == nil || v.account == nil {
		return nil, errNoSession
	}
	return v, nil
}

// administrator is the session of a call that only an administrator may make.
func administrator(ctx context.Context) (*visit, error) {
	v, err := signedIn(ctx)
	if err == nil && v.account.Role != Admin {
		err = errForbidden
	}
	return v, err
}

// editor is the session of a call that changes what the county holds.
func editor(ctx context.Context) (*visit, error) { return administrator(ctx) }

// Login opens a session and sets its cookie. Of an account that has a second factor it
// says so ("factor"): LoginWithCode goes on.
func (s *Service) Login(ctx context.Context, name, password string) (Me, error) {
	return s.LoginWithCode(ctx, name, password, "")
}

// LoginWithCode is Login with the code that the account's telephone shows.
func (s *Service) LoginWithCode(ctx context.Context, name, password, code string) (Me, error) {
	v := visitOf(ctx)
	if v == nil {
		return Me{}, errNoSession
	}
	a, err := s.c.login(ctx, name, password, code, v.address)
	if err != nil {
		return Me{}, err
	}
	token, err := s.c.store.openSession(ctx, a, v.address)
	if err != nil {
		return Me{}, err
	}
	setCookie(v.w, v.r, token)
	return s.me(ctx, &a)
}

// Logout ends the session.
func (s *Service) Logout(ctx context.Context) error {
	v, err := signedIn(ctx)
	if err != nil {
		return err
	}
	if err := s.c.store.closeSession(ctx, sessionToken(v.r), v.account.Name, v.address); err != nil {
		return err
	}
	setCookie(v.w, v.r, "")
	return nil
}

// Me tells who is signed in.
func (s *Service) Me(ctx context.Context) (Me, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Me{}, err
	}
	return s.me(ctx, v.account)
}

// IssueCode makes a one-time enrolment code. Its text is shown this once.
func (s *Service) IssueCode(ctx context.Context, f CodeForm) (IssuedCode, error) {
	v, err := administrator(ctx)
	if err != nil {
		return IssuedCode{}, err
	}
	return s.c.IssueCode(ctx, v.account.Name, f)
}

// Codes lists the codes that could still be used.
func (s *Service) Codes(ctx context.Context) ([]OpenCode, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	return s.c.openCodes(ctx)
}

// WithdrawCode makes an unused code worthless.
func (s *Service) WithdrawCode(ctx context.Context, id string) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	code, err := parseID(id)
	if err != nil {
		return err
	}
	return s.c.withdraw(ctx, v.account.Name, code)
}

// SetDeviceState marks a computer "active", "lost" or "retired".
func (s *Service) SetDeviceState(ctx context.Context, id, state string) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	device, err := parseID(id)
	if err != nil {
		return err
	}
	return s.c.setDeviceState(ctx, v.account.Name, v.address, device, state)
}

// ServerSettings are what the office sets about the server itself.
type ServerSettings struct {
	Addresses []string `json:"addresses"` // what codes carry now
	Own       bool     `json:"own"`       // they are this machine's own, not set by anyone
	Pin       string   `json:"pin"`       // SHA-256 of the server's key, hexadecimal
	Realm     string   `json:"realm"`
}

// Settings reads them.
func (s *Service) Settings(ctx context.Context) (ServerSettings, error) {
	if _, err := signedIn(ctx); err != nil {
		return ServerSettings{}, err
	}
	list, err := s.c.store.publicAddresses(ctx, s.c.options.Addresses)
	if err != nil {
		return ServerSettings{}, err
	}
	raw, err := s.c.store.meta(ctx, metaAddresses)
	if err != nil {
		return ServerSettings{}, err
	}
	own := len(s.c.options.Addresses) == 0 && (raw == nil || string(raw) == "[]" || string(raw) == "null")
	return ServerSettings{Addresses: list, Own: own, Pin: fmt.Sprintf("%x", s.c.pin), Realm: s.c.realm.String()}, nil
}

// SetAddresses sets what codes carry from now on; kits learn it with their next sync.
func (s *Service) SetAddresses(ctx context.Context, addresses []string) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	list := []string{}
	for _, a := range addresses {
		if a = strings.TrimRight(strings.TrimSpace(a), "/"); a != "" {
			list = append(list, a)
		}
	}
	return s.c.setAddresses(ctx, v.account.Name, list)
}

// Audit lists sign-ins, enrolments and exports before the line seq (0: the newest).
func (s *Service) Audit(ctx context.Context, before int64) ([]AuditEntry, error) {
	if v, err := signedIn(ctx); err != nil {
		return nil, err
	} else if v.account.Role != Admin && v.account.Role != Auditor {
		return nil, errForbidden
	}
	return s.c.store.auditLog(ctx, before, 100)
}

func parseID(text string) (schema.ID, error) {
	id, err := schema.ParseID(text)
	if err != nil {
		return schema.Nil, userError("id", "", "编号不对，请刷新页面再试。", "This id is malformed; reload the page and try again.")
	}
	return id, nil
}

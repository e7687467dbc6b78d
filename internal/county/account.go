package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/sync/schema"
)

// Role is what an account of the dashboard may do.
type Role string

// The roles. What each may call is in policy.go.
const (
	Admin   Role = "admin"   // everything
	Analyst Role = "analyst" // reads and exports; enrols no computers, changes no units
	Lead    Role = "lead"    // leads a unit: reads and exports what is its unit's, masked
	Officer Role = "officer" // reads what is its unit's
	Auditor Role = "auditor" // reads who did what, on which computers; no records
)

// account is one person of the office.
type account struct {
	ID      schema.ID
	Name    string // as typed at sign-in, lower case
	Display string
	Role    Role
	Unit    schema.ID // of a lead or an officer: the one unit whose records it sees
	Factor  bool      // a second factor is asked for
	Proved  bool      // this session was opened with it
}

func accountName(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// addAccount creates an account. The first one is made on the server's own
// console, by Init.
func (s *store) addAccount(ctx context.Context, name, display string, role Role, password, countyName string) error {
	return s.addAccountOf(ctx, "console", "", account{Name: name, Display: display, Role: role}, password, countyName)
}

// addAccountOf creates an account on somebody's behalf.
func (s *store) addAccountOf(ctx context.Context, actor, address string, a account, password, countyName string) error {
	name := accountName(a.Name)
	if n := utf8.RuneCountInString(name); n < 2 || n > 32 || strings.ContainsAny(name, " \t\n/|") {
		return userError("account_name", "account", "账号要 2 到 32 个字，不含空格。", "An account has 2 to 32 characters and no spaces.")
	}
	if err := acceptable(password, name, countyName); err != nil {
		return err
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		now := s.now()
		var taken bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)`, name).Scan(&taken); err != nil {
			return err
		}
		if taken {
			return userError("account_taken", "account", "这个账号已经有了，换一个名字。", "There is such an account already; choose another name.")
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO account (id, name, display, role, unit_id, password, created_at, password_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, schema.NewID(now), name, a.Display, string(a.Role), unitOrNull(a.Unit), hash, now, now); err != nil {
			return fmt.Errorf("add account: %w", err)
		}
		return recordIn(ctx, tx, now, entry{Actor: actor, Action: "account_added", Subject: name, Address: address, Detail: string(a.Role)})
	})
}

// SetPassword replaces an account's password and ends its sessions. It is for
// the server's own console: the old password is not asked.
func (c *County) SetPassword(ctx context.Context, name, password string) error {
	return c.setPassword(ctx, "console", "", accountName(name), password)
}

func (c *County) setPassword(ctx context.Context, actor, address, name, password string) error {
	hash, err := c.passwordHash(ctx, name, password)
	if err != nil {
		return err
	}
	return c.store.update(ctx, func(tx *sql.Tx) error { return c.store.putPassword(ctx, tx, actor, address, name, hash) })
}

// passwordHash is what is kept of a password that will do.
func (c *County) passwordHash(ctx context.Context, name, password string) (string, error) {
	if err := acceptable(password, name, c.name); err != nil {
		return "", err
	}
	return hashPassword(ctx, password)
}

func (s *store) putPassword(ctx context.Context, tx *sql.Tx, actor, address, name, hash string) error {
	now := s.now()
	result, err := tx.ExecContext(ctx, `UPDATE account SET password = ?, password_at = ? WHERE name = ?`, hash, now, name)
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, userError("account_unknown", "account", "没有这个账号。", "There is no such account."))
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE account_id = (SELECT id FROM account WHERE name = ?)`, name); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM throttle WHERE key = ?`, "login/"+name); err != nil {
		return err
	}
	return recordIn(ctx, tx, now, entry{Actor: actor, Action: "password_set", Subject: name, Address: address})
}

// loginSlowdowns: a guesser is slowed by the pair of account and address
// first, so that the office's own computers still get in during an attack.
func loginSlowdowns(name, address string) []slowdown {
	return []slowdown{
		{key: "login/" + name + "/" + address, free: 5, longest: 15 * time.Minute},
		{key: "login//" + address, free: 20, longest: 15 * time.Minute},
		{key: "login/" + name, free: 50, longest: time.Minute},
	}
}

// login checks a password, and the code of an account that has a second factor.
// Refusals are *rpc.UserError and take the same time whether the account exists or not.
func (c *County) login(ctx context.Context, typed, password, code, address string) (account, error) {
	s := c.store
	name := accountName(typed)
	if len(name) > 128 || len(password) > 1024 {
		return account{}, errLogin
	}
	slow := loginSlowdowns(name, address)
	wait, err := s.attempt(ctx, slow...)
	if err != nil {
		return account{}, err
	}
	if wait > 0 {
		return account{}, errWait(seconds(wait))
	}
	var a account
	var hash string
	var disabled bool
	var factor []byte
	err = s.db.QueryRowContext(ctx, `SELECT id, name, display, role, unit_id, password, disabled, factor FROM account WHERE name = ?`, name).
		Scan(&a.ID, &a.Name, &a.Display, &a.Role, &a.Unit, &hash, &disabled, &factor)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return account{}, fmt.Errorf("look up account: %w", err)
	}
	good, err := checkPassword(ctx, hash, password)
	if errors.Is(err, errBusy) {
		return account{}, errBusyUser
	}
	if err != nil {
		return account{}, err
	}
	if !good || disabled {
		// The name that was typed may be a password in the wrong field: it is
		// logged only when it is an account's.
		if err := s.record(ctx, entry{Actor: a.Name, Action: "login_failed", Address: address}); err != nil {
			return account{}, err
		}
		return account{}, errLogin
	}
	if factor != nil {
		if code == "" {
			return account{}, errFactorNeeded // the try stays counted until the code is right
		}
		if err := c.proved(ctx, a.ID, factor, code); err != nil {
			if errors.Is(err, errFactorWrong) {
				err = errors.Join(s.record(ctx, entry{Actor: a.Name, Action: "login_failed", Address: address, Detail: "code"}), err)
			}
			return account{}, err
		}
		a.Factor, a.Proved = true, true
	}
	return a, s.succeeded(ctx, slow...)
}

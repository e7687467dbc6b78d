package county

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// codeLife is how long an enrolment code is good for (trust.md).
const codeLife = 24 * time.Hour

// CodeForm asks for an enrolment code.
type CodeForm struct {
	UnitID string   `json:"unit_id"` // an existing unit; or
	Unit   UnitForm `json:"unit"`    // one that is made if its code is new
	Label  string   `json:"label"`   // suggested name of the computer, ≤ 12 characters; the kit may change it
}

// IssuedCode is a code as it is shown once. The county keeps only its hash.
type IssuedCode struct {
	ID        string   `json:"id"`
	Text      string   `json:"text"` // FK1-…
	UnitID    string   `json:"unit_id"`
	UnitName  string   `json:"unit_name"`
	Label     string   `json:"label"`
	Addresses []string `json:"addresses"`
	ExpiresAt int64    `json:"expires_at"` // Unix milliseconds
}

// OpenCode is a code that was issued and not used yet, without its secret.
type OpenCode struct {
	ID        string `json:"id"`
	UnitName  string `json:"unit_name"`
	Label     string `json:"label"`
	IssuedBy  string `json:"issued_by"`
	IssuedAt  int64  `json:"issued_at"`
	ExpiresAt int64  `json:"expires_at"`
}

// IssueCode makes a one-time code, and its unit when that is new. addresses
// replace the server's own ones when given.
func (c *County) IssueCode(ctx context.Context, actor string, f CodeForm, addresses ...string) (IssuedCode, error) {
	u := Unit{}
	if f.UnitID != "" {
		id, err := parseID(f.UnitID)
		if err != nil {
			return IssuedCode{}, err
		}
		row, err := c.unitRow(ctx, id)
		if err != nil {
			return IssuedCode{}, err
		}
		u = Unit{ID: row.ID.String(), Code: row.Code, Name: row.Name, ShortName: row.ShortName, Department: row.Department}
	} else {
		var err error
		if u, err = c.AddUnit(ctx, actor, f.Unit); err != nil {
			return IssuedCode{}, err
		}
	}
	if len(addresses) == 0 {
		addresses = c.options.Addresses
	}
	return c.store.issue(ctx, &c.identity, actor, u, f.Label, addresses)
}

// IssueCode makes a one-time code for the county in dir from the server's own
// console, whether or not the server runs: it touches county.db alone. A unit
// that is new is made when the code is used.
func IssueCode(ctx context.Context, dir string, o Options, f CodeForm) (IssuedCode, error) {
	s, err := openExisting(ctx, dir, o.Wall)
	if err != nil {
		return IssuedCode{}, err
	}
	defer s.Close()
	id, err := s.identity(ctx, dir)
	if err != nil {
		return IssuedCode{}, err
	}
	f.Unit = f.Unit.tidy()
	if f.Unit.Name == "" { // a unit that is there already needs its code only
		f.Unit.Name, f.Unit.ShortName = f.Unit.Code, clip(f.Unit.Code, 8)
	}
	if err := checkUnit(f.Unit); err != nil {
		return IssuedCode{}, err
	}
	u := Unit{ID: model.UnitID(id.realm, f.Unit.Code).String(), Code: f.Unit.Code, Name: f.Unit.Name, ShortName: f.Unit.ShortName, Department: f.Unit.Department}
	return s.issue(ctx, &id, "console", u, f.Label, o.Addresses)
}

// issue stores a code's hash and returns its text.
func (s *store) issue(ctx context.Context, of *identity, actor string, u Unit, label string, addresses []string) (IssuedCode, error) {
	label = strings.TrimSpace(label)
	if utf8.RuneCountInString(label) > enrolment.MaxLabel {
		return IssuedCode{}, userError("label_long", "label", "电脑名称最多 12 个字。", "The computer's name has at most 12 characters.")
	}
	unit, err := parseID(u.ID)
	if err != nil {
		return IssuedCode{}, err
	}
	if addresses, err = s.publicAddresses(ctx, addresses); err != nil {
		return IssuedCode{}, err
	}
	secret, err := enrolment.NewSecret()
	if err != nil {
		return IssuedCode{}, err
	}
	code := enrolment.Code{Addresses: addresses, Pin: of.pin, Realm: of.realm, Secret: secret}
	if err := code.Validate(); err != nil {
		return IssuedCode{}, errAddresses
	}
	now := s.now()
	id, hash := schema.NewID(now), sha256.Sum256(secret)
	expires := now + codeLife.Milliseconds()
	err = s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO code (id, secret_hash, label, unit_id, unit_code, unit_name, unit_short, unit_department,
			issued_by, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, hash[:], label, unit, u.Code, u.Name, u.ShortName, u.Department, actor, now, expires); err != nil {
			return err
		}
		return recordIn(ctx, tx, now, entry{Actor: actor, Action: "code_issued", Subject: u.Name, Detail: label})
	})
	if err != nil {
		return IssuedCode{}, fmt.Errorf("issue a code: %w", err)
	}
	return IssuedCode{ID: id.String(), Text: code.String(), UnitID: u.ID, UnitName: u.Name, Label: label, Addresses: addresses, ExpiresAt: expires}, nil
}

// withdraw makes an unused code worthless.
func (c *County) withdraw(ctx context.Context, actor string, id schema.ID) error {
	return c.store.update(ctx, func(tx *sql.Tx) error {
		now := c.store.now()
		result, err := tx.ExecContext(ctx, `UPDATE code SET withdrawn_at = ? WHERE id = ? AND used_at IS NULL AND withdrawn_at IS NULL`, now, id)
		if err != nil {
			return fmt.Errorf("withdraw a code: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, userError("code_gone", "", "这个登记码已经用掉或撤回了。", "This code has been used or withdrawn already."))
		}
		return recordIn(ctx, tx, now, entry{Actor: actor, Action: "code_withdrawn", Subject: id.String()})
	})
}

// openCodes lists the codes that could still be used, newest first.
func (c *County) openCodes(ctx context.Context) ([]OpenCode, error) {
	rows, err := c.store.db.QueryContext(ctx, `SELECT id, unit_name, label, issued_by, issued_at, expires_at FROM code
		WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > ? ORDER BY issued_at DESC LIMIT 100`, c.store.now())
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	defer rows.Close()
	list := []OpenCode{}
	for rows.Next() {
		var o OpenCode
		var id schema.ID
		if err := rows.Scan(&id, &o.UnitName, &o.Label, &o.IssuedBy, &o.IssuedAt, &o.ExpiresAt); err != nil {
			return nil, err
		}
		o.ID = id.String()
		list = append(list, o)
	}
	return list, rows.Err()
}

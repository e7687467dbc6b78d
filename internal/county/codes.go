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

// IssueCode makes a one-time code. addresses replace the server's own ones when
// given (the demo's kits come through a bad link).
func (c *County) IssueCode(ctx context.Context, actor string, f CodeForm, addresses ...string) (IssuedCode, error) {
	f.Label = strings.TrimSpace(f.Label)
	if utf8.RuneCountInString(f.Label) > enrolment.MaxLabel {
		return IssuedCode{}, userError("label_long", "label", "电脑名称最多 12 个字。", "The computer's name has at most 12 characters.")
	}
	unit, err := c.unitOf(ctx, f)
	if err != nil {
		return IssuedCode{}, err
	}
	if len(addresses) == 0 {
		if addresses, err = c.publicAddresses(ctx); err != nil {
			return IssuedCode{}, err
		}
	}
	secret, err := enrolment.NewSecret()
	if err != nil {
		return IssuedCode{}, err
	}
	code := enrolment.Code{Addresses: addresses, Pin: c.pin, Realm: c.realm, Secret: secret}
	if err := code.Validate(); err != nil {
		return IssuedCode{}, fmt.Errorf("issue a code: %w", err)
	}
	now := c.store.now()
	id, hash := schema.NewID(now), sha256.Sum256(secret)
	expires := now + codeLife.Milliseconds()
	err = c.store.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO code (id, secret_hash, unit_id, label, issued_by, issued_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, id, hash[:], unit.ID, f.Label, actor, now, expires); err != nil {
			return err
		}
		return recordIn(ctx, tx, now, entry{Actor: actor, Action: "code_issued", Subject: unit.Name, Detail: f.Label})
	})
	if err != nil {
		return IssuedCode{}, fmt.Errorf("issue a code: %w", err)
	}
	return IssuedCode{ID: id.String(), Text: code.String(), UnitID: unit.ID.String(), UnitName: unit.Name, Label: f.Label,
		Addresses: addresses, ExpiresAt: expires}, nil
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
	rows, err := c.store.db.QueryContext(ctx, `SELECT id, unit_id, label, issued_by, issued_at, expires_at FROM code
		WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > ? ORDER BY issued_at DESC LIMIT 100`, c.store.now())
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	defer rows.Close()
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	list := []OpenCode{}
	for rows.Next() {
		var o OpenCode
		var id, unit schema.ID
		if err := rows.Scan(&id, &unit, &o.Label, &o.IssuedBy, &o.IssuedAt, &o.ExpiresAt); err != nil {
			return nil, err
		}
		o.ID, o.UnitName = id.String(), names.unit(unit)
		list = append(list, o)
	}
	return list, rows.Err()
}

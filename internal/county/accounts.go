package county

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fieldkit/sync/schema"
)

// AccountInfo is an account as the office lists it.
type AccountInfo struct {
	Name     string `json:"name"`
	Display  string `json:"display"`
	Role     string `json:"role"`
	Unit     string `json:"unit"` // id; of a lead or an officer
	UnitName string `json:"unit_name"`
	Disabled bool   `json:"disabled"`
	Factor   bool   `json:"factor"`  // a telephone is bound
	UsedAt   int64  `json:"used_at"` // newest session's last use, Unix milliseconds; 0: not lately
}

// AccountForm makes an account, or changes one.
type AccountForm struct {
	Name     string `json:"name"`
	Display  string `json:"display"`
	Role     string `json:"role"`
	Unit     string `json:"unit"`
	Disabled bool   `json:"disabled"`
	Password string `json:"password"` // of a new one; of an old one "" leaves it
}

// roles are those that an account can have.
var roles = []Role{Admin, Analyst, Lead, Officer, Auditor}

// Accounts lists the accounts.
func (s *Service) Accounts(ctx context.Context) ([]AccountInfo, error) {
	list := []AccountInfo{}
	if _, err := administrator(ctx); err != nil {
		return list, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return list, err
	}
	rows, err := s.c.store.db.QueryContext(ctx, `SELECT name, display, role, unit_id, disabled, factor IS NOT NULL, coalesce((SELECT max(used_at) FROM session WHERE account_id = account.id), 0) FROM account ORDER BY disabled, name`)
	if err != nil {
		return list, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a AccountInfo
		var unit schema.ID
		if err := rows.Scan(&a.Name, &a.Display, &a.Role, &unit, &a.Disabled, &a.Factor, &a.UsedAt); err != nil {
			return list, err
		}
		if !unit.IsNil() {
			a.Unit, a.UnitName = unit.String(), names.unit(unit)
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// read checks a form.
func (f AccountForm) read() (account, error) {
	a := account{Name: accountName(f.Name), Display: strings.TrimSpace(f.Display), Role: Role(f.Role)}
	if n := utf8.RuneCountInString(a.Display); n < 1 || n > 20 {
		return a, userError("display", "display", "请写姓名，20 个字以内。", "Write a name of up to 20 characters.")
	}
	if !slices.Contains(roles, a.Role) {
		return a, userError("role", "role", "请选一种权限。", "Choose what the account may do.")
	}
	if a.Role == Lead || a.Role == Officer {
		id, err := schema.ParseID(f.Unit)
		if err != nil || id.IsNil() {
			return a, userError("unit", "unit", "这种权限只看一个单位，请选单位。", "This account sees one unit alone: choose it.")
		}
		a.Unit = id
	}
	return a, nil
}

// AddAccount makes an account with a first password.
func (s *Service) AddAccount(ctx context.Context, f AccountForm) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	a, err := f.read()
	if err != nil {
		return err
	}
	return s.c.store.addAccountOf(ctx, v.account.Name, v.address, a, f.Password, s.c.name)
}

// SetAccount changes an account, and ends its sessions: what it may do counts at once.
// One administrator is always left.
func (s *Service) SetAccount(ctx context.Context, f AccountForm) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	a, err := f.read()
	if err != nil {
		return err
	}
	var hash string
	if f.Password != "" {
		if hash, err = s.c.passwordHash(ctx, a.Name, f.Password); err != nil {
			return err
		}
	}
	return s.c.store.update(ctx, func(tx *sql.Tx) error {
		if hash != "" {
			if err := s.c.store.putPassword(ctx, tx, v.account.Name, v.address, a.Name, hash); err != nil {
				return err
			}
		}
		result, err := tx.ExecContext(ctx, `UPDATE account SET display = ?, role = ?, unit_id = ?, disabled = ? WHERE name = ?`, a.Display, string(a.Role), unitOrNull(a.Unit), f.Disabled, a.Name)
		if err != nil {
			return fmt.Errorf("change an account: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return userError("account_unknown", "account", "没有这个账号。", "There is no such account.")
		}
		var left int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM account WHERE role = 'admin' AND disabled = 0`).Scan(&left); err != nil {
			return err
		}
		if left == 0 {
			return userError("last_admin", "role", "至少要留一个能用的管理员账号，没有改动。", "One administrator must be left; nothing was changed.")
		}
		if a.Name != v.account.Name {
			if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE account_id = (SELECT id FROM account WHERE name = ?)`, a.Name); err != nil {
				return err
			}
		}
		detail := string(a.Role)
		if f.Disabled {
			detail = "disabled"
		}
		return recordIn(ctx, tx, s.c.store.now(), entry{Actor: v.account.Name, Action: "account_changed", Subject: a.Name, Address: v.address, Detail: detail})
	})
}

func unitOrNull(id schema.ID) any {
	if id.IsNil() {
		return nil
	}
	return id
}

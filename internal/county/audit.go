package county

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// entry is one line of the audit log. It names accounts, devices and codes,
// never a citizen.
type entry struct {
	Actor   string // account name, "device:<id>" or "console"
	Action  string // "login", "login_failed", "enrol", "code_issued" …
	Subject string // what it was done to
	Address string // where from
	Detail  string
}

// AuditEntry is a line of the audit log as the dashboard shows it.
type AuditEntry struct {
	Seq     int64  `json:"seq"`
	At      int64  `json:"at"` // Unix milliseconds
	Actor   string `json:"actor"`
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Address string `json:"address"`
	Detail  string `json:"detail"`
}

// auditHash chains a line to the one before it, so that a changed or removed
// line shows.
func auditHash(previous []byte, seq, at int64, e entry) []byte {
	h := sha256.New()
	h.Write([]byte("fieldkit county audit 1\x00"))
	h.Write(previous)
	b := binary.BigEndian.AppendUint64(nil, uint64(seq))
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	for _, field := range []string{e.Actor, e.Action, e.Subject, e.Address, e.Detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	h.Write(b)
	return h.Sum(nil)
}

// record appends a line within a transaction of its own.
func (s *store) record(ctx context.Context, e entry) error {
	return s.update(ctx, func(tx *sql.Tx) error { return recordIn(ctx, tx, s.now(), e) })
}

// recordIn appends a line in the transaction of what it tells about.
func recordIn(ctx context.Context, tx *sql.Tx, at int64, e entry) error {
	var seq int64
	var previous []byte
	err := tx.QueryRowContext(ctx, `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`).Scan(&seq, &previous)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("audit: %w", err)
	}
	seq++
	if _, err := tx.ExecContext(ctx, `INSERT INTO audit (seq, at, actor, action, subject, address, detail, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, seq, at, e.Actor, e.Action, e.Subject, e.Address, e.Detail,
		auditHash(previous, seq, at, e)); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// auditLog returns the lines before seq (0: the newest), newest first.
func (s *store) auditLog(ctx context.Context, before int64, limit int) ([]AuditEntry, error) {
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := s.db.QueryContext(ctx, `SELECT seq, at, actor, action, subject, address, detail FROM audit
		WHERE seq < ? ORDER BY seq DESC LIMIT ?`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	list := []AuditEntry{}
	for rows.Next() {
		var e AuditEntry
		if err := rows.Scan(&e.Seq, &e.At, &e.Actor, &e.Action, &e.Subject, &e.Address, &e.Detail); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// verifyAudit recomputes the chain and names the first line that does not fit.
func (s *store) verifyAudit(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, `SELECT seq, at, actor, action, subject, address, detail, hash FROM audit ORDER BY seq`)
	if err != nil {
		return fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	var previous []byte
	for want := int64(1); rows.Next(); want++ {
		var seq, at int64
		var e entry
		var hash []byte
		if err := rows.Scan(&seq, &at, &e.Actor, &e.Action, &e.Subject, &e.Address, &e.Detail, &hash); err != nil {
			return err
		}
		if seq != want {
			return fmt.Errorf("audit log: line %d is missing", want)
		}
		if string(auditHash(previous, seq, at, e)) != string(hash) {
			return fmt.Errorf("audit log: line %d was changed", seq)
		}
		previous = hash
	}
	return rows.Err()
}

package county

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"fieldkit/sync/schema"
)

// tokenPrefix marks a token of this program, so that one that leaked is recognised.
const tokenPrefix = "fkt_"

// Reader is the role of a token: it reads figures and records, and nothing else.
const Reader Role = "reader"

// Token is a read-only key of another system. Its secret is shown once, when made.
type Token struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedBy string `json:"created_by"`
	CreatedAt int64  `json:"created_at"` // Unix milliseconds
	UsedAt    int64  `json:"used_at"`    // 0: never
	RevokedAt int64  `json:"revoked_at"` // 0: good
	Secret    string `json:"secret"`     // when it was just made
}

// Tokens lists the keys, newest first.
func (s *Service) Tokens(ctx context.Context) ([]Token, error) {
	if _, err := administrator(ctx); err != nil {
		return nil, err
	}
	rows, err := s.c.store.db.QueryContext(ctx, `SELECT id, name, created_by, created_at, coalesce(used_at, 0), coalesce(revoked_at, 0) FROM token ORDER BY created_at DESC, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	defer rows.Close()
	list := []Token{}
	for rows.Next() {
		var t Token
		var id schema.ID
		if err := rows.Scan(&id, &t.Name, &t.CreatedBy, &t.CreatedAt, &t.UsedAt, &t.RevokedAt); err != nil {
			return nil, err
		}
		t.ID = id.String()
		list = append(list, t)
	}
	return list, rows.Err()
}

// MakeToken makes a key. Only the hash of its secret is kept.
func (s *Service) MakeToken(ctx context.Context, name string) (Token, error) {
	v, err := administrator(ctx)
	if err != nil {
		return Token{}, err
	}
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 2 || n > 30 {
		return Token{}, userError("invalid", "name", "请写明给哪个系统用，2 到 30 个字。", "Say which system it is for, in 2 to 30 characters.")
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return Token{}, fmt.Errorf("make a token: %w", err)
	}
	t := Token{Name: name, CreatedBy: v.account.Name, CreatedAt: s.c.store.now(), Secret: tokenPrefix + base64.RawURLEncoding.EncodeToString(raw)}
	id := schema.NewID(t.CreatedAt)
	t.ID = id.String()
	err = s.c.store.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO token (id, name, hash, created_by, created_at) VALUES (?, ?, ?, ?, ?)`, id, name, tokenHash(t.Secret), t.CreatedBy, t.CreatedAt); err != nil {
			return fmt.Errorf("make a token: %w", err)
		}
		return recordIn(ctx, tx, t.CreatedAt, entry{Actor: v.account.Name, Action: "token_made", Subject: name, Address: v.address})
	})
	if err == nil {
		s.c.changes.use()
	}
	return t, err
}

// RevokeToken ends a key at once.
func (s *Service) RevokeToken(ctx context.Context, id string) error {
	v, err := administrator(ctx)
	if err != nil {
		return err
	}
	key, err := parseID(id)
	if err != nil {
		return err
	}
	return s.c.store.update(ctx, func(tx *sql.Tx) error {
		now := s.c.store.now()
		var name string
		err := tx.QueryRowContext(ctx, `UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING name`, now, key).Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			return userError("token", "", "没有这个密钥，或已经收回。", "There is no such key, or it was revoked already.")
		}
		if err != nil {
			return fmt.Errorf("revoke a token: %w", err)
		}
		return recordIn(ctx, tx, now, entry{Actor: v.account.Name, Action: "token_revoked", Subject: name, Address: v.address})
	})
}

// bearer finds who a request's token stands for; nil when it has none that is good.
func (s *store) bearer(ctx context.Context, r *http.Request) (*account, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !strings.HasPrefix(secret, tokenPrefix) || len(secret) > 100 {
		return nil, nil
	}
	a := account{Role: Reader}
	var used int64
	err := s.db.QueryRowContext(ctx, `SELECT id, name, coalesce(used_at, 0) FROM token WHERE hash = ? AND revoked_at IS NULL`, tokenHash(secret)).Scan(&a.ID, &a.Name, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a token: %w", err)
	}
	a.Name = "token:" + a.Name
	if now := s.now(); now-used > touchEvery.Milliseconds() {
		if _, err := s.db.ExecContext(ctx, `UPDATE token SET used_at = ? WHERE id = ?`, now, a.ID); err != nil {
			return nil, fmt.Errorf("note a token's use: %w", err)
		}
	}
	return &a, nil
}

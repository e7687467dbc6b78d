package county

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// A session ends after half an hour without use, and after 12 hours in any case.
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 12 * time.Hour
	// touchEvery spares a write per request: use is noted once a minute.
	touchEvery = time.Minute
)

// The cookie's name binds it to this host over TLS (RFC 6265bis, 4.1.3.2);
// on loopback without TLS the prefix is not allowed.
const (
	cookieTLS   = "__Host-fieldkit"
	cookieLocal = "fieldkit_county"
)

func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return cookieTLS
	}
	return cookieLocal
}

// openSession makes a session and returns its token, of which only the hash is kept.
func (s *store) openSession(ctx context.Context, a account, address string) (token string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make a session token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.update(ctx, func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE created_at < ? OR used_at < ?`,
			now-sessionLife.Milliseconds(), now-sessionIdle.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO session (token_hash, account_id, created_at, used_at, address, factor) VALUES (?, ?, ?, ?, ?, ?)`,
			tokenHash(token), a.ID, now, now, address, a.Proved); err != nil {
			return err
		}
		return recordIn(ctx, tx, now, entry{Actor: a.Name, Action: "login", Address: address})
	})
	if err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return token, nil
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// session returns the account that a token stands for; nil when the token is
// unknown or its time is over. Background requests (live events) do not prolong it.
func (s *store) session(ctx context.Context, token string, prolong bool) (*account, error) {
	if token == "" || len(token) > 100 {
		return nil, nil
	}
	now, hash := s.now(), tokenHash(token)
	var a account
	var used int64
	err := s.db.QueryRowContext(ctx, `SELECT a.id, a.name, a.display, a.role, a.unit_id, a.factor IS NOT NULL, s.factor, s.used_at
		FROM session s JOIN account a ON a.id = s.account_id
		WHERE s.token_hash = ? AND s.created_at > ? AND s.used_at > ? AND a.disabled = 0`,
		hash, now-sessionLife.Milliseconds(), now-sessionIdle.Milliseconds()).Scan(&a.ID, &a.Name, &a.Display, &a.Role, &a.Unit, &a.Factor, &a.Proved, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up session: %w", err)
	}
	if prolong && now-used > touchEvery.Milliseconds() {
		if _, err := s.db.ExecContext(ctx, `UPDATE session SET used_at = ? WHERE token_hash = ?`, now, hash); err != nil {
			return nil, fmt.Errorf("prolong session: %w", err)
		}
	}
	return &a, nil
}

func (s *store) closeSession(ctx context.Context, token, name, address string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE token_hash = ?`, tokenHash(token)); err != nil {
			return err
		}
		return recordIn(ctx, tx, s.now(), entry{Actor: name, Action: "logout", Address: address})
	})
}

// sessionToken reads the request's cookie; "" when it has none.
func sessionToken(r *http.Request) string {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		return cookie.Value
	}
	return ""
}

// setCookie hands the token to the browser; an empty one takes it back.
func setCookie(w http.ResponseWriter, r *http.Request, token string) {
	cookie := &http.Cookie{
		Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, Secure: r.TLS != nil,
		SameSite: http.SameSiteStrictMode, MaxAge: int(sessionLife / time.Second),
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

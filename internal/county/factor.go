package county

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/boombuler/barcode/qr"

	"fieldkit/sync/schema"
)

// The second factor of an account: a code that the person's telephone shows. An account
// may have one; personal data is opened only by those who have signed in with it.

var (
	errFactorNeeded = userError("factor", "code", "请输入手机上的 6 位验证码。", "Enter the six digits that your telephone shows.")
	errFactorWrong  = userError("factor_wrong", "code", "验证码不对，或已经用过。等手机换下一个再输，并看看手机的时间准不准。", "The code is wrong or was used already. Wait for the next one, and see that the telephone's clock is right.")
	errFactorFirst  = userError("factor_first", "", "导出完整姓名和电话，要先在“设置”里绑定手机验证码，再用它登录。没有导出。", "To export full names and telephone numbers, bind a telephone under Settings first and sign in with its code. Nothing was exported.")
)

// FactorOffer is a new secret for an account, until it is confirmed with a first code.
type FactorOffer struct {
	Secret string `json:"secret"` // in groups of four, to be typed
	Link   string `json:"link"`   // otpauth://…, as the telephone's program reads it
	Path   string `json:"path"`   // the link as a QR code: an SVG path, a module a unit
	Size   int    `json:"size"`   // modules a side
}

// offers are secrets that await their first code, by account.
type offers struct {
	mu   sync.Mutex
	open map[schema.ID]offer
}

type offer struct {
	secret []byte
	until  int64 // Unix milliseconds
}

const offerLife = 10 * time.Minute

func (o *offers) put(account schema.ID, secret []byte, until int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open == nil {
		o.open = map[schema.ID]offer{}
	}
	o.open[account] = offer{secret, until}
}

func (o *offers) get(account schema.ID, now int64) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if open, ok := o.open[account]; ok && open.until > now {
		return open.secret
	}
	return nil
}

func (o *offers) drop(account schema.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, account)
}

func factorContext(account schema.ID) string { return "factor/" + account.String() }

// proved checks a code against an account's secret and uses it up. Guesses are slowed
// down by the sign-in's own counters, which the caller has taken a try from.
func (c *County) proved(ctx context.Context, account schema.ID, sealed []byte, code string) error {
	secret, err := c.replica.OpenBytes(factorContext(account), sealed)
	if err != nil {
		return fmt.Errorf("open the second factor: %w", err)
	}
	return c.store.update(ctx, func(tx *sql.Tx) error {
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT factor_step FROM account WHERE id = ?`, account).Scan(&last); err != nil {
			return err
		}
		step, ok := codeStep(secret, tidyCode(code), c.options.now(), last)
		if !ok {
			return errFactorWrong
		}
		_, err := tx.ExecContext(ctx, `UPDATE account SET factor_step = ? WHERE id = ?`, step, account)
		return err
	})
}

func tidyCode(typed string) string { return strings.ReplaceAll(strings.TrimSpace(typed), " ", "") }

// own checks the password of who is signed in, slowed down as a sign-in is.
func (c *County) own(ctx context.Context, v *visit, password, code string) (sealed []byte, err error) {
	slow := loginSlowdowns(v.account.Name, v.address)
	wait, err := c.store.attempt(ctx, slow...)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, errWait(seconds(wait))
	}
	var hash string
	if err := c.store.db.QueryRowContext(ctx, `SELECT password, factor FROM account WHERE id = ?`, v.account.ID).Scan(&hash, &sealed); err != nil {
		return nil, fmt.Errorf("look up account: %w", err)
	}
	good, err := checkPassword(ctx, hash, password)
	switch {
	case errors.Is(err, errBusy):
		return nil, errBusyUser
	case err != nil:
		return nil, err
	case !good:
		return nil, userError("password", "password", "口令不对。", "The password is wrong.")
	}
	if sealed != nil {
		if code == "" {
			return nil, errFactorNeeded
		}
		if err := c.proved(ctx, v.account.ID, sealed, code); err != nil {
			return nil, err
		}
	}
	return sealed, c.store.succeeded(ctx, slow...)
}

// OfferFactor makes a secret for the account that is signed in. An account that has one
// shows its code, too: the new one replaces it once it is confirmed.
func (s *Service) OfferFactor(ctx context.Context, password, code string) (FactorOffer, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return FactorOffer{}, err
	}
	if _, err := s.c.own(ctx, v, password, code); err != nil {
		return FactorOffer{}, err
	}
	secret := make([]byte, factorSecret)
	if _, err := rand.Read(secret); err != nil {
		return FactorOffer{}, fmt.Errorf("make a second factor: %w", err)
	}
	s.c.offers.put(v.account.ID, secret, s.c.store.now()+offerLife.Milliseconds())
	return offerOf(secret, s.c.name, v.account.Name)
}

func offerOf(secret []byte, county, account string) (FactorOffer, error) {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	issuer := county + "反诈"
	link := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account, RawQuery: url.Values{"secret": {text}, "issuer": {issuer}}.Encode()}
	o := FactorOffer{Link: link.String()}
	for at := 0; at < len(text); at += 4 {
		o.Secret += " " + text[at:at+4]
	}
	o.Secret = o.Secret[1:]
	code, err := qr.Encode(o.Link, qr.L, qr.Auto)
	if err != nil {
		return o, fmt.Errorf("draw a QR code: %w", err)
	}
	var path strings.Builder
	o.Size = code.Bounds().Dx()
	for y := range o.Size {
		for x := range o.Size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	o.Path = path.String()
	return o, nil
}

// ConfirmFactor makes the offered secret the account's, once the telephone shows its code.
// The account's other sessions end; this one counts as signed in with it.
func (s *Service) ConfirmFactor(ctx context.Context, code string) (Me, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Me{}, err
	}
	slow := loginSlowdowns(v.account.Name, v.address)
	wait, err := s.c.store.attempt(ctx, slow...)
	if err != nil {
		return Me{}, err
	}
	if wait > 0 {
		return Me{}, errWait(seconds(wait))
	}
	secret := s.c.offers.get(v.account.ID, s.c.store.now())
	if secret == nil {
		return Me{}, userError("factor_late", "", "这个二维码过期了，请重新绑定。", "This QR code has expired; begin again.")
	}
	step, ok := codeStep(secret, tidyCode(code), s.c.options.now(), 0)
	if !ok {
		return Me{}, errFactorWrong
	}
	sealed := s.c.replica.SealBytes(factorContext(v.account.ID), secret)
	err = s.c.store.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE account SET factor = ?, factor_step = ? WHERE id = ?`, sealed, step, v.account.ID); err != nil {
			return err
		}
		here := tokenHash(sessionToken(v.r))
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE account_id = ? AND token_hash <> ?`, v.account.ID, here); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE session SET factor = 1 WHERE token_hash = ?`, here); err != nil {
			return err
		}
		return recordIn(ctx, tx, s.c.store.now(), entry{Actor: v.account.Name, Action: "factor_set", Subject: v.account.Name, Address: v.address})
	})
	if err != nil {
		return Me{}, fmt.Errorf("keep the second factor: %w", err)
	}
	s.c.offers.drop(v.account.ID)
	if err := s.c.store.succeeded(ctx, slow...); err != nil {
		return Me{}, err
	}
	v.account.Factor, v.account.Proved = true, true
	return s.me(ctx, v.account)
}

// DropFactor takes the account's second factor away, with a last code.
func (s *Service) DropFactor(ctx context.Context, password, code string) (Me, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return Me{}, err
	}
	if _, err := s.c.own(ctx, v, password, code); err != nil {
		return Me{}, err
	}
	if err := s.c.store.dropFactor(ctx, v.account.Name, v.account.Name, v.address); err != nil {
		return Me{}, err
	}
	v.account.Factor, v.account.Proved = false, false
	return s.me(ctx, v.account)
}

// dropFactor takes an account's second factor away; what was signed in with it no longer is.
func (s *store) dropFactor(ctx context.Context, name, actor, address string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE account SET factor = NULL, factor_step = 0 WHERE name = ?`, name)
		if err != nil {
			return fmt.Errorf("take a second factor away: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, userError("account_unknown", "account", "没有这个账号。", "There is no such account."))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE session SET factor = 0 WHERE account_id = (SELECT id FROM account WHERE name = ?)`, name); err != nil {
			return err
		}
		return recordIn(ctx, tx, s.now(), entry{Actor: actor, Action: "factor_dropped", Subject: name, Address: address})
	})
}

// DropFactor takes an account's second factor away from the server's own console, for
// somebody who lost the telephone, whether or not the server runs: it touches county.db
// alone. The password still holds.
func DropFactor(ctx context.Context, dir string, o Options, name string) error {
	s, err := openExisting(ctx, dir, o.Wall)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.dropFactor(ctx, accountName(name), "console", "")
}

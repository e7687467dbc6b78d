package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/sync/schema"
)

// InitOptions are the answers that `fieldkit county init` asks for.
type InitOptions struct {
	Name     string // the county: 青岚县
	Admin    string // the first account; "" means "admin"
	Display  string // its person; "" means 管理员
	Password string
	Wall     func() time.Time // nil = time.Now
}

// ErrInitialised: the directory holds a county already.
var ErrInitialised = errors.New("the directory holds a county already")

// Init makes a county in dir: its realm, its TLS key, the first account, the
// default materials and partner units. It changes nothing when dir holds one.
func Init(ctx context.Context, dir string, o InitOptions) error {
	o.Name = strings.TrimSpace(o.Name)
	if o.Admin == "" {
		o.Admin = "admin"
	}
	if o.Display == "" {
		o.Display = "管理员"
	}
	if n := utf8.RuneCountInString(o.Name); n < 2 || n > 20 {
		return userError("county_name", "name", "县名要 2 到 20 个字。", "The county's name has 2 to 20 characters.")
	}
	if err := acceptable(o.Password, accountName(o.Admin), o.Name); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the county's directory: %w", err)
	}
	release, err := lockDir(ctx, dir)
	if err != nil {
		return err
	}
	defer release()
	s, err := openStore(ctx, dir, o.Wall)
	if err != nil {
		return err
	}
	defer s.Close()
	// The county's name is written last: an Init that was interrupted may be
	// repeated, one that finished may not.
	if name, err := s.meta(ctx, metaName); err != nil {
		return err
	} else if name != nil {
		return fmt.Errorf("%s: %w", dir, ErrInitialised)
	}
	realm, err := s.meta(ctx, metaRealm)
	if err != nil {
		return err
	}
	if realm == nil {
		id := schema.NewID(s.now())
		realm = id[:]
		if err := s.update(ctx, func(tx *sql.Tx) error { return putMeta(ctx, tx, metaRealm, realm) }); err != nil {
			return fmt.Errorf("make the realm: %w", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, certFile)); errors.Is(err, os.ErrNotExist) {
		if err := makeCertificate(dir, s.wall()); err != nil {
			return err
		}
	}
	var accounts int
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM account`).Scan(&accounts); err != nil {
		return fmt.Errorf("count accounts: %w", err)
	}
	if accounts == 0 {
		if err := s.addAccount(ctx, o.Admin, o.Display, Admin, o.Password, o.Name); err != nil {
			return err
		}
	}
	r, err := openReplica(ctx, dir, schema.ID(realm), Options{Wall: o.Wall})
	if err != nil {
		return err
	}
	if err := errors.Join(seed(ctx, r, schema.ID(realm)), r.Close()); err != nil {
		return fmt.Errorf("seed the county: %w", err)
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := recordIn(ctx, tx, s.now(), entry{Actor: "console", Action: "county_made", Subject: o.Name}); err != nil {
			return err
		}
		return putMeta(ctx, tx, metaName, []byte(o.Name))
	})
}

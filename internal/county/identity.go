package county

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// identity is what a county is known by.
type identity struct {
	name        string
	realm       schema.ID
	certificate tls.Certificate
	pin         []byte // SPKI of the certificate
}

// identity reads what Init made; ErrNotInitialised when it made nothing.
func (s *store) identity(ctx context.Context, dir string) (identity, error) {
	var id identity
	name, err := s.meta(ctx, metaName)
	if err != nil {
		return id, err
	}
	realm, err := s.meta(ctx, metaRealm)
	if err != nil {
		return id, err
	}
	if name == nil || len(realm) != len(id.realm) {
		return id, ErrNotInitialised
	}
	id.name, id.realm = string(name), schema.ID(realm)
	if id.certificate, err = loadCertificate(dir); err != nil {
		return id, err
	}
	leaf, err := x509.ParseCertificate(id.certificate.Certificate[0])
	if err != nil {
		return id, fmt.Errorf("load the TLS certificate: %w", err)
	}
	id.pin = transport.Pin(leaf)
	return id, nil
}

// openExisting is openStore for a directory that Init has been in: nothing is
// made where there is no county.
func openExisting(ctx context.Context, dir string, wall func() time.Time) (*store, error) {
	if _, err := os.Stat(filepath.Join(dir, "county.db")); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNotInitialised)
	}
	return openStore(ctx, dir, wall)
}

// publicAddresses are what codes carry: the ones given, else those set on the
// dashboard, else this machine's own with the port where Serve listened last.
func (s *store) publicAddresses(ctx context.Context, given []string) ([]string, error) {
	if len(given) > 0 {
		return given, nil
	}
	raw, err := s.meta(ctx, metaAddresses)
	if err != nil {
		return nil, err
	}
	if raw != nil {
		var list []string
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("read the server's addresses: %w", err)
		}
		if len(list) > 0 {
			return list, nil
		}
	}
	listen, err := s.meta(ctx, metaListen)
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(string(listen))
	if err != nil {
		host, port = "", strconv.Itoa(DefaultPort)
	}
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		return []string{"https://" + net.JoinHostPort(host, port)}, nil
	}
	list := []string{}
	for _, ip := range ownAddresses() {
		if len(list) < 3 {
			list = append(list, "https://"+net.JoinHostPort(ip.String(), port))
		}
	}
	if len(list) == 0 {
		list = append(list, "https://"+net.JoinHostPort("127.0.0.1", port))
	}
	return list, nil
}

// ErrInUse: another process has the county open.
var ErrInUse = errors.New("another program has this county open")

// lockDir keeps a second server out of a directory: a replica has one writer.
// The lock is an exclusive transaction on a database of its own, which the
// system drops when the process ends, however it ends.
func lockDir(ctx context.Context, dir string) (release func(), err error) {
	dsn := url.URL{Scheme: "file", Path: slashed(filepath.Join(dir, "lock.db")), RawQuery: "_txlock=exclusive&_pragma=busy_timeout(0)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		db.Close()
		var busy *sqlite.Error
		if errors.As(err, &busy) && busy.Code()&0xff == sqlite3.SQLITE_BUSY {
			return nil, fmt.Errorf("lock %s: %w", dir, ErrInUse)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { _, _ = tx.Rollback(), db.Close() }, nil
}

package county

import (
	"context"
	"crypto/tls"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

const (
	metaName      = "name"
	metaRealm     = "realm"
	metaAddresses = "addresses" // JSON array of base URLs that codes carry
	metaListen    = "listen"    // host:port where Serve listened last
)

// Options are how a county is opened.
type Options struct {
	Frontend  fs.FS            // the built frontend; nil serves the interfaces only
	Addresses []string         // base URLs that kits reach the server at; nil: as set on the dashboard, else this machine's own
	Version   string           // of this program
	Backups   string           // where backups go; "" = "backups" in the data directory
	Wall      func() time.Time // nil = time.Now
	Log       *slog.Logger
}

func (o *Options) now() time.Time {
	if o.Wall == nil {
		return time.Now()
	}
	return o.Wall()
}

// County is an open county. Its methods may be called concurrently.
type County struct {
	identity
	dir      string
	store    *store
	replica  *replica.Replica
	sync     *transport.Server
	events   *rpc.Events
	exports  *exports
	options  Options
	log      *slog.Logger
	reviewed reviewCache
	counts   tallyCache
	warmth   warmth
	changes  changeLog
	imports  importShelf
	offers   offers
	sizes    sizes
	stop     []func()

	backupFailed atomic.Int64 // when the last backup failed; 0: it did not
}

// ErrNotInitialised: the directory holds no county.
var ErrNotInitialised = errors.New("the directory holds no county: run init first")

type (
	replicaTx  = replica.Tx
	replicaRow = replica.Row
)

// Open opens the county that Init made in dir.
func Open(ctx context.Context, dir string, o Options) (*County, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &County{dir: dir, options: o, log: o.Log, events: rpc.NewEvents()}
	var err error
	if c.store, err = openExisting(ctx, dir, o.Wall); err != nil {
		return nil, err
	}
	c.stop = append(c.stop, func() { c.store.Close() }, c.events.Close)
	release, err := lockDir(ctx, dir)
	if err != nil {
		c.Close()
		return nil, err
	}
	c.stop = append(c.stop, release)
	if err := c.open(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("open the county in %s: %w", dir, err)
	}
	return c, nil
}

func (c *County) open(ctx context.Context) error {
	id, err := c.store.identity(ctx, c.dir)
	if err != nil {
		return err
	}
	c.identity = id
	if c.replica, err = openReplica(ctx, c.dir, c.realm, c.options); err != nil {
		return err
	}
	c.stop = append(c.stop, func() {
		if err := c.replica.Close(); err != nil {
			c.log.Error("close the replica", "err", err)
		}
	})
	c.changes = changeLog{store: c.store, log: c.log}
	if err := c.changes.open(ctx); err != nil {
		return err
	}
	c.stop = append(c.stop, c.changes.close)
	c.stop = append(c.stop, c.replica.Subscribe(func(change replica.Change) {
		c.reviewed.changed(change)
		c.counts.changes.changed(change)
		c.changes.changed(change)
		c.changed(change.Tables...)
	}))
	c.stop = append(c.stop, func() {
		if err := c.counts.keep(context.Background(), c); err != nil {
			c.log.Error("keep the counts", "err", err)
		}
	})
	if err := c.replica.BecomeRoot(ctx); err != nil {
		return err
	}
	c.sync = transport.NewServer(c.replica, authority{c}, c.log)
	if err := c.reconcile(ctx); err != nil {
		return err
	}
	c.stop = append(c.stop, c.warm())
	if c.exports, err = openExports(c.dir); err != nil {
		return err
	}
	c.stop = append(c.stop, c.exports.close)
	return nil
}

func openReplica(ctx context.Context, dir string, realm schema.ID, o Options) (*replica.Replica, error) {
	r, err := replica.Open(ctx, replica.Options{Dir: dir, AnchorDir: filepath.Clean(dir) + ".anchor", Cache: pageCache, Schema: model.Schema, Indexes: indexes, Realm: realm, Wall: o.Wall, Audience: model.Audience, Quarantine: quarantine, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("open the county's replica: %w", err)
	}
	return r, nil
}

// pageCache is how many KiB of the database's pages the county keeps for merging.
const pageCache = 64 << 10

// quarantine holds back what a device wrote that the office has marked as lost.
func quarantine(tx *replica.Tx, author schema.ID) (string, error) {
	row, err := tx.Get("device", author)
	if err != nil || row == nil || row.Text("state") != "lost" {
		return "", err
	}
	return writtenWhileLost, nil
}

const writtenWhileLost = "written by a device that is marked as lost"

// Close ends what Open began, in reverse order.
func (c *County) Close() {
	for i := len(c.stop) - 1; i >= 0; i-- {
		c.stop[i]()
	}
	c.stop = nil
}

// Name is the county's name, Realm its id, Pin what kits recognise its server by.
func (c *County) Name() string     { return c.name }
func (c *County) Realm() schema.ID { return c.realm }
func (c *County) Pin() []byte      { return c.pin }

// Replica is the county's replica, for reports and the demo's comparison.
func (c *County) Replica() *replica.Replica { return c.replica }

// changed tells open dashboards that rows of the tables changed.
func (c *County) changed(tables ...string) {
	c.events.Publish("changed", map[string]any{"tables": tables, "remote": true})
}

// setAddresses stores what codes carry from now on, and tells kits; an empty list means
// this machine's own addresses.
func (c *County) setAddresses(ctx context.Context, actor string, list []string) error {
	probe := enrolment.Code{Addresses: list, Pin: c.pin, Realm: c.realm, Secret: make([]byte, 10)}
	if err := probe.Validate(); len(list) > 0 && err != nil {
		return errAddresses
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return err
	}
	err = c.store.update(ctx, func(tx *sql.Tx) error {
		if err := putMeta(ctx, tx, metaAddresses, raw); err != nil {
			return err
		}
		return recordIn(ctx, tx, c.store.now(), entry{Actor: actor, Action: "addresses_set", Detail: clip(string(raw), 200)})
	})
	if err != nil {
		return err
	}
	return c.tellAddresses(ctx)
}

// tellAddresses tells kits, with their next sync, the addresses that somebody set: on the
// command line, else on the dashboard. Those that the machine found by itself are a guess
// for codes and are not told.
func (c *County) tellAddresses(ctx context.Context) error {
	list := c.options.Addresses
	if len(list) == 0 {
		raw, err := c.store.meta(ctx, metaAddresses)
		if err != nil {
			return err
		}
		if raw != nil {
			if err := json.Unmarshal(raw, &list); err != nil {
				return fmt.Errorf("read the server's addresses: %w", err)
			}
		}
	}
	return c.replica.Update(ctx, func(tx *replicaTx) error { return model.PutServerAddresses(tx, c.realm, list) })
}

// DefaultPort is where `county serve` listens for kits when not told otherwise.
const DefaultPort = enrolment.DefaultPort

// Serve answers kits and browsers over HTTPS on listen, and browsers of this
// machine over plain HTTP on local, until ctx ends. Either may be nil. A local
// listener that is not on loopback is refused.
func (c *County) Serve(ctx context.Context, listen, local net.Listener) error {
	servers, failed := []*http.Server{}, make(chan error, 2)
	start := func(l net.Listener, encrypted bool) {
		server := &http.Server{
			Handler: c.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
			ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
		}
		servers = append(servers, server)
		go func() {
			var err error
			if encrypted {
				server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{c.certificate}}
				err = server.ServeTLS(l, "", "")
			} else {
				err = server.Serve(l)
			}
			failed <- err
		}()
	}
	if local != nil {
		if at, ok := local.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
			return fmt.Errorf("serve the dashboard on %s: plain HTTP is for loopback only", local.Addr())
		}
		start(local, false)
	}
	if listen != nil {
		if err := c.store.update(ctx, func(tx *sql.Tx) error { return putMeta(ctx, tx, metaListen, []byte(listen.Addr().String())) }); err != nil {
			return fmt.Errorf("note the server's address: %w", err)
		}
		if err := c.tellAddresses(ctx); err != nil {
			return fmt.Errorf("tell kits the server's address: %w", err)
		}
		start(listen, true)
	}
	closeConsole, err := c.openConsole()
	if err != nil {
		for _, server := range servers {
			server.Close()
		}
		return err
	}
	defer closeConsole()
	duty, off := context.WithCancel(ctx)
	var duties sync.WaitGroup
	duties.Go(func() { c.redactDue(duty) })
	duties.Go(func() { c.backupDue(duty) })
	duties.Go(func() { c.rehomeDue(duty) })
	duties.Go(func() { c.countSums(duty) })
	duties.Go(func() { c.keepCounts(duty) })
	defer duties.Wait()
	defer off()
	running := len(servers)
	select {
	case <-ctx.Done():
	case err = <-failed:
		running--
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	for _, server := range servers {
		if server.Shutdown(closing) != nil {
			server.Close() // live event streams do not end by themselves
		}
	}
	for range running {
		<-failed
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

package replica

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the database driver

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Options say what to open.
type Options struct {
	// Dir is the replica's own data directory; it is created when missing and
	// holds the database, the data key and the device key.
	Dir    string
	Schema *schema.Schema
	// Key gives the 32-byte key of the sealed columns, asked by Open and Unlock; when nil,
	// they are sealed under the data key beside the database and lie open to whoever has both.
	Key func() ([]byte, error)
	// Locked opens a replica that was locked before without its key; see Lock.
	Locked bool
	// Indexes are column lists of further plain SQL indexes by table, for queries that
	// this replica alone is asked.
	Indexes map[string][][]string
	// Cache is how many KiB of pages the writing connection may keep in memory, 0 for
	// SQLite's 2,000. A county of a million rows merges a fifth faster with
	// 32,768: the leaves that changesets of many devices touch lie far apart.
	Cache int
	// Realm is the county: changesets of another realm are refused.
	Realm schema.ID
	// Wall is the wall clock, time.Now when nil.
	Wall func() time.Time
	// Elapsed is a clock that nobody sets: the time since some moment; nil for the system's.
	Elapsed func() time.Duration
	// AnchorDir, when set, lies outside Dir: a small file there tells on opening
	// whether the database was restored from an older copy or copied. Then the
	// replica goes on as a new incarnation, and nothing that it writes is taken for
	// what it once wrote.
	AnchorDir string
	// Audience names who may hold a row, asked when a row is first written here
	// after a seal; nil means "everyone". It may read with Tx.Get only.
	Audience func(tx *Tx, table *schema.Table, id schema.ID) (string, error)
	// Quarantine, asked by the root before it merges what a replica wrote, gives
	// the reason to hold it back, "" for none. What is held back is stored and
	// forwarded; see Release. It may read with Tx.Get only.
	Quarantine func(tx *Tx, author schema.ID) (string, error)
	// Recipients, when set, names the groups that may read what is sealed for an
	// audience; without it, or where it names none, payloads travel readable.
	Recipients func(audience string) []*ecdh.PublicKey
	// Opener, when set, gives the keys of the groups that this replica belongs to,
	// as far as they are at hand. What cannot be opened is kept, forwarded and held.
	Opener func() changeset.Opener
	// Random is where identities come from, crypto/rand when nil: a simulation that
	// is to run the same way twice gives its own. It is no source of secrecy for
	// what is sealed at rest.
	Random io.Reader
	// Log receives what an administrator should know; never a value of a row.
	Log *slog.Logger

	files storage // nil for the system's
}

// Replica is an open database. It is safe for concurrent use: writes take turns,
// reads do not wait for them.
type Replica struct {
	opts    Options
	id      schema.ID
	key     ed25519.PrivateKey
	clock   *hlc.Clock
	vault   *vault
	write   *sql.DB
	conn    *sql.Conn // the one connection that writes
	read    *sql.DB
	origins *origins
	sql     map[*schema.Table]*statements

	mu sync.Mutex // serialises Update, Seal and Apply
	position
	token   uint32 // of what is written next
	renewed bool   // this opening found the database restored or copied
	// sealTarget is about how many bytes one changeset takes before compression.
	sealTarget int
	audiences  *names
	short      *shortNames     // nil until read
	sums       *sums           // nil until counted
	shared     map[rowKey]bool // rows that lie in several audiences
	// passed are the origins of which versions were passed on by a later incarnation.
	passed   map[int]bool
	prepared map[string]*sql.Stmt
	root     ed25519.PublicKey
	epoch    schema.ID

	watch    sync.Mutex
	watchers map[int]func(Change)
	untold   atomic.Int64 // commits, also those under way, of which the watchers were not told
	nextID   int
}

// position is what a transaction moves; one that is undone puts it back.
type position struct {
	own int // number of this replica's current origin
	// generation counts the seals; the anchor holds the last.
	generation int64
	sealed     hlc.Stamp // own writes up to here are in changesets
	// inheritedTo: an earlier incarnation's writes after sealed and up to here are in
	// none, and this one passes them on.
	inheritedTo hlc.Stamp
	wroteSince  hlc.Stamp // the first write of this opening that is not sealed, 0 none
	unmerged    bool      // what was not known or waited for a key is not merged yet
}

// Change tells what a commit touched.
type Change struct {
	Tables []string
	Rows   map[string][]schema.ID // by table; a row written twice may be named twice
	Remote bool                   // the changes came from another replica
}

// dsn is the one place that sets how the database is opened.
func dsn(path, vfs string, readOnly bool) string {
	v := url.Values{}
	for _, p := range []string{
		"journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "temp_store(MEMORY)", "trusted_schema(OFF)",
		"cell_size_check(ON)", "foreign_keys(ON)", "busy_timeout(5000)", "wal_autocheckpoint(1000)", "journal_size_limit(4194304)",
	} {
		v.Add("_pragma", p)
	}
	if readOnly {
		v.Add("_pragma", "query_only(ON)")
	}
	v.Set("_txlock", "immediate")
	v.Set("_defensive", "1") // SQL cannot damage the file or its schema
	v.Set("_dqs", "0")       // a misspelt column is an error, not a text
	if vfs != "" {
		v.Set("vfs", vfs)
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + v.Encode()
}

// Open opens or creates a replica.
func Open(ctx context.Context, o Options) (_ *Replica, err error) {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Elapsed == nil {
		began := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(began) }
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.files == nil {
		o.files = osFiles{}
	}
	if o.Audience == nil {
		o.Audience = func(*Tx, *schema.Table, schema.ID) (string, error) { return "everyone", nil }
	}
	if err := o.files.MkdirAll(o.Dir); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	r := &Replica{opts: o, sql: map[*schema.Table]*statements{}, prepared: map[string]*sql.Stmt{}, watchers: map[int]func(Change){}, sealTarget: defaultSealTarget}
	for _, t := range o.Schema.Tables {
		if len(t.Columns) > 64 {
			return nil, fmt.Errorf("table %s: %d columns are more than 64", t.Name, len(t.Columns))
		}
		s := newStatements(t)
		r.sql[t] = &s
	}
	if r.vault, err = openVault(o.files, o.Dir, o.Random, o.Key, o.Locked); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	seed, err := loadOrCreateSecret(o.files, filepath.Join(o.Dir, "device.key"), ed25519.SeedSize, o.Random)
	if err != nil {
		return nil, fmt.Errorf("device key: %w", err)
	}
	r.key = ed25519.NewKeyFromSeed(seed)
	path := filepath.Join(o.Dir, "replica.db")
	writing := dsn(path, o.files.VFS(), false)
	if o.Cache > 0 {
		writing += fmt.Sprintf("&_pragma=cache_size(-%d)", o.Cache)
	}
	if r.write, err = sql.Open("sqlite", writing); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	r.write.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			_ = r.Close()
		}
	}()
	if err := r.load(ctx); err != nil {
		return nil, fmt.Errorf("open replica %s: %w", path, err)
	}
	if r.token, err = newToken(o.Random); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	if r.read, err = sql.Open("sqlite", dsn(path, o.files.VFS(), true)); err != nil {
		return nil, fmt.Errorf("open replica: %w", err)
	}
	r.read.SetMaxIdleConns(4) // and more while reading nests: a limit would have readers wait for themselves
	if err := r.evolve(ctx); err != nil {
		return nil, fmt.Errorf("open replica %s: %w", path, err)
	}
	if r.renewed {
		if err := r.rememberInherited(ctx); err != nil {
			return nil, fmt.Errorf("open replica %s: %w", path, err)
		}
	}
	return r, nil
}

// load migrates the database and reads what the replica keeps in memory.
func (r *Replica) load(ctx context.Context) error {
	conn, err := r.write.Conn(ctx)
	if err != nil {
		return err
	}
	r.conn = conn
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := migrate(ctx, tx, r.opts.Schema, r.opts.Indexes); err != nil {
		return err
	}
	if r.origins, err = loadOrigins(ctx, tx); err != nil {
		return err
	}
	if r.audiences, err = loadNames(ctx, tx); err != nil {
		return err
	}
	realm, err := meta[[]byte](ctx, tx, "realm")
	if err != nil {
		return err
	}
	if realm == nil && r.origins.len() == 1 {
		if err := setMeta(ctx, tx, "realm", r.opts.Realm[:]); err != nil {
			return err
		}
		id, err := schema.NewIDFrom(r.opts.Wall().UnixMilli(), r.opts.Random)
		if err != nil {
			return err
		}
		if err := setMeta(ctx, tx, "replica", id[:]); err != nil {
			return err
		}
		if err := setMeta(ctx, tx, "incarnation", int64(1)); err != nil {
			return err
		}
	} else if !bytes.Equal(realm, r.opts.Realm[:]) {
		return fmt.Errorf("%w: the database belongs to %x", ErrRealm, realm)
	}
	if err := r.identify(ctx, tx, realm == nil); err != nil {
		return err
	}
	incarnation, err := r.incarnation(ctx, tx, realm == nil)
	if err != nil {
		return err
	}
	if r.own, err = r.origins.number(ctx, tx, changeset.Origin{Replica: r.id, Incarnation: uint32(incarnation)}); err != nil {
		return err
	}
	sealed, err := meta[int64](ctx, tx, "sealed")
	if err != nil {
		return err
	}
	r.sealed = hlc.Stamp(sealed)
	inherited, err := meta[int64](ctx, tx, "inherited")
	if err != nil {
		return err
	}
	r.inheritedTo = hlc.Stamp(inherited)
	last, err := meta[int64](ctx, tx, "clock")
	if err != nil {
		return err
	}
	r.clock = hlc.New(r.opts.Wall, hlc.Stamp(last))
	if err := r.goOnCorrected(ctx, tx); err != nil {
		return err
	}
	root, err := meta[[]byte](ctx, tx, "root")
	if err != nil {
		return err
	}
	r.root = root
	if r.passed, err = passedOrigins(ctx, tx); err != nil {
		return err
	}
	if r.shared, err = readShared(ctx, tx); err != nil {
		return err
	}
	if err := r.openBox(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return r.writeAnchor()
}

// Close releases the database. Nothing is lost without it.
func (r *Replica) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, s := range r.prepared {
		errs = append(errs, s.Close())
	}
	r.prepared = nil
	if r.conn != nil {
		errs = append(errs, r.conn.Close())
	}
	for _, db := range []*sql.DB{r.read, r.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// ID is this replica's identity.
func (r *Replica) ID() schema.ID { return r.id }

// Origin is this replica as it writes now.
func (r *Replica) Origin() changeset.Origin {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.origins.name(r.own)
}

// Schema is what this replica was opened with.
func (r *Replica) Schema() *schema.Schema { return r.opts.Schema }

// Realm is the county this replica belongs to.
func (r *Replica) Realm() schema.ID { return r.opts.Realm }

// PublicKey verifies what this replica writes.
func (r *Replica) PublicKey() ed25519.PublicKey { return r.key.Public().(ed25519.PublicKey) }

// Sign signs a message with this replica's key. The caller separates domains.
func (r *Replica) Sign(message []byte) []byte { return ed25519.Sign(r.key, message) }

// Wall is this replica's wall clock.
func (r *Replica) Wall() time.Time { return r.opts.Wall() }

// Subscribe calls fn after every commit that changed rows, on the committing goroutine,
// which no longer holds anything: the calls for two commits may come in either order. fn
// must not write.
func (r *Replica) Subscribe(fn func(Change)) (cancel func()) {
	r.watch.Lock()
	defer r.watch.Unlock()
	id := r.nextID
	r.nextID++
	r.watchers[id] = fn
	return func() {
		r.watch.Lock()
		defer r.watch.Unlock()
		delete(r.watchers, id)
	}
}

// Told tells whether all that could be read before the call has been told to those who
// subscribed: no commit is under way or on its way to them.
func (r *Replica) Told() bool { return r.untold.Load() == 0 }

func (r *Replica) notify(c Change) {
	r.watch.Lock()
	fns := make([]func(Change), 0, len(r.watchers))
	for _, fn := range r.watchers {
		fns = append(fns, fn)
	}
	r.watch.Unlock()
	for _, fn := range fns {
		fn(c)
	}
}

// names numbers audiences.
type names struct {
	mu     sync.RWMutex // for those who read beside the writer
	byName map[string]int
	list   []string
}

func loadNames(ctx context.Context, q querier) (*names, error) {
	n := &names{byName: map[string]int{}, list: []string{""}}
	rows, err := q.QueryContext(ctx, `SELECT idx, name FROM _audience ORDER BY idx`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var idx int
		var name string
		if err := rows.Scan(&idx, &name); err != nil {
			return nil, err
		}
		if idx != len(n.list) {
			return nil, fmt.Errorf("audience %d is missing", len(n.list))
		}
		n.byName[name] = idx
		n.list = append(n.list, name)
	}
	return n, rows.Err()
}

func (n *names) number(ctx context.Context, q execer, name string) (int, error) {
	if idx, ok := n.byName[name]; ok {
		return idx, nil
	}
	idx := len(n.list)
	if _, err := q.ExecContext(ctx, `INSERT INTO _audience (idx, name) VALUES (?, ?)`, idx, name); err != nil {
		return 0, fmt.Errorf("register audience: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.byName[name] = idx
	n.list = append(n.list, name)
	return idx, nil
}

func (n *names) forget(from int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range n.list[from:] {
		delete(n.byName, name)
	}
	n.list = n.list[:from]
}

func meta[T any](ctx context.Context, q querier, key string) (value T, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM _meta WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", key, err)
	}
	return value, err
}

func setMeta(ctx context.Context, q execer, key string, value any) error {
	_, err := q.ExecContext(ctx, `INSERT INTO _meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

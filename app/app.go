package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Options say how a kit is opened.
type Options struct {
	Dir     string           // the kit's data directory, created when missing
	Wall    func() time.Time // nil = time.Now
	Version string           // of this program
	Log     *slog.Logger     // nil = nothing is logged; never holds a value of a record
	// AutoSync lets the kit look for the county by itself.
	AutoSync bool
}

// App is an open kit: its services over one data directory.
type App struct {
	Events *rpc.Events

	opts     Options
	lock     *dirLock
	session  *Session
	services map[string]any
	sync     *Sync

	altering sync.Mutex // one change of the membership at a time

	mu        sync.Mutex
	member    *membership
	replica   *replica.Replica
	forget    func() // ends the subscription to changes
	enrolling bool
	// unreadable: kit.json is damaged. The records lie beside it; a new code of their
	// county makes it anew, one of another county is refused.
	unreadable bool
	aside      *ownKit // the laptop's own membership while somebody practises
}

// membership is kit.json: which county this laptop belongs to.
type membership struct {
	Realm     schema.ID `json:"realm"`
	County    string    `json:"county"`
	Addresses []string  `json:"addresses"` // base URLs of the county's server, the one that worked last first
	Pin       []byte    `json:"pin"`
	Device    schema.ID `json:"device"`
	Label     string    `json:"label"`
	UnitID    schema.ID `json:"unit_id"`
	UnitName  string    `json:"unit_name"`
	OfficerID schema.ID `json:"officer_id"`
	// Columns is how many the newest program that opened the data knows. The schema only
	// grows: more than this one knows means that a newer version wrote here.
	Columns int `json:"columns"`

	practice bool // sample data in a directory of its own; never synced, never saved
}

// ErrInUse means that another process has the data directory open.
var ErrInUse = errors.New("the kit is already open in another window")

// Open opens a kit. A kit that is not enrolled yet offers enrolment and
// settings only. When ctx ends, a running exchange does; Close is still called.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open kit: %w", err)
	}
	lock, err := lockDir(o.Dir)
	if err != nil {
		return nil, err
	}
	a := &App{Events: rpc.NewEvents(), opts: o, lock: lock}
	a.session = NewSession(a.Events)
	a.sync = newSync(ctx, a)
	a.services = newServices(a)
	raw, err := os.ReadFile(a.memberPath())
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		lock.release()
		return nil, fmt.Errorf("open kit: %w", err)
	default:
		var m membership
		if err := json.Unmarshal(raw, &m); err != nil || m.Realm.IsNil() {
			a.opts.Log.Error("kit.json cannot be read; the records are not touched, a new code puts it right", "error", err)
			a.unreadable = true
		} else if err := a.attach(ctx, &m); err != nil {
			lock.release()
			return nil, err
		}
	}
	a.sync.start()
	return a, nil
}

// Services are the services by the names under which screens call them.
func (a *App) Services() map[string]any { return a.services }

// Close ends background work and releases the data directory.
func (a *App) Close() error {
	a.sync.stop()
	a.Events.Close()
	a.session.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	var err error
	if a.replica != nil {
		a.forget()
		err = a.replica.Close()
		a.replica = nil
	}
	if a.aside != nil && a.aside.r != nil {
		err = errors.Join(err, a.aside.r.Close())
	}
	a.lock.release()
	return err
}

func (a *App) memberPath() string { return filepath.Join(a.opts.Dir, "kit.json") }

// dataDir is where the replica lives.
func (a *App) dataDir() string { return filepath.Join(a.opts.Dir, "data") }

// setAside moves the replica of a county that never admitted this laptop out of the way.
func (a *App) setAside() error {
	return os.Rename(a.dataDir(), a.dataDir()+"-"+a.opts.Wall().Format("20060102-150405"))
}

// openReplica opens the replica of a county.
func (a *App) openReplica(ctx context.Context, realm schema.ID) (*replica.Replica, error) {
	return a.openReplicaIn(ctx, a.dataDir(), filepath.Clean(a.opts.Dir)+".anchor", realm)
}

func (a *App) openReplicaIn(ctx context.Context, dir, anchor string, realm schema.ID) (*replica.Replica, error) {
	return replica.Open(ctx, replica.Options{Dir: dir, AnchorDir: anchor, Schema: model.Schema, Indexes: Indexes, Realm: realm, Wall: a.opts.Wall, Log: a.opts.Log,
		Audience: func(tx *replica.Tx, t *schema.Table, id schema.ID) (string, error) {
			return model.AudienceOf(tx, t, id, a.session.Unit())
		}})
}

// attach opens the replica of the membership that kit.json tells.
func (a *App) attach(ctx context.Context, m *membership) error {
	if m.Columns > columns() {
		return ErrNewer
	}
	r, err := a.openReplica(ctx, m.Realm)
	if err != nil {
		return err
	}
	a.use(m, r)
	if m.Columns == columns() {
		return nil
	}
	if err := a.alter(r, func(m *membership) error { m.Columns = columns(); return nil }); err != nil {
		return errors.Join(err, r.Close())
	}
	return nil
}

// columns is how many columns this program knows.
func columns() int {
	n := 0
	for _, t := range model.Schema.Tables {
		n += len(t.Columns)
	}
	return n
}

func (a *App) use(m *membership, r *replica.Replica) {
	a.mu.Lock()
	a.member, a.replica = m, r
	a.forget = r.Subscribe(func(c replica.Change) { a.Events.Publish("changed", Changed{Tables: c.Tables, Remote: c.Remote}) })
	a.mu.Unlock()
	a.session.Attach(r, m.UnitID)
	a.session.UseOfficer(m.OfficerID)
}

// Changed is the payload of the event "changed".
type Changed struct {
	Tables []string `json:"tables"`
	Remote bool     `json:"remote"` // from another laptop or the county
}

// mended writes kit.json anew; what could not be read is kept beside it.
func (a *App) mended(m *membership) error {
	if a.forgotten() {
		if err := os.Rename(a.memberPath(), a.memberPath()+".damaged"); err != nil {
			return err
		}
		a.mu.Lock()
		a.unreadable = false
		a.mu.Unlock()
	}
	return a.saveMember(m)
}

// forgotten tells whether this laptop belongs to a county and kit.json does not say which.
func (a *App) forgotten() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unreadable
}

// saveMember writes kit.json, whole or not at all.
func (a *App) saveMember(m *membership) error {
	if m.practice {
		return nil
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replica.WriteDurably(a.memberPath(), raw)
}

// alter changes the membership that belongs to a replica, on the disk first. While
// another is in front, in practice, nothing is changed.
func (a *App) alter(r *replica.Replica, change func(*membership) error) error {
	a.altering.Lock()
	defer a.altering.Unlock()
	m, now := a.current()
	if m == nil || now != r {
		return nil
	}
	next := *m
	if err := change(&next); err != nil {
		return err
	}
	if reflect.DeepEqual(next, *m) {
		return nil
	}
	if err := a.saveMember(&next); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.replica == r {
		a.member = &next
	} else if a.aside != nil && a.aside.r == r { // somebody began to practise meanwhile
		a.aside.m = &next
	}
	return nil
}

// current is the membership and replica, nil before enrolment.
func (a *App) current() (*membership, *replica.Replica) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.member, a.replica
}

// Replica is the kit's replica, nil before enrolment: for the demo's comparison and
// what has no service.
func (a *App) Replica() *replica.Replica {
	_, r := a.current()
	return r
}

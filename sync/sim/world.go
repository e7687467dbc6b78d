package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

var realm = schema.MustParseID("0193a000-0000-7000-8000-00000000051a")

// tables are the schema of a version: version 2 adds a column and a table.
func tables(version int) *schema.Schema {
	note := &schema.Table{Number: 1, Name: "note", RedactedBy: "redacted_at", Columns: []schema.Column{
		schema.TextCol(1, "title").Open("simulated"), schema.TextCol(2, "secret").Redactable(), schema.IntCol(3, "amount"), schema.CounterCol(4, "taps"),
		schema.SetCol(5, "tags"), schema.IntCol(6, "born").First(), schema.LongTextCol(7, "story"), schema.LongTextCol(8, "summary").Open("simulated"), schema.IntCol(9, "redacted_at").First(),
	}}
	own := &schema.Table{Number: 2, Name: "own", Columns: []schema.Column{schema.TextCol(1, "title"), schema.CounterCol(2, "taps")}}
	if version == 1 {
		return schema.MustNew(note, own)
	}
	note.Columns = append(note.Columns, schema.IntCol(10, "later"), schema.CounterCol(11, "late_taps"))
	return schema.MustNew(note, own, &schema.Table{Number: 3, Name: "new", Columns: []schema.Column{schema.TextCol(1, "title").Open("simulated"), schema.CounterCol(2, "taps")}})
}

// node is one database with who uses it.
type node struct {
	name    string
	dir     string
	home    string // audience of its table "own"
	root    bool
	version int
	wrong   time.Duration // its clock's error
	locked  bool          // the key of the sealed columns is away
	r       *replica.Replica
	random  io.Reader
	wrote   []*intent // what was written here and acknowledged
	image   *image
	shares  bool // unsealed writes with a copy of it
	copied  bool // since the image: an image older than a copy may not come back, see restore
}

// image is a copy of a node's database at some time.
type image struct {
	dir   string
	wrote []*intent
	step  int
}

// world is a running history.
type world struct {
	ctx  context.Context
	seed uint64
	rng  *rand.Rand
	// diskBack is the last step at which a kit's whole disk was put back.
	diskBack int
	dir      string
	now      time.Time
	nodes    []*node
	rows     []schema.ID
	// forgotten are writes of nodes that were restored since: lost, unless given on.
	forgotten []*intent
	told      []told
	writes    int // numbers values, so that each is written once
	steps     int
	trace     hash.Hash
	events    map[string]int
	log       bool
}

// play runs one history to its end.
func play(ctx context.Context, seed uint64, steps int, verbose bool) (w *world, err error) {
	w, err = begin(ctx, seed, verbose)
	defer w.close()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err != nil {
		return w, err
	}
	return w, w.run(steps)
}

// begin makes a fleet.
func begin(ctx context.Context, seed uint64, verbose bool) (w *world, err error) {
	w = &world{ctx: ctx, seed: seed, rng: rand.New(rand.NewPCG(seed, 0x5eed)), now: time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC), trace: sha256.New(), events: map[string]int{}, log: verbose}
	base := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		base = "/dev/shm" // memory: the disk's own faults are not simulated here
	}
	if w.dir, err = os.MkdirTemp(base, "fieldkit-sim-"); err != nil {
		return w, err
	}
	for i := range 12 {
		w.rows = append(w.rows, schema.Derive(realm, "row", fmt.Sprint(i)))
	}
	for i := range 3 + w.rng.IntN(3) {
		if err := w.enrol(i); err != nil {
			return w, err
		}
	}
	return w, nil
}

// run plays steps and lets the fleet come to rest.
func (w *world) run(steps int) error {
	for w.steps < steps {
		if err := w.step(); err != nil {
			return err
		}
	}
	return w.settle()
}

func (w *world) close() {
	for _, n := range w.nodes {
		if n.r != nil {
			_ = n.r.Close()
		}
	}
	_ = os.RemoveAll(w.dir)
}

// enrol makes a node; the first is the root.
func (w *world) enrol(i int) error {
	n := &node{name: fmt.Sprint("n", i), dir: filepath.Join(w.dir, fmt.Sprint("n", i)), home: fmt.Sprint("units:", i), root: i == 0, version: 1 + w.rng.IntN(2), random: rand.NewChaCha8([32]byte{byte(w.seed), byte(w.seed >> 8), byte(i)})}
	w.nodes = append(w.nodes, n)
	if err := w.open(n); err != nil {
		return err
	}
	if n.root {
		return n.r.BecomeRoot(w.ctx)
	}
	root := w.nodes[0].r
	if err := n.r.TrustRoot(w.ctx, root.PublicKey()); err != nil {
		return err
	}
	if _, err := root.Certify(w.ctx, n.r.ID(), n.r.PublicKey()); err != nil {
		return err
	}
	for _, a := range w.nodes {
		for _, b := range w.nodes {
			c, err := root.Certify(w.ctx, b.r.ID(), b.r.PublicKey()) // again, if it was restored since
			if err != nil {
				return err
			}
			if err := a.r.Accept(w.ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) open(n *node) (err error) {
	n.r, err = replica.Open(w.ctx, replica.Options{Dir: n.dir, AnchorDir: n.anchorDir(w), Schema: tables(n.version), Realm: realm, Random: n.random,
		Wall: func() time.Time { return w.now.Add(n.wrong) }, Elapsed: func() time.Duration { return w.now.Sub(time.Unix(0, 0)) },
		Key: func() ([]byte, error) { return bytes.Repeat([]byte{byte(w.seed)}, 32), nil }, Locked: n.locked,
		Audience: func(_ *replica.Tx, t *schema.Table, _ schema.ID) (string, error) {
			if t.Name == "own" {
				return n.home, nil
			}
			return "everyone", nil
		}})
	if err != nil {
		return fmt.Errorf("open %s: %w", n.name, err)
	}
	if len(n.wrote)%2 == 0 { // its sums follow what is written from now on
		return n.r.CountSums(w.ctx)
	}
	return nil
}

// anchorDir is outside its data directory.
func (n *node) anchorDir(w *world) string { return filepath.Join(w.dir, "anchors", n.name) }

// note counts an event and puts it in the trace.
func (w *world) note(event string, args ...any) {
	w.events[event]++
	line := fmt.Sprintln(append([]any{w.steps, event}, args...)...)
	if w.log {
		fmt.Print(line)
	}
	_, _ = io.WriteString(w.trace, line)
}

// may tells whether a node may hold an audience's changesets.
func (n *node) may(s changeset.Stream) bool {
	return n.root || s.Audience == "everyone" || s.Audience == n.home
}

func (w *world) pick() *node { return w.nodes[w.rng.IntN(len(w.nodes))] }

// step is one event.
func (w *world) step() error {
	w.steps++
	w.now = w.now.Add(time.Duration(w.rng.IntN(120_000)) * time.Millisecond)
	n := w.pick()
	switch k := w.rng.IntN(1000); {
	case k < 480:
		return w.write(n)
	case k < 520:
		w.note("seal", n.name)
		return w.seal(n)
	case k < 940:
		return w.exchange(n, w.pick())
	case k < 950:
		return w.abort(n)
	case k < 962:
		return w.crash(n)
	case k < 968:
		return w.crashBeforeAnchor(n)
	case k < 975:
		return w.save(n)
	case k < 979:
		return w.restore(n)
	case k < 981:
		return w.restoreDisk(n)
	case k < 982:
		return w.clone(n)
	case k < 984:
		return w.join()
	case k < 986:
		return w.compact()
	case k < 992:
		return w.jump(n)
	case k < 995:
		return w.turnKey(n)
	default:
		return w.upgrade(n)
	}
}

var errAbort = errors.New("aborted")

// abort begins a write that fails: it must leave nothing.
func (w *world) abort(n *node) error {
	if n.locked {
		return nil // its state cannot be hashed
	}
	before, err := n.r.StateHash(w.ctx)
	if err != nil {
		return err
	}
	err = n.r.Update(w.ctx, func(tx *replica.Tx) error {
		if err := tx.Add("note", w.rows[0], "taps", 77); err != nil {
			return err
		}
		if _, err := tx.Select("note", "LIMIT 1"); err != nil { // writes what is pending
			return err
		}
		return errAbort
	})
	if !errors.Is(err, errAbort) {
		return fmt.Errorf("an aborted write gives %v", err)
	}
	after, err := n.r.StateHash(w.ctx)
	if err == nil && after != before {
		return errors.New("an aborted write left something")
	}
	w.note("abort", n.name)
	return err
}

// jump sets a node's clock wrong, or right again.
func (w *world) jump(n *node) error {
	// The county's time is the measure. Writes that two copies have, one of which believes
	// that its clock was wrong, get two names before either can know.
	if n.root || n.shares {
		return nil
	}
	errs := []time.Duration{0, 0, -10 * time.Minute, 3 * time.Hour, -30 * 24 * time.Hour, 40 * time.Hour, -(w.now.Sub(time.Unix(0, 0)))}
	n.wrong = errs[w.rng.IntN(len(errs))]
	w.note("clock", n.name, n.wrong)
	return nil
}

// turnKey takes the key of a node's sealed columns away, or brings it back.
func (w *world) turnKey(n *node) error {
	if n.root {
		return nil // it restates rows at any time
	}
	n.locked = !n.locked
	w.note("key", n.name, n.locked)
	if err := w.seal(n); err != nil { // as both do
		return err
	}
	if n.locked {
		return n.r.Lock(w.ctx)
	}
	return n.r.Unlock(w.ctx)
}

// upgrade opens a node with the newer schema.
func (w *world) upgrade(n *node) error {
	if n.version == 2 {
		return nil
	}
	n.version = 2
	w.note("upgrade", n.name)
	if err := n.r.Close(); err != nil {
		return err
	}
	return w.open(n)
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

var realm = schema.MustParseID("0193a000-0000-7000-8000-00000000f00d")

// everybody admits every device of the replay.
type everybody struct {
	devices map[schema.ID]*transport.Device
}

func (e *everybody) Device(_ context.Context, id schema.ID) (*transport.Device, error) {
	return e.devices[id], nil
}
func (e *everybody) Seen(context.Context, schema.ID, transport.Report) {}

// fleet is the replicas of a replay.
type fleet struct {
	ctx     context.Context
	dir     string
	schema  *schema.Schema
	now     int64
	hub     *replica.Replica
	server  *httptest.Server
	auth    *everybody
	devices map[string]*device
	result  *result
	local   time.Duration
}

type device struct {
	r      *replica.Replica
	client *transport.Client
}

// cache is how many KiB of pages a hub keeps in memory, as a county does.
const cache = 64 << 10

func (f *fleet) open(name string, s *schema.Schema, cache int) (*replica.Replica, error) {
	return replica.Open(f.ctx, replica.Options{Cache: cache, Dir: filepath.Join(f.dir, name), Schema: s, Realm: realm, Wall: func() time.Time { return time.UnixMilli(f.now) }})
}

func replay(ctx context.Context, workload, final string, sealed bool) (_ *result, err error) {
	s := tables(sealed)
	// A malformed workload is found before anything is done.
	r := &result{}
	rows := map[schema.ID]struct{}{}
	first := int64(0)
	if err := each(workload, s, func(o *op) error {
		if o.Op != "sync" {
			r.Ops++
		}
		if o.Op == "insert" {
			rows[o.id] = struct{}{}
		}
		if first == 0 {
			first = o.At
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if r.Ops == 0 {
		return nil, errors.New("the workload has no operation")
	}
	r.Rows = len(rows)
	rows = nil
	dir, err := os.MkdirTemp("", "fieldkit-replay-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	f := &fleet{ctx: ctx, dir: dir, schema: s, now: first, auth: &everybody{devices: map[schema.ID]*transport.Device{}}, devices: map[string]*device{}, result: r}
	if f.hub, err = f.open("hub", s, cache); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	if err := f.hub.BecomeRoot(ctx); err != nil {
		return nil, err
	}
	f.server = httptest.NewServer(transport.NewServer(f.hub, f.auth, nil))
	if err := each(workload, s, f.apply); err != nil {
		return nil, err
	}
	if err := f.sync(); err != nil {
		return nil, err
	}
	r.LocalRate = float64(r.Ops) / f.local.Seconds()
	r.Replicas = len(f.devices)
	r.WireBytes = r.WireUp + r.WireDown
	if err := f.converged(); err != nil {
		return nil, err
	}
	if final != "" {
		if err := f.expected(final); err != nil {
			return nil, err
		}
	}
	if err := f.merge(sealed); err != nil {
		return nil, err
	}
	if err := f.floors(workload); err != nil {
		return nil, err
	}
	r.PeakRSS = peakRSS()
	return r, nil
}

func (f *fleet) close() error {
	var errs []error
	for _, d := range f.devices {
		d.client.Close()
		errs = append(errs, d.r.Close())
	}
	if f.server != nil {
		f.server.Close()
	}
	return errors.Join(append(errs, f.hub.Close())...)
}

func (f *fleet) device(name string) (*device, error) {
	if d := f.devices[name]; d != nil {
		return d, nil
	}
	r, err := f.open("device-"+strconv.Itoa(len(f.devices)), f.schema, 0)
	if err != nil {
		return nil, err
	}
	f.auth.devices[r.ID()] = &transport.Device{ID: r.ID(), PublicKey: r.PublicKey(), Active: true, Entitled: func(string) bool { return true }}
	d := &device{r: r, client: transport.NewClient(r, transport.Peer{URL: f.server.URL}, transport.ClientOptions{})}
	f.devices[name] = d
	return d, nil
}

// apply writes one operation in a durable transaction of its own.
func (f *fleet) apply(o *op) error {
	f.now = max(f.now, o.At)
	if o.Op == "sync" {
		return f.sync()
	}
	d, err := f.device(o.Device)
	if err != nil {
		return err
	}
	f.now = o.At
	began := time.Now()
	err = d.r.Update(f.ctx, func(tx *replica.Tx) error {
		switch o.Op {
		case "increment":
			return tx.Add(o.Table, o.id, o.Col, o.By)
		case "delete":
			return tx.Put(o.Table, o.id, schema.Values{"dead": true})
		}
		if err := tx.Put(o.Table, o.id, o.values); err != nil {
			return err
		}
		if o.counter == 0 {
			return nil
		}
		return tx.Add(o.Table, o.id, "count", o.counter)
	})
	f.local += time.Since(began)
	return err
}

// sync lets all exchange with the hub until nothing is left: once to bring,
// once more to get what the others brought.
func (f *fleet) sync() error {
	names := make([]string, 0, len(f.devices))
	for name := range f.devices {
		names = append(names, name)
	}
	slices.Sort(names)
	for range 2 {
		for _, name := range names {
			res, err := f.devices[name].client.Sync(f.ctx, nil)
			if err != nil {
				return fmt.Errorf("sync %s: %w", name, err)
			}
			if len(res.Refused) > 0 {
				return fmt.Errorf("sync %s: changeset %d was refused: %s", name, res.Refused[0].Number, res.Refused[0].Reason)
			}
			f.result.WireUp += res.SentBytes
			f.result.WireDown += res.ReceivedBytes
			f.result.Requests += res.Requests
		}
	}
	return nil
}

func (f *fleet) converged() error {
	want, err := f.hub.StateHash(f.ctx)
	if err != nil {
		return err
	}
	f.result.Converged = true
	for _, d := range f.devices {
		got, err := d.r.StateHash(f.ctx)
		if err != nil {
			return err
		}
		f.result.Converged = f.result.Converged && got == want
	}
	return nil
}

// expected compares the hub's rows with the workload's final rows, and what must
// have survived with its expect.json.
func (f *fleet) expected(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	ok, n := true, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 4<<20)
	for line := 1; lines.Scan(); line++ {
		var want map[string]any
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, line, err)
		}
		id, err := schema.ParseID(fmt.Sprint(want["id"]))
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", path, line, err)
		}
		table := fmt.Sprint(want["table"])
		row, err := f.hub.Get(f.ctx, table, id)
		if err != nil {
			return err
		}
		n++
		if row == nil || row.Bool("dead") {
			ok = false
			continue
		}
		for name, v := range want {
			if name != "id" && name != "table" && !same(f.schema.Table(table), row, name, v) {
				ok = false
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	alive := 0
	for _, t := range f.schema.Tables {
		rows, err := f.hub.Query(f.ctx, `SELECT count(*) FROM "`+t.Name+`" WHERE coalesce(dead, 0) = 0`)
		if err != nil {
			return err
		}
		var c int
		if rows.Next() {
			err = rows.Scan(&c)
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return err
		}
		alive += c
	}
	ok = ok && alive == n
	f.result.Expected = &ok
	return f.survived(strings.TrimSuffix(path, ".final.jsonl") + ".expect.json")
}

func same(t *schema.Table, row *replica.Row, name string, want any) bool {
	c := t.Column(name)
	switch v := want.(type) {
	case nil:
		return row.Null(name)
	case float64:
		return row.Int(name) == int64(v)
	case string:
		return c != nil && row.Text(name) == v
	}
	return false
}

// survived counts the pairs of concurrent edits of different columns of which
// both are there, and the counters that are exact.
func (f *fleet) survived(path string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var expect struct {
		Diff []struct {
			ID, Table string
			A, B      []any
		}
		Counters map[string]int64 // handouts by id
	}
	if err := json.Unmarshal(raw, &expect); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	kept, exact := 0, 0
	row := func(table, text string) (*replica.Row, error) {
		id, err := schema.ParseID(text)
		if err != nil {
			return nil, err
		}
		return f.hub.Get(f.ctx, table, id)
	}
	for _, d := range expect.Diff {
		r, err := row(d.Table, d.ID)
		if err != nil {
			return err
		}
		t := f.schema.Table(d.Table)
		if r != nil && same(t, r, fmt.Sprint(d.A[0]), d.A[1]) && same(t, r, fmt.Sprint(d.B[0]), d.B[1]) {
			kept++
		}
	}
	for id, sum := range expect.Counters {
		r, err := row("handout", id)
		if err != nil {
			return err
		}
		if r != nil && r.Int("count") == sum {
			exact++
		}
	}
	f.result.DifferentKept, f.result.CountersExact = &kept, &exact
	return nil
}

// merge gives every changeset of the hub to a fresh one, and times it. With sealed
// fields it does so with every column open too, by turns: machines waver.
func (f *fleet) merge(sealed bool) error {
	refs, err := f.hub.Missing(f.ctx, nil, func(changeset.Stream) bool { return true })
	if err != nil {
		return err
	}
	took, err := f.mergeInto("fresh", f.schema, refs)
	if err != nil {
		return err
	}
	// The last connection to close has written the log back into the file.
	info, err := os.Stat(filepath.Join(f.dir, "fresh", "replica.db"))
	if err != nil {
		return err
	}
	f.result.HubBytes = info.Size()
	if sealed {
		open := time.Duration(math.MaxInt64)
		for turn := range 2 {
			d, err := f.mergeInto("open-"+strconv.Itoa(turn), tables(false), refs)
			if err != nil {
				return err
			}
			open = min(open, d)
			if turn > 0 {
				break
			}
			if d, err = f.mergeInto("again", f.schema, refs); err != nil {
				return err
			}
			took = min(took, d)
		}
		rate, cost := float64(f.result.Ops)/open.Seconds(), took.Seconds()/open.Seconds()-1
		f.result.OpenMergeRate, f.result.SealingCost = &rate, &cost
	}
	f.result.MergeRate = float64(f.result.Ops) / took.Seconds()
	return nil
}

// mergeInto gives changesets to a fresh replica, one transaction each.
func (f *fleet) mergeInto(name string, s *schema.Schema, refs []replica.Ref) (took time.Duration, err error) {
	fresh, err := f.open(name, s, cache)
	if err != nil {
		return 0, err
	}
	if err := fresh.TrustRoot(f.ctx, f.hub.PublicKey()); err != nil {
		return 0, err
	}
	total := 0
	for _, ref := range refs {
		c, _, err := f.hub.Certificate(f.ctx, ref.Stream.Origin.Replica)
		if err != nil {
			return 0, err
		}
		if err := fresh.Accept(f.ctx, c); err != nil {
			return 0, err
		}
		total += ref.Size
	}
	// Of the first and the last tenth: bytes and time.
	var bytes [2]int
	var spent [2]time.Duration
	done := 0
	for _, ref := range refs {
		raw, err := f.hub.Changeset(f.ctx, ref.Stream, ref.Number) // read before the clock runs
		if err != nil {
			return 0, err
		}
		began := time.Now()
		out, err := fresh.Apply(f.ctx, raw)
		if err != nil {
			return 0, err
		}
		if out[0].Err != nil {
			return 0, out[0].Err
		}
		d := time.Since(began)
		took += d
		part := -1
		if done*10 < total {
			part = 0
		} else if (done+len(raw))*10 > 9*total {
			part = 1
		}
		if part >= 0 {
			bytes[part] += len(raw)
			spent[part] += d
		}
		done += len(raw)
	}
	if f.result.MergeEnd == 0 && bytes[1] > 0 {
		f.result.MergeEnd = float64(bytes[1]) / spent[1].Seconds() / (float64(bytes[0]) / spent[0].Seconds())
	}
	if s == f.schema {
		a, err := f.hub.StateHash(f.ctx)
		if err != nil {
			return 0, err
		}
		b, err := fresh.StateHash(f.ctx)
		if err != nil {
			return 0, err
		}
		f.result.Converged = f.result.Converged && a == b
	}
	return took, fresh.Close()
}

// floors measures the same operations as plain statements: one durable
// transaction each, and in batches as large as the changesets were.
func (f *fleet) floors(workload string) error {
	local, err := openPlain(f.ctx, filepath.Join(f.dir, "plain-local"), f.schema, 0)
	if err != nil {
		return err
	}
	var took time.Duration
	if err := each(workload, f.schema, func(o *op) error {
		if o.Op == "sync" {
			return nil
		}
		began := time.Now()
		err := local.transaction(f.ctx, func() error { return local.apply(f.ctx, o) })
		took += time.Since(began)
		return err
	}); err != nil {
		return err
	}
	if err := local.close(f.ctx); err != nil {
		return err
	}
	f.result.FloorLocalRate = float64(f.result.Ops) / took.Seconds()

	refs, err := f.hub.Missing(f.ctx, nil, func(changeset.Stream) bool { return true })
	if err != nil {
		return err
	}
	size := max(1, f.result.Ops/max(1, len(refs)))
	merged, err := openPlain(f.ctx, filepath.Join(f.dir, "plain-merge"), f.schema, cache)
	if err != nil {
		return err
	}
	took = 0
	var batch []*op
	flush := func() error {
		began := time.Now()
		err := merged.transaction(f.ctx, func() error {
			for _, o := range batch {
				if err := merged.apply(f.ctx, o); err != nil {
					return err
				}
			}
			return nil
		})
		took += time.Since(began)
		batch = batch[:0]
		return err
	}
	if err := each(workload, f.schema, func(o *op) error {
		if o.Op == "sync" {
			return nil
		}
		if batch = append(batch, o); len(batch) < size {
			return nil
		}
		return flush()
	}); err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	f.result.FloorMergeRate = float64(f.result.Ops) / took.Seconds()
	f.result.PlainBytes, err = merged.size(f.ctx)
	return err
}

// peakRSS is the process's largest resident size in bytes; off Linux, what the
// Go runtime has taken from the system.
func peakRSS() int64 {
	if raw, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				if err == nil {
					return kb << 10
				}
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}

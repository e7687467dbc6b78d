package story

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"path/filepath"
	"time"

	"fieldkit/app"
	"fieldkit/internal/badline"
	"fieldkit/internal/county"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// World is the county's office with its server and the six laptops.
type World struct {
	Kits      []*Kit // D1 … D6
	County    *county.County
	Dashboard string // its base URL, on this machine

	dir   string
	seed  uint64
	rng   *rand.Rand // what is left to chance: who syncs when
	clock clock
	line  *badline.Line
	realm schema.ID
	say   func(format string, args ...any)

	observers map[string]*replica.Replica // further copies, by name

	listed  []county.ReviewItem  // what the office is asked to look at, in the end
	ids     map[string]schema.ID // what the cases look at, by name
	facts   facts
	asked   int      // consultations so far
	frauds  []string // types of those to come
	written int      // posts so far

	served chan error // ends when the server has
	stop   context.CancelFunc
}

// Password opens the dashboard of a story's county.
const Password = "demo-2025-fanzha"

// laptops are the units of D1 … D6 with one officer each.
var laptops = []struct{ code, name, short, department, staffNo, officer string }{
	{"FZZX", "青岚县公安局反诈中心", "反诈中心", "D01", "041201", "李静"},
	{"CGPCS", "城关派出所", "城关派出所", "D02", "041202", "王磊"},
	{"WADD", "网络安全保卫大队", "网安大队", "D01", "041203", "周航"},
	{"LKPCS", "岭口派出所", "岭口派出所", "D02", "041204", "陈志远"},
	{"NSHYYB", "农村商业银行营业部", "农商行营业部", "D09", "NS0021", "刘芳"},
	{"ZHZX", "110指挥中心", "指挥中心", "D03", "041206", "赵鹏"},
}

// New makes the county and enrols the laptops on 2024-01-03. seed says in which order
// they sync; the records are the same whatever it is. screens are the built pages of the
// dashboard, nil for none. Close ends it all.
func New(ctx context.Context, dir string, seed uint64, screens fs.FS, say func(format string, args ...any)) (_ *World, err error) {
	w := &World{dir: dir, seed: seed, rng: rand.New(rand.NewPCG(seed, 0x5709)), observers: map[string]*replica.Replica{}, ids: map[string]schema.ID{}, frauds: fraudOrder(), say: say}
	w.clock.set(on("2024-01-03 08:30"))
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	home := filepath.Join(dir, "county")
	if err := county.Init(ctx, home, county.InitOptions{Name: "青岚县", Admin: "admin", Password: Password, Wall: w.clock.read}); err != nil {
		return nil, err
	}
	if w.County, err = county.Open(ctx, home, county.Options{Frontend: screens, Wall: w.clock.read, Version: "story"}); err != nil {
		return nil, err
	}
	w.realm = w.County.Realm()
	if w.line, err = badline.New(int64(seed)); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.line.Set(badline.Good, listener.Addr().String())
	local, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		listener.Close()
		return nil, err
	}
	w.Dashboard = "http://" + local.Addr().String()
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stop, w.served = stop, make(chan error, 1)
	go func() { w.served <- w.County.Serve(life, listener, local) }()
	for i := range laptops {
		if err := w.enrol(ctx, i); err != nil {
			return nil, err
		}
	}
	return w, w.meet(ctx, w.Kits...)
}

func (w *World) enrol(ctx context.Context, i int) error {
	u := laptops[i]
	k := &Kit{Label: fmt.Sprintf("D%d", i+1), w: w}
	code, err := w.County.IssueCode(ctx, "console", county.CodeForm{Label: k.Label, Unit: county.UnitForm{Code: u.code, Name: u.name, ShortName: u.short, Department: u.department}}, w.line.Address())
	if err != nil {
		return err
	}
	if k.app, err = app.Open(ctx, app.Options{Dir: filepath.Join(w.dir, k.Label), Wall: k.wall, Version: "story"}); err != nil {
		return err
	}
	w.Kits = append(w.Kits, k)
	services := k.app.Services()
	k.use(services)
	station := services["Kit"].(*app.Kit)
	if _, err := station.Enrol(code.Text, k.Label); err != nil {
		return fmt.Errorf("enrol %s: %w", k.Label, err)
	}
	st, err := station.AddOfficer(u.staffNo, u.officer, "police")
	if err != nil {
		return fmt.Errorf("enrol %s: %w", k.Label, err)
	}
	k.unit, k.officer = st.Unit.ID, st.Officer.ID
	return nil
}

// Close ends the kits and the server.
func (w *World) Close() error {
	var errs []error
	for _, r := range w.observers {
		errs = append(errs, r.Close())
	}
	for _, k := range w.Kits {
		errs = append(errs, k.app.Close())
	}
	if w.stop != nil {
		w.stop()
		errs = append(errs, <-w.served)
	}
	if w.line != nil {
		w.line.Close()
	}
	if w.County != nil {
		w.County.Close()
	}
	return errors.Join(errs...)
}

// kit is a laptop by its number, from 1.
func (w *World) kit(n int) *Kit { return w.Kits[n-1] }

// meet brings laptops to the same state: each sends, then each fetches what the
// others sent, in an order left to chance.
func (w *World) meet(ctx context.Context, kits ...*Kit) error {
	for range 2 {
		for _, i := range w.rng.Perm(len(kits)) {
			if err := kits[i].sync(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// wander lets some laptop sync that happens to have a network.
func (w *World) wander(ctx context.Context) error {
	if w.rng.IntN(4) != 0 {
		return nil
	}
	if k := w.Kits[w.rng.IntN(len(w.Kits))]; !k.away {
		return k.sync(ctx)
	}
	return nil
}

// desk is an action of the county's office on its own copy.
func (w *World) desk(ctx context.Context, fn func(tx *replica.Tx) error) error {
	return w.County.Replica().Update(ctx, fn)
}

// carry gives the county changesets by another way than its server.
func (w *World) carry(ctx context.Context, bundle [][]byte) (merged, known int, err error) {
	out, err := w.County.Replica().Apply(ctx, bundle...)
	if err != nil {
		return 0, 0, err
	}
	for _, a := range out {
		switch {
		case a.Err != nil:
			return 0, 0, a.Err
		case a.Duplicate:
			known++
		default:
			merged++
		}
	}
	return merged, known, nil
}

// replicas are all copies by name, the county's first.
func (w *World) replicas() map[string]*replica.Replica {
	all := map[string]*replica.Replica{"county": w.County.Replica()}
	for _, k := range w.Kits {
		all[k.Label] = k.replica()
	}
	maps.Copy(all, w.observers)
	return all
}

// day is a date and an hour of the story.
func day(date string, hour int) time.Time { return on(fmt.Sprintf("%s %02d:00", date, hour)) }

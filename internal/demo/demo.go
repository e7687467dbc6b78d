// Package demo plays the main job on one machine: a county server and several
// kits as processes of their own, days recorded offline, a bad line in between,
// and the county's figures beside what was meant to be recorded.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"time"

	"fieldkit/internal/badline"
)

// Options are the demo's flags.
type Options struct {
	Seed int64 // 0: the story's first quarter
	Kits int   // with a seed
	Once bool  // end when the figures are printed
	JSON bool  // print the result as JSON in the last line
	Keep string
	Out  io.Writer
	Open func(url string) error // shows a page to the person; may fail where there is no browser
}

// ErrDiffers: a figure of the county is not what was recorded.
var ErrDiffers = errors.New("a figure differs from what was recorded")

const password = "demo-2025-fanzha"

// world is a running demo.
type world struct {
	o      Options
	plan   plan
	dir    string
	link   *badline.Line
	kits   []*kit
	office caller
	server *process
	url    string // of the dashboard
	tally  *tally
	began  time.Time
}

// Run plays the demo.
func Run(ctx context.Context, o Options) (err error) {
	w := &world{o: o, plan: firstQuarter(), tally: newTally(), began: time.Now()}
	if o.Seed != 0 {
		if o.Kits < 1 || o.Kits > 40 {
			return fmt.Errorf("--kits is between 1 and 40, not %d", o.Kits)
		}
		w.plan = otherDays(o.Seed, o.Kits)
	}
	if w.dir = o.Keep; w.dir == "" {
		if w.dir, err = os.MkdirTemp("", "fieldkit-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(w.dir)
	} else if entries, err := os.ReadDir(w.dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: choose a new folder for --keep", w.dir)
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return err
	}
	defer w.stop()
	for _, step := range []func(context.Context) error{w.startCounty, w.startKits, w.record, w.sync} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	r, err := w.compare(ctx)
	if err != nil {
		return err
	}
	r.print(o.Out, time.Since(w.began))
	if o.Once {
		if o.JSON {
			if err := r.json(o.Out); err != nil {
				return err
			}
		}
		if !r.AsExpected || !r.Converged {
			return ErrDiffers
		}
		return nil
	}
	w.say("\n县办公室：%s  账号 admin  密码 %s", w.url, password)
	w.say("一台电脑（%s）：%s", w.kits[0].label, w.kits[0].url)
	for _, page := range []string{w.url, w.kits[0].url} {
		if o.Open == nil || o.Open(page) != nil {
			w.say("请在浏览器里打开上面的地址。Open the addresses above in a browser.")
			break
		}
	}
	w.say("按 Ctrl-C 结束。Press Ctrl-C to end.")
	<-ctx.Done()
	return nil
}

func (w *world) say(format string, args ...any) {
	fmt.Fprintf(w.o.Out, format+"\n", args...)
}

func (w *world) stop() {
	for _, k := range w.kits {
		if k.proc != nil {
			k.proc.stop()
		}
	}
	if w.server != nil {
		w.server.stop()
	}
	if w.link != nil {
		w.link.Close()
	}
}

// env gives a child the story's clock. Children start one after another, so each
// is told what time it is for the others: a clock that began anew with every one
// would let an edit made first look like the last.
func (w *world) env() []string {
	return []string{"FIELDKIT_WALL=" + w.plan.end.Add(time.Since(w.began)).Format(time.RFC3339Nano)}
}

// startCounty makes and serves a county, and signs in at its dashboard.
func (w *world) startCounty(ctx context.Context) error {
	w.say("① 建县：青岚县反诈中心服务器")
	dir := filepath.Join(w.dir, "county")
	file := filepath.Join(w.dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return err
	}
	defer os.Remove(file)
	if _, err := once(ctx, w.env(), "county", "init", "--dir", dir, "--name", "青岚县", "--password-file", file); err != nil {
		return err
	}
	var err error
	if w.link, err = badline.New(w.o.Seed + 1); err != nil {
		return err
	}
	p, hits, err := start(ctx, w.env(), []string{`kits: https://(\S+)`, `dashboard: (\S+)`}, "county", "serve", "--dir", dir, "--listen", "127.0.0.1:0", "--local", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.server, w.url = p, hits[1]
	w.link.Set(badline.Good, hits[0])
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	w.office = caller{base: w.url, header: http.Header{"X-Fieldkit": {"1"}}, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	return w.office.call(ctx, nil, "County/Login", "admin", password)
}

// startKits enrols every laptop while the line is still good.
func (w *world) startKits(ctx context.Context) error {
	w.say("② 登记 %d 台电脑", len(w.plan.kits))
	names := []string{"李静", "王磊", "周航", "陈志远", "刘芳", "赵鹏"}
	for i, u := range w.plan.kits {
		k := &kit{label: fmt.Sprintf("D%d", i+1), unit: u, dir: filepath.Join(w.dir, fmt.Sprintf("kit-%d", i+1))}
		code, err := once(ctx, w.env(), "county", "enrol", "--dir", filepath.Join(w.dir, "county"), "--unit", u.code, "--unit-name", u.name, "--short-name", u.short, "--department", u.department, "--label", k.label, "--address", w.link.Address())
		if err != nil {
			return err
		}
		p, hits, err := start(ctx, w.env(), []string{`kit: (\S+)`}, "kit", "--dir", k.dir, "--listen", "127.0.0.1:0", "--no-open", "--manual")
		if err != nil {
			return err
		}
		k.proc, k.url = p, hits[0]
		base, token, _ := cut(k.url)
		k.caller = caller{base: base, header: http.Header{"Authorization": {"Bearer " + token}}, http: &http.Client{Timeout: 5 * time.Minute}}
		w.kits = append(w.kits, k)
		var st struct {
			Unit    struct{ ID string }
			Officer struct{ ID string }
		}
		if err := k.call(ctx, nil, "Kit/Enrol", code, k.label); err != nil {
			return err
		}
		if err := k.call(ctx, &st, "Kit/AddOfficer", fmt.Sprintf("0412%02d", i+1), names[i%len(names)], "police"); err != nil {
			return err
		}
		k.unitID, k.officer = st.Unit.ID, st.Officer.ID
	}
	// Everybody learns of the others' units before they leave.
	for _, k := range w.kits {
		if err := k.call(ctx, nil, "Sync/Now"); err != nil {
			return err
		}
	}
	return nil
}

// sync brings everything across the bad line, and then back to every kit.
func (w *world) sync(ctx context.Context) error {
	w.say("④ 回来同步：线路慢、抖、不断掉线")
	w.link.Set(badline.Bad, "")
	for round := 1; round <= 2; round++ { // the second round brings what others brought in the first
		for _, k := range w.kits {
			if err := w.syncKit(ctx, k, round); err != nil {
				return err
			}
		}
	}
	w.link.Set(badline.Good, "")
	return nil
}

func (w *world) syncKit(ctx context.Context, k *kit, round int) error {
	var st struct {
		Waiting int
		Last    struct {
			OK       bool
			Message  string
			Received int
		}
	}
	for try := 1; try <= 40; try++ {
		cuts := w.link.Cuts.Load()
		if err := k.call(ctx, &st, "Sync/Now"); err != nil {
			return err
		}
		if n := w.link.Cuts.Load() - cuts; n > 0 {
			w.say("   %s 掉线 %d 次，接着传", k.label, n)
		} else if !st.Last.OK {
			w.say("   %s 没传完：%s", k.label, st.Last.Message)
		}
		if st.Last.OK && st.Waiting == 0 {
			w.say("   %s 第 %d 轮：%s", k.label, round, st.Last.Message)
			return nil
		}
	}
	return fmt.Errorf("%s does not get through: %s", k.label, st.Last.Message)
}

package story

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/shell"
)

// Options are what the command asks for.
type Options struct {
	Seed     uint64 // in which order the laptops sync
	Once     bool   // end when the figures are printed
	JSON     bool   // print them as one JSON object in the last line
	Out      string // directory for the reports and ledgers, "" for none
	Keep     string // directory for the databases, "" for one that is removed
	Frontend fs.FS  // the built screens; nil serves the interfaces only
	To       io.Writer
	Open     func(url string) error // shows a page to the person; may fail where there is no browser
}

// ErrDiffers: a figure or a concurrent case is not as the domain reference says.
var ErrDiffers = errors.New("a figure or a concurrent case differs from the story")

// Run plays the story and shows what came of it.
func Run(ctx context.Context, o Options) (err error) {
	began := time.Now()
	say := func(format string, args ...any) { fmt.Fprintf(o.To, format+"\n", args...) }
	dir := o.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "fieldkit-story-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	} else if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty: choose a new folder for --keep", dir)
	}
	say("① 建县：青岚县反诈中心服务器，六台电脑逐台登记")
	w, err := New(ctx, dir, o.Seed, o.Frontend, say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	say("② 记两年：2024 年从简，2025 年逐条，断网、掉线、快表、两边同时改")
	if err := w.Play(ctx); err != nil {
		return err
	}
	say("③ 逐台核对")
	converged := w.Converged(ctx)
	cases, err := w.Cases(ctx)
	if err != nil {
		return err
	}
	results, err := w.Figures(ctx)
	if err != nil {
		return err
	}
	good := w.show(o.To, cases, results, converged)
	if o.Out != "" {
		say("④ 写到 %s", o.Out)
		if err := w.documents(ctx, o.Out, cases, results, converged); err != nil {
			return err
		}
	}
	say("\n%.0f 秒", time.Since(began).Seconds())
	if !o.Once {
		if err := w.stay(ctx, o, say); err != nil {
			return err
		}
	}
	if o.JSON {
		if err := w.encode(o.To, cases, results, converged); err != nil {
			return err
		}
	}
	if !good {
		return ErrDiffers
	}
	return nil
}

// stay leaves the office and the first laptop open in browsers until ctx ends.
func (w *World) stay(ctx context.Context, o Options, say func(string, ...any)) error {
	w.clock.release()
	say("\n县办公室：%s  账号 admin  密码 %s", w.Dashboard, Password)
	k := w.kit(1)
	kit := make(chan error, 1)
	go func() {
		kit <- shell.Browser(ctx, shell.Kit{Services: k.app.Services(), Events: k.app.Events, Frontend: o.Frontend, Dir: filepath.Join(w.dir, k.Label)}, "127.0.0.1:0", false, o.To)
	}()
	if o.Open == nil || o.Open(w.Dashboard) != nil {
		say("请在浏览器里打开上面的地址。Open the addresses above in a browser.")
	}
	say("按 Ctrl-C 结束。Press Ctrl-C to end.")
	select {
	case <-ctx.Done():
		return <-kit
	case err := <-kit:
		return err
	}
}

// show prints the cases and the figures beside what the reference states, and tells
// whether all is as it says.
func (w *World) show(out io.Writer, cases []Case, r *Results, converged error) bool {
	good := converged == nil
	mark := func(ok bool) string {
		good = good && ok
		if ok {
			return "✓"
		}
		return "✗"
	}
	fmt.Fprintln(out)
	for _, c := range cases {
		fmt.Fprintf(out, "   %s %s  %s\n", mark(c.Err == nil), pad(c.ID, 4), c.What)
		if c.Err != nil {
			fmt.Fprintln(out, "      "+strings.ReplaceAll(c.Err.Error(), "\n", "\n      "))
		}
	}
	fmt.Fprintf(out, "\n%s", pad("县级汇总", 24))
	for _, s := range Spans {
		fmt.Fprint(out, right(s.Name, 12))
	}
	fmt.Fprintf(out, "  %s %s 文中\n", pad("同比", 14), pad("四季度环比", 14))
	for _, e := range ExpectedTable {
		m := figures.Find(e.Code)
		fmt.Fprint(out, pad(e.Code+" "+m.ZH, 24))
		ok := true
		for i, want := range e.Values {
			f := r.Sets[i][e.Code]
			ok = ok && f.Value == want
			text := fmt.Sprint(f.Value)
			if m.Kind == figures.Fen {
				text = figures.Yuan(f.Value)
			}
			fmt.Fprint(out, right(text, 12))
		}
		year := figures.Compare(r.Sets[wholeOf][e.Code].Value, r.Sets[yearBase][e.Code].Value, "上年同期")
		quarter := figures.Compare(r.Sets[fourth][e.Code].Value, r.Sets[third][e.Code].Value, "上季度")
		text := m.In(r.Sets[wholeOf][e.Code], r.Settings, false) + m.Measure
		fmt.Fprintf(out, "  %s %s %s %s\n", pad(year, 14), pad(quarter, 14), pad(text, 12), mark(ok && year == e.Year && quarter == e.Fourth))
	}
	fmt.Fprintln(out)
	for _, m := range figures.Metrics {
		want, stated := ExpectedYear[m.Code]
		if !stated {
			continue
		}
		f := r.Sets[wholeOf][m.Code]
		fmt.Fprintf(out, "%s%s  %s\n", pad(m.Code+" "+m.ZH, 24), right(value(&m, f)+m.Measure, 16), mark(f.Value == want))
	}
	fmt.Fprintf(out, "\n初稿时 D4 的包还没到：宣传单 %d 份；到后补报 +%d 份  %s\n", w.facts.draft, w.facts.late, mark(w.facts.draft == DraftLeaflets && w.facts.late == LateLeaflets))
	if converged == nil {
		fmt.Fprintln(out, "每台电脑与县里逐行一致。")
	} else {
		fmt.Fprintln(out, "不一致："+converged.Error())
	}
	return good
}

// value is a figure in figures: rates in percent, money in yuan.
func value(m *figures.Metric, f figures.Figure) string {
	switch m.Kind {
	case figures.Percent:
		return figures.Tenths(f.Value) + "%"
	case figures.Fen:
		return figures.Yuan(f.Value)
	}
	return fmt.Sprint(f.Value)
}

// encode prints the year's figures and the cases as one object: counts, amounts in
// fen, rates in percent, null for what has nothing to be made from.
func (w *World) encode(out io.Writer, cases []Case, r *Results, converged error) error {
	object := map[string]any{"draft_M02": w.facts.draft, "late_M02": w.facts.late, "converged": converged == nil}
	for _, m := range figures.Metrics {
		f := r.Sets[wholeOf][m.Code]
		switch {
		case f.None:
			object[m.Code] = nil
		case m.Kind == figures.Percent:
			object[m.Code] = json.Number(figures.Tenths(f.Value))
		default:
			object[m.Code] = f.Value
		}
	}
	came := map[string]bool{}
	for _, c := range cases {
		came[c.ID] = c.Err == nil
	}
	object["cases"] = came
	return json.NewEncoder(out).Encode(object)
}

// columns is how wide a text stands; a Chinese character takes two.
func columns(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0x2000 {
			n++
		}
	}
	return n
}

func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-columns(s))) }

func right(s string, width int) string { return strings.Repeat(" ", max(1, width-columns(s))) + s }

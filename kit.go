package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	plain "log"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"fieldkit/app"
	"fieldkit/frontend"
	"fieldkit/internal/shell"
)

type kitCommand struct {
	Dir     string `help:"Data directory of this kit." default:"${kitdir}" type:"path"`
	Listen  string `help:"Loopback address for the browser." default:"127.0.0.1:0"`
	NoOpen  bool   `help:"Do not open a browser or window; print the address."`
	Browser bool   `help:"Use the browser although there is a window."`
	Manual  bool   `hidden:"" help:"Sync only when asked."`
}

// Run opens the kit. What keeps it from opening is a sentence for the officer, and stands
// with its cause in the log beside the data.
func (k *kitCommand) Run(ctx context.Context, c *cli) error {
	wall, err := c.wall()
	if err != nil {
		return err
	}
	if err := shell.CheckLoopback(k.Listen); err != nil {
		return err
	}
	file := app.NewLog(k.Dir)
	defer file.Close()
	notes := io.MultiWriter(file, os.Stderr) // a program with a window has no stderr: the file comes first
	log := slog.New(slog.NewTextHandler(notes, nil))
	plain.SetOutput(notes) // the web view's own last words
	a, err := k.open(ctx, app.Options{Dir: k.Dir, Wall: wall, Version: version, Log: log, AutoSync: !k.Manual})
	if errors.Is(err, errShown) {
		fmt.Println("工具箱已经打开，已转到它的窗口或网页。The kit is open already and has come to the front.")
		return nil
	}
	if errors.Is(err, app.ErrInUse) {
		return app.Trouble(err, k.Dir)
	}
	if err != nil {
		log.Error("the kit did not open", "version", version, "error", err)
		return app.Trouble(err, k.Dir)
	}
	defer a.Close()
	defer noteCrash(k.Dir)()
	view := shell.Kit{Services: a.Services(), Events: a.Events, Frontend: frontend.Dist(), Dir: k.Dir, Log: log}
	window := shell.HasWindow && !k.Browser && !k.NoOpen
	if window {
		err = shell.Window(ctx, view)
	}
	if errors.Is(err, shell.ErrNoWindow) {
		log.Warn("the browser shows the kit instead", "error", err)
		window = false
	}
	if !window {
		err = shell.Browser(ctx, view, k.Listen, !k.NoOpen, os.Stdout)
	}
	if err != nil {
		log.Error("the kit ended", "version", version, "error", err)
		return app.Trouble(err, k.Dir)
	}
	return nil
}

// errShown: the kit that was open came to the front.
var errShown = errors.New("the open kit was shown")

// patience is how long a second start waits for one that is still opening, or closing:
// people press twice where the first takes its time.
const patience = 10 * time.Second

// open opens the kit, or has the one that is open come to the front.
func (k *kitCommand) open(ctx context.Context, o app.Options) (*app.App, error) {
	for until := time.Now().Add(patience); ; {
		a, err := app.Open(ctx, o)
		if !errors.Is(err, app.ErrInUse) || k.NoOpen {
			return a, err
		}
		if shell.Knock(ctx, k.Dir) == nil {
			return nil, errShown
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(300 * time.Millisecond):
		}
		if time.Now().After(until) {
			return nil, err
		}
	}
}

// crashSize bounds the file of crashes, in bytes.
const crashSize = 1 << 20

// noteCrash has a crash of the program written beside the data, for it cannot write its
// own end: where the program was, never a value.
func noteCrash(dir string) (stop func()) {
	path := filepath.Join(dir, "crash.log")
	if info, err := os.Stat(path); err == nil && info.Size() > crashSize {
		_ = os.Truncate(path, 0) // else it goes on growing: better than no notes
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return func() {}
	}
	_ = debug.SetCrashOutput(f, debug.CrashOptions{}) // without it, stderr alone hears
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		f.Close()
		if info, err := os.Stat(path); err == nil && info.Size() == 0 {
			_ = os.Remove(path)
		}
	}
}

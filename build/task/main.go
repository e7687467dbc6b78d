// Command task does the project's chores the same way on Debian and Windows:
//
//	go run ./build/task demo     set up and play the main job
//	go run ./build/task test     set up and run every test
//	go run ./build/task e2e      the end-to-end tests alone, also slowed down or at another time (frontend/e2e/world.mjs)
//	go run ./build/task build    the headless program, and the desktop one for Windows
//	go run ./build/task dev      the kit with the screens served by Vite
//	go run ./build/task lint     vet, format and type checks
//	go run ./build/task soak     long property, fuzz and crash runs
//	go run ./build/task power-cut    CUTS=5000 power cuts under replicas
//	go run ./build/task sim          STEPS steps of each history SEEDS of a fleet
//	go run ./build/task sabotage     break the engine's promises; tests must notice each
//	go run ./build/task screenshots
//	go run ./build/task bench-kit    100,000 consultations on one laptop, in figures
//	go run ./build/task bench-county   the county's pages with a million consultations
//
// It needs Go and Node.js; a browser for the end-to-end tests and the web view's
// libraries for the window test (see .ci/run).
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	tasks := map[string]func([]string) error{"demo": demo, "test": test, "e2e": e2e, "build": build, "dev": dev, "lint": lint, "soak": soak, "power-cut": powerCut, "sim": sim, "sabotage": sabotage, "screenshots": screenshots, "bench-kit": benchKit, "bench-county": benchCounty, "frontend": func([]string) error { return frontend() }}
	if len(os.Args) < 2 || tasks[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: go run ./build/task demo|test|e2e|build|dev|lint|soak|power-cut|sim|sabotage|screenshots|bench-kit")
		os.Exit(2)
	}
	if err := tasks[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, os.Args[1]+":", err)
		os.Exit(1)
	}
}

// run runs a command in a folder with what it prints shown.
func run(dir string, env []string, name string, args ...string) error {
	if runtime.GOOS == "windows" && name == "npm" {
		name = "npm.cmd"
	}
	fmt.Println("»", name, strings.Join(args, " "))
	c := exec.Command(name, args...)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = dir, os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), env...)
	return c.Run()
}

// binary is the headless program, built in place.
func binary() string {
	name := "fieldkit"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	return abs
}

// frontend installs and builds the screens when their sources are newer.
func frontend() error {
	if stale("frontend/node_modules/.package-lock.json", "frontend/package-lock.json") {
		if err := run("frontend", nil, "npm", "ci", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	if stale("frontend/dist/index.html", "frontend/src", "frontend/public", "frontend/index.html", "frontend/county.html", "frontend/package-lock.json", "frontend/vite.config.ts") {
		return run("frontend", nil, "npm", "run", "build")
	}
	return nil
}

// stale tells whether a product is missing or older than one of its sources.
func stale(product string, sources ...string) bool {
	made, err := os.Stat(product)
	if err != nil {
		return true
	}
	newest := time.Time{}
	for _, s := range sources {
		_ = filepath.WalkDir(s, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			if info, err := d.Info(); err == nil && info.ModTime().After(newest) {
				newest = info.ModTime()
			}
			return nil
		})
	}
	return newest.After(made.ModTime())
}

func headless() error {
	if err := frontend(); err != nil {
		return err
	}
	return run(".", nil, "go", "build", "-o", binary(), ".")
}

func demo(args []string) error {
	if err := headless(); err != nil {
		return err
	}
	return run(".", nil, binary(), append([]string{"demo"}, args...)...)
}

func dev([]string) error {
	if err := headless(); err != nil {
		return err
	}
	return run(".", nil, binary(), "kit", "--browser", "--dir", filepath.Join(os.TempDir(), "fieldkit-dev"))
}

// windowsDesktop cross-builds the desktop program for Windows; it needs no C compiler.
func windowsDesktop() error {
	return run(".", []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}, "go", "build", "-tags", "desktop,production", "-ldflags", "-H windowsgui -s -w", "-o", filepath.Join("build", "bin", "fieldkit.exe"), ".")
}

func build([]string) error {
	return errors.Join(headless(), windowsDesktop())
}

func lint([]string) error {
	if err := frontend(); err != nil {
		return err
	}
	out, err := exec.Command("gofmt", "-l", "app", "build", "frontend/embed.go", "internal", "main.go", "sync").Output()
	if err != nil {
		return err
	}
	if len(out) > 0 {
		return fmt.Errorf("not formatted:\n%s", out)
	}
	return errors.Join(run(".", nil, "go", "vet", "./..."), run(".", []string{"GOOS=windows", "CGO_ENABLED=0"}, "go", "vet", "-tags", "desktop,production", "."), run("frontend", nil, "npx", "vue-tsc", "--noEmit"))
}

// test runs everything; a part whose system libraries are missing here says so
// and fails on CI.
func test([]string) error {
	if err := headless(); err != nil {
		return err
	}
	// The story plays a year; under the race detector it takes nine times as long, and its parts are raced by themselves.
	const story = "./internal/story"
	out, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		return fmt.Errorf("list the packages: %w", err)
	}
	packages := slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool { return strings.HasSuffix(p, strings.TrimPrefix(story, ".")) })
	race := []string{"test", "-timeout", "20m"}
	if runtime.GOOS != "windows" { // the race detector needs a C compiler
		race = append(race, "-race")
	}
	steps := []func() error{
		func() error { return lint(nil) },
		windowsDesktop,
		func() error { return run(".", nil, "go", append(race, packages...)...) },
		func() error { return run(".", nil, "go", "test", story) },
		func() error { return sabotage(nil) },
		func() error { return sim(nil) },
		func() error { return run("frontend", nil, "npm", "test") },
	}
	if _, ok := browser(); ok || os.Getenv("CI") != "" {
		steps = append(steps, endToEnd)
	} else {
		fmt.Println("! no Chromium here: the end-to-end tests are left out")
	}
	if windowTools() || os.Getenv("CI") != "" {
		steps = append(steps, window)
	} else {
		fmt.Println("! no Xvfb, xdotool or WebKitGTK here: the window test is left out")
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// browser finds Chromium or Chrome.
func browser() (string, bool) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, true
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", `C:\Program Files\Google\Chrome\Application\chrome.exe`, `C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "/usr/bin/chromium", false
}

func endToEnd() error {
	path, _ := browser()
	return run("frontend", []string{"CHROMIUM=" + path, "FIELDKIT_BIN=" + binary()}, "npm", "run", "e2e")
}

func e2e([]string) error {
	if err := headless(); err != nil {
		return err
	}
	return endToEnd()
}

func windowTools() bool {
	for _, name := range []string{"Xvfb", "xdotool", "dbus-run-session", "import", "sqlite3", "pkg-config"} {
		if _, err := exec.LookPath(name); err != nil {
			return false
		}
	}
	return exec.Command("pkg-config", "--exists", "webkit2gtk-4.0").Run() == nil
}

// window builds the desktop program and drives the real window.
func window() error {
	desktop := filepath.Join("build", "bin", "fieldkit-desktop")
	if err := run(".", nil, "go", "build", "-tags", "desktop,production", "-o", desktop, "."); err != nil {
		return err
	}
	return run(".", nil, "bash", "build/window-test.sh", desktop, binary())
}

// soak runs the long modes.
func soak([]string) error {
	if err := headless(); err != nil {
		return err
	}
	steps := [][]string{
		{"test", "-timeout", "2h", "-run", "TestAnyOrderConverges", "./sync/replica", "-soak", "2000"},
		{"test", "-timeout", "2h", "-run", "TestPowerCut|TestEveryCallMayFail|TestSilentDamage", "./sync/replica", "-cuts", "20000", "-sweepstep", "1", "-damages", "20000"},
		{"test", "-timeout", "2h", "-run", "TestKill", ".", "-kills", "300"},
		{"test", "-timeout", "2h", "-run", "TestStory", "./internal/story", "-story.seeds", "40", "-story.orders", "10"},
		{"test", "-timeout", "2h", "-run", "TestMutations", "./sync/changeset", "-mutations", "2000000"},
	}
	for _, f := range []struct{ pkg, targets string }{
		{"./sync/changeset", "Parse Body Texts Ints IDs"},
		{"./sync/transport", "Request Answer Chunks Head"},
		{"./sync/replica", "RowClock Envelopes JournalEntry UnpackText OpenFields Anchor"},
		{"./sync/schema", "ParseID"},
		{"./internal/enrolment", "Parse Decode"},
	} {
		for target := range strings.FieldsSeq(f.targets) {
			steps = append(steps, []string{"test", "-run", "XXX", "-fuzz", "^Fuzz" + target + "$", "-fuzztime", "2m", f.pkg})
		}
	}
	for _, args := range steps {
		if err := run(".", nil, "go", args...); err != nil {
			return err
		}
	}
	return nil
}

// powerCut cuts the power of replicas CUTS times.
func powerCut([]string) error {
	return run(".", nil, "go", "test", "-timeout", "2h", "-count", "1", "-v", "-run", "^TestPowerCut", "./sync/replica", "-cuts", cmp.Or(os.Getenv("CUTS"), "5000"))
}

// sim plays random histories of fleets.
func sim([]string) error {
	return run(".", nil, "go", "run", "./sync/sim", "--steps", cmp.Or(os.Getenv("STEPS"), "10000"), "--seeds", cmp.Or(os.Getenv("SEEDS"), "1-100"))
}

// sabotage breaks the engine's promises one at a time; tests must notice each.
func sabotage(names []string) error {
	return run(".", nil, "go", append([]string{"run", "./sync/sabotage"}, names...)...)
}

// screenshots takes a picture of every screen of the kit — plain, in the sun, in English — into
// test-results/screens, those of the end-to-end run, and renews the README's.
func screenshots([]string) error {
	if err := headless(); err != nil {
		return err
	}
	path, _ := browser()
	if err := run("frontend", []string{"CHROMIUM=" + path, "FIELDKIT_BIN=" + binary()}, "node", "e2e/screenshots.mjs"); err != nil {
		return err
	}
	if err := endToEnd(); err != nil {
		return err
	}
	for _, name := range []string{"booth", "county"} {
		b, err := os.ReadFile(filepath.Join("test-results", name+".png"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join("build", "screenshot-"+name+".png"), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// benchCounty measures the county's pages on a generated county; the county is kept for the next time.
func benchCounty(args []string) error {
	return run(".", nil, "go", append([]string{"run", "./build/benchcounty"}, args...)...)
}

// benchKit measures a kit with a year of a busy county on it; its last line is JSON.
func benchKit(args []string) error {
	return run(".", nil, "go", append([]string{"run", "./build/benchkit"}, args...)...)
}

// Command sabotage breaks the engine's promises one at a time and demands that the
// tests notice:
//
//	go run ./sync/sabotage               every sabotage
//	go run ./sync/sabotage gap-ignored   those named
//
// Each sabotage is a small change of a source file that the compiler is shown in its
// place; the tree and the program as shipped know nothing of it. One that the tests
// survive is a missing test, and the command fails.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// limit is how long the tests of one sabotage may take: one that makes them hang is noticed too.
const limit = 2 * time.Minute

func main() {
	chosen, err := choose(os.Args[1:])
	if err == nil {
		err = runAll(context.Background(), chosen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(1)
	}
}

// choose finds sabotages by name; none means all.
func choose(names []string) ([]sabotage, error) {
	if len(names) == 0 {
		return sabotages, nil
	}
	var out []sabotage
	for _, name := range names {
		i := slices.IndexFunc(sabotages, func(s sabotage) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no sabotage %q", name)
		}
		out = append(out, sabotages[i])
	}
	return out, nil
}

// runAll runs sabotages and prints a line for each.
func runAll(ctx context.Context, list []sabotage) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	if err := untouched(ctx, root, list); err != nil {
		return err
	}
	var mu sync.Mutex
	var survived, errs []string
	var work sync.WaitGroup
	next := make(chan sabotage)
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		work.Go(func() {
			for s := range next {
				began := time.Now()
				red, err := s.try(ctx, root)
				mu.Lock()
				switch {
				case err != nil:
					errs = append(errs, fmt.Sprintf("%s: %v", s.name, err))
				case red == "":
					survived = append(survived, s.name)
					red = "SURVIVED " + s.run
				}
				fmt.Printf("%-28s %-70s %-40s %4.1f s\n", s.name, s.breaks, red, time.Since(began).Seconds())
				mu.Unlock()
			}
		})
	}
	for _, s := range list {
		next <- s
	}
	close(next)
	work.Wait()
	fmt.Printf("%d sabotages, %d noticed, %d survived\n", len(list), len(list)-len(survived)-len(errs), len(survived))
	if len(errs) > 0 {
		return errors.New(strings.Join(errs, "\n"))
	}
	if len(survived) > 0 {
		return fmt.Errorf("no test notices: %s", strings.Join(survived, ", "))
	}
	return nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// untouched checks that the tests pass without any sabotage: else red says nothing.
func untouched(ctx context.Context, root string, list []sabotage) error {
	tests := map[string][]string{}
	for _, s := range list {
		if !slices.Contains(tests[s.pkg], s.run) {
			tests[s.pkg] = append(tests[s.pkg], s.run)
		}
	}
	for pkg, runs := range tests {
		c := exec.CommandContext(ctx, "go", "test", "-run", strings.Join(runs, "|"), pkg)
		c.Dir = root
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("the tests of %s fail without any sabotage: %w\n%s", pkg, err, out)
		}
	}
	return nil
}

// source is the file as the sabotage has it.
func (s *sabotage) source(root string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(s.file)))
	if err != nil {
		return nil, err
	}
	for _, e := range s.edits {
		if n := bytes.Count(b, []byte(e.old)); n != 1 {
			return nil, fmt.Errorf("the source has changed: %q is %d times in %s, not once", e.old, n, s.file)
		}
		b = bytes.Replace(b, []byte(e.old), []byte(e.new), 1)
	}
	return b, nil
}

var failedTest = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// try builds the tests with the sabotage in and runs them. It tells what noticed it,
// "" for nothing.
func (s *sabotage) try(ctx context.Context, root string) (red string, err error) {
	dir, err := os.MkdirTemp("", "sabotage-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	b, err := s.source(root)
	if err != nil {
		return "", err
	}
	broken, overlay, binary := filepath.Join(dir, "broken.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "tests.exe")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, filepath.FromSlash(s.file)): broken}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(broken, b, 0o600), os.WriteFile(overlay, list, 0o600)); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-o", binary, s.pkg)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("it does not build: %w\n%s", err, out)
	}
	tests := exec.CommandContext(ctx, binary, "-test.run", s.run, "-test.failfast", "-test.timeout", limit.String())
	tests.Dir = filepath.Join(root, filepath.FromSlash(s.pkg))
	out, err := tests.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil && bytes.Contains(out, []byte("no tests to run")):
		return "", fmt.Errorf("no test is called %s", s.run)
	case err == nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", err
	}
	if m := failedTest.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	if bytes.Contains(out, []byte("test timed out")) {
		return "it hangs", nil
	}
	return "it crashes", nil
}

package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"fieldkit/internal/rpc"
)

// process is a child of the demo: this very program in another role.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  *tail
}

// tail keeps the end of what a child says on its standard error.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > 8<<10 {
		t.b = t.b[len(t.b)-8<<10:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.b))
}

// once runs this program to its end and returns what it printed.
func once(ctx context.Context, env []string, args ...string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	c := exec.CommandContext(ctx, self, args...)
	c.Env = append(os.Environ(), env...)
	said := &tail{}
	c.Stderr = said
	die(c)
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args[:2], " "), err, said)
	}
	return strings.TrimSpace(string(out)), nil
}

// start runs this program until stop and waits for lines that match the patterns.
func start(ctx context.Context, env []string, patterns []string, args ...string) (*process, []string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	p := &process{cmd: exec.Command(self, args...), done: make(chan struct{}), err: &tail{}}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = p.err
	die(p.cmd)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}
	found := make(chan []string, 1)
	go func() {
		defer close(p.done)
		hits := make([]string, len(patterns))
		left := len(patterns)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			for i, pattern := range patterns {
				if m := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text()); m != nil && hits[i] == "" {
					hits[i] = m[1]
					if left--; left == 0 {
						found <- hits
					}
				}
			}
		}
		_ = p.cmd.Wait() // its status says nothing that its standard error does not
	}()
	select {
	case hits := <-found:
		return p, hits, nil
	case <-p.done:
		return nil, nil, fmt.Errorf("%s ended: %s", strings.Join(args, " "), p.err)
	case <-time.After(30 * time.Second):
		p.stop()
		return nil, nil, fmt.Errorf("%s does not start: %s", strings.Join(args, " "), p.err)
	case <-ctx.Done():
		p.stop()
		return nil, nil, ctx.Err()
	}
}

// stop asks the child to end, then makes it.
func (p *process) stop() {
	if p.cmd.Process.Signal(os.Interrupt) != nil { // Windows has no such signal, an ended child needs none
		_ = p.cmd.Process.Kill()
	}
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// caller calls services of a child over HTTP, as its screens do.
type caller struct {
	base   string
	header http.Header
	http   *http.Client
}

// call calls one method; out may be nil.
func (c *caller) call(ctx context.Context, out any, method string, args ...any) error {
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/rpc/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if res.StatusCode != http.StatusOK {
		var user rpc.UserError
		if json.Unmarshal(raw, &user) == nil && user.Message != "" {
			return fmt.Errorf("%s: %s", method, user.Message)
		}
		return fmt.Errorf("%s: status %d", method, res.StatusCode)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// kit is one laptop of the demo.
type kit struct {
	caller
	label   string
	unit    unit
	dir     string
	url     string
	proc    *process
	unitID  string
	officer string
}

// database finds the replica's database below a data directory.
func database(dir string) (string, error) {
	found := ""
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "replica.db" {
			found = path
		}
		return err
	})
	if err == nil && found == "" {
		err = errors.New("no database in " + dir)
	}
	return found, err
}

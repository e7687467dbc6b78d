package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestDemoSmall plays invented days with the program as it is built.
func TestDemoSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	program := filepath.Join(t.TempDir(), "fieldkit")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(ctx, program, "demo", "--seed", "3", "--kits", "2", "--once", "--json").CombinedOutput()
	if err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var r result
	if err := json.Unmarshal(lines[len(lines)-1], &r); err != nil {
		t.Fatalf("the last line is no JSON: %v\n%s", err, out)
	}
	if !r.AsExpected || !r.Converged || r.Kits != 2 || r.LinkCuts == 0 || r.WireBytes == 0 || r.Records == 0 {
		t.Fatalf("%+v\n%s", r, out)
	}
}

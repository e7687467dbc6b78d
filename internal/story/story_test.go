package story

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStory(t *testing.T) {
	ctx := context.Background()
	began := time.Now()
	w, err := New(ctx, t.TempDir(), 1, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := w.Play(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", time.Since(began))
	if err := w.Converged(ctx); err != nil {
		t.Error(err)
	}
	for _, c := range w.Cases(ctx) {
		if c.Err != nil {
			t.Errorf("%s %s: %v", c.ID, c.What, c.Err)
		}
	}
	n, err := w.leaflets(ctx, "2025-01-01", "2026-01-01")
	t.Log(n, err, w.facts)
}

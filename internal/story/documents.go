package story

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// documents writes what the year comes to into a directory: the figures as JSON.
func (w *World) documents(ctx context.Context, dir string, cases []Case, r *Results, converged error) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the documents: %w", err)
	}
	f, err := os.Create(filepath.Join(dir, "figures.json"))
	if err != nil {
		return fmt.Errorf("write the documents: %w", err)
	}
	if err := w.encode(f, cases, r, converged); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

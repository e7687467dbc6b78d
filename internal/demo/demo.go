// Package demo plays the main job on one machine.
package demo

import (
	"context"
	"errors"
	"io"
)

// Options are the demo's flags.
type Options struct {
	Seed int64
	Kits int
	Once bool
	JSON bool
	Keep string
	Out  io.Writer
}

func Run(ctx context.Context, o Options) error { return errors.New("not yet") }

package transport

import (
	"io"
	"time"
)

// watchdog ends a request that brings no byte.
type watchdog struct {
	d     time.Duration
	timer *time.Timer
}

func (w *watchdog) touch() { w.timer.Reset(w.d) }

type watched struct {
	r     io.Reader
	watch *watchdog
}

func (w *watched) Read(p []byte) (int, error) {
	w.watch.touch()
	return w.r.Read(p[:min(len(p), 4<<10)])
}

type watchedBody struct {
	io.ReadCloser
	watch *watchdog
}

func (w *watchedBody) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if n > 0 {
		w.watch.touch()
	}
	return n, err
}

func (w *watchedBody) Close() error {
	w.watch.timer.Stop()
	return w.ReadCloser.Close()
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

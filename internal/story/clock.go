package story

import (
	"sync"
	"time"

	"fieldkit/internal/model"
)

// clock is the story's time. It goes on a little with every look at it, so that no
// two records are of the same instant, and never back.
type clock struct {
	mu   sync.Mutex
	at   time.Time
	free time.Time // since when it goes by itself; zero while the story is told
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.free.IsZero() {
		return c.at.Add(time.Since(c.free))
	}
	c.at = c.at.Add(3 * time.Millisecond)
	return c.at
}

// release lets the time go by itself, once the story is told.
func (c *clock) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = time.Now()
}

// set moves on to a time that lies ahead; one that has passed changes nothing.
func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.After(c.at) {
		c.at = at
	}
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// on is an instant of the story: "2025-01-10 09:00".
func on(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, model.Location)
	if err != nil {
		panic("story: " + err.Error()) // a mistake in the story's tables
	}
	return at
}

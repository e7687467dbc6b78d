// Package hlc is a hybrid logical clock: stamps that follow wall time when it
// can be trusted and never run behind anything the replica has already seen.
//
// It knows nothing of replicas, tables or the network.
//
// Source: S. Kulkarni et al., "Logical Physical Clocks", OPODIS 2014. The
// packing (48 bit milliseconds, 16 bit counter) follows section 6 of that paper.
package hlc

import (
	"fmt"
	"sync"
	"time"
)

// Stamp is a point in hybrid logical time: Unix milliseconds in the upper
// 48 bits, a counter within the millisecond in the lower 16. The zero Stamp
// means "never".
type Stamp uint64

// counterBits is the width of the counter; a burst of more than 65,535 events
// in one millisecond borrows from the next.
const counterBits = 16

// At returns the first stamp of the given Unix millisecond. Times before 1970
// give zero.
func At(unixMilli int64) Stamp {
	if unixMilli < 0 {
		return 0
	}
	return Stamp(uint64(unixMilli) << counterBits)
}

// UnixMilli is the stamp's physical part.
func (s Stamp) UnixMilli() int64 { return int64(s >> counterBits) }

// Counter is the stamp's logical part.
func (s Stamp) Counter() uint16 { return uint16(s) }

// Back is the stamp that lies some milliseconds earlier, later when they are negative,
// with the same counter.
func (s Stamp) Back(ms int64) Stamp { return Stamp(int64(s) - ms<<counterBits) }

// Time is the stamp's physical part as a time in UTC.
func (s Stamp) Time() time.Time { return time.UnixMilli(s.UnixMilli()).UTC() }

func (s Stamp) String() string {
	return fmt.Sprintf("%s/%d", s.Time().Format("2006-01-02T15:04:05.000Z"), s.Counter())
}

// Clock hands out stamps. It is safe for concurrent use.
type Clock struct {
	mu    sync.Mutex
	wall  func() time.Time
	right func() time.Time // nil: wall
	last  Stamp
}

// New makes a clock over a source of wall time that never hands out a stamp at
// or below last: the newest stamp the replica has on disk. A nil wall means time.Now.
func New(wall func() time.Time, last Stamp) *Clock {
	if wall == nil {
		wall = time.Now
	}
	return &Clock{wall: wall, last: last}
}

// Now returns a stamp above every stamp handed out or observed before.
func (c *Clock) Now() Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := At(c.now().UnixMilli()); at > c.last {
		c.last = at
	} else {
		c.last++
	}
	return c.last
}

// Observe moves the clock past a stamp received from elsewhere. The caller
// decides beforehand whether the stamp is plausible: a far-future stamp must be
// quarantined, not observed.
func (c *Clock) Observe(s Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s > c.last {
		c.last = s
	}
}

// Correct lets stamps follow another source of time, the right one, and go on from last,
// which may lie below what was handed out: the caller has replaced that.
func (c *Clock) Correct(right func() time.Time, last Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.right, c.last = right, last
}

// Right is the time that stamps follow: wall time until it was corrected.
func (c *Clock) Right() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.right != nil {
		return c.right()
	}
	return c.wall()
}

// Last is the newest stamp handed out or observed.
func (c *Clock) Last() Stamp {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Wall is the uncorrected wall time.
func (c *Clock) Wall() time.Time { return c.wall() }

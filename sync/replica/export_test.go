package replica

import "testing"

// PlayPowerCuts is TestPowerCut with exchanges that begin's functions carry, one for
// each story. It is told how often the power is to be cut in TestPowerCut.
func PlayPowerCuts(t testing.TB, share int, begin func(seed uint64) func(county, kit *Replica) error) {
	t.Helper()
	playAll(t, *cuts/share, func(seed uint64) *story {
		s := newStory(seed, "")
		s.carry = begin(seed)
		return s
	})
}

package changeset

import (
	"runtime"
	"testing"
)

// A few kilobytes that would become 256 MiB are refused before the memory is taken.
func TestABombTakesNoMemory(t *testing.T) {
	bomb := encoder().EncodeAll(make([]byte, 256<<20), nil)
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	for _, claimed := range []int{100, MaxRaw, 256 << 20} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decompress(CompressionZstd, bomb, claimed)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("claimed as %d bytes it was accepted", claimed)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 8<<20 {
			t.Errorf("claimed as %d bytes it took %d bytes of memory", claimed, taken)
		}
	}
}

package changeset

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A few kilobytes that would become 256 MiB are refused before the memory is taken.
func TestABombTakesNoMemory(t *testing.T) {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out) // a stream's frame does not say how large it will be
	if err != nil {
		t.Fatal(err)
	}
	for range 256 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	bomb := out.Bytes()
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	for _, claimed := range []int{100, MaxRaw, 256 << 20} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decompress(CompressionZstd, 0, bomb, claimed)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("claimed as %d bytes it was accepted", claimed)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 8<<20 {
			t.Errorf("claimed as %d bytes it took %d bytes of memory", claimed, taken)
		}
	}
}

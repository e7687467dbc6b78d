package changeset

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"fieldkit/sync/schema"

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

// A text that is named over and over is small in the payload and large in memory: it
// counts as often as it is named.
func TestARepeatedTextIsNoBomb(t *testing.T) {
	long := strings.Repeat("长", 60<<10/3)
	body := &Body{Origins: []Origin{{Replica: schema.Derive(schema.Nil, "a"), Incarnation: 1}}, Tables: []Table{{Number: 1}}}
	for i := range MaxRows / 16 {
		body.Tables[0].Rows = append(body.Tables[0].Rows, Row{ID: schema.Derive(schema.Nil, "row", fmt.Sprint(i)), Cells: []Cell{{Column: 1, Type: schema.Text, Text: long}}})
	}
	if _, err := EncodeBody(body); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("encoded: %v", err)
	}
	raw := appendTexts(nil, slices.Repeat([]string{long}, MaxRows/16), byRank)
	r := &reader{b: raw}
	if r.texts(MaxRows/16, &allowance{text: MaxRaw, repeated: MaxText}); !errors.Is(r.err, ErrTooLarge) {
		t.Fatalf("%d bytes were read as %d of text: %v", len(raw), MaxRows/16*len(long), r.err)
	}
}

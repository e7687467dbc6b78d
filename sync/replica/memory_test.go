package replica

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Merging as many rows and fields as one changeset may hold takes bounded memory.
func TestTheLargestChangesetTakesBoundedMemory(t *testing.T) {
	f := newFleet(t, 2)
	kit, at := f.all[1], hlc.At(f.now.UnixMilli())
	body := &changeset.Body{Origins: []changeset.Origin{kit.Origin()}, Tables: []changeset.Table{{Number: 1}}}
	for i := range changeset.MaxRows {
		id := schema.MustParseID("0193a000-0000-7000-8000-000000000000")
		id[13], id[14] = byte(i>>8), byte(i)
		cells := []changeset.Cell{{Column: 1, Kind: schema.Register, Type: schema.Text, At: at, Text: "x"}, {Column: 2, Kind: schema.Register, Type: schema.Text, At: at, Text: "y"},
			{Column: 3, Kind: schema.Register, Type: schema.Int, At: at, Int: 5}, {Column: 4, Kind: schema.Counter, Type: schema.Int, At: at, Plus: 5}}
		body.Tables[0].Rows = append(body.Tables[0].Rows, changeset.Row{ID: id, At: at, Cells: cells})
	}
	c, err := changeset.Seal(changeset.Header{Realm: testRealm, Stream: changeset.Stream{Origin: kit.Origin(), Audience: "everyone"}, Number: 1, First: at, Last: at, Complete: at}, body, kit.key, changeset.Recipients{})
	f.must(err)
	raw := c.Bytes()
	body, c = nil, nil
	live := func() uint64 { // what the last collection found in use, whatever was allocated since
		list := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(list)
		return list[0].Value.Uint64()
	}
	runtime.GC()
	before := live()
	var peak atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.GC() // what is left is in use
				peak.Store(max(peak.Load(), live()))
			}
		}
	}()
	out, err := f.root.Apply(f.ctx, raw)
	close(stop)
	<-stopped
	f.must(err)
	if out[0].Err != nil {
		t.Fatal(out[0].Err)
	}
	taken := int64(peak.Load()) - int64(before)
	t.Logf("%d bytes hold %d rows; merging them takes %d MiB", len(raw), changeset.MaxRows, taken>>20)
	if taken > 64<<20 {
		t.Fatalf("%d MiB", taken>>20)
	}
}

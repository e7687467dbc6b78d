package county

import (
	"testing"
	"time"

	"fieldkit/sync/transport"
)

// What a kit tells with an exchange is listed: its free disk, and that its rows are not the
// county's, until they are again. An exchange that compared nothing leaves that as it was.
func TestWhatExchangesTellIsListed(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	k := o.joined(t, "CGPCS", "D2", 0)
	since := int64(0)
	for i, step := range []struct {
		report transport.Report
		astray bool
		free   int64
	}{
		{transport.Report{Version: "test free=3072"}, false, 3 << 30},
		{transport.Report{Version: "test", Compared: true, Astray: []string{"unit"}}, true, -1},
		{transport.Report{Version: "test"}, true, -1},
		{transport.Report{Version: "test", Compared: true, Astray: []string{"unit"}}, true, -1},
		{transport.Report{Version: "test", Compared: true}, false, -1},
	} {
		step.report.At = o.clock.now().Add(time.Duration(i) * time.Minute)
		authority{o.County}.Seen(t.Context(), k.ID(), step.report)
		if i == 1 {
			since = step.report.At.UnixMilli()
		}
		var list []DeviceInfo
		if err := o.call(t, "Devices", &list); err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		d := list[0]
		if (d.Astray != 0) != step.astray || d.Free != step.free || d.Version != "test" {
			t.Errorf("step %d: %+v", i, d)
		}
		if step.astray && d.Astray != since {
			t.Errorf("step %d: it began at the wrong time", i)
		}
	}
}

func TestWhatAKitTells(t *testing.T) {
	for text, want := range map[string][2]any{"0.1.0 free=2048": {"0.1.0", int64(2048 << 20)}, "0.1.0": {"0.1.0", int64(-1)}, "0.1.0 free=-3 x=1": {"0.1.0", int64(-1)}, "": {"", int64(-1)}, "free=9": {"", int64(9 << 20)}} {
		version, free := told(text)
		got := int64(-1)
		if free.Valid {
			got = free.Int64
		}
		if version != want[0] || got != want[1] {
			t.Errorf("%q: %q, %d", text, version, got)
		}
	}
}

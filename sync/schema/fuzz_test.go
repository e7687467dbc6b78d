package schema

import "testing"

func FuzzParseID(f *testing.F) {
	f.Add("0193a000-0000-7000-8000-000000000001")
	f.Add("{0193a000-0000-7000-8000-000000000001}")
	f.Add("urn:uuid:0193a000-0000-7000-8000-000000000001")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseID(s)
		if err != nil {
			return
		}
		if back, err := ParseID(id.String()); err != nil || back != id {
			t.Fatalf("%q is %s, which is %s: %v", s, id, back, err)
		}
		var text ID
		if b, err := id.MarshalText(); err != nil || text.UnmarshalText(b) != nil || text != id {
			t.Fatalf("%s comes back from text as %s", id, text)
		}
		if ms, timed := id.UnixMilli(); timed && (ms < 0 || ms >= 1<<48) {
			t.Fatalf("%s has the time %d", id, ms)
		}
	})
}

package schema

import (
	"strings"
	"testing"
)

func TestDeclarationsAreChecked(t *testing.T) {
	table := func(columns ...Column) *Table { return &Table{Number: 1, Name: "t", Columns: columns} }
	for want, tables := range map[string][]*Table{
		"declared twice":   {table(IntCol(1, "a"), IntCol(1, "b"))},
		"malformed":        {table(IntCol(1, "id"))},
		"cannot hold":      {table(CounterCol(1, "a").Seal())},
		"cannot index":     {{Number: 1, Name: "t", Columns: []Column{TextCol(1, "secret")}, Indexes: [][]string{{"secret"}}}},
		"malformed name":   {{Number: 0, Name: "t"}},
		"is declared twic": {table(), table()},
	} {
		if _, err := New(tables...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A text is sealed unless its declaration gives a reason to open it.
func TestPrivateByDefault(t *testing.T) {
	open := TextCol(1, "a").Open("public")
	for name, tc := range map[string]struct {
		c    Column
		want bool
	}{"text": {TextCol(1, "a"), true}, "JSON": {JSONCol(1, "a"), true}, "bytes": {BytesCol(1, "a"), true}, "integer": {IntCol(1, "a"), false}, "sealed integer": {IntCol(1, "a").Seal(), true}, "opened": {open, false}} {
		if tc.c.Sealed() != tc.want {
			t.Errorf("%s: sealed is %v", name, !tc.want)
		}
	}
}

func TestIDs(t *testing.T) {
	id := NewID(1736470800123)
	if ms, ok := id.UnixMilli(); !ok || ms != 1736470800123 {
		t.Errorf("time %d %v", ms, ok)
	}
	back, err := ParseID(id.String())
	if err != nil || back != id {
		t.Error(back, err)
	}
	derived := Derive(id, "unit", "A", "B")
	if _, timed := derived.UnixMilli(); timed || derived != Derive(id, "unit", "A", "B") || derived == Derive(id, "unit", "AB") {
		t.Error("derived ids")
	}
	for _, s := range []string{"", "x", id.String() + "0", strings.ReplaceAll(id.String(), "-", "")} {
		if _, err := ParseID(s); err == nil {
			t.Errorf("%q passes", s)
		}
	}
}

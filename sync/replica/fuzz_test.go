package replica

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// What lies on this disk may be damaged: every decoder of it refuses or reads, and
// what it reads it writes in bytes that read the same.

func FuzzRowClock(f *testing.F) {
	at := hlc.At(1736470800000)
	full := rowClock{check: 7, audience: 1, base: stamp{at, 1}, fields: []fieldClock{{3, stamp{at + 5, 2}}},
		shards: []shard{{column: 4, origin: 1, at: at, plus: 380, minus: 2}}, elements: []element{{column: 5, value: "H3", added: []tag{{1, at}}, removed: []tag{{2, at - 9}}}}}
	f.Add(full.pack())
	f.Add((&rowClock{base: stamp{at, 1}}).pack())
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := unpackClock(b)
		if err != nil {
			return
		}
		back, err := unpackClock(c.pack())
		if err != nil || !bytes.Equal(back.pack(), c.pack()) {
			t.Fatalf("%+v came back as %+v, %v", c, back, err)
		}
		c.newest(1)
		c.members(5)
		c.sum(4)
	})
}

func FuzzEnvelopes(f *testing.F) {
	list := []envelope{{columns: []uint16{2, 10}, live: []uint16{10}, sealed: []byte("sealed")}, {columns: []uint16{3}, live: []uint16{3}, sealed: make([]byte, 40)}}
	f.Add(packEnvelopes(list))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := unpackEnvelopes(b)
		if err != nil {
			return
		}
		if back, err := unpackEnvelopes(packEnvelopes(list)); err != nil || !reflect.DeepEqual(list, back) {
			t.Fatalf("%+v came back as %+v, %v", list, back, err)
		}
	})
}

func FuzzJournalEntry(f *testing.F) {
	e := journalEntry{prevs: map[uint16][]stamp{3: {{hlc.At(1000), 1}}, 5: nil}}
	f.Add(e.packPrevs())
	f.Fuzz(func(t *testing.T, b []byte) {
		e := journalEntry{prevs: map[uint16][]stamp{}}
		if e.unpackPrevs(b) != nil {
			return
		}
		back := journalEntry{prevs: map[uint16][]stamp{}}
		if err := back.unpackPrevs(e.packPrevs()); err != nil || !reflect.DeepEqual(e.prevs, back.prevs) {
			t.Fatalf("%+v came back as %+v, %v", e.prevs, back.prevs, err)
		}
	})
}

func FuzzUnpackText(f *testing.F) {
	t := written(stamp{hlc.At(1000), 1}, "原文。")
	t.edit("原文。", "开头。文", stamp{hlc.At(2000), 2}, older)
	f.Add(t.pack())
	f.Fuzz(func(t *testing.T, b []byte) {
		state, err := unpackText(b)
		if err != nil {
			return
		}
		_ = state.text(older)
		if back, err := unpackText(state.pack()); err != nil || back.text(older) != state.text(older) {
			t.Fatalf("came back as another: %v", err)
		}
	})
}

// The sealed plain bytes of fields: what an envelope opens to.
func FuzzOpenFields(f *testing.F) {
	r := newFleet(f, 1).root
	t := testSchema().Table("note")
	id := schema.NewID(1)
	e, err := r.vault.sealFields(t, id, []uint16{2, 10, 3}, []any{"甲", nil, int64(7)})
	if err != nil {
		f.Fatal(err)
	}
	plain, err := unseal(r.vault.keys.Load().rows, e.sealed, e.context(t.Number, id))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain, e.sealed)
	f.Fuzz(func(t *testing.T, plain, sealed []byte) {
		table := testSchema().Table("note")
		forged := envelope{key: keyRows, columns: e.columns, live: e.live, sealed: seal(r.vault.keys.Load().rows, plain, e.context(table.Number, id))}
		_, _ = r.vault.openFields(table, id, &forged)
		forged.sealed = sealed
		_, _ = r.vault.openFields(table, id, &forged)
		_, _ = unseal(r.vault.local, sealed, []byte(partialContext))
	})
}

func FuzzAnchor(f *testing.F) {
	b, err := json.Marshal(anchor{Incarnation: 7, Generation: 9})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var a anchor
		if json.Unmarshal(b, &a) != nil {
			return
		}
		again, err := json.Marshal(a)
		var back anchor
		if err != nil || json.Unmarshal(again, &back) != nil || back != a {
			t.Fatalf("%+v came back as %+v", a, back)
		}
	})
}

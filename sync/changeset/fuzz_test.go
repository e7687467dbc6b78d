package changeset

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

// Every decoder of the format has a target; its seeds are the vectors. What a
// decoder takes, the encoder writes in bytes that decode to the same.

func FuzzParse(f *testing.F) {
	for _, v := range readVectors(f) {
		if len(v.raw) < 20_000 {
			f.Add(v.raw)
		}
	}
	keys := Opener{county, unitA, unitB}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if c, err := ParseDropped(raw); err == nil && !bytes.Equal(c.Bytes(), raw) {
			t.Fatal("a header has two forms")
		} else if err != nil && Class(err) == "" {
			t.Fatalf("a refusal without a class: %v", err)
		}
		c, err := Parse(raw)
		if err != nil {
			if Class(err) == "" {
				t.Fatalf("a refusal without a class: %v", err)
			}
			return
		}
		if !bytes.Equal(c.Bytes(), raw) {
			t.Fatal("a changeset has two forms")
		}
		if _, err := c.Body(rows{}, keys); err != nil && Class(err) == "" {
			t.Fatalf("a refusal without a class: %v", err)
		}
	})
}

// payloads are the raw payloads of the vectors that can be opened.
func payloads(t testing.TB) (out [][]byte) {
	for _, v := range readVectors(t) {
		c, err := Parse(v.raw)
		if err != nil || strings.HasPrefix(v.name, "good-most-") { // slow
			continue
		}
		packed, err := c.open(v.opener(t))
		if err != nil {
			continue
		}
		if raw, err := decompress(c.Compression, c.Dictionary, packed, c.RawSize); err == nil && len(raw) < 20_000 {
			out = append(out, raw)
		}
	}
	return out
}

// identity checks that a body that was decoded is written and read as itself, in
// both styles.
func identity(t *testing.T, raw []byte) (accepted bool) {
	t.Helper()
	body, err := DecodeBody(raw, author, rows{})
	if err != nil {
		if Class(err) == "" {
			t.Fatalf("a refusal without a class: %v", err)
		}
		return false
	}
	for _, table := range body.Tables {
		if table.Unknown > 0 || table.Number == 99 {
			return true // of a table that is not known there is nothing to write
		}
		for _, row := range table.Rows {
			if row.ID.IsNil() {
				return true // its times are not known
			}
			for _, c := range row.Cells {
				if c.Kind == 0 || c.Kind > 5 {
					return true // a kind of a later version has no encoder here
				}
			}
		}
	}
	if body.States != nil {
		for _, table := range body.States.Tables {
			if table.Unknown > 0 || table.Number == 99 {
				return true
			}
			for _, row := range table.Rows {
				for _, c := range row.Cells {
					if c.Kind == 0 || c.Kind > 5 {
						return true
					}
				}
			}
		}
	}
	for _, s := range []style{byRank, commonly} {
		again, err := encodeBody(body, s)
		if err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
		back, err := DecodeBody(again, author, rows{})
		if err != nil {
			t.Fatalf("what was encoded does not decode: %v", err)
		}
		if !reflect.DeepEqual(back, body) {
			t.Fatalf("a body came back as another:\n%+v\n%+v", body, back)
		}
	}
	return true
}

func FuzzBody(f *testing.F) {
	for _, raw := range payloads(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { identity(t, raw) })
}

func FuzzInts(f *testing.F) {
	for _, values := range [][]int64{{5, 5, 5}, {1, 2, 4, 7}, {1 << 60, -1 << 60, 3}, {100, 355, 612, 900}} {
		f.Add(uint8(len(values)), appendInts(nil, values))
	}
	f.Fuzz(func(t *testing.T, n uint8, raw []byte) {
		r := &reader{b: raw}
		values := r.ints(int(n))
		if r.err != nil {
			return
		}
		back := (&reader{b: appendInts(nil, values)}).ints(int(n))
		if !reflect.DeepEqual(values, back) {
			t.Fatalf("%v came back as %v", values, back)
		}
	})
}

func FuzzTexts(f *testing.F) {
	for _, values := range [][]string{{"甲", "甲", "乙"}, {"007", "12800000001"}, {"ab", "", "\xff"}, {"刷单返利，垫付5656元", "𠮷"}} {
		for _, s := range []style{byRank, commonly} {
			f.Add(uint8(len(values)), appendTexts(nil, values, s))
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, raw []byte) {
		r := &reader{b: raw}
		values := r.texts(int(n), &allowance{text: MaxRaw, repeated: MaxText})
		if r.err != nil {
			return
		}
		for _, s := range []style{byRank, commonly} {
			r := &reader{b: appendTexts(nil, values, s)}
			back := r.texts(int(n), &allowance{text: MaxRaw, repeated: MaxText})
			if r.err != nil || len(r.b) > 0 || !reflect.DeepEqual(values, back) {
				t.Fatalf("%q came back as %q, %v", values, back, r.err)
			}
		}
	})
}

func FuzzIDs(f *testing.F) {
	f.Add(uint8(2), appendIDs(nil, idList(2)))
	f.Add(uint8(1), append([]byte{idsPlain}, make([]byte, 16)...))
	f.Fuzz(func(t *testing.T, n uint8, raw []byte) {
		r := &reader{b: raw}
		ids := r.ids(int(n))
		if r.err != nil {
			return
		}
		if back := (&reader{b: appendIDs(nil, ids)}).ids(int(n)); !reflect.DeepEqual(ids, back) {
			t.Fatalf("%v came back as %v", ids, back)
		}
	})
}

func idList(n byte) (out []schema.ID) {
	for i := range n {
		id := namedRow(uint64(i))
		out = append(out, id)
	}
	return out
}

var mutations = flag.Int("mutations", 20_000, "how many payloads TestMutations makes")

// Valid payloads with one to three bytes changed, cut out or doubled where it
// matters most: near the beginnings of blocks. Whatever comes of it is refused with
// a class or reads as itself.
func TestMutations(t *testing.T) {
	seeds := slices.DeleteFunc(payloads(t), func(raw []byte) bool { return !identity(t, raw) })
	r := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for range *mutations {
		raw := bytes.Clone(seeds[r.IntN(len(seeds))])
		for range 1 + r.IntN(3) {
			if len(raw) == 0 {
				break
			}
			at := r.IntN(len(raw))
			switch r.IntN(5) {
			case 0:
				raw[at] ^= 1 << r.IntN(8)
			case 1:
				raw[at] = []byte{0, 1, 2, 3, 4, 5, 0x7f, 0x80, 0xff}[r.IntN(9)]
			case 2:
				raw = append(raw[:at], raw[min(len(raw), at+1+r.IntN(4)):]...)
			case 3:
				end := min(len(raw), at+1+r.IntN(8))
				raw = append(raw[:end:end], raw[at:]...)
			case 4:
				raw[at]++
			}
		}
		if identity(t, raw) {
			accepted++
		}
	}
	if accepted == 0 || accepted == *mutations {
		t.Errorf("%d of %d mutations were accepted: the test tells nothing", accepted, *mutations)
	}
	t.Logf("%d of %d mutations read as something", accepted, *mutations)
}

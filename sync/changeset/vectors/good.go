package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

var (
	realm  = schema.MustParseID("0193a000-0000-7000-8000-000000000001")
	author = changeset.Origin{Replica: schema.MustParseID("0193a000-0000-7000-8000-0000000000aa"), Incarnation: 1}
	other  = changeset.Origin{Replica: schema.MustParseID("0193a000-0000-7000-8000-0000000000bb"), Incarnation: 2}
	key    = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	at     = hlc.At(1736470800000)
)

// group is the private key of a recipient group.
func group(n byte) *ecdh.PrivateKey {
	k, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{n}, 32))
	if err != nil {
		panic(err)
	}
	return k
}

// counting stands for the random source of a content key.
type counting struct{}

func (counting) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i)
	}
	return len(b), nil
}

func header() changeset.Header {
	return changeset.Header{Realm: realm, Stream: changeset.Stream{Origin: author, Audience: "everyone"}, Number: 1, First: at, Last: at + 9, Complete: at + 9}
}

// row is the id behind a name in the vectors.
func row(seq uint64) schema.ID {
	id := schema.MustParseID("0194526a-5d70-7abc-8def-000000000000")
	id[12], id[13], id[14], id[15] = byte(seq>>24), byte(seq>>16), byte(seq>>8), byte(seq)
	return id
}

func body(rows ...changeset.Row) *changeset.Body {
	return &changeset.Body{Origins: []changeset.Origin{author, other}, Tables: []changeset.Table{{Number: 9, Rows: rows}}}
}

func textCell(column uint16, s string) changeset.Cell {
	return changeset.Cell{Column: column, Kind: schema.Register, Type: schema.Text, At: at, Text: s}
}

func newRow(n byte, cells ...changeset.Cell) changeset.Row {
	id := schema.MustParseID("0194526a-5d80-7abc-8def-012345678900")
	id[15] = n
	return changeset.Row{ID: id, At: at, Cells: cells}
}

// kinds has a cell of every kind.
func kinds() *changeset.Body {
	return body(
		newRow(1, changeset.Cell{Column: 1, Kind: schema.Immutable, Type: schema.Int, At: at, Int: 1736470800000},
			textCell(3, "刷单返利"),
			changeset.Cell{Column: 4, Kind: schema.Register, Type: schema.Text, At: at + 1<<20, Null: true, Prev: []changeset.Version{{At: at - 5, Origin: 1}}},
			changeset.Cell{Column: 5, Kind: schema.Counter, Type: schema.Int, At: at, Plus: 380, Minus: 2},
			changeset.Cell{Column: 6, Kind: schema.Set, Type: schema.Texts, At: at, Elements: []changeset.Element{{Value: "H3", Added: at}, {Value: "H9", Removed: []changeset.Version{{At: at - 9, Origin: 1}}}}},
			changeset.Cell{Column: 7, Kind: schema.Register, Type: schema.Ref, At: at, Text: strings.Repeat("\x03", 16)},
			changeset.Cell{Column: 8, Kind: schema.LongText, Type: schema.Text, At: at + 9, Prev: []changeset.Version{{At: at - 9, Origin: 1}},
				Insertions: []changeset.Insertion{{Seq: 1, After: changeset.Char{Origin: 1, Seq: 4}, At: at + 9, Text: "补充一段。"}, {Seq: 6, At: at + 9, Text: "开头"}},
				Deletions:  []changeset.Deletion{{First: changeset.Char{Origin: 1, Seq: 2}, Count: 3, At: at + 8}}}),
		newRow(2, textCell(3, "刷单返利")),
		changeset.Row{ID: row(12), Name: changeset.Name{Origin: 1, Seq: 12}, At: at + 3, Cells: []changeset.Cell{textCell(3, "冒充客服")}})
}

func good() ([]vector, error) {
	var out []vector
	var err error
	add := func(name, what string, h changeset.Header, b *changeset.Body, groups ...*ecdh.PrivateKey) *changeset.Changeset {
		to := changeset.Recipients{Random: counting{}}
		keys := ""
		for _, g := range groups {
			to.Keys = append(to.Keys, g.PublicKey())
		}
		if len(groups) > 0 {
			keys = hex.EncodeToString(groups[len(groups)-1].Bytes())
		}
		c, e := changeset.Seal(h, b, key, to)
		if e != nil {
			err = fmt.Errorf("%s: %w", name, e)
			return nil
		}
		hash := c.Hash()
		plain, e := json.Marshal(b)
		if e != nil {
			err = e
		}
		out = append(out, vector{name: "good-" + name, expect: "ok", what: what, keys: keys, hash: hex.EncodeToString(hash[:]), body: string(plain), raw: c.Bytes()})
		return c
	}
	add("one-cell", "the smallest changeset: one text of a new row", header(), body(newRow(1, textCell(3, "甲"))))
	add("every-kind", "a cell of every kind, new and named rows", header(), kinds())
	second := header()
	second.Number, second.Prev, second.First, second.Last, second.Complete = 2, changeset.Hash{1, 2, 3}, at+10, at+20, at+20
	later := kinds()
	later.Introduced = 7
	chained := add("second", "a later changeset of a chain, seven rows were introduced before", second, later)
	part := header()
	part.Complete = 0
	add("not-complete", "one of several of a seal: complete does not move", part, kinds())
	for name, values := range map[string][]string{
		"texts-plain":    {"walk_in", "call_110", "bank_counter", "online"},
		"texts-distinct": {"甲", "甲", "甲", "乙", "乙", "甲"},
		"texts-digits":   {"12800000001", "007", "12800000002"},
		"texts-mixed":    {"刷单返利，垫付5656元", "", "𠮷野家", "ABC", "未转账"},
	} {
		var rows []changeset.Row
		for i, v := range values {
			rows = append(rows, newRow(byte(i+1), textCell(3, v)))
		}
		add(name, "texts: "+strings.ReplaceAll(name, "-", " "), header(), body(rows...))
	}
	var long []changeset.Row
	for i := range 120 {
		long = append(long, newRow(byte(i+1), textCell(3, fmt.Sprintf("第%d次回访，群众表示%d元没有转账，已下载国家反诈中心APP", i, i*i))))
	}
	add("texts-many", "enough texts for an alphabet of their own or for compression", header(), body(long...))
	for name, fn := range map[string]func(i int64) int64{
		"ints-same": func(int64) int64 { return -7 }, "ints-plain": func(i int64) int64 { return i * i * i % 251 * 1_000_003 }, "ints-differences": func(i int64) int64 { return 1e15 + i*37 + i*i%11 },
		"ints-steady": func(i int64) int64 { return 1e15 + i*i }, "ints-planes": func(i int64) int64 { return 12_000_000_000 + i*7919*7919%999_983 }, "ints-extreme": func(i int64) int64 { return []int64{1<<63 - 1, -1 << 63, 0}[i%3] },
	} {
		var rows []changeset.Row
		for i := range int64(60) {
			rows = append(rows, newRow(byte(i+1), changeset.Cell{Column: 2, Kind: schema.Register, Type: schema.Int, At: at + hlc.Stamp(i), Int: fn(i)}))
		}
		add(name, "integers: "+strings.ReplaceAll(name, "-", " "), header(), body(rows...))
	}
	add("sealed-one-group", "a payload sealed for one group", header(), kinds(), group(1))
	sealed := add("sealed-three-groups", "a payload sealed for three groups, opened by the last", header(), kinds(), group(1), group(2), group(3))
	state := &changeset.Body{Origins: []changeset.Origin{author, other}, States: &changeset.States{Last: true, Audiences: []string{"everyone", "units:a"},
		Heads:  []changeset.Head{{Audience: 0, Origin: 1, Number: 3, Hash: changeset.Hash{9}, Complete: at, Rows: 12, Held: []changeset.Span{{First: at - 90, Last: at - 4}}}},
		Tables: []changeset.Table{{Number: 9, Rows: []changeset.Row{newRow(1, textCell(3, "甲"))}}}}}
	state.States.Tables[0].Rows[0].Names = []changeset.Name{{Origin: 1, Seq: 4}}
	state.States.Tables[0].Rows[0].From = []int{1}
	state.States.Tables[0].Rows[0].Passed = []changeset.Passed{{Column: 3, Version: changeset.Version{At: at - 5, Origin: 1}}}
	add("states", "rows as they stand at the root, with the heads of the streams in them", header(), state)
	if err != nil {
		return nil, err
	}
	for name, c := range map[string]*changeset.Changeset{"plain": chained, "sealed": sealed} {
		hash := c.Hash()
		out = append(out, vector{name: "good-dropped-" + name, expect: "ok", what: "a header whose payload was dropped", hash: hex.EncodeToString(hash[:]), raw: c.Drop().Bytes()})
	}
	return out, nil
}

func publics(groups ...byte) (out []*ecdh.PublicKey) {
	for _, n := range groups {
		out = append(out, group(n).PublicKey())
	}
	return out
}

// tagOf is the tag of a group's public key, as FORMAT.md has it.
func tagOf(n byte) []byte {
	sum := sha256.Sum256(append([]byte("fieldkit group tag v1\x00"), group(n).PublicKey().Bytes()...))
	return sum[:4]
}

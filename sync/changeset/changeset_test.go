package changeset

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

var update = flag.Bool("update", false, "write golden files anew")

var (
	testRealm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")
	author    = Origin{Replica: schema.MustParseID("0193a000-0000-7000-8000-0000000000aa"), Incarnation: 1}
	other     = Origin{Replica: schema.MustParseID("0193a000-0000-7000-8000-0000000000bb"), Incarnation: 2}
	key       = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
)

// rows knows every table but 99; a name's id tells its sequence, and number 13
// means nothing.
type rows struct{}

func (rows) Known(table uint16) bool { return table != 99 }

func (rows) Row(_ uint16, _ Origin, seq uint64) (schema.ID, error) {
	if seq == 13 {
		return schema.Nil, nil
	}
	return namedRow(seq), nil
}

func namedRow(seq uint64) schema.ID {
	id := schema.MustParseID("0194526a-5d70-7abc-8def-000000000000")
	binary.BigEndian.PutUint32(id[12:], uint32(seq))
	return id
}

// sample has every kind of cell.
func sample() *Body {
	at := hlc.At(1736470800000)
	return &Body{Origins: []Origin{author, other}, Introduced: 40, Tables: []Table{{Number: 9, Rows: []Row{
		{ID: schema.MustParseID("0194526a-5d80-7abc-8def-0123456789ab"), At: at, Cells: []Cell{
			{Column: 1, Kind: schema.Immutable, Type: schema.Int, At: at, Int: 1736470800000},
			{Column: 3, Kind: schema.Register, Type: schema.Text, At: at, Text: "刷单返利"},
			{Column: 4, Kind: schema.Register, Type: schema.Text, At: at + 1<<20, Null: true, Prev: []Version{{At: at + 5, Origin: 1}}},
			{Column: 5, Kind: schema.Counter, Type: schema.Int, At: at, Plus: 380, Minus: 2},
			{Column: 6, Kind: schema.Set, Type: schema.Texts, At: at, Elements: []Element{{Value: "H3", Added: at}, {Value: "H9", Removed: []Version{{At: at - 9, Origin: 1}}}}},
			{Column: 7, Kind: schema.Register, Type: schema.Ref, At: at, Text: string(bytes.Repeat([]byte{3}, 16))},
			{Column: 8, Kind: schema.LongText, Type: schema.Text, At: at + 9, Prev: []Version{{At: at - 9, Origin: 1}},
				Insertions: []Insertion{{Seq: 1, After: Char{Origin: 1, Seq: 4}, At: at + 9, Text: "补充一段。"}, {Seq: 6, At: at + 9, Text: "开头"}},
				Deletions:  []Deletion{{First: Char{Origin: 1, Seq: 2}, Count: 3, At: at + 8}}},
		}},
		{ID: schema.MustParseID("0194526a-5d90-7abc-8def-0123456789ab"), At: at + 3, Cells: []Cell{
			{Column: 3, Kind: schema.Register, Type: schema.Text, At: at + 3, Text: "刷单返利"},
		}},
		{ID: namedRow(12), Name: Name{Origin: 1, Seq: 12}, At: at + 3, Cells: []Cell{
			{Column: 3, Kind: schema.Register, Type: schema.Text, At: at + 3, Text: "冒充客服", Prev: []Version{{At: at - 7, Origin: 1}}},
		}},
	}}}}
}

func sealed(t testing.TB, body *Body) *Changeset {
	t.Helper()
	c, err := Seal(Header{Realm: testRealm, Stream: Stream{Origin: author, Audience: "everyone"}, Number: 1, First: 1, Last: hlc.At(1736470900000)}, body, key, Recipients{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	c := sealed(t, sample())
	back, err := Parse(c.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Verify(key.Public().(ed25519.PublicKey)); err != nil {
		t.Fatal(err)
	}
	body, err := back.Body(rows{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(body, sample()) {
		t.Fatalf("decoded to %+v", body)
	}
}

// The bytes of a changeset never change: others have signed and stored them.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "golden-v1.hex")
	got := hex.EncodeToString(sealed(t, sample()).Bytes())
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hex.DecodeString(string(bytes.TrimSpace(want)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	body, err := c.Body(rows{}, nil)
	if err != nil || !reflect.DeepEqual(body, sample()) {
		t.Fatalf("the golden changeset decodes to %+v, %v", body, err)
	}
}

// Every single flipped bit is found: by structure, by hash or by signature.
func TestEveryFlippedBitIsRefused(t *testing.T) {
	good := sealed(t, sample()).Bytes()
	public := key.Public().(ed25519.PublicKey)
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			c, err := Parse(bad)
			if err == nil {
				err = c.Verify(public)
			}
			if err == nil {
				t.Fatalf("bit %d of byte %d may be flipped", bit, i)
			}
		}
	}
	for n := range good {
		if _, err := Parse(good[:n]); err == nil {
			t.Fatalf("the first %d bytes pass", n)
		}
	}
}

func TestRefusals(t *testing.T) {
	good := sealed(t, sample())
	change := func(fn func(h *Header)) []byte {
		h := good.Header
		fn(&h)
		c := &Changeset{Header: h, Payload: good.Payload, header: h.append(nil)}
		return c.Bytes()
	}
	for name, tc := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":           {nil, ErrMalformed},
		"another format":    {[]byte("<html>"), ErrMalformed},
		"a later version":   {append([]byte("FKC\x02"), good.Bytes()[4:]...), ErrVersion},
		"too large":         {make([]byte, MaxSize+1), ErrTooLarge},
		"number zero":       {change(func(h *Header) { h.Number = 0 }), ErrMalformed},
		"no audience":       {change(func(h *Header) { h.Stream.Audience = "" }), ErrMalformed},
		"another payload":   {change(func(h *Header) { h.PayloadHash[0]++ }), ErrHash},
		"another size":      {change(func(h *Header) { h.PayloadSize++ }), ErrMalformed},
		"backwards in time": {change(func(h *Header) { h.First, h.Last = h.Last, h.First }), ErrMalformed},
	} {
		if _, err := Parse(tc.raw); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	_, stranger, _ := ed25519.GenerateKey(nil)
	if err := good.Verify(stranger.Public().(ed25519.PublicKey)); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
}

// A payload that claims more than it holds is refused before memory is taken.
func TestBombs(t *testing.T) {
	for name, raw := range map[string][]byte{
		"rows":    {0, 0, 1, 9, 20, 0xff, 0xff, 0xff, 0x7f, 0, 0},
		"origins": {0xff, 0xff, 0x7f},
		"tables":  {0, 0, 0xff, 0xff, 0x03},
	} {
		if _, err := DecodeBody(raw, author, rows{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	packed := bestEncoder().EncodeAll(make([]byte, 64<<20), nil)
	if _, err := decompress(CompressionZstd, 0, packed, MaxRaw); err == nil {
		t.Error("64 MiB out of a few bytes were accepted")
	}
}

func TestIntegerBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-1<<40, 1<<40), rapid.Int64Range(0, 3), rapid.Int64()), 0, 50).Draw(t, "values")
		if step := rapid.Int64Range(-9, 9).Draw(t, "step"); rapid.Bool().Draw(t, "progression") {
			for i := range values {
				values[i] = step * int64(i+1)
			}
		}
		r := &reader{b: appendInts(nil, values)}
		back := r.ints(len(values))
		if r.err != nil || len(r.b) > 0 || len(values) > 0 && !reflect.DeepEqual(back, values) {
			t.Fatalf("%v came back as %v, %v", values, back, r.err)
		}
	})
}

func TestTextBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,16}`), rapid.StringMatching(`[一-龥，。]{0,40}`), rapid.SampledFrom([]string{"", "城关镇", "\xff\xfe"})), 0, 60).Draw(t, "values")
		r := &reader{b: appendTexts(nil, values, byRank)}
		back := r.texts(len(values), &allowance{text: MaxRaw, repeated: MaxText})
		if r.err != nil || len(r.b) > 0 || len(values) > 0 && !reflect.DeepEqual(back, values) {
			t.Fatalf("%q came back as %q, %v", values, back, r.err)
		}
	})
}

// A name that means nothing here does not keep the other rows from being read.
func TestMeaninglessName(t *testing.T) {
	body := sample()
	at := body.Tables[0].Rows[0].At
	body.Tables[0].Rows = append(body.Tables[0].Rows, Row{ID: namedRow(5), Name: Name{Seq: 13}, At: at, Cells: []Cell{
		{Column: 3, Kind: schema.Register, Type: schema.Text, At: at, Text: "x", Prev: []Version{{At: at - 1, Origin: 1}}},
		{Column: 6, Kind: schema.Set, Type: schema.Texts, At: at, Elements: []Element{{Value: "a", Added: at}}},
	}})
	body.Tables = append(body.Tables, Table{Number: 99, Rows: []Row{{ID: namedRow(1), At: at, Cells: body.Tables[0].Rows[1].Cells}}})
	back, err := sealed(t, body).Body(rows{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, row := range back.Tables[0].Rows {
		if row.ID.IsNil() {
			found++
		}
	}
	if found != 1 || len(back.Tables[0].Rows) != 4 || back.Tables[1].Unknown != 1 || len(back.Tables[1].Rows) != 0 {
		t.Fatalf("decoded to %+v", back)
	}
}

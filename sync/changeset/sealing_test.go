package changeset

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"
)

// The groups of the tests: the county, two units, and one that nothing is sealed for.
var county, unitA, unitB, stranger = group(1), group(2), group(3), group(4)

func group(n byte) *ecdh.PrivateKey {
	key, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{n}, 32))
	if err != nil {
		panic(err)
	}
	return key
}

// fixed is a source of content keys that gives the same one every time.
type fixed struct{}

func (fixed) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(i)
	}
	return len(b), nil
}

func sealedFor(t testing.TB, body *Body, groups ...*ecdh.PrivateKey) *Changeset {
	t.Helper()
	to := Recipients{Random: fixed{}}
	for _, g := range groups {
		to.Keys = append(to.Keys, g.PublicKey())
	}
	c, err := Seal(Header{Realm: testRealm, Stream: Stream{Origin: author, Audience: "units:a,b"}, Number: 1, First: 1, Last: 2, Complete: 2}, body, key, to)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryRecipientOpensAndNobodyElse(t *testing.T) {
	c := sealedFor(t, sample(), county, unitA, unitB)
	back, err := Parse(c.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Verify(key.Public().(ed25519.PublicKey)); err != nil {
		t.Fatal(err)
	}
	for _, keys := range []Opener{{county}, {unitA}, {stranger, unitB}} {
		body, err := back.Body(rows{}, keys)
		if err != nil || !reflect.DeepEqual(body, sample()) {
			t.Fatalf("opened to %+v, %v", body, err)
		}
	}
	for _, keys := range []Opener{nil, {stranger}} {
		if _, err := back.Body(rows{}, keys); !errors.Is(err, ErrSealed) {
			t.Fatalf("without a key: %v", err)
		}
	}
	if len(back.Groups()) != 3 || bytes.Contains(c.Bytes(), []byte("刷单")) {
		t.Fatal("what is sealed lies open")
	}
}

// One ephemeral key serves all groups: a second costs 52 bytes.
func TestWhatSealingCosts(t *testing.T) {
	none, one, two := sealedFor(t, sample()).Size(), sealedFor(t, sample(), county).Size(), sealedFor(t, sample(), county, unitA).Size()
	const lengths = 2 // which grow by a byte each
	if one-none > 1+32+52+16+lengths || two-one > 52+lengths {
		t.Fatalf("the sizes are %d, %d, %d", none, one, two)
	}
}

// Two payloads are not sealed under one key, even by a random source that repeats
// itself: a copied machine's may.
func TestARepeatingRandomSource(t *testing.T) {
	other := sample()
	other.Tables[0].Rows[1].Cells[0].Text = "冒充客服"
	a, b := sealedFor(t, sample(), county), sealedFor(t, other, county)
	if bytes.Equal(a.sealed[:keySize], b.sealed[:keySize]) {
		t.Fatal("two payloads share an ephemeral key")
	}
}

// A payload belongs to its header, a wrapped key to its group and header: signed
// anew by whoever may sign, a mixture does not open.
func TestSealedPartsDoNotMove(t *testing.T) {
	good := sealedFor(t, sample(), county, unitA)
	for name, change := range map[string]func(c *Changeset){
		"audience":      func(c *Changeset) { c.Stream.Audience = "everyone" },
		"number":        func(c *Changeset) { c.Number = 2 },
		"realm":         func(c *Changeset) { c.Realm[0]++ },
		"rows":          func(c *Changeset) { c.Rows++ },
		"ephemeral key": func(c *Changeset) { c.sealed[0]++ },
		"wrapped key":   func(c *Changeset) { c.sealed[len(c.sealed)-1]++; c.sealed[keySize+wrapSize-1]++ },
		"payload":       func(c *Changeset) { c.Payload[9]++ },
		"a group less":  func(c *Changeset) { c.sealed = c.sealed[:keySize+wrapSize] },
	} {
		c := *good
		c.sealed, c.Payload = bytes.Clone(good.sealed), bytes.Clone(good.Payload)
		change(&c)
		_, err1 := c.Body(rows{}, Opener{county})
		_, err2 := c.Body(rows{}, Opener{unitA})
		if !errors.Is(err1, ErrOpen) && !errors.Is(err2, ErrOpen) || err1 == nil || err2 == nil {
			t.Errorf("another %s: %v, %v", name, err1, err2)
		}
	}
}

func TestADroppedPayloadKeepsTheChain(t *testing.T) {
	c := sealedFor(t, sample(), county)
	short := c.Drop().Bytes()
	back, err := ParseDropped(short)
	if err != nil {
		t.Fatal(err)
	}
	if back.Hash() != c.Hash() || back.Verify(key.Public().(ed25519.PublicKey)) != nil || !bytes.Equal(back.Bytes(), short) || len(short) != c.Size()-len(c.Payload) {
		t.Fatal("the header does not stand for the changeset")
	}
	if _, err := back.Body(rows{}, Opener{county}); !errors.Is(err, ErrDropped) {
		t.Fatalf("a dropped payload reads as %v", err)
	}
	if _, err := Parse(short); !errors.Is(err, ErrMagic) {
		t.Fatalf("taken for a whole one: %v", err)
	}
	if _, err := ParseDropped(c.Bytes()); !errors.Is(err, ErrMagic) {
		t.Fatalf("a whole one taken for a dropped one: %v", err)
	}
	if _, err := ParseDropped(append(short, 0)); !errors.Is(err, ErrTrailing) {
		t.Fatalf("with bytes after it: %v", err)
	}
}

package replica

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"testing"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Payloads sealed for a group merge where its key is at hand. A replica without
// it keeps and forwards them, names the rows in them, and merges them once the key
// has come.
func TestSealedPayloads(t *testing.T) {
	f := newFleet(t, 3)
	group, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	f.must(err)
	locked := map[*Replica]bool{f.all[1]: true}
	for _, r := range f.all {
		r.opts.Recipients = func(string) []*ecdh.PublicKey { return []*ecdh.PublicKey{group.PublicKey()} }
		r.opts.Opener = func() changeset.Opener {
			if locked[r] {
				return nil
			}
			return changeset.Opener{group}
		}
	}
	author, carrier, reader := f.all[0], f.all[1], f.all[2]
	var id schema.ID
	f.write(author, func(tx *Tx) error {
		id = tx.NewID()
		return tx.Put("note", id, schema.Values{"title": "甲", "amount": 5})
	})
	f.give(author, carrier)
	f.write(author, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 7}) })
	f.give(author, carrier)
	if row, err := carrier.Get(f.ctx, "note", id); err != nil || row != nil {
		t.Fatalf("read without the key: %v, %v", row, err)
	}
	f.give(carrier, reader)
	f.write(reader, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"amount": 9}) })
	f.give(reader, carrier)
	if row := f.get(reader, id); row.Int("amount") != 9 || row.Text("title") != "甲" {
		t.Fatalf("read as %d, %q", row.Int("amount"), row.Text("title"))
	}
	held, err := carrier.HeldBack(f.ctx)
	f.must(err)
	if len(held) != 3 {
		t.Fatalf("%d are held instead of 3", len(held))
	}
	delete(locked, carrier)
	for _, h := range held {
		if err := carrier.Release(f.ctx, h.N); err != nil && !errors.Is(err, ErrNotHeld) {
			t.Fatal(err)
		}
	}
	f.settle()
	if row := f.get(carrier, id); row.Int("amount") != 9 {
		t.Fatalf("the carrier reads %d", row.Int("amount"))
	}
}

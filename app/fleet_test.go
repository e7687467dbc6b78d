package app

import (
	"context"
	"testing"

	"fieldkit/sync/changeset"
)

// fleet is several laptops of one unit that trust one root.
func fleet(t testing.TB, labels ...string) []*laptop {
	t.Helper()
	ctx := context.Background()
	var all []*laptop
	for _, label := range labels {
		l := newLaptop(t, label)
		all = append(all, l)
		root := all[0].r
		if len(all) == 1 {
			l.must(root.BecomeRoot(ctx))
			continue
		}
		l.must(l.r.TrustRoot(ctx, root.PublicKey()))
		_, err := root.Certify(ctx, l.r.ID(), l.r.PublicKey())
		l.must(err)
	}
	for _, from := range all {
		for _, to := range all[1:] {
			c, found, err := all[0].r.Certificate(ctx, from.r.ID())
			from.must(err)
			if !found {
				t.Fatalf("no certificate of %s", from.r.ID())
			}
			to.must(to.r.Accept(ctx, c))
		}
	}
	return all
}

// exchange gives every laptop what the others have, until all hold the same.
func exchange(t testing.TB, all []*laptop) {
	t.Helper()
	ctx := context.Background()
	for _, l := range all {
		l.must(l.r.Seal(ctx))
	}
	for _, from := range all {
		for _, to := range all {
			have, err := to.r.Vector(ctx)
			to.must(err)
			refs, err := from.r.Missing(ctx, have, func(changeset.Stream) bool { return true })
			from.must(err)
			for _, ref := range refs {
				raw, err := from.r.Changeset(ctx, ref.Stream, ref.Number)
				from.must(err)
				out, err := to.r.Apply(ctx, raw)
				to.must(err)
				to.must(out[0].Err)
			}
		}
	}
	for _, l := range all[1:] {
		if l.state() != all[0].state() {
			t.Fatal("the laptops hold different rows after the exchange")
		}
	}
}

// reviewed lists the fields that wait for a look, as table.column.
func (l *laptop) reviewed() []string {
	l.t.Helper()
	items, err := NewReview(l.s).List()
	l.must(err)
	out := []string{}
	for _, i := range items {
		out = append(out, i.Table+"."+i.Column)
	}
	return out
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// settle ends all faults and checks that the fleet comes to rest with everything
// that was not lost with a disk.
func (w *world) settle() error {
	for _, n := range w.nodes {
		n.wrong = 0
		if n.locked {
			if err := w.turnKey(n); err != nil {
				return err
			}
		}
		if err := w.upgrade(n); err != nil {
			return err
		}
	}
	w.now = w.now.Add(time.Hour)
	required, err := w.required()
	if err != nil {
		return err
	}
	const rounds = 12
	for round := 0; ; round++ {
		if round == 3 { // rows that lie in several audiences get whole in each
			if err := w.nodes[0].r.Snapshot(w.ctx); err != nil {
				return err
			}
		}
		moved, err := w.exchangeAll()
		if err != nil {
			return err
		}
		released, err := w.release()
		if err != nil {
			return err
		}
		if !moved && !released && round > 3 {
			w.note("rounds", round)
			break
		}
		if round == rounds {
			return fmt.Errorf("the fleet is not at rest after %d rounds", rounds)
		}
	}
	if err := w.agree(); err != nil {
		return err
	}
	return w.compare(required)
}

// exchangeAll lets every pair exchange over a good line.
func (w *world) exchangeAll() (moved bool, err error) {
	for _, from := range w.nodes {
		for _, to := range w.nodes {
			some, err := w.deliver(from, to)
			if err != nil {
				return false, err
			}
			moved = moved || some
		}
	}
	return moved, nil
}

// deliver carries all that one node lacks from another over a good line.
func (w *world) deliver(from, to *node) (moved bool, err error) {
	if from == to {
		return false, nil
	}
	if err := w.seal(from); err != nil {
		return false, err
	}
	have, err := to.holds(w)
	if err != nil {
		return false, err
	}
	refs, err := from.r.Missing(w.ctx, have, to.may)
	if err != nil {
		return false, err
	}
	if err := w.certify(from, to, refs); err != nil {
		return false, err
	}
	for len(refs) > 0 {
		var raws [][]byte
		for _, ref := range refs[:min(200, len(refs))] {
			raw, err := from.r.Changeset(w.ctx, ref.Stream, ref.Number)
			if err != nil {
				return false, err
			}
			raws = append(raws, raw)
		}
		refs = refs[len(raws):]
		out, err := w.apply(to, raws)
		if err != nil {
			return false, err
		}
		for _, a := range out {
			// A root with an older schema may have taken them in another order than this
			// one can: it comes again in the next round.
			if errors.Is(a.Err, replica.ErrGap) {
				continue
			}
			if a.Err != nil {
				return false, fmt.Errorf("%s refuses number %d of %s from %s: %w", to.name, a.Number, a.Stream.Origin, from.name, a.Err)
			}
			moved = true
		}
	}
	return moved, nil
}

// release lets the office accept what was held back.
func (w *world) release() (released bool, err error) {
	for _, n := range w.nodes {
		held, err := n.r.HeldBack(w.ctx)
		if err != nil {
			return false, err
		}
		slices.Reverse(held) // oldest first
		for _, h := range held {
			if h.Table != "" {
				continue
			}
			if !strings.Contains(h.Reason, "clock") {
				return false, fmt.Errorf("%s holds back number %d: %s", n.name, h.Number, h.Reason)
			}
			w.events["release"]++
			if err := n.r.Release(w.ctx, h.N); err != nil {
				return false, err
			}
			released = true
		}
	}
	return released, nil
}

// agree compares the states of all nodes, and every row with its checksum.
func (w *world) agree() error {
	for _, n := range w.nodes {
		if held, err := n.r.HeldBack(w.ctx); err != nil || len(held) > 0 {
			return errors.Join(fmt.Errorf("%s still holds back %+v", n.name, held), err)
		}
		damaged, err := n.r.Check(w.ctx)
		if err != nil || len(damaged) > 0 {
			return errors.Join(fmt.Errorf("%s: damaged: %v", n.name, damaged), err)
		}
		for _, other := range w.nodes {
			tables := []string{"note", "new"}
			if n.home == other.home {
				tables = append(tables, "own")
			}
			a, err := n.r.StateHash(w.ctx, tables...)
			if err != nil {
				return err
			}
			b, err := other.r.StateHash(w.ctx, tables...)
			if err != nil {
				return err
			}
			if a != b {
				return fmt.Errorf("%s and %s differ in %v: %s", n.name, other.name, tables, w.difference(n, other, tables))
			}
		}
		if err := w.compareSums(n); err != nil {
			return err
		}
		for _, id := range w.rows {
			a, err := n.r.Get(w.ctx, "note", id)
			if err != nil {
				return err
			}
			b, err := w.nodes[0].r.Get(w.ctx, "note", id)
			if err != nil {
				return err
			}
			for _, column := range []string{"secret", "story"} { // a hash of sealed values tells their stamps only
				if a != nil && b != nil && a.Text(column) != b.Text(column) {
					return fmt.Errorf("%s and the root differ in %s of %s", n.name, column, id)
				}
			}
		}
	}
	return nil
}

// compareSums compares the sums that a sync compares: some were kept up to date from
// the node's last start on, the others are counted now.
func (w *world) compareSums(n *node) error {
	root := w.nodes[0]
	for _, n := range []*node{root, n} {
		if err := n.r.CountSums(w.ctx); err != nil {
			return err
		}
	}
	want, _, err := root.r.Sums(w.ctx)
	if err != nil {
		return err
	}
	got, _, err := n.r.Sums(w.ctx)
	if err != nil {
		return err
	}
	for _, audience := range []string{"everyone", n.home} {
		a, known := want[audience]
		b, held := got[audience]
		if a != b || !known && held || known && !held && b != 0 {
			return fmt.Errorf("%s and the root have other sums of %s: %x (%v) and %x (%v)", n.name, audience, b, held, a, known)
		}
		w.events["sums"]++
	}
	return nil
}

// difference names the versions that only one of two nodes has.
func (w *world) difference(a, b *node, tables []string) string {
	var out []string
	for _, table := range tables {
		for _, id := range w.rows {
			have := [2]map[string]bool{{}, {}}
			for i, n := range []*node{a, b} {
				list, err := n.r.Versions(w.ctx, table, id)
				if err != nil {
					return err.Error()
				}
				for _, v := range list {
					have[i][fmt.Sprintf("%s %s %s=%v %s %s lost=%v", table, id, v.Column, v.Value, v.Stamp, v.Origin, v.Lost)] = true
				}
			}
			for i, n := range []*node{a, b} {
				for v := range have[i] {
					if !have[1-i][v] {
						out = append(out, "only "+n.name+": "+v)
					}
				}
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// shares lists what each incarnation is held to have added to a counter, and what it did.
func (w *world) shares(n *node, table, column string, id schema.ID, required []*intent) string {
	held, meant := map[changeset.Origin]string{}, map[changeset.Origin]int64{}
	list, err := n.r.Versions(w.ctx, table, id)
	if err != nil {
		return err.Error()
	}
	for _, v := range list {
		if v.Column == column {
			held[v.Origin] = fmt.Sprintf("%v at %s", v.Value, v.Stamp)
		}
	}
	for _, in := range required {
		if in.table == table && in.column == column && in.id == id {
			meant[in.origin] += in.delta
		}
	}
	var out []string
	for _, o := range slices.SortedFunc(maps.Keys(meant), changeset.Origin.Compare) {
		out = append(out, fmt.Sprintf("%s meant %d, held %s", o, meant[o], held[o]))
	}
	return strings.Join(out, "\n")
}

// required are the writes that some node still has, or has given on.
func (w *world) required() ([]*intent, error) {
	seen := map[*intent]bool{}
	var all, out []*intent
	for _, n := range w.nodes {
		for _, in := range n.wrote {
			if !seen[in] {
				seen[in] = true
				out = append(out, in)
			}
		}
		if n.image != nil {
			all = append(all, n.image.wrote...)
		}
	}
	complete, err := w.complete()
	if err != nil {
		return nil, err
	}
	for _, in := range append(all, w.forgotten...) {
		if in.given(complete) && !seen[in] {
			seen[in] = true
			out = append(out, in)
		}
	}
	return out, nil
}

// given tells whether a write is in some stream. What was taken out of a set has no
// stamp of its own: it may be.
func (in *intent) given(complete map[changeset.Stream]hlc.Stamp) bool {
	given := in.column == "tags" && in.gone != "" || in.at <= complete[changeset.Stream{Origin: in.origin, Audience: in.audience}]
	for _, by := range in.passedOn {
		given = given || complete[changeset.Stream{Origin: by, Audience: in.audience}] > 0
	}
	return given
}

// complete is how far each stream has come on some node.
func (w *world) complete() (map[changeset.Stream]hlc.Stamp, error) {
	out := map[changeset.Stream]hlc.Stamp{}
	for _, n := range w.nodes {
		have, err := n.complete(w)
		if err != nil {
			return nil, err
		}
		for s, at := range have {
			out[s] = max(out[s], at)
		}
	}
	return out, nil
}

// complete is how far each stream has come on a node.
func (n *node) complete(w *world) (map[changeset.Stream]hlc.Stamp, error) {
	rows, err := n.r.Query(w.ctx, `SELECT o.replica, o.incarnation, a.name, s.complete FROM _stream s JOIN _origin o ON o.idx = s.origin JOIN _audience a ON a.idx = s.audience`)
	if err != nil {
		return nil, err
	}
	out := map[changeset.Stream]hlc.Stamp{}
	for rows.Next() {
		var s changeset.Stream
		var at hlc.Stamp
		if err := rows.Scan(&s.Origin.Replica, &s.Origin.Incarnation, &s.Audience, &at); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		out[s] = at
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// passOn notes what a new incarnation inherits unsealed: its first seal gives it on.
func (w *world) passOn(n *node) error {
	have, err := n.complete(w)
	if err != nil {
		return err
	}
	for _, in := range n.wrote {
		if in.at > have[changeset.Stream{Origin: in.origin, Audience: in.audience}] {
			in.passedOn = append(in.passedOn, n.r.Origin())
		}
	}
	return nil
}

// compare compares what the nodes hold with what was meant.
func (w *world) compare(required []*intent) error {
	type field struct {
		table, audience, column string
		id                      schema.ID
	}
	registers := map[field]*intent{}
	counters := map[field]int64{}
	added, gone := map[field][]string{}, map[field]map[string]bool{}
	redacted := map[schema.ID]bool{}
	counted := map[*intent]bool{}
	for _, in := range required {
		f := field{in.table, in.audience, in.column, in.id}
		switch {
		case in.redacted:
			redacted[in.id] = true
		case in.value != nil:
			best := registers[f]
			if best == nil || best.at < in.at || best.at == in.at && best.origin.Compare(in.origin) < 0 {
				registers[f] = in
			}
		case in.added != "":
			added[f] = append(added[f], in.added)
		case in.gone != "":
			if gone[f] == nil {
				gone[f] = map[string]bool{}
			}
			gone[f][in.gone] = true
		default:
			first := cmp.Or(in.first, in)
			if !counted[first] {
				counted[first] = true
				counters[f] += in.delta
			}
		}
	}
	holder := func(f field) *node {
		for _, n := range w.nodes {
			if f.audience == "everyone" || n.home == f.audience {
				return n
			}
		}
		return w.nodes[0]
	}
	for f, want := range counters {
		// One table "own" lies in several audiences; the root sums them all.
		if f.table == "own" {
			continue
		}
		row, err := holder(f).r.Get(w.ctx, f.table, f.id)
		if err != nil {
			return err
		}
		if row == nil && want != 0 || row != nil && row.Int(f.column) != want {
			return fmt.Errorf("%s.%s of %s: the writes sum to %d: %s", f.table, f.column, f.id, want, w.shares(holder(f), f.table, f.column, f.id, required))
		}
	}
	for f, in := range registers {
		if f.table == "own" {
			continue
		}
		row, err := holder(f).r.Get(w.ctx, f.table, f.id)
		if err != nil {
			return err
		}
		if f.column == "secret" && redacted[f.id] {
			if row.Text("secret") != "" {
				return fmt.Errorf("a redacted value of %s is there", f.id)
			}
			continue
		}
		if row == nil || fmt.Sprint(in.value) != row.Text(f.column) && in.value != any(row.Int(f.column)) {
			return fmt.Errorf("%s.%s of %s is not %v, written last at %s by %s", f.table, f.column, f.id, in.value, in.at, in.origin)
		}
	}
	for f, list := range added {
		row, err := holder(f).r.Get(w.ctx, f.table, f.id)
		if err != nil {
			return err
		}
		for _, token := range list {
			if f.column == "tags" {
				if !gone[f][token] && !slices.Contains(row.Strings("tags"), token) {
					return fmt.Errorf("element %s of %s is not there and was never removed", token, f.id)
				}
				continue
			}
			n := strings.Count(row.Text(f.column), token)
			if n > 1 || n == 0 && !gone[f][token] || n == 1 && gone[f][token] {
				return fmt.Errorf("%s of %s holds %s %d times (deleted: %v)", f.column, f.id, token, n, gone[f][token])
			}
		}
	}
	return nil
}

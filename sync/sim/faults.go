package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/replica"
)

// exchange carries changesets from one node to another over a bad line.
func (w *world) exchange(from, to *node) error {
	if from == to {
		return nil
	}
	if err := w.seal(from); err != nil {
		return err
	}
	have, err := to.holds(w)
	if err != nil {
		return err
	}
	refs, err := from.r.Missing(w.ctx, have, to.may)
	if err != nil {
		return err
	}
	if len(refs) == 0 {
		return nil
	}
	if len(refs) > 12 {
		refs = refs[:12]
	}
	fault := w.rng.IntN(8)
	switch fault {
	case 0: // cut
		refs = refs[:w.rng.IntN(len(refs)+1)]
	case 1: // lost in the middle
		at := w.rng.IntN(len(refs))
		refs = slices.Delete(refs, at, at+1)
	case 2: // in another order
		w.rng.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
	case 3: // twice
		refs = append(refs, refs[w.rng.IntN(len(refs))])
	}
	if err := w.certify(from, to, refs); err != nil {
		return err
	}
	var raws [][]byte
	for _, ref := range refs {
		raw, err := from.r.Changeset(w.ctx, ref.Stream, ref.Number)
		if err != nil {
			return err
		}
		w.trace.Write(raw)
		raws = append(raws, raw)
	}
	damaged := -1
	if fault == 4 && len(raws) > 0 {
		damaged = w.rng.IntN(len(raws))
		raws[damaged] = slices.Clone(raws[damaged])
		raws[damaged][w.rng.IntN(len(raws[damaged]))] ^= 1 << w.rng.IntN(8)
	}
	w.steps += len(raws)
	w.note(fmt.Sprint("exchange ", []string{"cut", "lost", "shuffled", "twice", "flipped", "well", "well", "well"}[fault]), from.name, to.name, len(raws))
	out, err := w.apply(to, raws)
	if err != nil {
		return err
	}
	for i, a := range out {
		switch {
		case i == damaged && a.Err == nil:
			return errors.New("a damaged changeset was taken")
		case i == damaged || a.Err == nil:
		case errors.Is(a.Err, replica.ErrGap):
			w.note("gap", to.name)
		default:
			return fmt.Errorf("%s refuses number %d of %s: %w", to.name, a.Number, a.Stream.Origin, a.Err)
		}
	}
	return nil
}

// crash kills a node: what its files hold at this moment is all there is.
func (w *world) crash(n *node) error {
	w.note("crash", n.name)
	killed := n.dir + ".killed"
	if err := os.CopyFS(killed, os.DirFS(n.dir)); err != nil {
		return err
	}
	return w.replace(n, killed)
}

// replace puts another directory in a node's place.
func (w *world) replace(n *node, dir string) error {
	if err := n.r.Close(); err != nil {
		return err
	}
	if err := os.RemoveAll(n.dir); err != nil {
		return err
	}
	if err := os.Rename(dir, n.dir); err != nil {
		return err
	}
	return w.open(n)
}

// crashBeforeAnchor kills a node between the commit of a seal and the writing of
// its anchor.
func (w *world) crashBeforeAnchor(n *node) error {
	if err := w.ask(n); err != nil {
		return err
	}
	anchors := filepath.Join(w.dir, "anchors")
	saved := anchors + ".before"
	if err := os.CopyFS(saved, os.DirFS(anchors)); err != nil {
		return err
	}
	if err := w.seal(n); err != nil {
		return err
	}
	if err := os.RemoveAll(anchors); err != nil {
		return err
	}
	if err := os.Rename(saved, anchors); err != nil {
		return err
	}
	w.note("crash before anchor", n.name)
	if err := w.crash(n); err != nil {
		return err
	}
	if n.r.Renewed() {
		return errors.New("a crash before the anchor was written is taken for a restore")
	}
	return nil
}

// save keeps an image of a node, to be restored later.
func (w *world) save(n *node) error {
	if n.image != nil {
		if err := os.RemoveAll(n.image.dir); err != nil {
			return err
		}
	}
	w.note("image", n.name)
	n.image, n.copied = &image{dir: n.dir + ".image", wrote: slices.Clone(n.wrote), anchors: map[string][]byte{}}, false
	if err := w.anchors(n, func(path string) (err error) {
		n.image.anchors[path], err = os.ReadFile(path)
		return err
	}); err != nil {
		return err
	}
	if n.root {
		return n.r.Backup(w.ctx, n.image.dir)
	}
	return os.CopyFS(n.image.dir, os.DirFS(n.dir))
}

// restore puts an image back. What the node wrote since and gave to nobody is lost
// with its disk.
func (w *world) restore(n *node) error {
	// Unsealed writes leave no mark on the anchor: an image from before a copy was
	// made, of a node that sealed nothing since, is not told from a crash.
	if n.image == nil || n.copied {
		return nil
	}
	back := n.dir + ".back"
	if err := os.CopyFS(back, os.DirFS(n.image.dir)); err != nil {
		return err
	}
	n.locked = false // it may hold writes that were not sealed when it was locked
	if err := w.replace(n, back); err != nil {
		return err
	}
	renewed := n.r.Renewed()
	if renewed { // else nothing was sealed since, and nobody has it
		w.forgotten = append(w.forgotten, n.wrote...)
	}
	n.wrote = slices.Clone(n.image.wrote)
	w.note("restore", n.name, renewed)
	if renewed {
		return w.passOn(n)
	}
	return nil
}

// anchors visits the anchor files of a node.
func (w *world) anchors(n *node, visit func(path string) error) error {
	paths, err := filepath.Glob(filepath.Join(w.dir, "anchors", n.r.ID().String()+"-*"))
	for _, path := range paths {
		err = errors.Join(err, visit(path))
	}
	return err
}

// restoreDisk puts a kit's whole disk back, its anchor with it: nothing there tells. What
// was sealed since must have got to the county, which is the only one that can.
func (w *world) restoreDisk(n *node) error {
	if n.root || n.image == nil || n.copied {
		return nil
	}
	root := w.nodes[0]
	for _, m := range w.nodes { // whoever has something of it
		if _, err := w.deliver(m, root); err != nil {
			return err
		}
	}
	held, err := root.r.Vector(w.ctx)
	if err != nil {
		return err
	}
	for _, m := range w.nodes {
		sealed, err := m.r.Vector(w.ctx)
		if err != nil {
			return err
		}
		for s, number := range sealed {
			if s.Origin.Replica == n.r.ID() && held[s] < number {
				return nil
			}
		}
	}
	back := n.dir + ".back"
	if err := os.CopyFS(back, os.DirFS(n.image.dir)); err != nil {
		return err
	}
	if err := w.anchors(n, os.Remove); err != nil {
		return err
	}
	for path, content := range n.image.anchors {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	n.locked = false
	if err := w.replace(n, back); err != nil {
		return err
	}
	if n.r.Renewed() {
		return errors.New("an anchor that came back with its disk is not taken for its own")
	}
	// Its streams may go on from here: what nobody has by now is lost for good.
	complete, err := w.complete()
	if err != nil {
		return err
	}
	w.forgotten = slices.DeleteFunc(append(w.forgotten, n.wrote...), func(in *intent) bool {
		return in.origin.Replica == n.r.ID() && !in.given(complete)
	})
	n.wrote = slices.Clone(n.image.wrote)
	w.note("restore disk", n.name, n.r.Origin().Incarnation)
	return nil
}

// ask lets the county say whether a kit's disk was put back from an image, before
// anything is sealed.
func (w *world) ask(n *node) error {
	if n.root {
		return nil
	}
	for {
		lines, err := n.r.Lines(w.ctx)
		if err != nil {
			return err
		}
		answers, err := w.tell(n, lines)
		if err != nil {
			return err
		}
		before, err := n.openings(w)
		if err != nil {
			return err
		}
		renewed, err := n.r.GoOn(w.ctx, lines, answers)
		if err != nil || !renewed {
			return err
		}
		w.note("renew", n.name, n.r.Origin().Incarnation)
		after, err := n.openings(w)
		if err != nil {
			return err
		}
		n.rename(before, after)
		if err := w.passOn(n); err != nil {
			return err
		}
	}
}

// tell is the county's answer, once it has heard of the openings that wrote what it holds.
func (w *world) tell(n *node, lines []replica.Line) ([]replica.LineAnswer, error) {
	root := w.nodes[0].r
	held, err := root.Vector(w.ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range w.told {
		if t.stream.Origin.Replica == n.r.ID() && held[t.stream] >= t.number {
			if err := root.NoteLines(w.ctx, n.r.ID(), t.lines); err != nil {
				return nil, err
			}
		}
	}
	return root.CompareLines(w.ctx, n.r.ID(), lines)
}

// told goes with a changeset to whoever gets it.
type told struct {
	stream changeset.Stream
	number uint64
	lines  []replica.Line
}

// seal seals what a node wrote.
func (w *world) seal(n *node) error {
	return w.sealing(n, func() error { return n.r.Seal(w.ctx) })
}

// sealing does something that seals what a node wrote, once it has asked.
func (w *world) sealing(n *node, do func() error) error {
	if err := w.ask(n); err != nil || n.root {
		return errors.Join(err, do())
	}
	before, err := n.r.Vector(w.ctx)
	if err != nil {
		return err
	}
	lines, err := n.r.Lines(w.ctx)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := n.r.Vector(w.ctx)
	if err != nil {
		return err
	}
	for s, number := range after {
		if s.Origin == n.r.Origin() && before[s] < number {
			w.told = append(w.told, told{s, before[s] + 1, lines})
		}
	}
	return nil
}

// apply merges, which seals first.
func (w *world) apply(n *node, raws [][]byte) (out []replica.Applied, err error) {
	err = w.sealing(n, func() (err error) {
		out, err = n.r.Apply(w.ctx, raws...)
		return err
	})
	return out, err
}

// openings are the incarnations to which the times of a node's writes belong, as it has
// them.
func (n *node) openings(w *world) (map[hlc.Stamp]changeset.Origin, error) {
	rows, err := n.r.Query(w.ctx, `SELECT p.at, o.replica, o.incarnation FROM _opening p JOIN _origin o ON o.idx = p.origin`)
	if err != nil {
		return nil, err
	}
	out := map[hlc.Stamp]changeset.Origin{}
	for rows.Next() {
		var at hlc.Stamp
		var o changeset.Origin
		if err := rows.Scan(&at, &o.Replica, &o.Incarnation); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		out[at] = o
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// rename makes of a node's writes what its openings became. An image keeps them as they
// were.
func (n *node) rename(before, after map[hlc.Stamp]changeset.Origin) {
	for i, in := range n.wrote {
		var opened hlc.Stamp
		for at := range before {
			if at <= in.at {
				opened = max(opened, at)
			}
		}
		if from, to := before[opened], after[opened]; opened != 0 && in.origin == from && from != to {
			renamed := *in
			renamed.origin = to
			n.wrote[i] = &renamed
		}
	}
}

// clone copies a kit to another place, where it goes on by itself.
func (w *world) clone(n *node) error {
	if n.root || len(w.nodes) >= 8 {
		return nil
	}
	name := fmt.Sprint("n", len(w.nodes))
	if err := w.ask(n); err != nil { // its disk may have been put back: the copy would not know either
		return err
	}
	c := &node{name: name, dir: filepath.Join(w.dir, name), home: n.home, version: n.version, wrong: n.wrong, locked: n.locked, random: n.random, wrote: slices.Clone(n.wrote)}
	if err := os.CopyFS(c.dir, os.DirFS(n.dir)); err != nil {
		return err
	}
	if err := w.open(c); err != nil {
		return err
	}
	n.copied = true
	w.nodes = append(w.nodes, c)
	w.note("clone", n.name, name, c.r.Renewed())
	if !c.r.Renewed() {
		return errors.New("a copy goes on as the same incarnation")
	}
	return w.passOn(c)
}

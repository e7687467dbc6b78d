package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

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
	if err := w.acknowledge(from, to); err != nil {
		return err
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

// acknowledge tells a kit that meets the county what is there.
func (w *world) acknowledge(a, b *node) error {
	if b.root {
		a, b = b, a
	}
	if !a.root || b.root {
		return nil
	}
	v, err := a.r.Vector(w.ctx)
	if err != nil {
		return err
	}
	if err := b.r.Acknowledge(w.ctx, v, w.now); err != nil {
		return err
	}
	backup, err := a.r.LastBackup(w.ctx)
	if err != nil {
		return err
	}
	return b.r.Confirm(w.ctx, v, w.now, backup)
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
	anchors := n.anchorDir(w)
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
	n.image, n.copied = &image{dir: n.dir + ".image", wrote: slices.Clone(n.wrote), step: w.steps}, false
	if err := os.RemoveAll(n.image.dir + ".anchors"); err != nil {
		return err
	}
	if err := os.CopyFS(n.image.dir+".anchors", os.DirFS(n.anchorDir(w))); err != nil {
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
	// Nobody can tell a kit whose whole disk was put back what it once wrote when the
	// county, too, is put back to before that.
	if n.root && w.diskBack > n.image.step {
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
	for i := range w.told {
		w.told[i].noted = w.told[i].noted && !n.root
	}
	w.note("restore", n.name, renewed)
	if renewed {
		return w.passOn(n)
	}
	return nil
}

// clone copies a kit to another place, where it goes on by itself.
func (w *world) clone(n *node) error {
	if n.root || len(w.nodes) >= 8 || n.wrong != 0 {
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
	n.copied, n.shares, c.shares = true, true, true
	w.nodes = append(w.nodes, c)
	w.note("clone", n.name, name, c.r.Renewed())
	if !c.r.Renewed() {
		return errors.New("a copy goes on as the same incarnation")
	}
	return w.passOn(c)
}

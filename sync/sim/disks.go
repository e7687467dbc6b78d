package main

import (
	"errors"
	"os"
	"slices"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/replica"
)

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
	if err := os.RemoveAll(n.anchorDir(w)); err != nil {
		return err
	}
	if err := os.CopyFS(n.anchorDir(w), os.DirFS(n.image.dir+".anchors")); err != nil {
		return err
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
			renamed.origin, renamed.passedOn = to, slices.Clone(in.passedOn)
			if in.first == nil {
				renamed.first = in
			}
			n.wrote[i] = &renamed
		}
	}
}

package main

import (
	"errors"
	"os"
	"slices"
	"time"

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
	w.diskBack = w.steps
	w.note("restore disk", n.name, n.r.Origin().Incarnation)
	return nil
}

// ask lets the county say whether a kit's disk was put back from an image and how wrong
// its clock is, before anything is sealed.
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
		event := "renew"
		again, err := n.r.GoOn(w.ctx, lines, answers)
		if err == nil && !again && (n.wrong-n.r.Ahead()).Abs() >= time.Minute {
			event = "correct"
			again, err = n.r.Correct(w.ctx, n.wrong)
		}
		if err != nil || !again {
			return err
		}
		w.note(event, n.name, n.r.Origin().Incarnation)
		after, err := n.openings(w)
		if err != nil {
			return err
		}
		n.rename(before, after)
		if event == "renew" {
			if err := w.passOn(n); err != nil {
				return err
			}
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
	for i := range w.told {
		if t := &w.told[i]; !t.noted && t.stream.Origin.Replica == n.r.ID() && held[t.stream] >= t.number {
			if err := root.NoteLines(w.ctx, n.r.ID(), t.lines); err != nil {
				return nil, err
			}
			t.noted = true
		}
	}
	return root.CompareLines(w.ctx, n.r.ID(), lines)
}

// told goes with a changeset to whoever gets it.
type told struct {
	stream changeset.Stream
	number uint64
	lines  []replica.Line
	noted  bool // at the root
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
	n.shares = false
	after, err := n.r.Vector(w.ctx)
	if err != nil {
		return err
	}
	for s, number := range after {
		if s.Origin == n.r.Origin() && before[s] < number {
			w.told = append(w.told, told{stream: s, number: before[s] + 1, lines: lines})
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

// opening is when writes began, and whose they are.
type opening struct {
	at     hlc.Stamp
	origin changeset.Origin
}

// openings are a node's, in the order of their times.
func (n *node) openings(w *world) ([]opening, error) {
	rows, err := n.r.Query(w.ctx, `SELECT p.at, o.replica, o.incarnation FROM _opening p JOIN _origin o ON o.idx = p.origin ORDER BY p.at`)
	if err != nil {
		return nil, err
	}
	var out []opening
	for rows.Next() {
		var o opening
		if err := rows.Scan(&o.at, &o.origin.Replica, &o.origin.Incarnation); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		out = append(out, o)
	}
	return out, errors.Join(rows.Err(), rows.Close())
}

// rename makes of a node's writes what its openings became. An image keeps them as they
// were.
func (n *node) rename(before, after []opening) {
	for i, in := range n.wrote {
		k := len(before) - 1
		for k >= 0 && before[k].at > in.at {
			k--
		}
		if k < 0 || in.origin != before[k].origin || before[k] == after[k] {
			continue
		}
		renamed := *in
		renamed.origin, renamed.at, renamed.passedOn = after[k].origin, in.at+after[k].at-before[k].at, slices.Clone(in.passedOn)
		if in.first == nil {
			renamed.first = in
		}
		n.wrote[i] = &renamed
	}
}

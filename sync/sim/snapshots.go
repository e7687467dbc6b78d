package main

import (
	"fmt"
	"maps"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
)

// compact makes a snapshot at the root, backs up and puts away what both hold.
func (w *world) compact() error {
	root := w.nodes[0]
	if err := root.r.Snapshot(w.ctx); err != nil {
		return err
	}
	w.now = w.now.Add(time.Second)
	if err := w.save(root); err != nil {
		return err
	}
	before := w.now.Add(-time.Duration(w.rng.IntN(48)) * time.Hour)
	n, err := root.r.Compact(w.ctx, replica.Retention{Before: before})
	if err != nil {
		return err
	}
	w.note("compact", n > 0)
	if n > 0 {
		w.events["compacted"]++
	}
	return nil
}

// join enrols a further node, which has nothing yet.
func (w *world) join() error {
	if len(w.nodes) >= 8 {
		return nil
	}
	if err := w.enrol(len(w.nodes)); err != nil {
		return err
	}
	w.note("join", fmt.Sprint("n", len(w.nodes)-1))
	return nil
}

// holds is what a node has, with how far a snapshot has come.
func (n *node) holds(w *world) (changeset.Vector, error) {
	have, err := n.r.Vector(w.ctx)
	if err != nil {
		return nil, err
	}
	begun, err := n.r.SnapshotProgress(w.ctx)
	maps.Copy(have, begun)
	return have, err
}

// certify gives a node the certificates of the authors of what it will get.
func (w *world) certify(from, to *node, refs []replica.Ref) error {
	for _, ref := range refs {
		c, found, err := from.r.Certificate(w.ctx, ref.Stream.Origin.Replica)
		if err != nil {
			return err
		}
		if found {
			if err := to.r.Accept(w.ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

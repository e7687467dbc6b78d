package replica

import (
	"context"
	"fmt"
	"slices"

	"fieldkit/sync/changeset"
)

// GoOn takes the county's answer to Lines. When this database was put back from an image
// that had its anchor with it, what it wrote since becomes the writes of a new
// incarnation, under their old times, and it goes on as that one; what the county has
// heard of under another incarnation, of that. It tells whether something was renamed:
// then the replica asks anew before it seals.
func (r *Replica) GoOn(ctx context.Context, lines []Line, answers []LineAnswer) (renewed bool, err error) {
	if len(lines) != len(answers) {
		return false, fmt.Errorf("%d answers to %d lines", len(answers), len(lines))
	}
	err = r.update(ctx, false, func(tx *Tx) (err error) {
		renewed, err = tx.goOn(lines, answers)
		return err
	})
	if err == nil && renewed {
		err = r.rememberInherited(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("go on as another incarnation: %w", err)
	}
	return renewed, nil
}

func (tx *Tx) goOn(lines []Line, answers []LineAnswer) (bool, error) {
	r := tx.r
	list, err := tx.unsealedOpenings()
	if err != nil {
		return false, err
	}
	ahead := map[int]bool{}
	told := map[uint32]Known{}
	for i, l := range lines {
		if origin, ok := r.origins.lookup(changeset.Origin{Replica: r.id, Incarnation: l.Incarnation}); ok {
			ahead[origin] = answers[i].Ahead
		}
		for j, o := range l.Openings {
			if j < len(answers[i].Known) {
				told[o.Token] = answers[i].Known[j]
			}
		}
	}
	var spans renaming
	next, changed := 0, false
	shift := int64(0) // of those before: they were set back together
	inherited := r.clock.Last()
	for _, o := range list {
		sp := span{at: o.at, from: o.origin, to: o.origin}
		switch k, asked := told[o.token]; {
		case !asked:
		case k.Incarnation != 0:
			if sp.to, err = r.origins.number(tx.ctx, tx.conn, changeset.Origin{Replica: r.id, Incarnation: k.Incarnation}); err != nil {
				return false, err
			}
			shift = k.Shift - o.shift
			sp.by = shift
		case ahead[o.origin] || changed: // the county has later numbers, or another name for what was written before
			if next == 0 {
				if next, err = tx.nextIncarnation(); err != nil {
					return false, err
				}
				inherited = o.at.Back(shift) - 1
			}
			sp.to, sp.by = next, shift
		}
		changed = changed || sp.to != sp.from
		spans = append(spans, sp)
	}
	if !changed && !ahead[r.own] {
		return false, nil
	}
	if next == 0 { // whatever becomes of the names, what is written from now on is a new incarnation's
		if next, err = tx.nextIncarnation(); err != nil {
			return false, err
		}
		inherited = inherited.Back(shift)
	}
	r.opts.Log.Warn("the disk was put back from an image: going on as a new incarnation", "replica", r.id, "before", r.origins.name(r.own).Incarnation, "now", r.origins.name(next).Incarnation)
	r.renewed = true
	r.inheritedTo = max(r.inheritedTo, inherited)
	if err := setMeta(tx.ctx, tx.conn, "inherited", int64(r.inheritedTo)); err != nil {
		return false, err
	}
	return true, tx.goOnAs(next, spans, shift)
}

// unsealedOpenings are those that wrote what is not sealed.
func (tx *Tx) unsealedOpenings() ([]opening, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
	list, err := readOpenings(tx.ctx, tx.conn)
	return slices.DeleteFunc(list, func(o opening) bool { return o.at <= tx.r.sealed }), err
}

// nextIncarnation is a new one of this replica.
func (tx *Tx) nextIncarnation() (int, error) {
	r := tx.r
	incarnation, err := newIncarnation(tx.ctx, tx.conn, r.id[:], r.opts.Random)
	if err != nil {
		return 0, err
	}
	if err := setMeta(tx.ctx, tx.conn, "incarnation", int64(incarnation)); err != nil {
		return 0, err
	}
	return r.origins.number(tx.ctx, tx.conn, changeset.Origin{Replica: r.id, Incarnation: incarnation})
}

// goOnAs renames what lies in the spans and writes as another incarnation from now on.
// shift is how far the newest stamps are set back.
func (tx *Tx) goOnAs(own int, spans renaming, shift int64) error {
	r := tx.r
	if err := tx.rename(spans); err != nil {
		return err
	}
	for _, sp := range spans { // by way of negative numbers: no two at one time
		if err := tx.exec(`UPDATE _opening SET at = ?, origin = ?, shift = shift + ? WHERE at = ?`, -int64(sp.at.Back(sp.by)), sp.to, sp.by, int64(sp.at)); err != nil {
			return err
		}
	}
	if err := tx.exec(`UPDATE _opening SET at = -at WHERE at < 0`); err != nil {
		return err
	}
	r.own, r.short = own, nil
	if r.wroteSince != 0 {
		r.wroteSince = r.wroteSince.Back(shift)
	}
	return tx.advance()
}

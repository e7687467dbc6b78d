package replica

import "fieldkit/sync/changeset"

// Who may read what this replica seals, and what it may read itself, is decided by
// the program that opens it: the engine holds no group's key.

// recipients are those of a changeset for an audience, by its local number.
func (r *Replica) recipients(audience int) changeset.Recipients {
	if r.opts.Recipients == nil {
		return changeset.Recipients{}
	}
	return changeset.Recipients{Keys: r.opts.Recipients(r.audiences.list[audience]), Random: r.opts.Random}
}

// opener is the keys at hand, nil while they are locked away.
func (r *Replica) opener() changeset.Opener {
	if r.opts.Opener == nil {
		return nil
	}
	return r.opts.Opener()
}

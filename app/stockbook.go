package app

import (
	"slices"
	"sync"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// stockBook keeps the unit's account without the handouts of the activity that is being
// counted, so that a tap need not add up all others again: after a thousand activities
// that takes longer than making the tap durable.
type stockBook struct {
	mu       sync.Mutex
	of       *replica.Replica
	unit     schema.ID
	activity schema.ID
	own      map[schema.ID]bool // the activity's handouts, there or not yet
	lines    []StockLine        // nil when they must be added up
	changes  int                // of what they are made of
	leave    func()
}

// without is the account without an activity's handouts.
func (b *stockBook) without(k *Stock, r *replica.Replica, activity schema.ID) ([]StockLine, error) {
	b.mu.Lock()
	if b.of != r {
		if b.leave != nil {
			b.leave()
		}
		b.of, b.lines = r, nil
		b.leave = r.Subscribe(b.note)
	}
	unit := k.s.Unit()
	if b.lines != nil && b.activity == activity && b.unit == unit {
		defer b.mu.Unlock()
		return b.lines, nil
	}
	b.unit, b.activity, b.own, b.lines = unit, activity, nil, nil
	b.changes++
	began := b.changes
	b.mu.Unlock()
	lines, err := k.balances(r, activity)
	if err != nil {
		return nil, err
	}
	own := map[schema.ID]bool{}
	for _, l := range lines {
		own[model.HandoutID(r.Realm(), activity, l.MaterialID)] = true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changes == began {
		b.own, b.lines = own, lines
	}
	return lines, nil
}

// note forgets the account when something that it is made of changed.
func (b *stockBook) note(c replica.Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	other := func(table string, own func(schema.ID) bool) bool {
		return slices.Contains(c.Tables, table) && slices.ContainsFunc(c.Rows[table], func(id schema.ID) bool { return !own(id) })
	}
	if c.Remote || slices.ContainsFunc([]string{"material", "stock_move", "issue", "placement"}, func(t string) bool { return slices.Contains(c.Tables, t) }) ||
		other("activity", func(id schema.ID) bool { return id == b.activity }) || other("handout", func(id schema.ID) bool { return b.own[id] }) {
		b.lines = nil
		b.changes++
	}
}

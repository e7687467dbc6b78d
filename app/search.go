package app

import (
	"context"
	"slices"
	"strings"
	"sync"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// searchIndex holds the searchable text of every consultation in memory: sealed
// fields cannot be searched in SQL. It is built on the first search and read
// anew after changes from other laptops.
type searchIndex struct {
	s *Session

	mu      sync.Mutex
	of      *replica.Replica
	cancel  func()
	entries []indexed // newest first
	stale   bool
}

type indexed struct {
	id       schema.ID
	at       int64
	activity schema.ID
	fraud    string
	voided   bool
	text     string
}

func newSearchIndex(s *Session) *searchIndex { return &searchIndex{s: s} }

// ready builds the index if it must. Its caller holds mu.
func (x *searchIndex) ready() error {
	r, err := x.s.open()
	if err != nil {
		return err
	}
	if x.of != r {
		if x.cancel != nil {
			x.cancel()
		}
		x.of, x.stale = r, true
		x.cancel = r.Subscribe(func(c replica.Change) {
			if c.Remote && slices.Contains(c.Tables, "consultation") {
				go x.markStale() // not on the committing goroutine, which may be searching
			}
		})
	}
	if !x.stale {
		return nil
	}
	x.stale = false
	x.entries = x.entries[:0]
	if err := r.Each(context.Background(), "consultation", "WHERE merged_into IS NULL", nil, func(row *replica.Row) error {
		x.entries = append(x.entries, index(row))
		return nil
	}); err != nil {
		x.stale = true
		return err
	}
	slices.SortFunc(x.entries, newestFirst)
	return nil
}

func (x *searchIndex) markStale() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stale = true
}

func newestFirst(a, b indexed) int {
	if a.at != b.at {
		if a.at > b.at {
			return -1
		}
		return 1
	}
	return -slices.Compare(a.id[:], b.id[:])
}

func index(row *replica.Row) indexed {
	parts := []string{row.Text("person_label"), row.Text("phone"), row.Text("story"), row.Text("note"), row.Text("town"), row.Text("alarm_no"), row.Text("payer_tail"),
		row.Text("fraud_type"), model.Label("fraud_type", row.Text("fraud_type")), model.Label("outcome", row.Text("outcome")), yuan(row.Int("loss_fen")), yuan(row.Int("at_risk_fen"))}
	for i := range parts {
		parts[i] = model.Norm(parts[i])
	}
	return indexed{id: row.ID, at: row.Int("occurred_at"), activity: row.Ref("activity_id"), fraud: row.Text("fraud_type"), voided: voided(row), text: strings.Join(parts, "\x1f")}
}

// refresh reads one row anew after a local change.
func (x *searchIndex) refresh(id schema.ID) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.of == nil || x.stale {
		return nil // the next search reads everything
	}
	row, err := x.of.Get(context.Background(), "consultation", id)
	if err != nil || row == nil {
		return err
	}
	e := index(row)
	x.entries = slices.DeleteFunc(x.entries, func(o indexed) bool { return o.id == id })
	at, _ := slices.BinarySearchFunc(x.entries, e, newestFirst)
	x.entries = slices.Insert(x.entries, at, e)
	return nil
}

// search returns a page of ids and the number of all hits. Every word must occur.
func (x *searchIndex) search(q ConsultationQuery) (ids []schema.ID, total int, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.ready(); err != nil {
		return nil, 0, err
	}
	var words []string
	for _, w := range strings.Fields(q.Text) {
		words = append(words, model.Norm(w))
	}
	for i := range x.entries {
		e := &x.entries[i]
		if e.voided != q.Voided || !q.ActivityID.IsNil() && e.activity != q.ActivityID || q.FraudType != "" && e.fraud != q.FraudType ||
			q.From > 0 && e.at < q.From || q.To > 0 && e.at >= q.To ||
			slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(e.text, w) }) {
			continue
		}
		if total >= q.Offset && len(ids) < q.Limit {
			ids = append(ids, e.id)
		}
		total++
	}
	return ids, total, nil
}

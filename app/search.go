package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// searchIndex holds the searchable text of every consultation in memory: sealed
// fields cannot be searched in SQL. It is read in the background once a list is
// shown, and again after changes from other laptops; what changes here is noted
// by its id and read when somebody searches, so that no save waits for it.
type searchIndex struct {
	s *Session

	stale   atomic.Bool // everything is to be read anew
	warming atomic.Bool
	ctx     context.Context // ends when the session closes
	stop    context.CancelFunc
	owned   sync.WaitGroup // the background reader

	touchedMu sync.Mutex
	touched   map[schema.ID]bool // written here since the index was last brought up to date

	mu      sync.Mutex // held while the fields below are built or searched
	of      *replica.Replica
	cancel  func()
	entries []indexed // newest first
}

type indexed struct {
	id       schema.ID
	at       int64
	activity schema.ID
	fraud    string
	town     string
	voided   bool
	text     string
}

// words are what a query asks for. A word of letters also stands for the pinyin
// initials of a type of fraud or a town; each is worked out once a search.
type words struct {
	codes *codeBook
	texts []string
	spelt []bool            // by word: it may be initials
	hits  []map[string]bool // by word: label → whether it begins so
}

func wordsOf(codes *codeBook, text string) *words {
	w := &words{codes: codes}
	for _, f := range strings.Fields(text) {
		f = model.Norm(f)
		w.texts = append(w.texts, f)
		w.spelt = append(w.spelt, spelt(f))
		w.hits = append(w.hits, map[string]bool{})
	}
	return w
}

// spelt tells whether a word is of Latin letters alone.
func spelt(word string) bool {
	return word != "" && strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

func (w *words) begins(i int, label string) bool {
	hit, known := w.hits[i][label]
	if !known {
		hit = label != "" && model.MatchInitials(model.Initials(label), w.texts[i])
		w.hits[i][label] = hit
	}
	return hit
}

func (w *words) match(e *indexed) bool {
	for i, text := range w.texts {
		if !strings.Contains(e.text, text) && !(w.spelt[i] && (w.begins(i, w.codes.label("fraud_type", e.fraud)) || w.begins(i, e.town))) {
			return false
		}
	}
	return true
}

func newSearchIndex(s *Session) *searchIndex {
	x := &searchIndex{s: s, touched: map[schema.ID]bool{}}
	x.ctx, x.stop = context.WithCancel(context.Background())
	return x
}

// close ends the background reader and waits for it.
func (x *searchIndex) close() {
	x.stop()
	x.owned.Wait()
}

// leave forgets the replica it was read from, which is about to close.
func (x *searchIndex) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cancel != nil {
		x.cancel()
	}
	x.of, x.cancel, x.entries = nil, nil, nil
	x.stale.Store(true)
}

// warm brings the index up to date in the background, if it must be. It never waits.
func (x *searchIndex) warm(r *replica.Replica) {
	if !x.mu.TryLock() {
		return // somebody is searching or reading it already
	}
	due := x.of != r || x.stale.Load()
	x.mu.Unlock()
	if !due || x.ctx.Err() != nil || !x.warming.CompareAndSwap(false, true) {
		return
	}
	x.owned.Go(func() {
		defer x.warming.Store(false)
		x.mu.Lock()
		defer x.mu.Unlock()
		_ = x.ready() // the search that needs it will try again and tell
	})
}

// touch notes that a consultation was written here.
func (x *searchIndex) touch(id schema.ID) {
	x.touchedMu.Lock()
	defer x.touchedMu.Unlock()
	x.touched[id] = true
}

func (x *searchIndex) takeTouched() map[schema.ID]bool {
	x.touchedMu.Lock()
	defer x.touchedMu.Unlock()
	ids := x.touched
	x.touched = map[schema.ID]bool{}
	return ids
}

// ready brings the index up to date. Its caller holds mu.
func (x *searchIndex) ready() error {
	r, err := x.s.open()
	if err != nil {
		return err
	}
	if x.of != r {
		if x.cancel != nil {
			x.cancel()
		}
		x.of = r
		x.stale.Store(true)
		x.cancel = r.Subscribe(func(c replica.Change) {
			if c.Remote && (slices.Contains(c.Tables, "consultation") || slices.Contains(c.Tables, "setting")) { // a renamed code is found by its new name
				x.stale.Store(true)
			}
		})
	}
	ids := x.takeTouched()
	if x.stale.Swap(false) {
		err = x.readAll(r)
	} else {
		err = x.readSome(r, ids)
	}
	if err != nil {
		x.stale.Store(true)
	}
	return err
}

func (x *searchIndex) readAll(r *replica.Replica) error {
	codes := x.s.codes()
	x.entries = x.entries[:0]
	if err := r.Each(x.ctx, "consultation", "WHERE merged_into IS NULL", nil, func(row *replica.Row) error {
		x.entries = append(x.entries, index(codes, row))
		return nil
	}); err != nil {
		return err
	}
	slices.SortFunc(x.entries, newestFirst)
	return nil
}

func (x *searchIndex) readSome(r *replica.Replica, ids map[schema.ID]bool) error {
	if len(ids) == 0 {
		return nil
	}
	x.entries = slices.DeleteFunc(x.entries, func(e indexed) bool { return ids[e.id] })
	for id := range ids {
		row, err := r.Get(x.ctx, "consultation", id)
		if err != nil {
			return err
		}
		if row == nil || !row.Null("merged_into") {
			continue
		}
		e := index(x.s.codes(), row)
		at, _ := slices.BinarySearchFunc(x.entries, e, newestFirst)
		x.entries = slices.Insert(x.entries, at, e)
	}
	return nil
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

func index(codes *codeBook, row *replica.Row) indexed {
	parts := []string{row.Text("person_label"), row.Text("phone"), row.Text("story"), row.Text("note"), row.Text("town"), row.Text("alarm_no"), row.Text("payer_tail"),
		row.Text("fraud_type"), codes.label("fraud_type", row.Text("fraud_type")), codes.label("outcome", row.Text("outcome")), yuan(row.Int("loss_fen")), yuan(row.Int("at_risk_fen"))}
	for i := range parts {
		parts[i] = model.Norm(parts[i])
	}
	return indexed{id: row.ID, at: row.Int("occurred_at"), activity: row.Ref("activity_id"), fraud: row.Text("fraud_type"), town: row.Text("town"), voided: voided(row), text: strings.Join(parts, "\x1f")}
}

// matching returns the ids in which every word of the text occurs.
func (x *searchIndex) matching(text string) (map[schema.ID]bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.ready(); err != nil {
		return nil, err
	}
	words, out := wordsOf(x.s.codes(), text), map[schema.ID]bool{}
	for i := range x.entries {
		if words.match(&x.entries[i]) {
			out[x.entries[i].id] = true
		}
	}
	return out, nil
}

// search returns a page of ids and the number of all hits. Every word must occur.
func (x *searchIndex) search(q ConsultationQuery) (ids []schema.ID, total int, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.ready(); err != nil {
		return nil, 0, err
	}
	words := wordsOf(x.s.codes(), q.Text)
	for i := range x.entries {
		e := &x.entries[i]
		if e.voided != q.Voided || !q.ActivityID.IsNil() && e.activity != q.ActivityID || q.FraudType != "" && e.fraud != q.FraudType ||
			q.From > 0 && e.at < q.From || q.To > 0 && e.at >= q.To ||
			!words.match(e) {
			continue
		}
		if total >= q.Offset && len(ids) < q.Limit {
			ids = append(ids, e.id)
		}
		total++
	}
	return ids, total, nil
}

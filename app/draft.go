package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Drafts keep forms as they are typed, encrypted on this laptop and never sent, so that
// a crash, a key pressed too soon or another task in between loses nothing.
type Drafts struct{ s *Session }

// NewDrafts makes the service.
func NewDrafts(s *Session) *Drafts { return &Drafts{s} }

// Draft is a form as it was left.
type Draft struct {
	Key  string `json:"key"`  // which form: "consultation/new/ACTIVITY", "consultation/ID", "digest/new", "digest/new/CONSULTATION", "digest/ID"
	Form string `json:"form"` // JSON, as the screen keeps it; nothing of it is checked
	At   int64  `json:"at"`   // ms
}

const (
	draftsKey = "drafts"
	maxDrafts = 50      // unfinished forms; the oldest gives way
	maxDraft  = 2 << 20 // bytes of one
)

var draftKey = regexp.MustCompile(`^[a-z]+(/[a-z0-9-]+){1,2}$`)

// consultationDraft names the form of a consultation.
func consultationDraft(id, activity schema.ID) string {
	if id.IsNil() {
		return "consultation/new/" + activity.String()
	}
	return "consultation/" + id.String()
}

// digestDraft names the form of a digest; a new one may be written from a consultation.
func digestDraft(id schema.ID, from []schema.ID) string {
	switch {
	case !id.IsNil():
		return "digest/" + id.String()
	case len(from) > 0:
		return "digest/new/" + from[0].String()
	}
	return "digest/new"
}

func readDrafts(raw []byte) []Draft {
	list := []Draft{}
	_ = json.Unmarshal(raw, &list) // damaged ones cannot be brought back
	return list
}

// changeDrafts puts a draft in the place of the one that has its key; "" as the form
// only takes that away.
func changeDrafts(tx *replica.Tx, d Draft) error {
	raw, err := tx.GetLocal(draftsKey)
	if err != nil || raw == nil && d.Form == "" {
		return err
	}
	list := slices.DeleteFunc(readDrafts(raw), func(old Draft) bool { return old.Key == d.Key })
	if d.Form != "" {
		list = append(list, d)
	}
	if len(list) == 0 {
		return tx.PutLocal(draftsKey, nil)
	}
	if raw, err = json.Marshal(list[max(0, len(list)-maxDrafts):]); err != nil {
		return fmt.Errorf("keep drafts: %w", err)
	}
	return tx.PutLocal(draftsKey, raw)
}

// dropDraft forgets the draft of a form that is saved now.
func dropDraft(tx *replica.Tx, key string) error { return changeDrafts(tx, Draft{Key: key}) }

// Keep keeps a form, in the place of what was kept of it before.
func (d *Drafts) Keep(key, form string) error {
	if !draftKey.MatchString(key) || form == "" || len(form) > maxDraft {
		return refuse("", "这张表太大，没能随时保存。请先保存，再接着写。", "This form is too large to be kept while it is typed; save it, then go on.")
	}
	return d.s.update(func(tx *replica.Tx) error {
		return changeDrafts(tx, Draft{Key: key, Form: form, At: tx.Now().UnixMilli()})
	})
}

// Of is a form as it was left, nil when nothing of it is kept.
func (d *Drafts) Of(key string) (*Draft, error) {
	list, err := d.List()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(list, func(x Draft) bool { return x.Key == key }); i >= 0 {
		return &list[i], nil
	}
	return nil, nil
}

// List lists the unfinished forms, newest first.
func (d *Drafts) List() ([]Draft, error) {
	r, err := d.s.open()
	if err != nil {
		return nil, err
	}
	return listDrafts(r)
}

func listDrafts(r *replica.Replica) ([]Draft, error) {
	raw, err := r.GetLocal(context.Background(), draftsKey)
	if err != nil {
		return nil, err
	}
	list := readDrafts(raw)
	slices.SortStableFunc(list, func(a, b Draft) int { return cmp.Compare(b.At, a.At) })
	return list, nil
}

// Drop forgets a form.
func (d *Drafts) Drop(key string) error {
	return d.s.update(func(tx *replica.Tx) error { return dropDraft(tx, key) })
}

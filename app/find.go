package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Finder searches everything on this laptop at once, by words, digits or pinyin initials.
type Finder struct {
	s     *Session
	index *findIndex
}

// NewFinder makes the service.
func NewFinder(s *Session) *Finder { return &Finder{s, newFindIndex()} }

// Hit is a record that was found.
type Hit struct {
	Table string    `json:"table"`
	ID    schema.ID `json:"id"`
	Kind  string    `json:"kind"` // of an activity, a venue, an indicator …
	Title string    `json:"title"`
	Sub   string    `json:"sub"` // what tells it from others, without personal data
	At    int64     `json:"at"`  // ms, 0 when it has no time
}

// HitGroup is what was found in one table.
type HitGroup struct {
	Table string `json:"table"`
	Total int    `json:"total"`
	Hits  []Hit  `json:"hits"` // the best of them
}

// shownHits is how many of a table are listed.
const shownHits = 6

type searchedTable struct {
	table   string
	order   string
	columns []string
}

// searched are the tables a search looks through beside consultations, in the order
// they are shown, with the columns that are looked at.
var searched = []searchedTable{
	{"indicator", "created_at DESC", []string{"value", "bank_or_platform"}},
	{"activity", "start_at DESC", []string{"title", "place_text", "summary"}},
	{"venue", "name", []string{"name", "town", "address", "licence_no"}},
	{"case_digest", "created_at DESC", []string{"title", "elements", "article"}},
	{"slogan", "created_at DESC", []string{"text"}},
	{"post", "posted_at DESC", []string{"title", "account", "url"}},
	{"outcome", "occurred_on DESC", []string{"ref_no", "occurred_on"}},
	{"unit", "department, code", []string{"name", "short_name"}},
	{"officer", "staff_no", []string{"name", "staff_no"}},
	{"material", "code", []string{"name", "edition"}},
	{"plan_item", "due_from", []string{"title"}},
}

// All finds records in which every word occurs. An empty text finds nothing.
func (f *Finder) All(text string) ([]HitGroup, error) {
	out := []HitGroup{}
	r, err := f.s.open()
	if err != nil {
		return out, err
	}
	var words []string
	for _, w := range strings.Fields(cut(text, 200)) {
		words = append(words, model.Norm(w))
	}
	if len(words) == 0 {
		return out, nil
	}
	consultations, err := f.consultations(r, text)
	if err != nil {
		return nil, err
	}
	if consultations.Total > 0 {
		out = append(out, consultations)
	}
	for _, t := range searched {
		g := HitGroup{Table: t.table, Hits: []Hit{}}
		entries, err := f.index.entries(r, f.s.directory(r), t)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			if !entries[i].matches(words) {
				continue
			}
			if g.Total++; len(g.Hits) < shownHits {
				g.Hits = append(g.Hits, entries[i].hit)
			}
		}
		if g.Total > 0 {
			out = append(out, g)
		}
	}
	// A number that is wholly given is wanted more than one that merely holds it.
	key := model.Norm(text)
	slices.SortStableFunc(out, func(a, b HitGroup) int { return cmp.Compare(exact(b, key), exact(a, key)) })
	return out, nil
}

func exact(g HitGroup, key string) int {
	if slices.ContainsFunc(g.Hits, func(h Hit) bool { return model.Norm(h.Title) == key }) {
		return 1
	}
	return 0
}

func (f *Finder) consultations(r *replica.Replica, text string) (HitGroup, error) {
	g := HitGroup{Table: "consultation", Hits: []Hit{}}
	ids, total, err := f.s.consultations.search(ConsultationQuery{Text: text, Limit: shownHits})
	if err != nil {
		return g, err
	}
	g.Total = total
	d := f.s.directory(r)
	for _, id := range ids {
		row, err := r.Get(context.Background(), "consultation", id)
		if err != nil {
			return g, err
		}
		if row == nil {
			continue
		}
		hit, err := hitOf(d, "consultation", row)
		if err != nil {
			return g, err
		}
		g.Hits = append(g.Hits, hit)
	}
	return g, nil
}

func hitOf(d *directory, table string, row *replica.Row) (Hit, error) {
	h := Hit{Table: table, ID: row.ID, Title: d.title(table, row)}
	switch table {
	case "consultation":
		h.Kind, h.At = row.Text("fraud_type"), row.Int("occurred_at")
		place, err := d.name("activity", row.Ref("activity_id"))
		h.Sub = strings.Trim(place.Name+" · "+d.codes.label("outcome", row.Text("outcome")), " ·")
		return h, err
	case "indicator":
		h.Kind, h.Sub = row.Text("kind"), d.codes.label("indicator_kind", row.Text("kind"))+" · "+d.codes.label("indicator_status", row.Text("status"))
	case "activity":
		h.Kind, h.At, h.Sub = row.Text("kind"), row.Int("start_at"), d.codes.label("activity_kind", row.Text("kind"))
		if venue, err := d.name("venue", row.Ref("venue_id")); err != nil {
			return h, err
		} else if venue.Name != "" && row.Text("title") == "" {
			h.Title = venue.Name + " · " + h.Sub
		}
	case "venue":
		h.Kind, h.Sub = row.Text("kind"), strings.Trim(row.Text("town")+" · "+d.codes.label("venue_kind", row.Text("kind")), " ·")
	case "post":
		h.Kind, h.At, h.Sub = row.Text("channel"), row.Int("posted_at"), d.codes.label("post_channel", row.Text("channel"))
	case "outcome":
		h.Kind, h.Sub = row.Text("kind"), row.Text("occurred_on")
		if t, err := time.ParseInLocation("2006-01-02", row.Text("occurred_on"), model.Location); err == nil {
			h.At = t.UnixMilli()
		}
	case "case_digest":
		h.Kind, h.Sub = row.Text("state"), d.codes.label("digest_state", row.Text("state"))
	case "unit":
		h.Kind, h.Sub = row.Text("department"), d.codes.label("department", row.Text("department"))
	case "plan_item":
		h.Title, h.Sub = cmp.Or(row.Text("title"), d.codes.label("activity_kind", row.Text("kind"))), row.Text("due_from")
	}
	return h, nil
}

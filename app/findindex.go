package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// findIndex keeps the searchable text of the smaller tables in memory. A table is
// read anew when it, or what its titles are made of, has changed.
type findIndex struct {
	mu     sync.Mutex
	of     *replica.Replica
	cancel func()
	tables map[string][]found

	staleMu sync.Mutex
	stale   map[string]bool
}

// found is one record that a search may find.
type found struct {
	hit      Hit
	text     string   // normalized
	initials []string // of its title and what stands beside it
}

func newFindIndex() *findIndex {
	return &findIndex{tables: map[string][]found{}, stale: map[string]bool{}}
}

// entries are a table's records, in its order.
func (x *findIndex) entries(r *replica.Replica, d *directory, t searchedTable) ([]found, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.of != r {
		if x.cancel != nil {
			x.cancel()
		}
		x.of, x.tables = r, map[string][]found{}
		x.cancel = r.Subscribe(func(c replica.Change) {
			x.staleMu.Lock()
			defer x.staleMu.Unlock()
			for _, name := range c.Tables {
				x.stale[name] = true
				if name == "venue" {
					x.stale["activity"] = true // titled by its place
				}
			}
		})
	}
	x.staleMu.Lock()
	stale := x.stale[t.table]
	delete(x.stale, t.table)
	x.staleMu.Unlock()
	if list, ok := x.tables[t.table]; ok && !stale {
		return list, nil
	}
	list := []found{}
	err := r.Each(context.Background(), t.table, "WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 ORDER BY "+t.order, nil, func(row *replica.Row) error {
		hit, err := hitOf(d, t.table, row)
		if err != nil {
			return err
		}
		texts := []string{model.Norm(hit.Title), model.Norm(hit.Sub)}
		for _, c := range t.columns {
			texts = append(texts, model.Norm(row.Text(c)))
		}
		f := found{hit: hit, text: strings.Join(texts, "\x1f")}
		for _, s := range []string{hit.Title, hit.Sub} {
			if utf8.RuneCountInString(s) <= 60 {
				if i := model.Initials(s); i != "" {
					f.initials = append(f.initials, i)
				}
			}
		}
		list = append(list, f)
		return nil
	})
	if err != nil {
		delete(x.tables, t.table)
		return nil, err
	}
	x.tables[t.table] = list
	return list, nil
}

// matches tells whether every word occurs, or spells the initials.
func (f *found) matches(words []string) bool {
	for _, w := range words {
		if !strings.Contains(f.text, w) && !(spelt(w) && slices.ContainsFunc(f.initials, func(i string) bool { return model.MatchInitials(i, w) })) {
			return false
		}
	}
	return true
}

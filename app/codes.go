package app

import (
	"context"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// CodeNames are the county's changes to the code tables as shipped. A screen lays them
// over its own copy.
type CodeNames struct {
	Labels  map[string]string       `json:"labels"`  // "table.code" → the office's name
	Added   map[string][]model.Code `json:"added"`   // the office's own codes, by table
	Retired []string                `json:"retired"` // "table.code": no longer picked, old records keep it
}

// Codes are the county's names of codes, as they were last synced.
func (c *Catalogue) Codes() (CodeNames, error) {
	set := c.s.codes().set
	return CodeNames{Labels: set.Labels, Added: set.Added, Retired: list(set.Retired)}, nil
}

// codeBook is the code tables as the county's office has them.
type codeBook struct {
	set   model.Settings
	names model.Names
}

func newCodeBook(set model.Settings) *codeBook {
	return &codeBook{set: set, names: set.Names()}
}

// label is what the county calls a code, also one that it has retired.
func (b *codeBook) label(table, code string) string { return b.names.Label(table, code) }

func (b *codeBook) labels(table string, codes []string) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = b.label(table, c)
	}
	return strings.Join(out, "、")
}

// all are a table's codes, also those that are no longer picked.
func (b *codeBook) all(table string) []model.Code { return b.set.CodesOf(table, true) }

// inUse are a table's codes that can be picked.
func (b *codeBook) inUse(table string) []model.Code { return b.set.CodesOf(table, false) }

// codes are the code tables as last synced; as shipped before enrolment.
func (s *Session) codes() *codeBook {
	r, err := s.open()
	if err != nil {
		return newCodeBook(model.DefaultSettings())
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if s.book.of != r {
		if s.book.leave != nil {
			s.book.leave()
		}
		s.book.of, s.book.now = r, nil
		s.book.leave = r.Subscribe(func(c replica.Change) {
			if slices.Contains(c.Tables, "setting") {
				s.book.mu.Lock()
				defer s.book.mu.Unlock()
				s.book.now = nil
			}
		})
	}
	if s.book.now == nil {
		set, err := model.ReadSettings(context.Background(), r)
		if err != nil { // names are never worth failing a screen
			return newCodeBook(model.DefaultSettings())
		}
		s.book.now = newCodeBook(set)
	}
	return s.book.now
}

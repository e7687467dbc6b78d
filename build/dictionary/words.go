package main

import (
	_ "embed"
	"math/rand/v2"
	"slices"
	"strings"

	"fieldkit/internal/model"
)

//go:embed vocabulary.txt
var vocabulary string

// words are the lists of the vocabulary by heading, in order.
type words struct {
	headings []string
	lists    map[string][]string
}

func readWords(text string) *words {
	w := &words{lists: map[string][]string{}}
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			heading = strings.Trim(line, "[]")
			w.headings = append(w.headings, heading)
		case heading == "notes":
			w.lists[heading] = append(w.lists[heading], line)
		default:
			w.lists[heading] = append(w.lists[heading], strings.Fields(line)...)
		}
	}
	return w
}

// text is every word once: the code tables, then the lists, the notes last.
func (w *words) text() []byte {
	var b []byte
	names := make([]string, 0, len(model.Codes))
	for name := range model.Codes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, c := range model.Codes[name] {
			b = append(b, c.Code...)
			b = append(b, c.ZH...)
		}
	}
	for _, heading := range w.headings {
		for _, word := range w.lists[heading] {
			b = append(b, word...)
		}
	}
	return b
}

func (w *words) pick(r *rand.Rand, heading string) string {
	list := w.lists[heading]
	return list[r.IntN(len(list))]
}

// note is what a worker might write about one case.
func (w *words) note(r *rand.Rand) string {
	var parts []string
	for range 1 + r.IntN(3) {
		parts = append(parts, w.pick(r, "notes"))
	}
	if r.IntN(3) == 0 {
		parts = append(parts, w.pick(r, "words")+w.pick(r, "words")+w.pick(r, "words"))
	}
	return strings.Join(parts, "，")
}

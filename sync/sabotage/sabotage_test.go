package main

import (
	"bytes"
	"context"
	"go/format"
	"strings"
	"testing"
)

// Every sabotage fits the source as it is now, and is well named.
func TestSabotagesFitTheSource(t *testing.T) {
	root, err := moduleRoot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range sabotages {
		if names[s.name] || s.breaks == "" || s.run == "" || len(s.edits) == 0 {
			t.Errorf("%s: twice there, or incomplete", s.name)
		}
		names[s.name] = true
		b, err := s.source(root)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if _, err := format.Source(b); err != nil {
			t.Errorf("%s is no Go: %v", s.name, err)
		}
	}
	if len(names) < 15 {
		t.Errorf("only %d sabotages", len(names))
	}
}

func TestNamesAreChosen(t *testing.T) {
	if list, err := choose(nil); err != nil || len(list) != len(sabotages) {
		t.Errorf("%d, %v", len(list), err)
	}
	if list, err := choose([]string{"gap-ignored"}); err != nil || len(list) != 1 || list[0].name != "gap-ignored" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := choose([]string{"gap-ignored", "nonsense"}); err == nil {
		t.Error("nonsense is run")
	}
}

// A change that tests notice is told from one that they do not, from one that does
// not build and from one that no test looks at.
func TestWhatBecomesOfASabotage(t *testing.T) {
	ctx := context.Background()
	root, err := moduleRoot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	like := func(edits []edit, run string) *sabotage {
		return &sabotage{name: "x", file: "sync/hlc/hlc.go", edits: edits, pkg: clocks, run: run}
	}
	backwards := one(`at > c.last {`, `at != c.last {`)
	if red, err := like(backwards, "^TestNeverRunsBackwards$").try(ctx, root); err != nil || red != "TestNeverRunsBackwards" {
		t.Errorf("noticed: %q, %v", red, err)
	}
	if red, err := like(one(`a point in hybrid logical time`, `a moment in hybrid logical time`), "^TestNeverRunsBackwards$").try(ctx, root); err != nil || red != "" {
		t.Errorf("harmless: %q, %v", red, err)
	}
	for name, c := range map[string]struct {
		s    *sabotage
		want string
	}{
		"does not build":  {like(one(`at > c.last {`, `at > c.lost {`), "^TestNeverRunsBackwards$"), "does not build"},
		"no such test":    {like(backwards, "^TestNothing$"), "no test is called"},
		"source has gone": {like(one(`at > c.first {`, `true {`), "^TestNeverRunsBackwards$"), "the source has changed"},
	} {
		if red, err := c.s.try(ctx, root); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v", name, red, err)
		}
	}
	if b, err := like(backwards, "").source(root); err != nil || !bytes.Contains(b, []byte("at != c.last")) {
		t.Error(err)
	}
}

package demo

import (
	"reflect"
	"testing"
)

// The first quarter's plan comes to the figures that the story states.
func TestFirstQuarterFigures(t *testing.T) {
	p, got := firstQuarter(), newTally()
	for i := range p.stage {
		got.outing(&p.stage[i], p.kits[p.stage[i].lead].name)
	}
	for i := range p.meet {
		got.meeting(&p.meet[i], p.kits[p.meet[i].kit].name)
	}
	for _, f := range []struct {
		name      string
		got, want int64
	}{
		{"leaflets", got.leaflets, 1839}, {"large street campaigns", got.large, 3}, {"lectures", got.lectures, 2},
		{"meetings", got.meetings, 1}, {"attendance", got.attendance, 17}, {"kits", int64(len(p.kits)), 6},
	} {
		if f.got != f.want {
			t.Errorf("%s: %d, the story says %d", f.name, f.got, f.want)
		}
	}
}

// One seed makes one story, another seed another.
func TestOtherDaysFollowTheSeed(t *testing.T) {
	if !reflect.DeepEqual(otherDays(3, 4), otherDays(3, 4)) {
		t.Error("one seed made two stories")
	}
	if reflect.DeepEqual(otherDays(3, 4), otherDays(4, 4)) {
		t.Error("two seeds made one story")
	}
	for kits := 1; kits <= 40; kits++ {
		p := otherDays(int64(kits), kits)
		for _, o := range p.stage {
			if o.at.After(p.end) {
				t.Errorf("%d kits: %s lies after the end of the story", kits, o.at)
			}
		}
	}
}

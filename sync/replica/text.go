package replica

import (
	"cmp"
	"encoding/binary"
	"slices"

	"fieldkit/sync/hlc"
)

// A long text is a replicated sequence of characters. Its state is two sets that
// only grow, insertions and deletions; the text is a function of them. So replicas
// that know the same edits show the same text, whatever order they came in.
//
// An insertion is a run of characters placed after one character. Characters after
// which several runs were placed show the newest run first; the rest of a run
// follows whatever was placed inside it. Stamps of a later edit exceed those of the
// text it was made in, which keeps every run whole.
//
// Source: the replicated growable array of H.-G. Roh et al., "Replicated abstract
// data types", J. Parallel Distrib. Comput. 71 (2011), as the tree of M. Shapiro's
// causal trees: children of a character in the order of falling stamps.

// char names a character: the seq-th that an origin inserted into the field,
// from 1. The zero char is the beginning of the text.
type char struct {
	origin int
	seq    uint64
}

// insertion is a run of characters: first, and those with the next numbers.
type insertion struct {
	first char
	after char
	at    hlc.Stamp
	runes []rune
}

// deletion is a run of characters that somebody removed.
type deletion struct {
	first char
	count uint64
	by    stamp
}

// longText is the state of a long text.
type longText struct {
	insertions []insertion // by first
	deletions  []deletion  // by first, count, by
}

// written is the state of a text that was written once and never edited.
func written(s stamp, text string) *longText {
	if text == "" {
		return &longText{}
	}
	return &longText{insertions: []insertion{{first: char{s.origin, 1}, at: s.at, runes: []rune(text)}}}
}

func compareChars(a, b char) int {
	return cmp.Or(cmp.Compare(a.origin, b.origin), cmp.Compare(a.seq, b.seq))
}

// insert adds a run; one whose characters are there already changes nothing.
func (t *longText) insert(n insertion) bool {
	if len(n.runes) == 0 || n.first.seq == 0 {
		return false
	}
	i, _ := slices.BinarySearchFunc(t.insertions, n.first, func(have insertion, c char) int { return compareChars(have.first, c) })
	overlaps := func(k int) bool {
		return k >= 0 && k < len(t.insertions) && t.insertions[k].first.origin == n.first.origin &&
			t.insertions[k].first.seq < n.first.seq+uint64(len(n.runes)) && n.first.seq < t.insertions[k].first.seq+uint64(len(t.insertions[k].runes))
	}
	if overlaps(i-1) || overlaps(i) {
		return false
	}
	t.insertions = slices.Insert(t.insertions, i, n)
	return true
}

// remove adds a deletion; the same one twice changes nothing.
func (t *longText) remove(d deletion) bool {
	if d.count == 0 || d.first.seq == 0 {
		return false
	}
	i, found := slices.BinarySearchFunc(t.deletions, d, func(a, b deletion) int {
		return cmp.Or(compareChars(a.first, b.first), cmp.Compare(a.count, b.count), cmp.Compare(a.by.at, b.by.at), cmp.Compare(a.by.origin, b.by.origin))
	})
	if !found {
		t.deletions = slices.Insert(t.deletions, i, d)
	}
	return !found
}

// holds tells whether a character was inserted, deleted since or not.
func (t *longText) holds(c char) bool {
	i, found := slices.BinarySearchFunc(t.insertions, c, func(n insertion, c char) int { return compareChars(n.first, c) })
	if found {
		return true
	}
	return i > 0 && t.insertions[i-1].first.origin == c.origin && c.seq < t.insertions[i-1].first.seq+uint64(len(t.insertions[i-1].runes))
}

// visible is the text: its characters and their names. less orders stamps. What was
// placed after a character that never came, lost with its author's disk, stands at
// the end: nothing that was written is hidden.
func (t *longText) visible(less func(a, b stamp) bool) (runes []rune, names []char) {
	gone := make(map[int][]deletion)
	for _, d := range t.deletions {
		gone[d.first.origin] = append(gone[d.first.origin], d)
	}
	deleted := func(c char) bool {
		return slices.ContainsFunc(gone[c.origin], func(d deletion) bool { return d.first.seq <= c.seq && c.seq < d.first.seq+d.count })
	}
	children := map[char][]*insertion{}
	for i := range t.insertions {
		n := &t.insertions[i]
		if len(n.runes) == 0 {
			continue // a damaged state
		}
		children[n.after] = append(children[n.after], n)
	}
	oldestFirst := func(a, b *insertion) int {
		sa, sb := stamp{a.at, a.first.origin}, stamp{b.at, b.first.origin}
		switch {
		case less(sa, sb):
			return -1
		case less(sb, sa):
			return 1
		}
		return cmp.Compare(a.first.seq, b.first.seq)
	}
	var lone []*insertion // after characters that are not here: at the end of the text
	for after, list := range children {
		if after != (char{}) && !t.holds(after) {
			lone = append(lone, list...)
		}
		slices.SortFunc(list, oldestFirst) // the last comes first on the stack below
	}
	slices.SortFunc(lone, oldestFirst)
	// A frame is a run and how much of it has been shown.
	type frame struct {
		n    *insertion
		next int
	}
	var stack []frame
	push := func(after char) {
		for _, n := range children[after] {
			stack = append(stack, frame{n, 0})
		}
		delete(children, after) // a damaged state with a cycle ends too
	}
	for i := len(lone) - 1; i >= 0; i-- {
		stack = append(stack, frame{lone[i], 0})
	}
	push(char{})
	for len(stack) > 0 {
		f := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		c := char{f.n.first.origin, f.n.first.seq + uint64(f.next)}
		if !deleted(c) {
			runes, names = append(runes, f.n.runes[f.next]), append(names, c)
		}
		if f.next++; f.next < len(f.n.runes) {
			stack = append(stack, f)
		}
		push(c)
	}
	return runes, names
}

// text is the text.
func (t *longText) text(less func(a, b stamp) bool) string {
	runes, _ := t.visible(less)
	return string(runes)
}

// edit turns the text that its author saw into what was typed, as insertions and
// deletions stamped now. What came in between stays.
func (t *longText) edit(saw, typed string, now stamp, less func(a, b stamp) bool) {
	current, names := t.visible(less)
	seen := []rune(saw)
	// place maps the characters that were seen to those that are there, -1 gone.
	place := make([]int, len(seen))
	for i := range place {
		place[i] = -1
	}
	at, from := 0, 0
	for _, h := range diff(seen, current) {
		for ; at < h.at; at, from = at+1, from+1 {
			place[at] = from
		}
		at, from = h.at+h.remove, from+len(h.insert)
	}
	for ; at < len(seen); at, from = at+1, from+1 {
		place[at] = from
	}
	next := uint64(1)
	for _, n := range t.insertions {
		if n.first.origin == now.origin {
			next = max(next, n.first.seq+uint64(len(n.runes)))
		}
	}
	// Insertions that stand behind one character, because what was between them is gone,
	// each stand behind the one before.
	var behind, tail char
	for _, h := range diff(seen, []rune(typed)) {
		for i := h.at; i < h.at+h.remove; i++ {
			if place[i] >= 0 {
				t.strike(names[place[i]], now)
			}
		}
		after := char{}
		for i := h.at - 1; i >= 0; i-- {
			if place[i] >= 0 {
				after = names[place[i]]
				break
			}
		}
		if len(h.insert) > 0 {
			if tail != (char{}) && after == behind {
				after = tail
			} else {
				behind = after
			}
			t.insert(insertion{first: char{now.origin, next}, after: after, at: now.at, runes: h.insert})
			next += uint64(len(h.insert))
			tail = char{now.origin, next - 1}
		}
	}
}

// strike deletes one character, in the run of the one before when it can.
func (t *longText) strike(c char, now stamp) {
	for i := range t.deletions {
		if d := &t.deletions[i]; d.by == now && d.first.origin == c.origin && d.first.seq+d.count == c.seq {
			d.count++
			return
		}
	}
	t.remove(deletion{first: c, count: 1, by: now})
}

// hunk replaces remove characters at a position of the old text.
type hunk struct {
	at, remove int
	insert     []rune
}

// maxDifferences bounds the search for a small difference; texts that differ in
// more are taken as one replacement between what they share at both ends.
const maxDifferences = 400

// diff lists the hunks that turn a into b.
//
// Source: E. W. Myers, "An O(ND) difference algorithm", Algorithmica 1 (1986).
func diff(a, b []rune) []hunk {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(x) == 0 && len(y) == 0 {
		return nil
	}
	whole := []hunk{{head, len(x), y}}
	if len(x) == 0 || len(y) == 0 {
		return whole
	}
	var trace [][]int
	limit := min(maxDifferences, len(x)+len(y))
	v := make([]int, 2*limit+3)
	mid := limit + 1
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v))
		for k := -d; k <= d; k += 2 {
			i := 0
			if k == -d || k != d && v[mid+k-1] < v[mid+k+1] {
				i = v[mid+k+1]
			} else {
				i = v[mid+k-1] + 1
			}
			j := i - k
			for i < len(x) && j < len(y) && x[i] == y[j] {
				i, j = i+1, j+1
			}
			v[mid+k] = i
			if i >= len(x) && j >= len(y) {
				return backtrack(x, y, head, trace, mid)
			}
		}
	}
	return whole
}

// backtrack reads the hunks off the search's trace.
func backtrack(x, y []rune, offset int, trace [][]int, mid int) []hunk {
	var out []hunk // from the end
	i, j := len(x), len(y)
	for d := len(trace) - 1; d > 0; d-- {
		v := trace[d]
		k := i - j
		prev := k - 1
		if k == -d || k != d && v[mid+k-1] < v[mid+k+1] {
			prev = k + 1
		}
		pi := v[mid+prev]
		pj := pi - prev
		if prev == k-1 { // x[pi] was removed
			if n := len(out); n > 0 && out[n-1].at == offset+pi+1 {
				out[n-1].at, out[n-1].remove = offset+pi, out[n-1].remove+1
			} else {
				out = append(out, hunk{at: offset + pi, remove: 1})
			}
		} else { // y[pj] was inserted
			if n := len(out); n > 0 && out[n-1].at == offset+pi {
				out[n-1].insert = append([]rune{y[pj]}, out[n-1].insert...)
			} else {
				out = append(out, hunk{at: offset + pi, insert: []rune{y[pj]}})
			}
		}
		i, j = pi, pj
	}
	slices.Reverse(out)
	return out
}

// The packed form, with local numbers of origins: insertions, then deletions, each
// list preceded by its length.

func (t *longText) pack() []byte {
	b := binary.AppendUvarint(nil, uint64(len(t.insertions)))
	for _, n := range t.insertions {
		for _, v := range []uint64{uint64(n.first.origin), n.first.seq, uint64(n.after.origin), n.after.seq, uint64(n.at)} {
			b = binary.AppendUvarint(b, v)
		}
		text := string(n.runes)
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(len(t.deletions)))
	for _, d := range t.deletions {
		for _, v := range []uint64{uint64(d.first.origin), d.first.seq, d.count, uint64(d.by.at), uint64(d.by.origin)} {
			b = binary.AppendUvarint(b, v)
		}
	}
	return b
}

func unpackText(b []byte) (*longText, error) {
	r := clockReader{b: b}
	t := &longText{insertions: make([]insertion, r.count())}
	for i := range t.insertions {
		n := &t.insertions[i]
		n.first, n.after = char{int(r.uint()), r.uint()}, char{int(r.uint()), r.uint()}
		n.at, n.runes = hlc.Stamp(r.uint()), []rune(r.text())
	}
	t.deletions = make([]deletion, r.count())
	for i := range t.deletions {
		d := &t.deletions[i]
		d.first, d.count = char{int(r.uint()), r.uint()}, r.uint()
		d.by = stamp{hlc.Stamp(r.uint()), int(r.uint())}
	}
	if r.bad || len(r.b) > 0 {
		return nil, errClock
	}
	return t, nil
}

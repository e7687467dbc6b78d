package replica

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

func older(a, b stamp) bool { return a.at < b.at || a.at == b.at && a.origin < b.origin }

func apply(a []rune, hunks []hunk) string {
	var out []rune
	at := 0
	for _, h := range hunks {
		out = append(append(out, a[at:h.at]...), h.insert...)
		at = h.at + h.remove
	}
	return string(append(out, a[at:]...))
}

func TestDiff(t *testing.T) {
	for _, pair := range [][2]string{{"", "a"}, {"a", ""}, {"abc", "xaybzc"}, {"kitten", "sitting"}, {"甲乙丙丁", "乙丙丁戊"}, {"abcabba", "cbabac"}, {"aaaa", "aa"}} {
		hunks := diff([]rune(pair[0]), []rune(pair[1]))
		if got := apply([]rune(pair[0]), hunks); got != pair[1] {
			t.Errorf("%q → %q came out as %q (%v)", pair[0], pair[1], got, hunks)
		}
	}
	if hunks := diff([]rune("头一段。中间。末一段。"), []rune("新开。头一段。中间。末一段。新尾。")); len(hunks) != 2 {
		t.Errorf("two insertions are %d hunks", len(hunks))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[ab报警。]{0,30}`).Draw(t, "a"), rapid.StringMatching(`[ab报警。]{0,30}`).Draw(t, "b")
		if got := apply([]rune(a), diff([]rune(a), []rune(b))); got != b {
			t.Fatalf("%q → %q came out as %q", a, b, got)
		}
	})
	long := strings.Repeat("甲", 3000)
	if got := apply([]rune(long), diff([]rune(long), []rune(strings.Repeat("乙", 2500)))); got != strings.Repeat("乙", 2500) {
		t.Error("texts that share nothing")
	}
}

// X5: a paragraph at the top and one at the end, by two people, are both kept.
func TestBothParagraphsStay(t *testing.T) {
	a := written(stamp{hlc.At(1000), 1}, "原文。")
	b := written(stamp{hlc.At(1000), 1}, "原文。")
	a.edit("原文。", "开头。原文。", stamp{hlc.At(2000), 1}, older)
	b.edit("原文。", "原文。结尾。", stamp{hlc.At(2001), 2}, older)
	union(a, b)
	union(b, a)
	if got := a.text(older); got != "开头。原文。结尾。" || b.text(older) != got {
		t.Fatalf("%q and %q", a.text(older), b.text(older))
	}
	// An edit made while looking at an older text touches only what it changed.
	a.edit("原文。", "原来的文字。", stamp{hlc.At(3000), 1}, older)
	if got := a.text(older); got != "开头。原来的文字。结尾。" {
		t.Fatal(got)
	}
}

// A character whose author's disk is lost with it takes nothing along: what others put
// after it stands at the end, the same on every replica and in any order of arrival.
func TestTextAfterALostCharacterIsShown(t *testing.T) {
	lost := written(stamp{hlc.At(1000), 1}, "原文。")
	lost.edit("原文。", "原文。丢失", stamp{hlc.At(2000), 9}, older)
	after := written(stamp{hlc.At(1000), 1}, "原文。")
	union(after, lost)
	after.edit("原文。丢失", "原文。丢失之后", stamp{hlc.At(3000), 2}, older)
	after.edit("原文。丢失之后", "原文。丢先失之后", stamp{hlc.At(3001), 3}, older)
	got := written(stamp{hlc.At(1000), 1}, "原文。")
	for _, i := range []int{len(after.insertions) - 1, 0, 1, 2} {
		if n := after.insertions[i]; n.first.origin != 9 {
			got.insert(n)
		}
	}
	if text := got.text(older); text != "原文。之后先" {
		t.Fatalf("%q", text)
	}
	union(got, lost)
	if text := got.text(older); text != "原文。丢先失之后" {
		t.Fatalf("after it came all the same: %q", text)
	}
}

func union(into, from *longText) {
	for _, n := range from.insertions {
		into.insert(n)
	}
	for _, d := range from.deletions {
		into.remove(d)
	}
}

// Merging is commutative, associative and idempotent, and an insertion of either
// side is there once.
func TestLongTextLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		clone := func(x *longText) *longText {
			y, err := unpackText(x.pack())
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		now := hlc.At(1000)
		sides := []*longText{written(stamp{now, 1}, "基础文本"), nil, nil}
		sides[1], sides[2] = clone(sides[0]), clone(sides[0])
		marks := 0
		for range 12 {
			i := rng.IntN(3)
			now += 1 << 16
			text := []rune(sides[i].text(older))
			at := rng.IntN(len(text) + 1)
			if rng.IntN(3) == 0 && at < len(text) {
				end := min(len(text), at+1+rng.IntN(3))
				sides[i].edit(string(text), string(text[:at])+string(text[end:]), stamp{now, i + 1}, older)
			} else {
				marks++
				sides[i].edit(string(text), string(text[:at])+strings.Repeat(string(rune('a'+marks%26)), 1+rng.IntN(3))+string(text[at:]), stamp{now, i + 1}, older)
			}
			if rng.IntN(4) == 0 {
				union(sides[i], sides[rng.IntN(3)])
			}
		}
		merged := func(order ...int) *longText {
			m := clone(sides[order[0]])
			for _, i := range order[1:] {
				union(m, sides[i])
			}
			return m
		}
		want := merged(0, 1, 2)
		for _, order := range [][]int{{2, 1, 0}, {1, 0, 2}, {0, 1, 2, 2, 1, 0, 0}} {
			if got := merged(order...); got.text(older) != want.text(older) || !reflect.DeepEqual(got, want) {
				t.Fatalf("order %v gives %q, not %q", order, got.text(older), want.text(older))
			}
		}
		pair := clone(sides[1])
		union(pair, sides[2])
		left := clone(sides[0])
		union(left, pair)
		if left.text(older) != want.text(older) {
			t.Fatal("not associative")
		}
	})
}

// A text edited on two replicas keeps both sides' words, is listed for a look
// there where the two met, and an edit made on an older view harms nothing.
func TestX5LongTextOnTwoReplicas(t *testing.T) {
	f := newFleet(t, 3)
	id := schema.NewID(f.now.UnixMilli())
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"story": "对方自称客服。"}) })
	f.settle()
	f.write(f.all[1], func(tx *Tx) error {
		return tx.Put("note", id, schema.Values{"story": "昨天下午来电。对方自称客服。"})
	})
	f.write(f.all[2], func(tx *Tx) error {
		return tx.Edit("note", id, "story", "对方自称客服。", "对方自称客服。要求屏幕共享。")
	})
	f.settle()
	for _, r := range f.all {
		if got := f.get(r, id).Text("story"); got != "昨天下午来电。对方自称客服。要求屏幕共享。" {
			t.Fatal(got)
		}
	}
	list, err := f.root.Blended(f.ctx)
	f.must(err)
	if len(list) != 1 || list[0].Column != "story" || list[0].ID != id {
		t.Fatalf("to look at: %+v", list)
	}
	f.write(f.root, func(tx *Tx) error { return tx.LookedAt("note", id, "story") })
	if list, _ = f.root.Blended(f.ctx); len(list) != 0 {
		t.Fatal("still listed after a look")
	}
	f.write(f.all[1], func(tx *Tx) error { return tx.Put("note", id, schema.Values{"story": ""}) })
	f.settle()
	if got := f.get(f.all[2], id).Text("story"); got != "" {
		t.Fatal(got)
	}
}

// Several insertions of one edit keep their order when all that stood between them is
// gone: the form was open while another laptop emptied the text.
func TestInsertionsKeepTheirOrderWhereAllIsGone(t *testing.T) {
	text, less := &longText{}, func(a, b stamp) bool { return a.at < b.at || a.at == b.at && a.origin < b.origin }
	text.edit("", "abc", stamp{1, 1}, less)
	text.edit("abc", "", stamp{2, 2}, less)
	text.edit("abc", "xaybzc", stamp{3, 1}, less)
	if got := text.text(less); got != "xyz" {
		t.Errorf("typed x, y, z; it reads %q", got)
	}
}

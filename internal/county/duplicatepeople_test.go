package county

import (
	"slices"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

// Who signed twice under two spellings is proposed, counts once when merged, and twice
// again when that is taken back. Namesakes and other meetings' people are left alone.
func TestPeopleWhoSignedTwice(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	meeting, other := s.activity("cafe_meeting", "done", "2025-12-12 14:00", "CGPCS"), s.activity("cafe_meeting", "done", "2025-11-12 14:00", "CGPCS")
	sign := func(activity schema.ID, name, org, phone string) schema.ID {
		id := s.put("attendance", schema.Values{"activity_id": activity, "person_name": name, "org_name": org, "phone": phone, "source": "walk_in"})
		s.do(func(tx *replicaTx) error { return tx.Include("attendance", id, "sign_ins", "d@1765519200000") })
		return id
	}
	right, wrong := sign(meeting, "王建国", "星空网吧", "13800001234"), sign(meeting, "王健国", "星空网咖", "13800001234")
	sign(meeting, "张伟", "蓝鲸网吧", "13900000001")
	sign(meeting, "张伟", "蓝鲸网吧", "13900000002") // two people
	sign(meeting, "赵敏", "云端网咖", "")
	sign(other, "王剑国", "星空网吧", "13800001234")
	signed := func() int64 {
		t.Helper()
		p, err := parsePeriod("2025-12-01", "2025-12-31", nil)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := o.counts.lines(t.Context(), o.County, "M10s", p)
		if err != nil {
			t.Fatal(err)
		}
		return lines.sum()
	}
	var pairs []Pair
	if err := o.call(t, "Duplicates", &pairs, "attendance"); err != nil || len(pairs) != 1 {
		t.Fatalf("%+v, %v", pairs, err)
	}
	p := pairs[0]
	names := []string{p.Left.Row.Fields["name"], p.Right.Row.Fields["name"]}
	slices.Sort(names)
	if strings.Join(names, " ") != "王健* 王建*" || !slices.Contains(p.Reasons, "pinyin") || !slices.Contains(p.Reasons, "phone") || p.Before != 5 || p.After != 4 || p.Left.Row.Fields["phone"] != "138****1234" {
		t.Errorf("%+v", p)
	}
	if signed() != 5 {
		t.Error(signed())
	}
	if err := o.call(t, "MergeRows", nil, "attendance", right.String(), wrong.String()); err != nil {
		t.Fatal(err)
	}
	if signed() != 4 {
		t.Error("merged, and counted twice:", signed())
	}
	var joined []RegistryRow
	if err := o.call(t, "MergedRecords", &joined, "attendance"); err != nil || len(joined) != 1 || joined[0].IntoName != "王建*" || joined[0].Fields["name"] != "王健*" {
		t.Errorf("%+v, %v", joined, err)
	}
	if err := o.call(t, "Duplicates", &pairs, "attendance"); err != nil || len(pairs) != 0 {
		t.Errorf("%+v, %v", pairs, err)
	}
	if err := o.call(t, "UnmergeRow", nil, "attendance", wrong.String()); err != nil || signed() != 5 {
		t.Error("split, and not counted:", err)
	}
	if err := o.call(t, "KeepApart", nil, "attendance", right.String(), wrong.String()); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "Duplicates", &pairs, "attendance"); err != nil || len(pairs) != 0 {
		t.Error("two people are proposed again:", err)
	}
	elsewhere := sign(other, "王建国", "星空网吧", "13800001234")
	if err := o.call(t, "MergeRows", nil, "attendance", right.String(), elsewhere.String()); err == nil || err.Code != "meetings" {
		t.Error("people of two meetings were merged:", err)
	}
	for _, c := range [][4]string{{"王建国", "王健国", "王建*", "王健*"}, {"李静", "李静静", "李*", "李*静"}, {"欧阳娜", "欧娜", "欧阳*", "欧*"}, {"张三", "", "张三", ""}} {
		if a, b := maskAlike(c[0], c[1]); a != c[2] || b != c[3] {
			t.Errorf("%s %s: %s %s", c[0], c[1], a, b)
		}
	}
}

// Two of one name who signed for venues that were merged since may be one person.
func TestNamesakesOfMergedVenues(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	meeting := s.activity("cafe_meeting", "done", "2025-12-12 14:00", "CGPCS")
	venues := []schema.ID{s.put("venue", schema.Values{"kind": "V01", "name": "极速网吧", "town": "城关镇"}), s.put("venue", schema.Values{"kind": "V01", "name": "蓝鲸网咖", "town": "城关镇"})}
	for _, venue := range venues {
		id := s.put("attendance", schema.Values{"activity_id": meeting, "person_name": "张伟", "venue_id": venue, "source": "walk_in"})
		s.do(func(tx *replicaTx) error { return tx.Include("attendance", id, "sign_ins", "d@1765519200000") })
	}
	proposed := func() int {
		t.Helper()
		var pairs []Pair
		if err := o.call(t, "Duplicates", &pairs, "attendance"); err != nil {
			t.Fatal(err)
		}
		return len(pairs)
	}
	if n := proposed(); n != 0 {
		t.Errorf("two people of two cafés: %d pairs", n)
	}
	if err := o.call(t, "MergeRows", nil, "venue", venues[0].String(), venues[1].String()); err != nil {
		t.Fatal(err)
	}
	if n := proposed(); n != 1 {
		t.Errorf("of one café: %d pairs", n)
	}
}

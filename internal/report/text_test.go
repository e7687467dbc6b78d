package report

import (
	"strings"
	"testing"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
)

func TestComposeDropsWhatIsZero(t *testing.T) {
	show := func(values map[string]string) field {
		return func(key string) (string, bool) { return values[key], values[key] == "" }
	}
	training := outlines["R1"].sections[0].sentence
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"M13": "4", "M13h": "74", "M13r": "92.3%", "M14r": "1万余", "M14k": "9000余", "M14": "97.3%"}, "组织业务培训4场、74人次，柜面人员覆盖率92.3%；办理汇款1万余笔，提醒客户9000余人次，提醒率97.3%。"},
		{map[string]string{"M14r": "12", "M14": "50.0%"}, "办理汇款12笔，提醒率50.0%。"},
		{map[string]string{"M13": "4"}, "组织业务培训4场。"},
		{map[string]string{"M13h": "74"}, ""},
		{nil, ""},
	} {
		if got := read(compose(training, show(c.values))); got != c.want {
			t.Errorf("%v: %q, want %q", c.values, got, c.want)
		}
	}
	police := outlines["R3"].sections[2].sentence
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"M13": "4", "M13o.loan_officer": "10"}, "培训4场（信贷10人）。"},
		{map[string]string{"M12.V04": "3", "M13": "4"}, "通信网点3家；培训4场。"},
		{map[string]string{"M12.V02": "9", "M12.V04": "3", "M13": "4", "M13o.accountant": "8", "M13o.teller": "1"}, "海报覆盖银行9家、通信网点3家；培训4场（会计8人、柜面1人）。"},
	} {
		if got := read(compose(police, show(c.values))); got != c.want {
			t.Errorf("%v: %q, want %q", c.values, got, c.want)
		}
	}
	cafe := outlines["R2"].sections[2].sentence
	if got := read(compose(cafe, show(map[string]string{"M01s": "9", "M08k": "120", "M11d": "18", "M11": "88.9%"}))); got != "开展现场宣传9次，接待咨询120人次；回访检查18家，在位率88.9%。" {
		t.Error(got)
	}
}

// read is a text without its marks.
func read(text string) string {
	var s strings.Builder
	for _, b := range Parse(text, nil) {
		s.WriteString(b.Text())
	}
	return s.String()
}

func draft(m map[string]int64) *Draft {
	d := &Draft{Kind: "R3", Figures: figures.Set{}, Named: map[string]string{"period": "2025年"}, Rules: model.DefaultSettings()}
	for code, v := range m {
		d.Figures[code] = figures.Figure{Value: v}
	}
	return d
}

func TestTypedOverFiguresAreFlaggedAndStay(t *testing.T) {
	before, now := draft(map[string]int64{"M02": 4932, "M05": 112}), draft(map[string]int64{"M02": 5137, "M05": 113})
	text := "= 标题\n@ 某局：\n# 一、节\n{period=2025年}发放{M02=4000余}份，{M02!=4932}份，拦截{M05=一百多}次。\n小结：很好\n"
	blocks := Parse(text, before.Show)
	if got := Format(blocks); got != text {
		t.Errorf("%q", got)
	}
	var edited []string
	for _, b := range blocks {
		for _, r := range b.Runs {
			if r.Edited {
				edited = append(edited, r.Text)
			}
		}
	}
	if len(edited) != 1 || edited[0] != "一百多" {
		t.Errorf("flagged: %v", edited)
	}
	if got := read(Relink(text, before, now)); got != "标题某局：一、节2025年发放5000余份，5137份，拦截一百多次。小结：很好" {
		t.Error(got)
	}
	late := Difference(before, now)
	if len(late) != 2 || late[0].By != "+205份" || late[0].Was != "4932份" || late[1].By != "+1次" {
		t.Errorf("%+v", late)
	}
}

// What a person types never becomes a mark.
func TestBracesAreNoMarks(t *testing.T) {
	b := []Block{{Kind: Paragraph, Runs: []Run{{Text: "{M02=9}"}, {Text: "a\n# b"}}}}
	if got := Parse(Format(b), nil); len(got) != 1 || len(got[0].Runs) != 1 || got[0].Runs[0].Key != "" {
		t.Errorf("%+v", got)
	}
}

func TestPeriodName(t *testing.T) {
	for _, c := range [][3]string{
		{"2025-01-01", "2025-12-31", "2025年"}, {"2025-10-01", "2025-12-31", "2025年第四季度"}, {"2025-01-01", "2025-06-30", "2025年上半年"}, {"2025-07-01", "2025-12-31", "2025年下半年"},
		{"2024-02-01", "2024-02-29", "2024年2月"}, {"2025-02-01", "2025-04-30", "2025年2月至4月"}, {"2025-01-05", "2025-01-20", "2025年1月5日至20日"},
		{"2025-01-05", "2025-02-01", "2025年1月5日至2月1日"}, {"2024-12-01", "2025-02-12", "2024年12月1日至2025年2月12日"}, {"2025-01-10", "2025-01-10", "2025年1月10日"},
	} {
		first, last, err := span(c[0], c[1], time.Date(2026, 1, 1, 0, 0, 0, 0, model.Location))
		if got := PeriodName(first, last); err != nil || got != c[2] {
			t.Errorf("%s–%s: %q, %v", c[0], c[1], got, err)
		}
	}
	for _, c := range [][2]string{{"2025-02-30", "2025-03-01"}, {"2025-03-01", "2025-02-01"}, {"", ""}, {"2001-01-01", "2025-01-01"}, {"2026-06-01", "2026-06-30"}, {"1925-01-01", "1925-12-31"}} {
		if _, _, err := span(c[0], c[1], time.Date(2026, 1, 1, 0, 0, 0, 0, model.Location)); err == nil || !strings.Contains(err.Error(), "period") {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestCompleteness(t *testing.T) {
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location)
	last := time.Date(2025, 12, 31, 0, 0, 0, 0, model.Location)
	seen := func(month time.Month, day int) int64 {
		year := 2025
		if month == 1 {
			year = 2026
		}
		return time.Date(year, month, day, 8, 0, 0, 0, model.Location).UnixMilli()
	}
	c := complete([]Kit{{"D1", "反诈中心", seen(1, 2), 0, "active"}, {"D4", "岭口派出所", seen(12, 6), 0, "active"}, {"D5", "农商行", seen(1, 3), 7, "active"},
		{"D6", "", 0, 0, "active"}, {"D7", "", 0, 0, "retired"}, {"D2", "城关派出所", seen(1, 4), 0, "lost"}}, last, now)
	want := "数据截至2026年1月5日09:00，5台电脑中1台已到齐；未到齐：D2（城关派出所，已报丢失）、D4（岭口派出所，最近同步2025年12月6日）、D5（农商行，还有7条待传）、D6（从未同步）。"
	if got := c.Line(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	c = complete([]Kit{{"D1", "反诈中心", now.UnixMilli() - 3600_000, 0, "active"}}, last.AddDate(1, 0, 0), now)
	if got := c.Line(); got != "数据截至2026年1月5日09:00，1台电脑的记录全部到齐。" {
		t.Error(got)
	}
}

// A county with very many streams still keeps its cut within a record's column.
func TestCutStaysSmall(t *testing.T) {
	v := changeset.Vector{}
	for i := range 5000 {
		v[changeset.Stream{Audience: strings.Repeat("u", 30) + string(rune('a'+i%26)) + strings.Repeat("x", i%50), Origin: changeset.Origin{Incarnation: uint32(i)}}] = uint64(i)
	}
	cut := cutOf(v)
	if len(cut) != 2 || cut["streams"] != 5000 {
		t.Error(len(cut))
	}
	again := cutOf(v)
	for key, n := range cut {
		if again[key] != n {
			t.Error("the same vector gives two cuts")
		}
	}
	clear(v)
	v[changeset.Stream{Audience: "everyone"}] = 7
	if cut := cutOf(v); len(cut) != 1 {
		t.Error(cut)
	}
}

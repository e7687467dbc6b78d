package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"fieldkit/internal/model"
)

// unit is the unit of a laptop.
type unit struct{ code, name, short, department string }

// plan is what is going to happen, before anybody records it.
type plan struct {
	kits  []unit
	stage []outing
	meet  []meeting
	end   time.Time // when everybody is back and syncs
}

// outing is an activity that one or more laptops record.
type outing struct {
	kind, place string
	at          time.Time
	lead        int // kit whose unit leads
	partners    []string
	parts       []part
	heads       int64
	done        bool
}

// part is what one laptop records of an outing.
type part struct {
	kit           int
	leaflets      int64 // what its taps come to; may be negative: a correction
	quick         int64
	consultations int
}

// meeting is a café owners' meeting on one laptop.
type meeting struct {
	kit      int
	place    string
	at       time.Time
	cafes    []string // on the roster
	signed   int      // of the roster
	walkIns  int
	leaflets int64
	posters  int64 // for each café
}

// day is a full hour of a day in the story.
func day(year int, month time.Month, date, hour int) time.Time {
	return time.Date(year, month, date, hour, 0, 0, 0, model.Location)
}

// firstQuarter is the first quarter of 青岚县's year 2025.
func firstQuarter() plan {
	const d1, d2, d3, d4, d5, d6 = 0, 1, 2, 3, 4, 5
	_ = d4 // at home this quarter; it syncs all the same
	cafes := make([]string, 17)
	names := []string{"极速", "星空", "蓝鲸", "云端", "飞宇", "银河", "时光", "雷霆", "青藤", "北斗", "沸点", "热浪", "天诚", "零点", "旋风", "红树林", "新世纪"}
	for i, n := range names {
		cafes[i] = n + []string{"网吧", "网咖", "电竞馆"}[i%3]
	}
	return plan{
		end: day(2025, time.March, 31, 18),
		kits: []unit{
			{"FZZX", "青岚县公安局反诈中心", "反诈中心", "D01"}, {"CGPCS", "城关派出所", "城关派出所", "D02"}, {"WADD", "网络安全保卫大队", "网安大队", "D01"},
			{"LKPCS", "岭口派出所", "岭口派出所", "D02"}, {"NSH", "农村商业银行", "农商行", "D09"}, {"ZHZX", "110指挥中心", "指挥中心", "D03"},
		},
		stage: []outing{
			{kind: "street", place: "城关广场", at: day(2025, time.January, 10, 9), lead: d1, partners: []string{"YD", "LT", "DX", "NSH", "CGZ"}, done: true,
				parts: []part{{d1, 380, 7, 10}, {d2, 240, 5, 8}}},
			{kind: "street", place: "汽车站", at: day(2025, time.January, 24, 9), lead: d1, partners: []string{"YD", "NSH"}, done: true,
				parts: []part{{d1, 420, 5, 6}, {d2, -10, 0, 0}}},
			{kind: "street", place: "商业街", at: day(2025, time.March, 15, 9), lead: d3, partners: []string{"NSH", "YZ", "YD", "LT"}, done: true,
				parts: []part{{d3, 300, 4, 7}, {d5, 275, 4, 5}}},
			{kind: "lecture", place: "县一中", at: day(2025, time.February, 26, 15), lead: d3, heads: 420, done: true, parts: []part{{d3, 80, 0, 0}}},
			{kind: "lecture", place: "老年大学", at: day(2025, time.March, 28, 9), lead: d2, heads: 85, done: true, parts: []part{{d2, 60, 0, 3}}},
			{kind: "household", place: "锦苑社区", at: day(2025, time.March, 8, 9), lead: d2, done: true, parts: []part{{d2, 64, 0, 2}}},
			{kind: "desk_shift", place: "110指挥中心", at: day(2025, time.March, 3, 8), lead: d6, done: true, parts: []part{{d6, 0, 0, 12}}},
		},
		meet: []meeting{{kit: d3, place: "网吧协会会议室", at: day(2025, time.March, 20, 14), cafes: cafes, signed: 15, walkIns: 2, leaflets: 30, posters: 4}},
	}
}

// otherDays invents days for a number of kits.
func otherDays(seed int64, kits int) plan {
	rng := rand.New(rand.NewPCG(uint64(seed), 0x0da7))
	p := plan{end: day(2025, time.June, 30, 17)}
	for i := range kits {
		p.kits = append(p.kits, unit{fmt.Sprintf("DW%02d", i+1), fmt.Sprintf("第%d派出所", i+1), fmt.Sprintf("%d所", i+1), "D02"})
	}
	places := []string{"城关广场", "汽车站", "商业街", "岭口集市", "学府路", "云溪景区", "农贸市场", "柳河集市"}
	partners := []string{"YD", "LT", "DX", "YZ", "JYJ", "CGZ"}
	for n := range kits + 2 {
		rng.Shuffle(len(partners), func(i, j int) { partners[i], partners[j] = partners[j], partners[i] })
		lead := n % kits
		o := outing{kind: "street", place: places[n%len(places)], at: day(2025, time.April, 1, 9).AddDate(0, 0, n*3%90), lead: lead, done: true,
			partners: append([]string(nil), partners[:rng.IntN(4)]...), parts: []part{{lead, int64(20 + rng.IntN(300)), int64(rng.IntN(9)), 2 + rng.IntN(9)}}}
		if other := (lead + 1) % kits; other != lead {
			o.parts = append(o.parts, part{other, int64(rng.IntN(200) - 10), int64(rng.IntN(5)), rng.IntN(6)})
		}
		p.stage = append(p.stage, o)
	}
	m := meeting{kit: rng.IntN(kits), place: "网吧协会会议室", at: day(2025, time.May, 20, 14), leaflets: int64(rng.IntN(40) + 1), posters: int64(rng.IntN(5) + 1)}
	for i := range 5 + rng.IntN(20) {
		m.cafes = append(m.cafes, fmt.Sprintf("%s网吧%d号店", []string{"飞宇", "星空", "蓝鲸"}[i%3], i+1))
	}
	m.signed = 1 + rng.IntN(len(m.cafes))
	m.walkIns = rng.IntN(4)
	p.meet = []meeting{m}
	return p
}

package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"fieldkit/sync/schema"
)

func (l *laptop) roster(table string) RosterPreview {
	l.t.Helper()
	p, err := l.meet.ParseRoster(table)
	l.must(err)
	return p
}

// A stray quotation mark must not swallow the rows that follow.
func TestRosterWithStrayQuotes(t *testing.T) {
	l := newLaptop(t, "D1")
	p := l.roster("单位\t姓名\n\"极速网吧\t王建国\n星空\"网咖\"\t单晓\n飞宇网吧\t\"赵敏\n")
	if len(p.Rows) != 3 || p.Rows[0].Name != "王建国" || p.Rows[2].Org != "飞宇网吧" {
		t.Errorf("%+v", p.Rows)
	}
	// Excel's own quoting: a line break inside a cell.
	p = l.roster("单位\t姓名\n\"极速网吧\n城关店\"\t王建国\n星空网咖\t单晓\n")
	if len(p.Rows) != 2 || p.Rows[0].Name != "王建国" || p.Rows[1].Name != "单晓" {
		t.Errorf("%+v", p.Rows)
	}
}

// Excel on a Chinese Windows writes .csv as GBK and "Unicode text" as UTF-16.
func TestRosterFileEncodings(t *testing.T) {
	l := newLaptop(t, "D1")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("网吧名称,姓名,电话\n极速网吧,王建国,12800001234\n")
	l.must(err)
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("网吧名称\t姓名\n极速网吧\t王建国\n")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, raw := range map[string][]byte{"gbk.csv": []byte(gbk), "utf8.CSV": []byte("\ufeff网吧名称,姓名\n极速网吧,王建国\n"), "unicode.txt": wide} {
		p, err := l.meet.ParseRosterFile(name, base64.StdEncoding.EncodeToString(raw))
		if err != nil || len(p.Rows) != 1 || p.Rows[0].Org != "极速网吧" || p.Rows[0].Name != "王建国" {
			t.Errorf("%s: %+v, %v", name, p.Rows, err)
		}
	}
	for name, content := range map[string]string{"x.xlsx": "%%%", "x.xls": "0M8R4KGxGuE=", "x.csv": "", "x.pdf": "JVBERi0="} {
		if _, err := l.meet.ParseRosterFile(name, content); refusedField(t, err) != "roster" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Workbooks as they come: a cover sheet first, one café's cell merged over its people.
func TestRosterWorkbook(t *testing.T) {
	l := newLaptop(t, "D1")
	book := excelize.NewFile()
	defer book.Close()
	l.must(book.SetCellStr("Sheet1", "A1", "说明：请勿外传"))
	_, err := book.NewSheet("名册")
	l.must(err)
	for i, row := range [][]any{{"青岚县网吧业主名册"}, {"网吧名称", "负责人姓名", "手机"}, {"极速网吧", "王建国", 12800001234.0}, {nil, "张伟", "128 0000 1235"}, {"星空网咖", "单晓"}} {
		l.must(book.SetSheetRow("名册", fmt.Sprintf("A%d", i+1), &row))
	}
	l.must(book.MergeCell("名册", "A3", "A4"))
	l.must(book.MergeCell("名册", "A1", "C1"))
	l.must(book.SetCellFormula("名册", "C5", `=HYPERLINK("http://example.invalid","点")`))
	raw, err := book.WriteToBuffer()
	l.must(err)
	p, err := l.meet.ParseRosterFile("名册.xlsx", base64.StdEncoding.EncodeToString(raw.Bytes()))
	l.must(err)
	if len(p.Rows) != 3 || p.Problems != 0 || p.Rows[1].Org != "极速网吧" || p.Rows[1].Phone != "12800001235" || p.Rows[2].Org != "星空网咖" {
		t.Errorf("%+v", p)
	}
}

// Two cafés of one name in two towns: neither is guessed.
func TestRosterOfCafesWithOneName(t *testing.T) {
	l := newLaptop(t, "D1")
	var ids []schema.ID
	for _, town := range []string{"城关镇", "岭口镇"} {
		v, err := l.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: town, LicenceNo: "QL-" + town})
		l.must(err)
		ids = append(ids, v.ID)
	}
	for i, tc := range []struct {
		table string
		want  schema.ID
	}{
		{"网吧名称\t姓名\n极速网吧\t王建国\n", schema.Nil},
		{"网吧名称\t姓名\t乡镇\n极速网吧\t王建国\t岭口镇\n", ids[1]},
		{"网吧名称\t姓名\t许可证号\n极速网吧\t王建国\tQL-城关镇\n", ids[0]},
		{"网吧名称\t姓名\t许可证号\n改名网吧\t王建国\tql-城关镇\n", ids[0]},
	} {
		p := l.roster(tc.table)
		if p.Rows[0].VenueID != tc.want || p.Rows[0].CreateVenue || p.Rows[0].Problem != "" {
			t.Errorf("%d: %+v", i, p.Rows[0])
		}
	}
}

// A register beyond the list's limit is matched all the same.
func TestRosterMatchesALargeRegister(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "x"})
	l.must(err)
	var rows []RosterRow
	for i := range 2100 {
		rows = append(rows, RosterRow{Org: fmt.Sprintf("第%d网吧", i), Name: "王建国", CreateVenue: true})
	}
	_, err = l.meet.ImportRoster(m.Activity.ID, rows)
	l.must(err)
	for _, n := range []int{0, 999, 2099} {
		if p := l.roster(fmt.Sprintf("网吧名称\t姓名\n第%d网吧\t王建国\n", n)); p.Unmatched != 0 {
			t.Errorf("café %d is not matched", n)
		}
	}
}

// What cannot come in is marked in the preview and never fails the others.
func TestOneBadRowDoesNotStopTheImport(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "x"})
	l.must(err)
	long := strings.Repeat("长", 41)
	p := l.roster("网吧名称\t姓名\t电话\t乡镇\t许可证号\n" +
		"极速网吧\t王建国\t12800001234\t城关镇\t\n" +
		"星空网咖\t单晓\t\t" + long + "\t\n" +
		long + "\t赵敏\t\t\t\n" +
		"飞宇网吧\t" + long + "\t\t\t\n" +
		"蓝天网吧\t李强\t999\t\t\n" +
		"白云网吧\t周洋\t\t\t" + long + "\n" +
		"\t无单位\t\t\t\n")
	if len(p.Rows) != 7 || p.Problems != 6 {
		t.Fatalf("%d rows, %d problems: %+v", len(p.Rows), p.Problems, p.Rows)
	}
	for _, r := range p.Rows[1:] {
		if r.Problem == "" || r.ProblemEN == "" {
			t.Errorf("no sentence for %+v", r)
		}
	}
	m, err = l.meet.ImportRoster(m.Activity.ID, p.Rows)
	l.must(err)
	if len(m.Attendees) != 1 || m.Attendees[0].Org != "极速网吧" {
		t.Errorf("imported %+v", m.Attendees)
	}
	before := l.state()
	for _, rows := range [][]RosterRow{nil, {{Org: "x"}}, {{Name: "王建国", VenueID: schema.NewID(1)}}, make([]RosterRow, maxRoster+1)} {
		if _, err := l.meet.ImportRoster(m.Activity.ID, rows); err == nil {
			t.Errorf("%d rows were taken", len(rows))
		} else {
			refusedField(t, err)
		}
	}
	if _, err := l.meet.ImportRoster(schema.NewID(1), p.Rows); err == nil {
		t.Error("imported into no meeting")
	}
	if _, err := l.meet.WalkIn(m.Activity.ID, RosterRow{Name: "王建国", VenueID: schema.NewID(1)}); err == nil {
		t.Error("walked in from a venue that does not exist")
	}
	if l.state() != before {
		t.Error("a refused import changed something")
	}
}

// Ten megabytes of anything are answered soon, with a preview or a sentence of modest size.
func TestRosterOfTenMegabytes(t *testing.T) {
	l := newLaptop(t, "D1")
	for name, table := range map[string]string{
		"columns":   strings.Repeat("\t", 10<<20) + "王建国",
		"headings":  "姓名\t单位" + strings.Repeat("\tx", 5<<20) + "\n王建国\tx",
		"rows":      strings.Repeat("极速网吧\t王建国\n", 400_000),
		"one cell":  "单位\t姓名\n" + strings.Repeat("长", 3<<20) + "\t王建国\n",
		"one quote": "\"" + strings.Repeat("x\ty\n", 2<<20),
		"not text":  strings.Repeat("\xff\x00\r\t\n", 2<<20),
	} {
		began := time.Now()
		p, err := l.meet.ParseRoster(table)
		if err != nil {
			refusedField(t, err)
		}
		if raw, err := json.Marshal(p); err != nil || len(raw) > 100_000 {
			t.Errorf("%s: a preview of %d bytes, %v", name, len(raw), err)
		}
		t.Logf("%s: %v", name, time.Since(began))
	}
}

func TestOfficerSaysWhatTheColumnsAre(t *testing.T) {
	l := newLaptop(t, "D3")
	table := "甲\t乙\t丙\n极速网吧\t王建国\t12800001234\n星空网咖\t王金刚\t12800001235"
	p := sure(l.meet.ParseRosterAs(table, []string{"name", "org", "phone"}))
	if p.Rows[len(p.Rows)-1].Org != "王金刚" || p.Rows[len(p.Rows)-1].Name != "星空网咖" {
		t.Errorf("as told: %+v", p.Rows)
	}
	p = sure(l.meet.ParseRosterAs(table, []string{"org", "name", ""}))
	last := p.Rows[len(p.Rows)-1]
	if last.Org != "星空网咖" || last.Name != "王金刚" || last.Phone != "" || p.Columns[2].Samples[len(p.Columns[2].Samples)-1] != "12800001235" {
		t.Errorf("as told: %+v %+v", last, p.Columns)
	}
	for _, fields := range [][]string{{"name", "name"}, {"name", "salary"}} {
		if _, err := l.meet.ParseRosterAs(table, fields); refusedField(t, err) != "roster" {
			t.Errorf("%v: %v", fields, err)
		}
	}
	if _, err := l.meet.ParseRoster(strings.Repeat("极速网吧\t王建国\n", 10<<20/20)); refusedField(t, err) != "roster" {
		t.Errorf("10 MB: %v", err)
	}
}

func TestAttendanceRateByCafe(t *testing.T) {
	l := newLaptop(t, "D3")
	roster := []RosterRow{{Org: "极速网吧", Name: "王建国", CreateVenue: true}, {Org: "星空网咖", Name: "王金刚", CreateVenue: true}}
	for n := range 3 {
		id := sure(l.meet.Create(MeetingForm{Place: "网吧协会"})).Activity.ID
		m := sure(l.meet.ImportRoster(id, roster))
		for _, p := range m.Attendees {
			if p.Name == "王建国" || n == 0 {
				sure(l.meet.SignIn(p.ID))
			}
		}
		l.now = l.now.AddDate(0, 1, 0)
	}
	rates := sure(l.meet.Rates())
	if len(rates) != 2 || rates[0].Venue != "星空网咖" || rates[0].Attended != 1 || rates[0].Invited != 3 || rates[0].InARow != 2 || rates[1].Attended != 3 || rates[1].InARow != 0 {
		t.Errorf("rates %+v", rates)
	}
}

package model

import (
	"errors"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

var realm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")

func TestAmount(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "3000": 300_000, "3000.5": 300_050, "1,200.50": 120_050, "3w": 3_000_000, "1.2w": 1_200_000, "1.2万": 1_200_000, "１２００": 120_000, "12000元": 1_200_000, "￥5": 500, "0.01": 1,
	} {
		if got, err := Amount("x", "金额", "amount", text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"很多", "=1+1", "-5", "1e9", "0.001", "1..2", "NaN", "9999999999999", "3ww"} {
		_, err := Amount("x", "金额", "amount", text)
		var f *FieldError
		if !errors.As(err, &f) || f.Field != "x" || f.Message == "" || f.MessageEN == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPhone(t *testing.T) {
	for text, want := range map[string]string{"": "", "138 0000 1234": "13800001234", "+8613800001234": "13800001234", "０１０-12345678": "010-12345678", "95588": "95588", "400-123-4567": "400-123-4567", "+85212345678": "+85212345678"} {
		if got, err := Phone("phone", "电话", "Telephone", text); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"1380000", "abc", "138000012345", "()"} {
		if _, err := Phone("phone", "电话", "Telephone", text); err == nil {
			t.Errorf("%q passes", text)
		}
	}
	if MaskPhone("13800001234") != "138****1234" {
		t.Error(MaskPhone("13800001234"))
	}
}

// Names that mean one thing have one form, so that two laptops mean one row.
func TestDerivedIDs(t *testing.T) {
	if VenueID(realm, "V01", "城关镇", "极速 网吧") != VenueID(realm, "V01", "城关镇", "极速网吧 ") || Norm("ＡＢＣ　网咖") != "abc网咖" {
		t.Error("white space or width makes another venue")
	}
	lead := UnitID(realm, "CGPCS")
	at := time.Date(2025, 1, 10, 1, 30, 0, 0, time.UTC) // 09:30 in the county
	a := ActivityID(realm, "street", Date(at), lead, Place{Text: "城关广场"}, HalfDay(at), 1)
	if a != ActivityID(realm, "street", "2025-01-10", lead, Place{Text: "城关 广场"}, "AM", 1) {
		t.Error("the same booth has two ids")
	}
	if a == ActivityID(realm, "street", "2025-01-10", lead, Place{Text: "城关广场"}, "PM", 1) {
		t.Error("morning and afternoon are one booth")
	}
	if AttendanceID(realm, a, "x", "张伟", 1) == AttendanceID(realm, a, "x", "张伟", 2) {
		t.Error("two namesakes are one person")
	}
}

func TestInitials(t *testing.T) {
	for name, typed := range map[string][]string{
		"王建国": {"w", "wjg", "jg", "WJG"}, "单晓": {"sx", "dx", "cx"}, "曾庆": {"zq", "cq"}, "e时代网吧": {"esd", "sdwb", "wb"},
	} {
		for _, s := range typed {
			if !MatchName(name, Initials(name), s) {
				t.Errorf("%q does not find %s (%s)", s, name, Initials(name))
			}
		}
	}
	if MatchName("王建国", Initials("王建国"), "wg") || !MatchName("王建国", "", "建国") {
		t.Error("initials match what they should not, or a part of the name does not")
	}
}

func TestEntitlement(t *testing.T) {
	a, b := UnitID(realm, "A1"), UnitID(realm, "B1")
	both := AudienceUnits(b, a, a, schema.Nil)
	for _, tc := range []struct {
		audience string
		unit     schema.ID
		want     bool
	}{
		{AudienceEveryone, a, true}, {both, a, true}, {both, b, true}, {AudienceUnits(a), b, false}, {AudienceOffice, a, false}, {AudienceUnits(), a, false}, {both, schema.Nil, false}, {"units:", a, false}, {"nonsense", a, false},
	} {
		if Entitled(tc.audience, tc.unit) != tc.want {
			t.Errorf("%s for %s", tc.audience, tc.unit)
		}
	}
}

// What is personal is sealed; what lies open is listed here, so that opening a
// column is a deliberate act.
func TestSealedColumns(t *testing.T) {
	sealed := map[string]bool{}
	for _, table := range Schema.Tables {
		for i := range table.Columns {
			if c := &table.Columns[i]; c.Sealed() {
				sealed[table.Name+"."+c.Name] = true
			}
		}
	}
	for _, name := range []string{"officer.pin_hash", "venue.contact_name", "venue.contact_phone", "attendance.person_name", "attendance.initials", "attendance.phone", "attendance.deputy_name",
		"consultation.person_label", "consultation.phone", "consultation.payer_tail", "consultation.id_tail", "consultation.story", "consultation.note", "activity.note"} {
		if !sealed[name] {
			t.Errorf("%s lies open", name)
		}
	}
}

func TestCodeTables(t *testing.T) {
	for name, codes := range Codes {
		seen := map[string]bool{}
		for _, c := range codes {
			if seen[c.Code] || c.ZH == "" || c.EN == "" {
				t.Errorf("%s %s is twice or has no label", name, c.Code)
			}
			seen[c.Code] = true
			if c.RollUp != "" && !Known(name, c.RollUp) {
				t.Errorf("%s %s rolls up to %s", name, c.Code, c.RollUp)
			}
		}
	}
	if !LooksPersonal("身份证 34012319800101123X 的") || LooksPersonal("损失 12000 元，电话 13800001234") {
		t.Error("identity numbers are not told from others")
	}
}

package model

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FieldError says which field of a form is wrong, in a sentence for each language.
type FieldError struct {
	Field     string
	Message   string // Chinese
	MessageEN string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.MessageEN }

func invalid(field, zh, en string) error {
	return &FieldError{Field: field, Message: zh, MessageEN: en}
}

// Location is where dates of the county are read: UTC+8 all year.
var Location = time.FixedZone("Asia/Shanghai", 8*3600)

// Limits of quantities.
const (
	MaxTap       = 999    // of what each café is given at once
	MaxBulk      = 20_000 // of one bulk entry
	MaxAmountFen = 10_000_000_000_000
	maxAhead     = 5 * time.Minute
)

// Text checks a text's length in characters; required texts are not blank.
func Text(field, label, labelEN, value string, limit int, required bool) error {
	if required && strings.TrimSpace(value) == "" {
		return invalid(field, "请填写"+label+"。", "Please fill in "+labelEN+".")
	}
	if n := utf8.RuneCountInString(value); n > limit {
		return invalid(field, fmt.Sprintf("%s最多 %d 个字，现在是 %d 个。", label, limit, n), fmt.Sprintf("%s takes at most %d characters; this has %d.", labelEN, limit, n))
	}
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
		return invalid(field, label+"里有无法保存的字符。", labelEN+" holds characters that cannot be stored.")
	}
	return nil
}

// OneOf checks a code against its table.
func OneOf(field, label, labelEN, table, code string, required bool) error {
	if code == "" {
		if required {
			return invalid(field, "请选择"+label+"。", "Please choose "+labelEN+".")
		}
		return nil
	}
	if !Known(table, code) {
		return invalid(field, label+"里没有“"+code+"”这一项。", labelEN+" has no entry “"+code+"”.")
	}
	return nil
}

// Range checks a whole number.
func Range(field, label, labelEN string, value, low, high int64) error {
	if value < low || value > high {
		return invalid(field, fmt.Sprintf("%s要在 %d 到 %d 之间。", label, low, high), fmt.Sprintf("%s lies between %d and %d.", labelEN, low, high))
	}
	return nil
}

// Happened checks the time of an event: not in the future, not before 2000.
func Happened(field, label, labelEN string, at, now time.Time) error {
	if at.After(now.Add(maxAhead)) {
		return invalid(field, label+"不能晚于现在，请检查电脑时钟。", labelEN+" cannot be later than now; please check the computer's clock.")
	}
	if at.Year() < 2000 {
		return invalid(field, label+"不对，请检查电脑时钟。", labelEN+" is wrong; please check the computer's clock.")
	}
	return nil
}

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0\d{2,3}-?\d{7,8}(-\d{1,6})?$`)
	service  = regexp.MustCompile(`^((400|800)-?\d{3}-?\d{4}|(1[0-2]|9[56])\d{1,6})$`)
	overseas = regexp.MustCompile(`^(\+|00)\d{6,18}$`)
	invented = regexp.MustCompile(`^12\d{9}$`)
	digits4  = regexp.MustCompile(`^\d{4}$`)
	idTail   = regexp.MustCompile(`^\d{3}[\dXx]$`)
)

// Phone checks and tidies a telephone number of any kind a person may have.
func Phone(field, label, labelEN, value string) (string, error) {
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.TrimSpace(value)))
	if s == "" {
		return "", nil
	}
	if rest, ok := strings.CutPrefix(s, "+86"); ok && mobile.MatchString(rest) {
		s = rest
	}
	for _, p := range []*regexp.Regexp{mobile, landline, service, overseas, invented} {
		if p.MatchString(s) {
			return s, nil
		}
	}
	return "", invalid(field, label+"“"+value+"”不像电话号码，请再看一遍。", labelEN+" does not look like a telephone number; please check it.")
}

// MaskPhone hides the middle of a number.
func MaskPhone(s string) string {
	if len(s) < 7 {
		return s
	}
	return s[:3] + "****" + s[len(s)-4:]
}

// Amount reads an amount of yuan as people type it — "3000", "1,200.50", "3w",
// "1.2万" — and gives fen.
func Amount(field, label, labelEN, value string) (int64, error) {
	s := strings.ToLower(strings.NewReplacer(",", "", "，", "", " ", "", "元", "", "￥", "", "¥", "").Replace(norm.NFKC.String(value)))
	if s == "" {
		return 0, nil
	}
	bad := func() (int64, error) {
		return 0, invalid(field, label+"“"+value+"”看不懂，请写成 3000、3000.50 或 1.2w。", labelEN+" “"+value+"” is not understood; write 3000, 3000.50 or 1.2w.")
	}
	scale := 1.0
	if t, ok := strings.CutSuffix(s, "万"); ok {
		s, scale = t, 10_000
	} else if t, ok := strings.CutSuffix(s, "w"); ok {
		s, scale = t, 10_000
	}
	if !regexp.MustCompile(`^\d{1,12}(\.\d{1,6})?$`).MatchString(s) {
		return bad()
	}
	yuan, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return bad()
	}
	fen := math.Round(yuan * scale * 100)
	if math.Abs(fen-yuan*scale*100) > 1e-4 {
		return bad()
	}
	if fen > MaxAmountFen {
		return 0, invalid(field, label+"太大了，请检查。", labelEN+" is too large; please check it.")
	}
	return int64(fen), nil
}

// Tail checks the last four digits of an account.
func Tail(field, value string) error {
	if value != "" && !digits4.MatchString(value) {
		return invalid(field, "账户尾号是 4 位数字，请不要写完整卡号。", "The account's tail is four digits; do not write the whole number.")
	}
	return nil
}

// IDTail checks the last four characters of an identity number.
func IDTail(field, value string) error {
	if value != "" && !idTail.MatchString(value) {
		return invalid(field, "证件号只记后四位。", "Only the last four characters of an identity number are kept.")
	}
	return nil
}

var looksPersonal = regexp.MustCompile(`\d{17}[\dXx]|\d{16,19}`)

// LooksPersonal tells whether a note holds what looks like an identity or card number.
func LooksPersonal(text string) bool { return looksPersonal.MatchString(norm.NFKC.String(text)) }

// Day checks a calendar date as it is stored, YYYY-MM-DD; blank is no date.
func Day(field, label, labelEN, value string) error {
	if value == "" {
		return nil
	}
	if t, err := time.Parse("2006-01-02", value); err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return invalid(field, label+"“"+shorten(value)+"”不是日期，请写成 2025-01-10。", labelEN+" “"+shorten(value)+"” is no date; write 2025-01-10.")
	}
	return nil
}

// Date is the local calendar date of a time, YYYY-MM-DD.
func Date(t time.Time) string { return t.In(Location).Format("2006-01-02") }

// ParseDate reads a calendar date YYYY-MM-DD of this century, at its first moment.
func ParseDate(field, label, labelEN, value string) (time.Time, error) {
	t, err := time.ParseInLocation("2006-01-02", strings.TrimSpace(value), Location)
	if err != nil || t.Year() < 2000 || t.Year() > 2099 {
		return time.Time{}, invalid(field, label+"“"+value+"”不是日期，请写成 2025-01-10。", labelEN+" “"+value+"” is no date; write it like 2025-01-10.")
	}
	return t, nil
}

// HalfDay is AM, PM or EV (from 18:00).
func HalfDay(t time.Time) string {
	switch h := t.In(Location).Hour(); {
	case h < 12:
		return "AM"
	case h < 18:
		return "PM"
	}
	return "EV"
}

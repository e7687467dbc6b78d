package model

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Indicator is something that a fraud used: a number, an account, a site. Its
// value is canonical, so that two laptops that note the same thing mean one row.
type Indicator struct {
	Kind  string
	Value string
}

// Key is the indicator in one text, "phone:12800001234", as forms carry it.
func (i Indicator) Key() string { return i.Kind + ":" + i.Value }

// IndicatorOf reads a key and brings its value into the canonical form.
func IndicatorOf(key string) (Indicator, error) {
	kind, value, _ := strings.Cut(key, ":")
	return Canonical(kind, value)
}

const maxIndicator = 200 // characters of a value

// Canonical is the indicator of a kind with a value as it was typed. What cannot be
// of that kind is refused with a sentence.
func Canonical(kind, value string) (Indicator, error) {
	if err := OneOf("indicator", "线索类别", "a kind of lead", "indicator_kind", kind, true); err != nil {
		return Indicator{}, err
	}
	if err := Text("indicator", "线索", "the lead", value, maxIndicator, true); err != nil {
		return Indicator{}, err
	}
	wrong := func(zh, en string) (Indicator, error) {
		return Indicator{}, invalid("indicator", "“"+shorten(value)+"”"+zh, "“"+shorten(value)+"” "+en)
	}
	flat := Norm(value)
	switch kind {
	case "phone":
		digits := onlyDigits(flat)
		for _, prefix := range []string{"0086", "86"} {
			if rest, ok := strings.CutPrefix(digits, prefix); ok && (mobile.MatchString(rest) || invented.MatchString(rest)) {
				digits = rest
			}
		}
		if len(digits) < 3 || len(digits) > 20 || strings.ContainsFunc(flat, unicode.IsLetter) {
			return wrong("不像电话号码。", "does not look like a telephone number.")
		}
		return Indicator{kind, digits}, nil
	case "bank_account":
		digits := onlyDigits(flat)
		if len(digits) < 8 || len(digits) > 32 || strings.ContainsFunc(flat, unicode.IsLetter) {
			return wrong("不像银行账号，账号是 8 到 32 位数字。", "does not look like a bank account of 8 to 32 digits.")
		}
		if LooksLikeIdentity(digits) {
			return wrong("像身份证号，不能作为线索保存。", "looks like an identity number; it is not kept as a lead.")
		}
		return Indicator{kind, digits}, nil
	case "url":
		link, ok := canonicalLink(value)
		if !ok {
			return wrong("不像网址。", "does not look like a link.")
		}
		return Indicator{kind, link}, nil
	case "app":
		if name := strings.TrimSuffix(flat, "app"); name != "" {
			flat = name
		}
		return Indicator{kind, strings.Trim(flat, `"'“”「」《》【】`)}, nil
	case "nickname", "group":
		channel, name, found := strings.Cut(flat, ":")
		channel = strings.ToUpper(channel)
		if !found || !Known("channel", channel) {
			channel, name = "H3", flat
		}
		if name == "" {
			return wrong("没有名称。", "has no name.")
		}
		return Indicator{kind, channel + ":" + name}, nil
	case "wallet":
		return Indicator{kind, strings.TrimSpace(value)}, nil
	}
	return Indicator{kind, flat}, nil
}

// Display is the indicator as people read it: a site never as a live link, a
// nickname with the channel it belongs to.
func (i Indicator) Display() string {
	switch i.Kind {
	case "url":
		host, path, _ := strings.Cut(i.Value, "/")
		if unicoded, err := idna.ToUnicode(host); err == nil {
			host = unicoded
		}
		host = strings.ReplaceAll(host, ".", "[.]")
		if path != "" {
			return host + "/" + path
		}
		return host
	case "nickname", "group":
		channel, name, _ := strings.Cut(i.Value, ":")
		return Label("channel", channel) + " " + name
	case "bank_account":
		return grouped(i.Value)
	}
	return i.Value
}

// DefaultRole is what an indicator of this kind usually did.
func (i Indicator) DefaultRole() string {
	return map[string]string{"phone": "contacted_by", "nickname": "contacted_by", "bank_account": "paid_to", "pay_account": "paid_to", "wallet": "paid_to", "app": "installed", "url": "visited", "group": "joined"}[i.Kind]
}

// Doubtful tells whether an account number does not add up as card numbers do. It
// is a hint only: accounts of passbooks and companies do not either.
func (i Indicator) Doubtful() bool {
	return i.Kind == "bank_account" && len(i.Value) >= 16 && len(i.Value) <= 19 && !luhn(i.Value)
}

// PublicIndicator tells whether an indicator of a status may be printed or counted
// in a cluster: what turned out to be innocent or spoofed may not.
func PublicIndicator(status string) bool { return status != "spoofed" && status != "cleared" }

// LooksLikeIdentity tells whether 18 characters are a resident identity number
// (GB 11643: a birth date within and a check character of weights modulo 11).
func LooksLikeIdentity(s string) bool {
	if len(s) != 18 {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range weights {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += weights[i] * int(s[i]-'0')
	}
	year, month, day := s[6:10], s[10:12], s[12:14]
	return "10X98765432"[sum%11] == strings.ToUpper(s)[17] && year >= "1900" && year < "2100" && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// canonicalLink drops scheme, fragment and trailing slashes; the host is lower-case
// and in its ASCII form.
func canonicalLink(typed string) (string, bool) {
	s := refang(strings.TrimSpace(norm.NFKC.String(typed)))
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "", false
	}
	host, err := idna.Lookup.ToASCII(strings.ToLower(u.Hostname()))
	if err != nil || !strings.Contains(host, ".") {
		return "", false
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	out := host + u.EscapedPath()
	if u.RawQuery != "" {
		out += "?" + u.RawQuery
	}
	return strings.TrimRight(out, "/"), utf8.RuneCountInString(out) <= maxIndicator
}

// refang turns a link that was made unclickable back into one.
func refang(s string) string {
	s = strings.NewReplacer("[.]", ".", "(.)", ".", "[:]", ":", "。", ".").Replace(s)
	if rest, ok := strings.CutPrefix(strings.ToLower(s), "hxxp"); ok {
		return "http" + s[len(s)-len(rest):]
	}
	return s
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func grouped(digits string) string {
	var b strings.Builder
	for i := 0; i < len(digits); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digits[i:min(i+4, len(digits))])
	}
	return b.String()
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 24 {
		return fmt.Sprintf("%s…", string(r[:24]))
	}
	return s
}

// luhn is the check of ISO/IEC 7812-1, annex B.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

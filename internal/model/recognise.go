package model

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of recognition: what is beyond them is told, not silently left out.
const (
	MaxRecogniseText = 200_000 // bytes looked at
	MaxRecognised    = 50
)

// Recognised is what was found in a text.
type Recognised struct {
	Indicators []Indicator // in the order of the text, each once
	Guess      bool        // the only one is a guess: nothing told what it is
	Identities int         // numbers that look like a person's identity: never kept
	Cut        bool        // the text was longer than is looked at
}

// pattern finds indicators of a kind: the group named v is the value, or the whole
// match. A pattern takes what it finds out of the text, so that later ones do not
// see a link's digits as a telephone number.
type pattern struct {
	kind    string
	channel string
	re      *regexp.Regexp
	accept  func(value string) bool
}

const (
	quoteOpen  = `["“‘「『《【]`
	quoteClose = `["”’」』》】]`
	said       = `[是为叫:： ]{0,3}`
)

var patterns = []pattern{
	{kind: "url", re: regexp.MustCompile(`(?i)(?:https?|hxxps?)(?::|\[:\])//[^\s，。；、）)<>"'“”《》]+`)},
	{kind: "wallet", re: regexp.MustCompile(`\b(?:0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|bc1[02-9ac-hj-np-z]{25,60})\b`)},
	{kind: "pay_account", re: regexp.MustCompile(`(?:支付宝|财付通|云闪付|收款账号|收款账户|PayPal|paypal)(?:账号|账户|号)?` + said + `(?P<v>[\w.+-]+@[\w-]+\.[\w.]+|\d{6,20})`)},
	{kind: "url", re: regexp.MustCompile(`(?i)\b(?:[a-z0-9][a-z0-9-]{0,62}(?:\.|\[\.\]))+(?:com|cn|net|org|top|xyz|vip|cc|info|site|online|shop|club|app|icu|io|me|tk|work|live|fun|ltd|pro|link|asia|biz|tv|co|hk|tw|us|ru|store|cloud|tech|wang|ink|pw|in|example)\b(?::\d{2,5})?(?:/[^\s，。；、）)<>"'“”《》]*)?`)},
	{kind: "group", channel: "H4", re: regexp.MustCompile(`(?i)QQ\s?群(?:号|名)?` + said + `(?:` + quoteOpen + `(?P<v>[^"”’」』》】\n]{1,30})` + quoteClose + `|(?P<w>\d{5,12}))`)},
	{kind: "group", channel: "H3", re: regexp.MustCompile(`(?:微信群|群聊|群名|工作群)(?:名|号)?` + said + quoteOpen + `(?P<v>[^"”’」』》】\n]{1,30})` + quoteClose)},
	{kind: "nickname", channel: "H4", re: regexp.MustCompile(`(?i)QQ(?:号码|号)?` + said + `(?P<v>\d{5,11})\b`)},
	{kind: "nickname", channel: "H3", re: regexp.MustCompile(`(?:微信号|微信)` + said + `(?P<v>[a-zA-Z][\w-]{5,19})\b`)},
	{kind: "nickname", channel: "H3", re: regexp.MustCompile(`(?:昵称|网名|微信名)` + said + `(?:` + quoteOpen + `(?P<v>[^"”’」』》】\n]{1,20})` + quoteClose + `|(?P<w>[\p{Han}\w·]{1,20}))`)},
	{kind: "app", re: regexp.MustCompile(quoteOpen + `(?P<v>[^"”’」』》】\n]{1,20})` + quoteClose + `\s?(?i:APP|软件|应用|平台)`)},
	{kind: "app", re: regexp.MustCompile(`(?i:APP|软件|应用)` + said + quoteOpen + `(?P<v>[^"”’」』》】\n]{1,20})` + quoteClose)},
	{kind: "app", re: regexp.MustCompile(`(?P<v>[\p{Han}\w·]{1,24})\s?(?i:APP)\b`), accept: func(v string) bool { return appName(v) != "" }},
	{kind: "bank_account", re: regexp.MustCompile(`\b\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?\b`)},
	{kind: "phone", re: regexp.MustCompile(`(?:\+|\b00)?(?:86[- ]?)?\b1[2-9]\d(?:[- ]?\d{4}){2}\b`)},
	{kind: "phone", re: regexp.MustCompile(`(?:\+|\b00)\d{6,18}\b`)},
	{kind: "phone", re: regexp.MustCompile(`\b(?:400|800)-?\d{3}-?\d{4}\b`)},
	{kind: "phone", re: regexp.MustCompile(`\b0\d{2,3}-?\d{7,8}\b`)},
	{kind: "phone", re: regexp.MustCompile(`(?:电话|来电|号码|短信)` + said + `(?P<v>(?:1[0-2]|9[56])\d{1,6})\b`)},
	{kind: "bank_account", re: regexp.MustCompile(`(?:账号|账户|卡号|户头)` + said + `(?P<v>\d[\d -]{6,30}\d)`)},
}

var identity = regexp.MustCompile(`\b\d{17}[\dXx]\b`)

// Recognise finds indicators in a text that was pasted or typed. A short text in
// which nothing is found is taken for the name of an app, as a guess.
func Recognise(text string) Recognised {
	var out Recognised
	if out.Cut = len(text) > MaxRecogniseText; out.Cut {
		text = text[:MaxRecogniseText]
		for !utf8.ValidString(text) && len(text) > MaxRecogniseText-utf8.UTFMax {
			text = text[:len(text)-1]
		}
	}
	rest := norm.NFKC.String(strings.ToValidUTF8(text, " "))
	rest = identity.ReplaceAllStringFunc(rest, func(s string) string {
		if !LooksLikeIdentity(s) {
			return s
		}
		out.Identities++
		return strings.Repeat(" ", len(s))
	})
	type found struct {
		at int
		i  Indicator
	}
	var hits []found
	for _, p := range patterns {
		blank := []byte(rest)
		for _, m := range p.re.FindAllStringSubmatchIndex(rest, -1) {
			from, to := m[0], m[1]
			for i, name := range p.re.SubexpNames() {
				if name != "" && m[2*i] >= 0 {
					from, to = m[2*i], m[2*i+1]
				}
			}
			value := strings.TrimRight(rest[from:to], ".,;:!?")
			if p.accept != nil && !p.accept(value) {
				continue
			}
			if p.kind == "app" {
				if value = appName(value); value == "" {
					continue
				}
			}
			if p.channel != "" {
				value = p.channel + ":" + value
			}
			i, err := Canonical(p.kind, value)
			if err != nil {
				continue
			}
			hits = append(hits, found{m[0], i})
			for k := m[0]; k < m[1]; k++ {
				blank[k] = ' '
			}
		}
		rest = string(blank)
	}
	slices.SortStableFunc(hits, func(a, b found) int { return a.at - b.at })
	for _, h := range hits {
		if !slices.Contains(out.Indicators, h.i) {
			if len(out.Indicators) == MaxRecognised {
				out.Cut = true
				break
			}
			out.Indicators = append(out.Indicators, h.i)
		}
	}
	if name := strings.TrimSpace(text); len(out.Indicators) == 0 && out.Identities == 0 && name != "" && utf8.RuneCountInString(name) <= 20 &&
		!strings.ContainsAny(name, "\n\t，。,;；") && !strings.Contains(strings.ToLower(name), "app") {
		if i, err := Canonical("app", name); err == nil && i.Value != "" {
			out.Indicators, out.Guess = []Indicator{i}, true
		}
	}
	return out
}

// lead are words that stand before an app's name and are no part of it.
var lead = []string{"下载了", "下载", "安装了", "安装", "使用", "名为", "名叫", "打开", "登录", "注册", "一个", "一款", "这个", "那个", "对方的", "让我", "叫做", "叫", "在", "用", "的", "了", "装"}

// appName cuts the words of the sentence off an app's name.
func appName(run string) string {
	for _, w := range lead {
		if at := strings.LastIndex(run, w); at >= 0 {
			run = run[at+len(w):]
		}
	}
	run = strings.TrimSpace(run)
	if slices.Contains([]string{"国家反诈中心", "反诈中心", "反诈", "手机", "银行", "这", "该", "虚假", "诈骗"}, run) || utf8.RuneCountInString(run) > 16 {
		return ""
	}
	return run
}

package model

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Blemish is something in a text for the public that must not be printed.
type Blemish struct {
	Kind string `json:"kind"` // identity, card, phone, link, name
	Text string `json:"text"` // as it stands in the text
}

var (
	anyPhone  = regexp.MustCompile(`\b1[2-9]\d(?:[- ]?\d{4}){2}\b|\b0\d{2,3}-\d{7,8}\b`)
	anyCard   = regexp.MustCompile(`\b\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?\b`)
	liveLink  = regexp.MustCompile(`(?i)\bhttps?://[^\s，。；、）)]+|\b(?:[a-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|info|site|online|shop|club|app|icu|io|me)\b(?:/[^\s，。；、）)]*)?`)
	fullName  = regexp.MustCompile(`(?:事主|受害人|被害人|姓名|报警人|嫌疑人|犯罪嫌疑人|本人)[是为叫:： ]{0,2}(\p{Han}{2,4})`)
	exactYuan = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?\s*元`)
)

// nameEnds are characters with which the sentence goes on after a name, or which
// show that it is none.
const nameEnds = "某女先老大同群市称被在向的接收通转点下按遂说及发将因是为已到和与"

// nameIn is the full name at the beginning of a run of characters, "" for none.
func nameIn(run string) string {
	if at := strings.IndexAny(run, nameEnds); at >= 0 {
		run = run[:at]
	}
	if utf8.RuneCountInString(run) < 2 {
		return ""
	}
	return run
}

// narrow writes full-width digits and letters as ordinary ones and leaves
// everything else, Chinese punctuation above all, as it is.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

// Blemishes lists what a text for the public must not hold: identity and card
// numbers, telephone numbers, live links, full names. The officer rewrites it.
func Blemishes(text string) []Blemish {
	var out []Blemish
	s := narrow(text)
	take := func(kind string, re *regexp.Regexp, ok func(string) bool) {
		s = re.ReplaceAllStringFunc(s, func(m string) string {
			if ok != nil && !ok(m) {
				return m
			}
			out = append(out, Blemish{kind, m})
			return " "
		})
	}
	take("identity", identity, nil)
	take("card", anyCard, nil)
	take("phone", anyPhone, nil)
	take("link", liveLink, nil)
	for _, m := range fullName.FindAllStringSubmatch(s, -1) {
		if name := nameIn(m[1]); name != "" {
			out = append(out, Blemish{"name", name})
		}
	}
	return out
}

// CheckPublic refuses a text for the public that holds what is a person's.
func CheckPublic(field, label, labelEN, text string) error {
	list := Blemishes(text)
	if len(list) == 0 {
		return nil
	}
	kinds := map[string][2]string{"identity": {"身份证号", "an identity number"}, "card": {"银行卡号", "a card number"}, "phone": {"电话号码", "a telephone number"},
		"link": {"能点开的网址", "a live link"}, "name": {"姓名", "a name"}}
	b := list[0]
	return invalid(field, fmt.Sprintf("%s里有%s“%s”，发布前请改掉。", label, kinds[b.Kind][0], shorten(b.Text)),
		fmt.Sprintf("%s holds %s, “%s”; take it out before it is published.", labelEN, kinds[b.Kind][1], shorten(b.Text)))
}

// Anonymous is a text with what is a person's left out, and exact sums rounded to
// ten thousand yuan: a first draft for a digest, which an officer still reads.
func Anonymous(text string) string {
	s := narrow(text)
	s = identity.ReplaceAllString(s, "（证件号略）")
	s = anyCard.ReplaceAllString(s, "（账号略）")
	s = anyPhone.ReplaceAllString(s, "（电话略）")
	s = liveLink.ReplaceAllStringFunc(s, func(link string) string {
		if i, err := Canonical("url", link); err == nil {
			return i.Display()
		}
		return "（网址略）"
	})
	s = fullName.ReplaceAllStringFunc(s, func(m string) string {
		run := fullName.FindStringSubmatch(m)[1]
		name := nameIn(run)
		if name == "" {
			return m
		}
		return strings.TrimSuffix(m, run) + string([]rune(name)[:1]) + "某" + strings.TrimPrefix(run, name)
	})
	return exactYuan.ReplaceAllStringFunc(s, func(m string) string {
		fen, err := Amount("", "", "", strings.TrimSpace(strings.TrimSuffix(m, "元")))
		if err != nil {
			return m
		}
		return RoundYuan(fen)
	})
}

// RoundYuan is an amount as the public reads it: in full ten thousands of yuan, and
// below that in full hundreds.
func RoundYuan(fen int64) string {
	switch w := fen / 1_000_000; {
	case w >= 1 && fen%1_000_000 == 0:
		return fmt.Sprintf("%d万元", w)
	case w >= 1:
		return fmt.Sprintf("%d万余元", w)
	case fen >= 100_000:
		return fmt.Sprintf("%d千余元", fen/100_000)
	}
	return "数百元"
}

// channelHosts tell a post's channel from the host of its link.
var channelHosts = []struct{ part, channel string }{
	{"channels.weixin", "wechat_video"}, {"mp.weixin", "wechat_oa"}, {"weixin", "wechat_oa"}, {"douyin", "douyin"}, {"iesdouyin", "douyin"}, {"kuaishou", "kuaishou"}, {"gifshow", "kuaishou"}, {"chenzhongtech", "kuaishou"},
	{"weibo", "weibo"}, {"t.cn", "weibo"}, {"tieba", "forum"}, {"bbs", "forum"}, {"forum", "forum"}, {"douban", "forum"}, {"zhihu", "forum"}, {"tianya", "forum"}, {"gov.cn", "site"},
	{"toutiao", "media"}, {"people", "media"}, {"xinhua", "media"}, {"qq.com", "media"}, {"sina", "media"}, {"163.com", "media"}, {"sohu", "media"},
}

var sharedLink = regexp.MustCompile(`(?i)https?://[^\s，。；、）)<>"“”]+`)

// PostLink finds the link in what a platform's share button copied, and the channel it belongs to
// ("" when unknown). The canonical form is what tells two posts apart: what share
// buttons add to tell sharers apart is dropped.
func PostLink(shared string) (link, canonical, channel string) {
	link = sharedLink.FindString(norm.NFKC.String(shared))
	if link == "" {
		if s := strings.TrimSpace(shared); s != "" && !strings.ContainsAny(s, " \t\n") && strings.Contains(s, ".") {
			link = "https://" + s
		} else {
			return "", "", ""
		}
	}
	i, err := Canonical("url", link)
	if err != nil {
		return "", "", ""
	}
	canonical = i.Value
	if u, err := url.Parse("https://" + canonical); err == nil {
		q := u.Query()
		for name := range q {
			if strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "share") || name == "from" || name == "timestamp" || name == "scene" || name == "sessionid" || name == "chksm" || name == "previous_page" {
				q.Del(name)
			}
		}
		u.RawQuery = q.Encode()
		canonical = strings.TrimRight(strings.TrimPrefix(u.String(), "https://"), "/?")
	}
	host, _, _ := strings.Cut(canonical, "/")
	for _, c := range channelHosts {
		if strings.Contains(host, c.part) {
			return link, canonical, c.channel
		}
	}
	return link, canonical, ""
}

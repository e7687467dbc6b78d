package model

import (
	"strings"
	"testing"
)

func TestBlemishes(t *testing.T) {
	for text, want := range map[string]string{
		"事主王建国接到来电13800001234，卡号6222021234567890128，点开 https://fake.example/a": "card:6222021234567890128 phone:13800001234 link:https://fake.example/a name:王建国",
		"证件 11010519491231002X": "identity:11010519491231002X",
		"王女士（62岁）被骗3万余元，网址 abc[.]example，请拨打96110或110": "",
		"受害人称接到电话":       "",
		"电话：１３８００００１２３４": "phone:13800001234",
	} {
		var got []string
		for _, b := range Blemishes(text) {
			got = append(got, b.Kind+":"+b.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s\n got %s\nwant %s", text, strings.Join(got, " "), want)
		}
		if left := Blemishes(Anonymous(text)); len(left) > 0 {
			t.Errorf("made anonymous, %s still holds %v", Anonymous(text), left)
		}
	}
	if got := Anonymous("转账12,345.60元，又转3000元"); got != "转账1万余元，又转3千余元" {
		t.Error(got)
	}
	if CheckPublic("article", "短文", "The article", "联系13800001234") == nil || CheckPublic("article", "短文", "The article", "好的") != nil {
		t.Error("the check for the public is wrong")
	}
}

func TestPostLink(t *testing.T) {
	for shared, want := range map[string]string{
		"7.82 复制打开抖音，看看【青岚反诈】 https://v.douyin.com/AbC123/ 01/05":        "v.douyin.com/AbC123 douyin",
		"https://mp.weixin.qq.com/s/xyz?scene=1&chksm=abc&from=timeline": "mp.weixin.qq.com/s/xyz wechat_oa",
		"https://weibo.com/12345/Nabc?share_token=9":                     "weibo.com/12345/Nabc weibo",
		"bbs.qinglan.example/thread-12.html":                             "bbs.qinglan.example/thread-12.html forum",
		"今天发了一条":                                                         " ",
	} {
		_, canonical, channel := PostLink(shared)
		if got := canonical + " " + channel; got != want {
			t.Errorf("%s: %q", shared, got)
		}
	}
}

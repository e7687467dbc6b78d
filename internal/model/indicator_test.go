package model

import (
	"strings"
	"testing"
	"time"
)

func TestRecognise(t *testing.T) {
	for text, want := range map[string]string{
		"来电12800001234，下载了任务大厅APP":                          "phone:12800001234 app:任务大厅",
		"对方 +86 138-0000-1234 和 0311-12345678，400-123-4567": "phone:13800001234 phone:031112345678 phone:4001234567",
		"转到 6222 0212 3456 7890 128 ，户主不详":                  "bank_account:6222021234567890128",
		"打开 HTTPS://WWW.Fake-Shop.top/a/b/?x=1#frag 付款":     "url:www.fake-shop.top/a/b/?x=1",
		"网址 hxxp://abc[.]example/ 已停用":                      "url:abc.example",
		"支付宝账号：pay.me@mail.example，QQ群:123456789":           "pay_account:pay.me@mail.example group:H4:123456789",
		"QQ 87654321 让我加微信号 wx_helper01":                    "nickname:H4:87654321 nickname:H3:wx_helper01",
		"进了微信群“日进斗金”，昵称：导师小美":                               "group:H3:日进斗金 nickname:H3:导师小美",
		"安装“云端会议”软件共享屏幕":                                    "app:云端会议",
		"打U到TQ5nZcGc1mJ5wZ3v5mQmW4nq9k2vQ7v9aB":             "wallet:TQ5nZcGc1mJ5wZ3v5mQmW4nq9k2vQ7v9aB",
		"任务大厅": "app:任务大厅",
		"电话：１２８００００１２３４":                                            "phone:12800001234",
		"短信号码 95588 发来":                                             "phone:95588",
		"今天天气不错，来问问养老保健品的事，没有号码也没有链接":                               "",
		"国家反诈中心APP已装":                                               "",
		"‮😀👩‍👩‍👧 =HYPERLINK(\"http://evil.example/x\",\"点我\") שלום": "url:evil.example/x",
	} {
		var got []string
		for _, i := range Recognise(text).Indicators {
			got = append(got, i.Key())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s\n got %v\nwant %s", text, got, want)
		}
	}
}

func TestAnIdentityNumberIsNeverAnIndicator(t *testing.T) {
	id := "11010519491231002X" // the example of GB 11643
	r := Recognise("身份证 " + id + " 来电 12800001234")
	if r.Identities != 1 || len(r.Indicators) != 1 || r.Indicators[0].Key() != "phone:12800001234" {
		t.Fatalf("%+v", r)
	}
	if _, err := Canonical("bank_account", "110105194912310021"); err != nil {
		t.Fatal("a card number of 18 digits is refused:", err)
	}
	if LooksLikeIdentity("6222021234567890") || !LooksLikeIdentity(id) {
		t.Fatal("identity numbers are told wrongly")
	}
}

func TestRecogniseTakesTenMegabytes(t *testing.T) {
	text := strings.Repeat("对方来电12800001234让转账到6222021234567890128。", 200_000)
	began := time.Now()
	r := Recognise(text)
	if !r.Cut || len(r.Indicators) != 2 {
		t.Fatalf("cut %v, %d found", r.Cut, len(r.Indicators))
	}
	if took := time.Since(began); took > 60*time.Second {
		t.Fatalf("took %v", took)
	}
}

func TestCanonicalValues(t *testing.T) {
	for _, tc := range []struct{ kind, typed, want, display string }{
		{"url", "https://例子.example/路径/", "xn--fsqu00a.example/%E8%B7%AF%E5%BE%84", "例子[.]example/%E8%B7%AF%E5%BE%84"},
		{"phone", "0086 138 0000 1234", "13800001234", "13800001234"},
		{"app", " 任务 大厅 APP ", "任务大厅", "任务大厅"},
		{"nickname", "H4:老 师", "H4:老师", "QQ 老师"},
		{"bank_account", "6222-0212-3456-7890-128", "6222021234567890128", "6222 0212 3456 7890 128"},
	} {
		i, err := Canonical(tc.kind, tc.typed)
		if err != nil || i.Value != tc.want || i.Display() != tc.display {
			t.Errorf("%s %q: %q shown %q, %v", tc.kind, tc.typed, i.Value, i.Display(), err)
		}
		if again, err := IndicatorOf(i.Key()); err != nil || again != i {
			t.Errorf("%s is not stable: %v %v", i.Key(), again, err)
		}
	}
	for _, bad := range [][2]string{{"phone", "abc"}, {"phone", ""}, {"url", "not a link"}, {"bank_account", "123"}, {"nope", "x"}, {"app", strings.Repeat("话", 201)}} {
		if _, err := Canonical(bad[0], bad[1]); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
)

// postTable is what was put online by channel and quarter of 2025 (domain.md, 6).
var postTable = []struct {
	channel  string
	quarters [4]int64
}{
	{"douyin", [4]int64{70, 88, 74, 80}}, {"wechat_oa", [4]int64{34, 40, 35, 37}}, {"wechat_group", [4]int64{62, 75, 60, 71}}, {"wechat_video", [4]int64{10, 14, 13, 14}},
	{"weibo", [4]int64{15, 17, 14, 15}}, {"forum", [4]int64{6, 7, 5, 6}}, {"sms", [4]int64{3, 4, 3, 5}},
}

// shared is the post whose link two laptops paste (X14): it counts three.
const shared = "https://www.douyin.com/video/7400000000000000014"

func (w *World) posts() []event {
	var out []event
	for _, p := range postTable {
		for q, n := range p.quarters {
			if p.channel == "douyin" && q == 3 {
				n -= 3 // the shared one
			}
			for i := int64(0); n > 0; i++ {
				count := min(n, 1+(i*5+int64(q))%4)
				if p.channel == "sms" {
					count = 1
				}
				n -= count
				at := on(fmt.Sprintf("2025-%02d-02 10:10", 3*q+1)).AddDate(0, 0, int((i*13+int64(len(p.channel)))%88))
				out = append(out, w.postEvent(p.channel, fmt.Sprintf("%d%02d%03d", q+1, len(p.channel), i), at, count))
			}
		}
	}
	return out
}

func (w *World) postEvent(channel, number string, at time.Time, count int64) event {
	return event{at, "post " + channel + number, func(ctx context.Context) error {
		k := w.kit(1 + 2*(w.written%2)) // D1 or D3
		titles := []string{"刷单先返小利，都是诱饵", "共享屏幕等于交出密码", "百万保障不会自动扣费", "冒充老板要转账，先打电话", "养老保健品骗局揭秘"}
		_, err := w.post(k, channel, link(channel, number), titles[int(count)%len(titles)], count-1)
		return err
	}}
}

// link is where a post of a channel stands; what goes into groups has none.
func link(channel, number string) string {
	home := map[string]string{"douyin": "www.douyin.com/video/", "wechat_oa": "mp.weixin.qq.com/s/", "wechat_video": "channels.weixin.qq.com/platform/", "weibo": "weibo.com/qinglan/", "forum": "tieba.baidu.com/p/"}[channel]
	if home == "" {
		return ""
	}
	return "https://" + home + number
}

// post puts a post on record with its forwards.
func (w *World) post(k *Kit, channel, url, title string, forwards int64) (app.Post, error) {
	purpose := []string{"warning", "case", "law", "warning", "rebuttal"}[w.written%5]
	via := []string{"own_account", "own_account", "informant_helper", "opinion_leader"}[w.written%4]
	w.written++
	return k.posted.Save(app.PostForm{Channel: channel, Account: "青岚反诈", Title: title, URL: url, Forwards: forwards, Reads: 120 + 37*(forwards+1), Purpose: purpose, Via: via})
}

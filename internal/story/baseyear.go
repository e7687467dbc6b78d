package story

import (
	"context"
	"fmt"

	"fieldkit/app"
)

// baseYear is what D1 and D3 recorded in 2024, in less detail: what the year 2025 is
// compared with. 6 large campaigns, 4,210 leaflets, 5 lectures, 640 posts, 98
// intercepts with 712,300.00 yuan, 29 caught.
func (w *World) baseYear() []event {
	var out []event
	for i, leaflets := range []int64{610, 590, 600, 620, 580, 600} {
		date := fmt.Sprintf("2024-%02d-15", 2*i+1)
		out = append(out, event{day(date, 9), "street " + date, func(ctx context.Context) error {
			k := w.kit(1)
			st, err := k.booth.Open(app.OpenBooth{Place: "城关广场", PartnerUnits: w.partnerIDs([]string{"YD", "NSH"})})
			if err != nil {
				return err
			}
			if err := k.hand(st.Activity.ID, "FZXCD", leaflets); err != nil {
				return err
			}
			_, err = k.booth.Finish(st.Activity.ID)
			return err
		}})
	}
	for i := range 5 {
		date := fmt.Sprintf("2024-%02d-20", 2*i+2)
		out = append(out, event{day(date, 15), "lecture " + date, func(ctx context.Context) error {
			k := w.kit(3)
			st, err := k.booth.Open(app.OpenBooth{Kind: "lecture", Place: "县一中"})
			if err != nil {
				return err
			}
			if err := k.hand(st.Activity.ID, "FZXCD", 122); err != nil {
				return err
			}
			heads := int64(300 + 20*i)
			if _, err := k.booth.Edit(st.Activity.ID, app.ActivityForm{Heads: &heads}); err != nil {
				return err
			}
			_, err = k.booth.Finish(st.Activity.ID)
			return err
		}})
	}
	for i := range 80 {
		at := on("2024-01-08 10:00").AddDate(0, 0, i*4)
		out = append(out, event{at, "post", func(ctx context.Context) error {
			channel := []string{"douyin", "wechat_oa", "wechat_group", "weibo"}[i%4]
			_, err := w.post(w.kit(1), channel, link(channel, fmt.Sprintf("2024%03d", i)), "谨防刷单诈骗", 7)
			return err
		}})
	}
	for i, fen := range parts(712_300_00, 98) {
		at := on("2024-01-09 16:00").AddDate(0, 0, i*3)
		out = append(out, event{at, "intercept", func(ctx context.Context) error {
			source := []string{"desk_110", "visit", "bank_counter"}[i%3]
			return w.intercept(w.kit(1), fmt.Sprintf("QL%s-%03d", at.Format("20060102"), i), source, fen)
		}})
	}
	for i, persons := range []int64{7, 8, 6, 8} {
		at := day(fmt.Sprintf("2024-%02d-18", 3*i+3), 17)
		out = append(out, event{at, "caught", func(ctx context.Context) error {
			return w.caught(w.kit(3), fmt.Sprintf("青公刑立字〔2024〕%d号", 51+i), persons)
		}})
	}
	return out
}

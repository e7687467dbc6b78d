package demo

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/badline"
)

// cut takes a kit's first address apart.
func cut(url string) (base, token string, ok bool) {
	base, token, ok = strings.Cut(url, "/?token=")
	return base, token, ok
}

type named struct {
	ID   string
	Name string
}

// record plays the days, with no network.
func (w *world) record(ctx context.Context) error {
	w.say("③ 断网记录：%d 场活动、%d 场会议", len(w.plan.stage), len(w.plan.meet))
	w.link.Set(badline.Down, "")
	for i := range w.plan.stage {
		o := &w.plan.stage[i]
		if err := w.recordOuting(ctx, o, i); err != nil {
			return fmt.Errorf("%s %s: %w", o.place, o.kind, err)
		}
		w.tally.outing(o, w.plan.kits[o.lead].name)
	}
	for i := range w.plan.meet {
		m := &w.plan.meet[i]
		if err := w.recordMeeting(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m.place, err)
		}
		w.tally.meeting(m, w.plan.kits[m.kit].name)
	}
	return nil
}

func (w *world) recordOuting(ctx context.Context, o *outing, number int) error {
	var ids []string
	var activity string
	for i, p := range o.parts {
		k := w.kits[p.kit]
		units, err := w.units(ctx, k)
		if err != nil {
			return err
		}
		ids = ids[:0]
		for _, code := range o.partners {
			ids = append(ids, units[code])
		}
		var st struct{ Activity named }
		form := map[string]any{"kind": o.kind, "place": o.place, "start_at": o.at.UnixMilli(), "lead_unit_id": w.kits[o.lead].unitID, "partner_units": ids}
		if err := k.call(ctx, &st, "Booth/Open", form); err != nil {
			return err
		}
		if activity != "" && st.Activity.ID != activity {
			return fmt.Errorf("two laptops opened one booth and got two")
		}
		activity = st.Activity.ID
		if err := w.tap(ctx, k, activity, p.leaflets, int64(number*10+i)); err != nil {
			return err
		}
		if p.quick > 0 {
			if err := k.call(ctx, nil, "Booth/Quick", activity, "consult_quick", p.quick); err != nil {
				return err
			}
		}
		for n := range p.consultations {
			if err := w.consult(ctx, k, activity, o, n); err != nil {
				return err
			}
		}
		if p.leaflets != 0 && i == 0 {
			w.tally.records++ // one row of handouts, however many laptops count on it
		}
	}
	lead := w.kits[o.parts[0].kit]
	if o.heads > 0 {
		if err := lead.call(ctx, nil, "Booth/Edit", activity, map[string]any{"heads": o.heads}); err != nil {
			return err
		}
	}
	if len(o.parts) > 1 {
		if err := w.editTogether(ctx, lead, w.kits[o.parts[1].kit], activity, number, ids); err != nil {
			return err
		}
	}
	if o.done {
		return lead.call(ctx, nil, "Booth/Finish", activity)
	}
	return nil
}

// editTogether lets two laptops change one record without knowing of each other:
// different fields, of which both survive; the first time also the same field, of
// which one survives and the other is shown for review, a text, in which both
// sides' words stay, and a set, from which a concurrent removal takes nothing that
// the other side has added.
func (w *world) editTogether(ctx context.Context, a, b *kit, activity string, number int, partners []string) error {
	if err := a.call(ctx, nil, "Booth/Edit", activity, map[string]any{"title": fmt.Sprintf("第%d场反诈集中宣传", number+1)}); err != nil {
		return err
	}
	if err := b.call(ctx, nil, "Booth/Edit", activity, map[string]any{"heads": 300 + number}); err != nil {
		return err
	}
	w.tally.titles[activity] = fmt.Sprintf("第%d场反诈集中宣传", number+1)
	w.tally.heads[activity] = int64(300 + number)
	if number == 0 {
		words := []string{"上午人多，宣传单发得快。", "群众多问刷单和冒充客服。"}
		for i, k := range []*kit{a, b} {
			if err := k.call(ctx, nil, "Booth/Edit", activity, map[string]any{"summary": words[i]}); err != nil {
				return err
			}
		}
		w.tally.summaries[activity] = words
		select { // the two clocks agree within the time that a process takes to start
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		const last = "反诈进集市"
		if err := b.call(ctx, nil, "Booth/Edit", activity, map[string]any{"title": last}); err != nil {
			return err
		}
		w.tally.titles[activity] = last
		w.tally.conflicts++
		if len(partners) > 1 {
			if err := b.call(ctx, nil, "Booth/SetPartners", activity, partners[1:]); err != nil {
				return err
			}
		}
		w.tally.partners[activity] = len(partners)
	}
	return nil
}

// tap hands out leaflets as an officer does: bulk, tens, ones and a slip undone.
func (w *world) tap(ctx context.Context, k *kit, activity string, n, seed int64) error {
	if n == 0 {
		return nil
	}
	material, err := w.leaflet(ctx, k)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	put := func(d int64) error { return k.call(ctx, nil, "Booth/Tap", activity, material, d) }
	if n < 0 {
		return put(n)
	}
	left := n
	if left > 60 {
		bulk := left - 40 - rng.Int64N(20)
		if err := put(bulk); err != nil {
			return err
		}
		left -= bulk
	}
	for left > 0 {
		d := int64(1)
		if left >= 10 && rng.IntN(3) == 0 {
			d = 10
		}
		if err := put(d); err != nil {
			return err
		}
		left -= d
		if rng.IntN(12) == 0 { // one too many, and back
			if err := put(1); err != nil {
				return err
			}
			if err := k.call(ctx, nil, "Booth/Undo", activity); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) leaflet(ctx context.Context, k *kit) (string, error) {
	var list []struct{ ID, Code string }
	if err := k.call(ctx, &list, "Catalogue/Materials"); err != nil {
		return "", err
	}
	for _, m := range list {
		if m.Code == "FZXCD" {
			return m.ID, nil
		}
	}
	return "", fmt.Errorf("%s knows no leaflet", k.label)
}

func (w *world) units(ctx context.Context, k *kit) (map[string]string, error) {
	var list []struct{ ID, Code string }
	if err := k.call(ctx, &list, "Catalogue/Units"); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, u := range list {
		out[u.Code] = u.ID
	}
	return out, nil
}

var frauds = []string{"F01", "F01", "F01", "F04", "F04", "F02", "F05", "F10", "F24", "F08"}

// consult records one consultation, now and then corrected afterwards.
func (w *world) consult(ctx context.Context, k *kit, activity string, o *outing, n int) error {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(o.at.Unix())+uint64(len(k.label))+uint64(k.label[1])))
	f := map[string]any{"activity_id": activity, "occurred_at": o.at.UnixMilli() + int64(n+1)*240_000, "fraud_type": frauds[rng.IntN(len(frauds))],
		"channels": []string{fmt.Sprintf("H%d", 1+rng.IntN(9))}, "age_band": fmt.Sprintf("A%d", 3+rng.IntN(5)), "advice": []string{"Z1", "Z6"}, "outcome": "K1", "stage": "G0",
		"person_label": []string{"王女士", "李先生", "张阿姨", "刘大爷"}[rng.IntN(4)]}
	switch rng.IntN(3) {
	case 1:
		f["stage"], f["at_risk"], f["outcome"] = "G1", fmt.Sprintf("%d.%dw", 1+rng.IntN(5), rng.IntN(10)), "K2"
	case 2:
		f["stage"], f["loss"], f["outcome"], f["pay_method"] = "G3", fmt.Sprint(500+rng.IntN(20)*250), "K3", "P1"
	}
	if o.kind == "desk_shift" {
		f["source"], f["story"] = "call_110", "来电人称接到自称客服的电话，要求下载会议软件共享屏幕，已劝阻并告知拨打96110。"
	}
	if rng.IntN(4) == 0 {
		f["consent"], f["phone"] = true, fmt.Sprintf("128%08d", rng.IntN(100_000_000))
	}
	var saved struct{ ID string }
	if err := k.call(ctx, &saved, "Consultations/Save", f); err != nil {
		return err
	}
	if n%5 == 4 { // looked at again, and corrected
		f["id"], f["fraud_type"] = saved.ID, "F02"
		if err := k.call(ctx, nil, "Consultations/Save", f); err != nil {
			return err
		}
	}
	w.tally.byType[f["fraud_type"].(string)]++
	w.tally.records++
	return nil
}

// recordMeeting plays a café owners' meeting with a roster out of a real workbook.
func (w *world) recordMeeting(ctx context.Context, m *meeting) error {
	k := w.kits[m.kit]
	var st struct {
		Activity  named
		Attendees []struct {
			ID, Name, Org string
			Signed        bool
		}
	}
	if err := k.call(ctx, &st, "Meetings/Create", map[string]any{"place": m.place, "start_at": m.at.UnixMilli()}); err != nil {
		return err
	}
	id := st.Activity.ID
	book, err := roster(m.cafes)
	if err != nil {
		return err
	}
	var preview struct {
		Rows []map[string]any
	}
	if err := k.call(ctx, &preview, "Meetings/ParseRosterFile", "网吧业主名册.xlsx", base64.StdEncoding.EncodeToString(book)); err != nil {
		return err
	}
	if len(preview.Rows) != len(m.cafes) {
		return fmt.Errorf("the workbook has %d people, the kit read %d", len(m.cafes), len(preview.Rows))
	}
	if err := k.call(ctx, &st, "Meetings/ImportRoster", id, preview.Rows); err != nil {
		return err
	}
	for _, a := range st.Attendees[:m.signed] {
		if err := k.call(ctx, nil, "Meetings/SignIn", a.ID); err != nil {
			return err
		}
	}
	for i := range m.walkIns {
		org := m.cafes[(len(m.cafes)-1-i+len(m.cafes))%len(m.cafes)]
		row := map[string]any{"org": org, "name": fmt.Sprintf("网管%c", '甲'+rune(i)), "role": "cafe_manager", "create_venue": true}
		if err := k.call(ctx, nil, "Meetings/WalkIn", id, row); err != nil {
			return err
		}
	}
	var materials []struct{ ID, Group string }
	if err := k.call(ctx, &materials, "Catalogue/Materials"); err != nil {
		return err
	}
	for _, mat := range materials {
		if mat.Group == "poster" {
			if err := k.call(ctx, nil, "Meetings/Give", id, mat.ID, m.posters); err != nil {
				return err
			}
			break
		}
	}
	if err := w.tap(ctx, k, id, m.leaflets, 99); err != nil {
		return err
	}
	return k.call(ctx, nil, "Meetings/Close", id)
}

var owners = []string{"王建国", "王金刚", "陈晓", "张伟", "李娜", "单晓峰", "曾庆", "仇英", "解明", "查理想", "任远", "乐嘉", "盖勇", "区海", "朴正", "翟亮", "郭亮"}

// roster writes the workbook that the association would send.
func roster(cafes []string) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	sheet := f.GetSheetName(0)
	rows := [][]any{{"青岚县网吧业主名册"}, {"序号", "网吧名称", "负责人", "联系电话", "许可证号"}}
	for i, c := range cafes {
		rows = append(rows, []any{i + 1, c, owners[i%len(owners)], fmt.Sprintf("128%08d", 1000+i), fmt.Sprintf("QLWB%03d", i+1)})
	}
	for i, row := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

package story

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"time"

	"fieldkit/app"
	"fieldkit/internal/county"
	"fieldkit/internal/model"
	"fieldkit/internal/report"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// fastBy is how far D2's clock runs ahead on the day of X11.
const fastBy = 3 * time.Hour

// caseAt plays the concurrent edits that belong to an activity, while it goes on.
func (w *World) caseAt(ctx context.Context, name string) error {
	switch name {
	case "S01":
		return w.x1(ctx)
	case "S02":
		return w.x12(ctx)
	case "S05":
		return w.x5and6(ctx)
	case "S07":
		return w.x11(ctx)
	case "L2":
		return w.duplicateLecture(ctx)
	case "L3":
		return w.x14heads(ctx)
	case "desk 11-04":
		return w.x4and8(ctx)
	}
	return nil
}

// cases are the concurrent edits that stand by themselves.
func (w *World) cases() []event {
	return []event{
		{day("2025-02-12", 17), "close a consultation", w.closeCase},
		{day("2025-04-03", 10), "X7", w.x7},
		{day("2025-04-10", 10), "X9", w.x9},
		{on("2025-06-07 11:30"), "X10 photo", w.photo},
		{day("2025-08-12", 9), "X13", w.x13},
		{day("2025-10-20", 20), "X14 post", w.x14post},
		{day("2025-12-31", 9), "draft", w.draft},
		{day("2025-12-31", 15), "X10 bundle", w.lateBundle},
		{day("2026-01-05", 9), "X15", w.x15},
	}
}

// x1: both have opened the planned booth and tapped. D1's cable is pulled in the
// middle of its sync, which goes on by itself when it is back; then it syncs again.
func (w *World) x1(ctx context.Context) error {
	before := w.line.Cuts.Load()
	w.line.Pull(4_000)
	if err := w.kit(1).sync(ctx); err != nil {
		return err
	}
	w.facts.pulled = w.line.Cuts.Load() - before
	return w.meet(ctx, w.kit(1), w.kit(2), w.kit(1))
}

// x12: D1's 400 are known at D2. Then, without a network, D2 corrects them by ten,
// while D1 takes back its last ten and hands out thirty more.
func (w *World) x12(ctx context.Context) error {
	d1, d2, id := w.kit(1), w.kit(2), w.ids["S02"]
	leaflet := w.material("FZXCD")
	if _, err := d1.booth.Tap(id, leaflet, 10); err != nil {
		return err
	}
	if err := w.meet(ctx, d1, d2); err != nil {
		return err
	}
	if _, err := d2.booth.Tap(id, leaflet, -10); err != nil {
		return err
	}
	if _, err := d1.booth.Undo(id); err != nil {
		return err
	}
	_, err := d1.booth.Tap(id, leaflet, 30)
	return err
}

// What X5 adds to the summary of S05.
const (
	summaryMiddle = "上午客流大，老年人多问保健品。"
	summaryTop    = "六家单位一起上街，移动、联通、电信各带一块展板。\n"
	summaryEnd    = "\n收摊前又来了两位家长，问孩子游戏账号被骗的事。"
)

// x5and6: three laptops at S05. D1 adds a paragraph above and a partner, D2 a
// paragraph below and takes a partner out, D5 takes the same one out and in again.
func (w *World) x5and6(ctx context.Context) error {
	d1, d2, d5, id := w.kit(1), w.kit(2), w.kit(5), w.ids["S05"]
	summary := summaryMiddle
	if _, err := d1.booth.Edit(id, app.ActivityForm{Summary: &summary}); err != nil {
		return err
	}
	if err := w.meet(ctx, d1, d2, d5); err != nil {
		return err
	}
	above, below := summaryTop+summaryMiddle, summaryMiddle+summaryEnd
	if _, err := d1.booth.Edit(id, app.ActivityForm{Summary: &above}); err != nil {
		return err
	}
	if _, err := d2.booth.Edit(id, app.ActivityForm{Summary: &below}); err != nil {
		return err
	}
	for _, set := range []struct {
		k     *Kit
		codes []string
	}{
		{d1, []string{"YD", "LT", "DX", "NSH", "YZ", "TGB"}}, {d2, []string{"YD", "LT", "DX", "NSH"}},
		{d5, []string{"YD", "LT", "DX", "NSH"}}, {d5, []string{"YD", "LT", "DX", "NSH", "YZ"}},
	} {
		if _, err := set.k.booth.SetPartners(id, w.partnerIDs(set.codes)); err != nil {
			return err
		}
	}
	return nil
}

// What X11 says of the place of S07.
const (
	placeOfD2 = "云溪景区东门"
	placeOfD3 = "云溪景区游客中心"
)

// x11: D2's clock is three hours fast and sets the place. D3 fetches that and sets
// it anew a minute later, by the right time hours before.
func (w *World) x11(ctx context.Context) error {
	d2, d3, id := w.kit(2), w.kit(3), w.ids["S07"]
	place := placeOfD2
	if _, err := d2.booth.Edit(id, app.ActivityForm{Place: &place}); err != nil {
		return err
	}
	for _, k := range []*Kit{d2, d3} {
		if err := k.sync(ctx); err != nil {
			return err
		}
	}
	w.clock.pass(time.Minute)
	place = placeOfD3
	_, err := d3.booth.Edit(id, app.ActivityForm{Place: &place})
	d2.ahead = 0
	return err
}

// duplicateLecture enters L2 a second time under another name of the place.
func (w *World) duplicateLecture(context.Context) error {
	k := w.kit(2)
	st, err := k.booth.Open(app.OpenBooth{Kind: "lecture", Place: "县老年大学礼堂", StartAt: day("2025-03-28", 15).UnixMilli()})
	if err != nil {
		return err
	}
	w.ids["L2b"] = st.Activity.ID
	heads := int64(85)
	if _, err := k.booth.Edit(st.Activity.ID, app.ActivityForm{Heads: &heads}); err != nil {
		return err
	}
	_, err = k.booth.Finish(st.Activity.ID)
	return err
}

// x7: D2 voids the duplicate while D3 corrects its heads.
func (w *World) x7(ctx context.Context) error {
	d2, d3, id := w.kit(2), w.kit(3), w.ids["L2b"]
	if err := w.meet(ctx, d2, d3); err != nil {
		return err
	}
	if _, err := d2.acts.Void(id, true, "V2"); err != nil {
		return err
	}
	heads := int64(90)
	_, err := d3.booth.Edit(id, app.ActivityForm{Heads: &heads})
	return err
}

// x9: each joins the other's record of the café to its own.
func (w *World) x9(ctx context.Context) error {
	d1, d3 := w.kit(1), w.kit(3)
	if err := w.meet(ctx, d1, d3); err != nil {
		return err
	}
	for _, m := range []struct {
		k        *Kit
		from, to string
	}{{d1, "cafe D3", "cafe D1"}, {d3, "cafe D1", "cafe D3"}} {
		if err := m.k.write(ctx, func(tx *replica.Tx) error {
			return tx.Put("venue", w.ids[m.from], schema.Values{"merged_into": w.ids[m.to]})
		}); err != nil {
			return err
		}
	}
	return nil
}

// photo is one picture of S05 that two laptops take from the same card (X10).
func (w *World) photo(context.Context) error {
	picture := image.NewRGBA(image.Rect(0, 0, 480, 320))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * 31 >> 5)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		return err
	}
	at := w.clock.read().Add(-time.Hour).UnixMilli()
	for _, n := range []int{1, 2} {
		list, err := w.kit(n).photos.Add(app.PhotoUpload{Table: "activity", ID: w.ids["S05"], Data: file.Bytes(), TakenAt: at})
		if err != nil {
			return err
		}
		if have, known := w.ids["photo"]; len(list) != 1 || known && have != list[0].ID {
			return fmt.Errorf("one picture was kept as two")
		}
		w.ids["photo"] = list[0].ID
	}
	return nil
}

// closeCase closes the consultation whose personal fields X13 is about.
func (w *World) closeCase(ctx context.Context) error {
	k := w.kit(6)
	return k.write(ctx, func(tx *replica.Tx) error {
		return tx.Put("consultation", w.ids["X13"], schema.Values{"closed_at": tx.Now().UnixMilli(), "person_label": "王女士", "consent": true, "phone": "12800005678", "payer_tail": "4321"})
	})
}

// addedTooLate is what D6 writes into a story that the office has redacted meanwhile.
const addedTooLate = "王女士又来电，称女儿王小某陪同。"

// x13: the office redacts what is due while D6, offline, adds to the story.
func (w *World) x13(ctx context.Context) error {
	d6, id := w.kit(6), w.ids["X13"]
	if err := w.meetAll(ctx); err != nil {
		return err
	}
	c, err := d6.consult.Get(id)
	if err != nil {
		return err
	}
	f := c.ConsultationForm
	f.Story += addedTooLate
	if _, err := d6.consult.Save(f); err != nil {
		return err
	}
	n, err := w.County.Redact(ctx)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d consultations were redacted, one was due", n)
	}
	return err
}

// x14heads: both state the heads of L3.
func (w *World) x14heads(ctx context.Context) error {
	l := lectureTable[2]
	d1, d3, id := w.kit(1), w.kit(3), w.ids["L3"]
	if err := w.openLecture(d1, l); err != nil {
		return err
	}
	for _, k := range []*Kit{d3, d1} {
		heads := l.heads
		if _, err := k.booth.Edit(id, app.ActivityForm{Heads: &heads}); err != nil {
			return err
		}
		w.clock.pass(time.Minute)
	}
	return w.meet(ctx, d1, d3)
}

// x14post: both paste the link of one post; D1 adds two forwards.
func (w *World) x14post(context.Context) error {
	for _, n := range []int{3, 1} {
		saved, err := w.kit(n).posted.Save(app.PostForm{Channel: "douyin", Account: "青岚反诈", Title: "冒充快递理赔，三步识破", URL: shared})
		if err != nil {
			return err
		}
		w.ids["shared post"] = saved.ID
	}
	_, err := w.kit(1).posted.Forward(w.ids["shared post"], 2)
	return err
}

// x8Ref is the alarm of X4 and X8.
const x8Ref = "QL20251104-017"

// x4and8: one call at the desk, taken down by D6, corrected by D1 and D6 at once; and
// the money that did not leave, entered by the bank and by the desk.
func (w *World) x4and8(ctx context.Context) error {
	d1, d5, d6 := w.kit(1), w.kit(5), w.kit(6)
	w.clock.set(on("2025-11-04 09:40"))
	saved, err := w.ask(d6, w.ids["desk 11-04"], question{source: "call_110", desk: true, alarm: x8Ref, fraud: "F99", stage: "G3"})
	if err != nil {
		return err
	}
	w.ids["X4"] = saved.ID
	if err := w.meet(ctx, d6, d1); err != nil {
		return err
	}
	w.clock.set(on("2025-11-04 10:02"))
	c, err := d1.consult.Get(saved.ID)
	if err != nil {
		return err
	}
	f := c.ConsultationForm
	f.FraudType, f.Loss = "F01", "5000"
	if _, err := d1.consult.Save(f); err != nil {
		return err
	}
	w.clock.set(on("2025-11-04 10:03"))
	if c, err = d6.consult.Get(saved.ID); err != nil {
		return err
	}
	f = c.ConsultationForm
	f.PayMethod, f.Loss = "P4", "8000"
	if _, err := d6.consult.Save(f); err != nil {
		return err
	}
	w.ids["X8"] = model.OutcomeID(w.realm, "intercept", x8Ref, "2025-11-04")
	w.clock.set(on("2025-11-04 11:10"))
	if err := w.intercept(d5, x8Ref, "bank_counter", 12_000_00); err != nil {
		return err
	}
	w.clock.set(on("2025-11-04 11:40"))
	return w.intercept(d6, x8Ref, "desk_110", 12_600_00)
}

// release lets in what is held back of a laptop, as the office does: the oldest first.
// It returns how many changesets were.
func (w *World) release(ctx context.Context, clerk *office, label string) (n int, err error) {
	var list county.Review
	if err := clerk.call(ctx, &list, "County/Review"); err != nil {
		return 0, err
	}
	for {
		var oldest *county.ReviewItem
		for i := range list.Items {
			if item := &list.Items[i]; item.Kind == "held" && item.Title == label && (oldest == nil || item.Number < oldest.Number) {
				oldest = item
			}
		}
		if oldest == nil {
			return n, nil
		}
		key := oldest.Key
		list = county.Review{}
		if err := clerk.call(ctx, &list, "County/Settle", key, "release"); err != nil {
			return n, err
		}
		n++
	}
}

// draft freezes the county's report while D4's last bundle is missing.
func (w *World) draft(ctx context.Context) error {
	if err := w.meetAll(ctx); err != nil {
		return err
	}
	r3, err := w.report(ctx, "R3")
	if err != nil {
		return err
	}
	w.facts.draft, w.facts.draftText = r3.draft.Figures["M02"].Value, r3.plain()
	w.facts.missing = r3.draft.Complete.Missing
	figures, settings, err := r3.draft.Keep()
	if err != nil {
		return err
	}
	return w.desk(ctx, func(tx *replica.Tx) error {
		w.ids["draft"] = tx.NewID()
		return tx.Put("report_run", w.ids["draft"], schema.Values{"created_at": tx.Now().UnixMilli(), "device_id": tx.Replica(), "kind": "R3", "unit_id": w.kit(1).unit,
			"from_on": r3.draft.From, "to_on": r3.draft.To, "figures": figures, "settings": settings, "text": r3.text})
	})
}

// lateBundle brings what D4 recorded at S08 on a stick, twice, and looks at the draft
// again: frozen it says what it said; counted anew it tells what came late.
func (w *World) lateBundle(ctx context.Context) error {
	d4 := w.kit(4)
	bundle, err := d4.bundle(ctx)
	if err != nil {
		return err
	}
	if _, _, err := w.carry(ctx, bundle); err != nil {
		return err
	}
	if w.facts.again, _, err = w.carry(ctx, bundle); err != nil {
		return err
	}
	row, err := w.County.Replica().Get(ctx, "report_run", w.ids["draft"])
	if err != nil {
		return err
	}
	frozen, err := report.Kept(row.Text("figures"), row.Text("settings"))
	if err != nil {
		return err
	}
	kept := written{frozen, row.Text("text")}
	w.facts.frozen = frozen.Figures["M02"].Value == w.facts.draft && kept.plain() == w.facts.draftText
	now, err := frozen.Again(ctx, w.County.Replica(), nil, nil, w.clock.read())
	if err != nil {
		return err
	}
	w.facts.late = now.Figures["M02"].Value - frozen.Figures["M02"].Value
	for _, l := range report.Difference(frozen, now) {
		if l.Code == "M02" {
			w.facts.lateText = l.By
		}
	}
	d4.away = false
	return w.meetAll(ctx)
}

// x15: D2 is marked as lost. What it records afterwards comes in a bundle and is held
// until the office lets it in.
func (w *World) x15(ctx context.Context) error {
	d2 := w.kit(2)
	if err := w.meetAll(ctx); err != nil {
		return err
	}
	clerk, err := w.signIn(ctx)
	if err != nil {
		return err
	}
	defer clerk.close()
	if err := clerk.call(ctx, nil, "County/SetDeviceState", d2.replica().ID().String(), "lost"); err != nil {
		return err
	}
	st, err := d2.booth.Open(app.OpenBooth{Place: "城关广场"})
	if err != nil {
		return err
	}
	if err := d2.hand(st.Activity.ID, "FZXCD", 60); err != nil {
		return err
	}
	if err := d2.sync(ctx); err == nil {
		return fmt.Errorf("the county's server talks to a laptop that is lost")
	}
	bundle, err := d2.bundle(ctx)
	if err != nil {
		return err
	}
	if _, _, err := w.carry(ctx, bundle); err != nil {
		return err
	}
	if w.facts.lostBefore, err = w.leaflets(ctx, "2026-01-01", "2026-12-31"); err != nil {
		return err
	}
	if w.facts.heldYear, err = w.leaflets(ctx, "2025-01-01", "2025-12-31"); err != nil {
		return err
	}
	if w.facts.held, err = w.release(ctx, clerk, d2.Label); err != nil {
		return err
	}
	if w.facts.lostAfter, err = w.leaflets(ctx, "2026-01-01", "2026-12-31"); err != nil {
		return err
	}
	return clerk.call(ctx, nil, "County/SetDeviceState", d2.replica().ID().String(), "active") // it was found
}

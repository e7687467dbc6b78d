package story

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/county"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Case is one of the concurrent edits of the story with what came of it.
type Case struct {
	ID   string // X1 … X15
	What string
	Err  error // nil: it came out as the domain reference says
}

// look looks at one copy. A copy that does not hold the row has nothing to say.
type look func(c *check)

// check is one case on one copy; what is wrong is collected.
type check struct {
	ctx  context.Context
	w    *World
	name string // county, D1 …
	r    *replica.Replica
	errs []error
	seen *int // copies that hold the rows
}

func (c *check) wrong(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(c.name+": "+format, args...))
}

// row reads a row; nil when this copy does not hold it.
func (c *check) row(table string, id schema.ID) *replica.Row {
	row, err := c.r.Get(c.ctx, table, id)
	if err != nil {
		c.wrong("%v", err)
		return nil
	}
	if row != nil {
		*c.seen++
	}
	return row
}

// count counts rows of this copy.
func (c *check) count(query string, args ...any) (n int64) {
	rows, err := c.r.Query(c.ctx, query, args...)
	if err != nil {
		c.wrong("%v", err)
		return -1
	}
	defer rows.Close()
	if !rows.Next() || rows.Scan(&n) != nil || rows.Err() != nil {
		c.wrong("nothing was counted")
		return -1
	}
	return n
}

// listed are the fields of a row that wait for a look, as "column: what lost".
func (c *check) listed(table string, id schema.ID) []string {
	conflicts, err := c.r.Conflicts(c.ctx)
	if err != nil {
		c.wrong("%v", err)
		return nil
	}
	out := []string{}
	for _, k := range conflicts {
		if k.Table == table && k.ID == id {
			out = append(out, fmt.Sprintf("%s: %v", k.Column, k.Loser.Value))
		}
	}
	slices.Sort(out)
	return out
}

// office is what the county's office is asked to look at; nothing on other copies.
func (c *check) office() []county.ReviewItem {
	if c.name != "county" {
		return nil
	}
	return c.w.listed
}

// asks counts the items about a row that the office is asked to look at.
func (c *check) asks(kind string, id schema.ID) int {
	n := 0
	for _, item := range c.office() {
		if item.Kind == kind && item.ID == id.String() {
			n++
		}
	}
	return n
}

func (c *check) equal(what string, got, want any) {
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		c.wrong("%s is %s, not %s", what, g, w)
	}
}

// Cases looks at every case on every copy.
func (w *World) Cases(ctx context.Context) ([]Case, error) {
	clerk, err := w.signIn(ctx)
	if err != nil {
		return nil, err
	}
	defer clerk.close()
	var review county.Review
	if err := clerk.call(ctx, &review, "County/Review"); err != nil {
		return nil, err
	}
	w.listed = review.Items
	list := []struct {
		id, what string
		holders  int // copies that must hold it, the county's included
		do       look
	}{
		{"X1", "两台电脑同开一个摊位，拔线重传", 7, w.seeX1},
		{"X2", "一台撤销、另一台签到：算签到", 3, w.seeX2},
		{"X3", "同一个补录的人、同店同名的两个人", 3, w.seeX3},
		{"X4", "一条咨询两边改", 3, w.seeX4},
		{"X5", "小结首尾各加一段", 7, w.seeX5},
		{"X6", "协办单位同时加、删、再加", 7, w.seeX6},
		{"X7", "一边作废、一边修改", 7, w.seeX7},
		{"X8", "同一警情两家各记一次", 7, w.seeX8},
		{"X9", "两条网吧互相并入", 7, w.seeX9},
		{"X10", "同一张照片、同一个包两次、定稿不变", 7, w.seeX10},
		{"X11", "时钟快三小时", 7, w.seeX11},
		{"X12", "更正、撤销和再发同时", 7, w.seeX12},
		{"X13", "到期脱敏时离线还在改", 2, w.seeX13},
		{"X14", "两边填同一个数、发同样的海报、贴同一条链接", 7, w.seeX14},
		{"X15", "遗失电脑的包先隔离", 0, w.seeX15},
	}
	var out []Case
	for _, l := range list {
		seen := 0
		var errs []error
		for name, r := range w.replicas() {
			held := 0
			c := &check{ctx: ctx, w: w, name: name, r: r, seen: &held}
			l.do(c)
			errs = append(errs, c.errs...)
			if held > 0 {
				seen++
			}
		}
		if seen < l.holders {
			errs = append(errs, fmt.Errorf("%d copies hold it, not %d", seen, l.holders))
		}
		out = append(out, Case{ID: l.id, What: l.what, Err: errors.Join(errs...)})
	}
	return out, nil
}

// handed is what one material comes to at an activity, with the share of each laptop.
func (c *check) handed(activity schema.ID, code string) (int64, map[string]int64) {
	id := model.HandoutID(c.w.realm, activity, c.w.material(code))
	row := c.row("handout", id)
	if row == nil {
		return 0, nil
	}
	versions, err := c.r.Versions(c.ctx, "handout", id)
	if err != nil {
		c.wrong("%v", err)
	}
	shares := map[string]int64{}
	for _, v := range versions {
		for _, k := range c.w.Kits {
			if n, ok := v.Value.(int64); ok && v.Column == "qty" && v.Origin.Replica == k.replica().ID() {
				shares[k.Label] += n
			}
		}
	}
	return row.Int("qty"), shares
}

func (w *World) seeX1(c *check) {
	n, shares := c.handed(w.ids["S01"], "FZXCD")
	c.equal("leaflets of S01", n, 620)
	c.equal("shares", shares, map[string]int64{"D1": 380, "D2": 240})
	c.equal("booths at 城关广场 on 01-10", c.count(`SELECT count(*) FROM activity WHERE kind = 'street' AND start_at >= ? AND start_at < ?`, day("2025-01-10", 0).UnixMilli(), day("2025-01-11", 0).UnixMilli()), 1)
	if w.facts.pulled == 0 {
		c.wrong("no line was cut")
	}
}

func (w *World) seeX2(c *check) {
	if row := c.row("attendance", w.ids["X2"]); row != nil {
		c.equal("sign-ins", len(row.Strings("sign_ins")), 1)
		c.equal("rows of the person", len(c.people("王建国")), 1)
	}
}

// people are the rows of a name at the second café meeting.
func (c *check) people(name string) []*replica.Row {
	var out []*replica.Row
	err := c.r.Each(c.ctx, "attendance", "WHERE activity_id = ?", []any{c.w.ids["C2"]}, func(row *replica.Row) error {
		if model.Norm(row.Text("person_name")) == name {
			out = append(out, row)
			*c.seen++
		}
		return nil
	})
	if err != nil {
		c.wrong("%v", err)
	}
	return out
}

func (w *World) seeX3(c *check) {
	late := c.people("赵敏")
	if len(late) == 0 {
		return
	}
	c.equal("rows of 赵敏", len(late), 1)
	c.equal("her telephone", late[0].Text("phone"), "12800001234")
	c.equal("her sign-ins", len(late[0].Strings("sign_ins")) > 0, true)
	namesakes := c.people("张伟")
	c.equal("rows of 张伟", len(namesakes), 2)
	if len(namesakes) == 2 {
		c.equal("their cafés", namesakes[0].Ref("venue_id"), namesakes[1].Ref("venue_id"))
	}
}

func (w *World) seeX4(c *check) {
	row := c.row("consultation", w.ids["X4"])
	if row == nil {
		return
	}
	c.equal("type, way of paying, loss", fmt.Sprintf("%s %s %d", row.Text("fraud_type"), row.Text("pay_method"), row.Int("loss_fen")), "F01 P4 800000")
	c.equal("to review", c.listed("consultation", row.ID), []string{"loss_fen: 500000"})
	if c.name == "county" {
		c.equal("items at the office", c.asks("conflict", row.ID), 1)
	}
}

func (w *World) seeX5(c *check) {
	if row := c.row("activity", w.ids["S05"]); row != nil {
		c.equal("summary", row.Text("summary"), summaryTop+summaryMiddle+summaryEnd)
	}
}

func (w *World) seeX6(c *check) {
	row := c.row("activity", w.ids["S05"])
	if row == nil {
		return
	}
	var want []string
	for _, id := range w.partnerIDs([]string{"YD", "LT", "DX", "NSH", "YZ", "TGB"}) {
		want = append(want, id.String())
	}
	slices.Sort(want)
	c.equal("partners", row.Strings("partner_units"), want)
}

func (w *World) seeX7(c *check) {
	row := c.row("activity", w.ids["L2b"])
	if row == nil {
		return
	}
	c.equal("voided", model.VoidOf(row).On, true)
	c.equal("the edit is kept", row.Int("heads_stated"), 90)
	c.equal("listed for a look", model.EditedUnseen(row), true)
	for _, k := range w.Kits {
		if k.Label != c.name {
			continue
		}
		items, err := k.review.List()
		if err != nil {
			c.wrong("%v", err)
		}
		n := 0
		for _, i := range items {
			if i.ID == row.ID && i.Column == "voided" {
				n++
			}
		}
		c.equal("items on the screen", n, 1)
	}
	if c.name == "county" {
		c.equal("items at the office", c.asks("void_edit", row.ID), 1)
	}
	c.equal("lectures", c.count(`SELECT count(*) FROM activity WHERE kind = 'lecture' AND state = 'done' AND coalesce(json_extract(voided, '$.on'), 0) = 0
		AND start_at >= ? AND start_at < ?`, day("2025-01-01", 0).UnixMilli(), day("2026-01-01", 0).UnixMilli()), 6)
}

func (w *World) seeX8(c *check) {
	row := c.row("outcome", w.ids["X8"])
	if row == nil {
		return
	}
	c.equal("averted, source", fmt.Sprintf("%d %s", row.Int("averted_fen"), row.Text("source")), "1260000 desk_110")
	c.equal("first entered by", row.Ref("device_id"), w.kit(5).replica().ID())
	c.equal("to review", c.listed("outcome", row.ID), []string{"averted_fen: 1200000", "lead_unit_id: " + w.kit(5).unit.String(), "source: bank_counter"})
	if c.name == "county" {
		c.equal("items at the office", c.asks("conflict", row.ID), 3)
	}
	var n int
	err := c.r.Each(c.ctx, "outcome", "WHERE occurred_on = '2025-11-04'", nil, func(r *replica.Row) error {
		if r.Text("ref_no") == x8Ref {
			n++
		}
		return nil
	})
	if err != nil {
		c.wrong("%v", err)
	}
	c.equal("intercepts of the alarm", n, 1)
}

func (w *World) seeX9(c *check) {
	one, two := w.ids["cafe D1"], w.ids["cafe D3"]
	if c.row("venue", one) == nil || c.row("venue", two) == nil {
		c.wrong("a record is missing")
		return
	}
	smaller := one
	if bytes.Compare(two[:], one[:]) < 0 {
		smaller = two
	}
	survivors, err := c.r.Survivors(c.ctx, "venue")
	if err != nil {
		c.wrong("%v", err)
	}
	stands := func(id schema.ID) schema.ID {
		if to, merged := survivors[id]; merged {
			return to
		}
		return id
	}
	c.equal("who stands for both", fmt.Sprint(stands(one), stands(two)), fmt.Sprint(smaller, smaller))
	records, cafes := 0, map[schema.ID]bool{}
	err = c.r.Each(c.ctx, "venue", "WHERE kind = 'V01'", nil, func(row *replica.Row) error {
		records++
		cafes[stands(row.ID)] = true
		return nil
	})
	if err != nil {
		c.wrong("%v", err)
	}
	c.equal("records, cafés", fmt.Sprint(records, len(cafes)), "19 18")
	// Its children are under it: both meetings, one placement.
	meetings := map[schema.ID]bool{}
	err = c.r.Each(c.ctx, "attendance", "", nil, func(row *replica.Row) error {
		if stands(row.Ref("venue_id")) == smaller {
			meetings[row.Ref("activity_id")] = true
		}
		return nil
	})
	if err != nil {
		c.wrong("%v", err)
	}
	if c.name == "county" || c.name == "D1" || c.name == "D3" {
		c.equal("meetings of the café", len(meetings), 2)
	}
	c.equal("placements of the café", c.count(`SELECT count(*) FROM placement WHERE venue_id IN (?, ?)`, one, two), 1)
}

func (w *World) seeX10(c *check) {
	if row := c.row("activity", w.ids["S05"]); row != nil {
		c.equal("photos of S05", row.Strings("photo_ids"), []string{w.ids["photo"].String()})
		c.equal("photo rows", c.count(`SELECT count(*) FROM photo`), 1)
	}
	c.equal("new in the second import", w.facts.again, 0)
	c.equal("the draft stands until refreshed", w.facts.frozen, true)
	if w.facts.late <= 0 {
		c.wrong("the bundle added nothing")
	}
}

func (w *World) seeX11(c *check) {
	if row := c.row("activity", w.ids["S07"]); row != nil {
		c.equal("place", row.Text("place_text"), placeOfD3)
		c.equal("to review", c.listed("activity", row.ID), []string{})
	}
	for _, item := range c.office() {
		if item.Kind != "clock" {
			continue
		}
		c.equal("whose clock", item.ID, w.kit(2).replica().ID().String())
		if off := time.Duration(item.ShiftMs)*time.Millisecond + fastBy; off < -time.Minute || off > time.Minute {
			c.wrong("the proposed correction is %d ms", item.ShiftMs)
		}
		var at time.Time
		for _, p := range item.Proofs {
			if p.ID == w.ids["S07"].String() {
				at = time.UnixMilli(p.Then)
			}
		}
		c.equal("S07 would begin on", model.Date(at), "2025-10-01")
		return
	}
	if c.name == "county" {
		c.wrong("D2's records are not listed for their clock")
	}
}

func (w *World) seeX12(c *check) {
	n, shares := c.handed(w.ids["S02"], "FZXCD")
	c.equal("leaflets of S02", n, 410)
	c.equal("shares", shares, map[string]int64{"D1": 420, "D2": -10})
}

func (w *World) seeX13(c *check) {
	row := c.row("consultation", w.ids["X13"])
	if row == nil {
		return
	}
	c.equal("redacted", row.Null("redacted_at"), false)
	c.equal("type", row.Null("fraud_type") || model.VoidOf(row).On, false)
	for _, column := range []string{"person_label", "phone", "payer_tail", "id_tail", "story"} {
		c.equal(column, row.Null(column), true)
	}
	versions, err := c.r.Versions(c.ctx, "consultation", row.ID)
	if err != nil {
		c.wrong("%v", err)
	}
	for _, v := range versions {
		if text, _ := v.Value.(string); strings.Contains(text, "王女士") || model.Schema.Table("consultation").Column(v.Column).Personal && v.Column != "redacted_at" {
			c.wrong("%s is still known", v.Column)
		}
	}
}

func (w *World) seeX14(c *check) {
	if row := c.row("activity", w.ids["L3"]); row != nil {
		c.equal("heads of L3", row.Int("heads_stated"), 610)
		c.equal("to review", c.listed("activity", row.ID), []string{})
	}
	c.equal("posters issued", c.count(`SELECT coalesce(sum(qty), 0) FROM issue WHERE activity_id = ?`, w.ids["C2"]), 72)
	if row := c.row("post", w.ids["shared post"]); row != nil {
		c.equal("the post counts", 1+row.Int("forwards"), 3)
	}
}

func (w *World) seeX15(c *check) {
	if c.name != "county" {
		return
	}
	c.equal("leaflets of 2026 while held, then let in", fmt.Sprint(w.facts.lostBefore, w.facts.lostAfter), "0 60")
	c.equal("changesets that were held and let in", w.facts.held > 0, true)
	c.equal("leaflets of 2025 while held", w.facts.heldYear, w.facts.draft+w.facts.late)
}

// Converged compares every copy with the county's, row by row: the checksums cover
// values, clocks and shares.
func (w *World) Converged(ctx context.Context) error {
	held := func(r *replica.Replica, table string) (map[schema.ID]string, error) {
		rows, err := r.Query(ctx, `SELECT id, substr(_clock, 1, 8) FROM "`+table+`"`)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		out := map[schema.ID]string{}
		for rows.Next() {
			var id schema.ID
			var sum []byte
			if err := rows.Scan(&id, &sum); err != nil {
				return nil, err
			}
			out[id] = string(sum)
		}
		return out, rows.Err()
	}
	limited := map[string]bool{"consultation": true, "consultation_indicator": true, "linkage_action": true, "indicator": true, "household": true, "attendance": true, "export_log": true, "report_run": true}
	for _, t := range model.Schema.Tables {
		county, err := held(w.County.Replica(), t.Name)
		if err != nil {
			return err
		}
		for _, k := range w.Kits {
			kit, err := held(k.replica(), t.Name)
			if err != nil {
				return err
			}
			if !limited[t.Name] && len(kit) != len(county) {
				return fmt.Errorf("%s holds %d rows of %s, the county %d", k.Label, len(kit), t.Name, len(county))
			}
			for id, sum := range kit {
				if t.Name == "indicator" {
					continue // two units that note one number each hold their own part of the row
				}
				if county[id] != sum {
					return fmt.Errorf("%s and the county differ in %s %s", k.Label, t.Name, id)
				}
			}
		}
	}
	return nil
}

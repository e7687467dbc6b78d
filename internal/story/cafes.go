package story

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fieldkit/app"
	"fieldkit/sync/schema"
)

// The café owners' meetings. Seventeen cafés are on the roster; the eighteenth comes
// by itself; one of the seventeen is registered twice under two names.
const (
	cafeTown  = "城关镇"
	doubleOne = "极速网吧"    // as D3 has it
	doubleTwo = "极速网咖城关店" // as D1 has it
	lateCafe  = "飞宇网吧"
)

var cafeNames = []string{doubleOne, "星空网咖", "蓝鲸电竞馆", "云端网吧", "银河网咖", "时光电竞馆", "雷霆网吧", "青藤网咖", "北斗电竞馆", "沸点网吧", "热浪网咖", "天诚电竞馆", "零点网吧", "旋风网咖", "红树林电竞馆", "新世纪网吧", "海天网咖"}

var ownerNames = []string{"王建国", "李志强", "张伟", "刘洋", "陈杰", "杨帆", "黄海", "赵磊", "吴昊", "周涛", "徐鹏", "孙浩", "马超", "朱军", "胡斌", "郭峰", "何亮"}

// roster is the table that is pasted: two people called 张伟 come from one café.
func roster(namesakes bool) string {
	var b strings.Builder
	b.WriteString("网吧名称\t姓名\t岗位\t乡镇\n")
	for i, cafe := range cafeNames {
		fmt.Fprintf(&b, "%s\t%s\t业主\t%s\n", cafe, ownerNames[i], cafeTown)
		if namesakes && ownerNames[i] == "张伟" {
			fmt.Fprintf(&b, "%s\t%s\t网管\t%s\n", cafe, ownerNames[i], cafeTown)
		}
	}
	return b.String()
}

// paste pastes the roster into a meeting and takes what was understood.
func (w *World) paste(k *Kit, meeting schema.ID, table string) (app.Meeting, error) {
	preview, err := k.meet.ParseRoster(table)
	if err != nil {
		return app.Meeting{}, err
	}
	if preview.Problems > 0 {
		return app.Meeting{}, fmt.Errorf("%d rows of the roster have problems", preview.Problems)
	}
	return k.meet.ImportRoster(meeting, preview.Rows)
}

func (w *World) cafes() []event {
	return []event{
		{day("2025-03-20", 14), "C1", w.firstMeeting},
		{day("2025-04-02", 10), "second record", func(ctx context.Context) error {
			k := w.kit(1)
			v, err := k.venues.Create(app.VenueForm{Kind: "V01", Name: doubleTwo, Town: cafeTown, Seats: 80})
			w.ids["cafe D1"] = v.ID
			return err
		}},
		{day("2025-12-12", 14), "C2", w.secondMeeting},
		{day("2025-12-16", 9), "inspection", w.inspect},
	}
}

func (w *World) firstMeeting(ctx context.Context) error {
	k, id := w.kit(3), w.ids["C1"]
	if err := w.openPlanned(k, "C1"); err != nil {
		return err
	}
	m, err := w.paste(k, id, roster(false))
	if err != nil {
		return err
	}
	byOrg := map[string]app.Attendee{}
	for _, p := range m.Attendees {
		byOrg[p.Org] = p
	}
	w.ids["cafe D3"] = byOrg[doubleOne].VenueID
	for i, cafe := range cafeNames {
		w.clock.pass(time.Minute)
		if i < 15 {
			_, err = k.meet.SignIn(byOrg[cafe].ID)
		} else { // the owner sent somebody else
			_, err = k.meet.WalkIn(id, app.RosterRow{Org: cafe, Name: []string{"谢明", "罗刚"}[i-15], VenueID: byOrg[cafe].VenueID, Role: "cafe_manager"})
		}
		if err != nil {
			return err
		}
	}
	if err := k.hand(id, "FZXCD", 30); err != nil {
		return err
	}
	_, err = k.meet.Close(id)
	return err
}

// secondMeeting is taken down on two laptops at once (X2, X3, X14).
func (w *World) secondMeeting(ctx context.Context) error {
	d1, d3, id := w.kit(1), w.kit(3), w.ids["C2"]
	if err := w.meet(ctx, d1, d3); err != nil {
		return err
	}
	people := map[string][]schema.ID{}
	for _, k := range []*Kit{d3, d1} {
		if err := w.openPlanned(k, "C2"); err != nil {
			return err
		}
		m, err := w.paste(k, id, roster(true))
		if err != nil {
			return err
		}
		clear(people)
		for _, p := range m.Attendees {
			people[p.Name] = append(people[p.Name], p.ID)
		}
	}
	if len(people["王建国"]) != 1 || len(people["张伟"]) != 2 {
		return fmt.Errorf("the roster was understood as %d people", len(people))
	}
	w.ids["X2"] = people["王建国"][0]
	// X2: D1 signs and undoes; D3, which has seen neither, signs.
	if _, err := d1.meet.SignIn(w.ids["X2"]); err != nil {
		return err
	}
	w.clock.pass(time.Minute)
	if _, err := d3.meet.SignIn(w.ids["X2"]); err != nil {
		return err
	}
	w.clock.pass(time.Minute)
	if _, err := d1.meet.UndoSignIn(w.ids["X2"]); err != nil {
		return err
	}
	// The others sign at one of the two tables; of the two 张伟 one.
	for i, name := range ownerNames[1:] {
		w.clock.pass(30 * time.Second)
		if _, err := []*Kit{d3, d1}[i%2].meet.SignIn(people[name][0]); err != nil {
			return err
		}
	}
	// X3: the same walk-in at both tables, her telephone at one.
	for _, at := range []struct {
		k           *Kit
		name, phone string
	}{{d1, "赵 敏", ""}, {d3, "赵敏", "12800001234"}} {
		w.clock.pass(time.Minute)
		if _, err := at.k.meet.WalkIn(id, app.RosterRow{Org: lateCafe, Name: at.name, Phone: at.phone, Town: cafeTown, CreateVenue: true}); err != nil {
			return err
		}
	}
	for _, p := range []share{{3, 14}, {1, 12}} {
		if err := w.kit(p.kit).hand(id, "FZXCD", p.n); err != nil {
			return err
		}
	}
	if err := w.meet(ctx, d1, d3); err != nil {
		return err
	}
	// X14: both note four posters for every café, without a network again.
	for _, k := range []*Kit{d3, d1} {
		w.clock.pass(time.Minute)
		if _, err := k.meet.Give(id, w.material("FZHB"), 4); err != nil {
			return err
		}
	}
	w.clock.pass(time.Hour)
	_, err := d3.meet.Close(id)
	return err
}

// inspect looks whether the posters hang.
func (w *World) inspect(ctx context.Context) error {
	d1, d3 := w.kit(1), w.kit(3)
	if err := w.meet(ctx, d1, d3); err != nil {
		return err
	}
	issues, err := d3.replica().Select(ctx, "issue", "WHERE activity_id = ? ORDER BY placement_id", w.ids["C2"])
	if err != nil {
		return err
	}
	for i, issue := range issues {
		w.clock.pass(20 * time.Minute)
		result := "in_place"
		switch i {
		case 4:
			result = "not_prominent"
		case 11:
			result = "missing"
		}
		row, err := d3.replica().Get(ctx, "placement", issue.Ref("placement_id"))
		if err != nil {
			return err
		}
		if _, err := d3.placed.Put(app.PlacementForm{VenueID: row.Ref("venue_id"), MaterialID: row.Ref("material_id"), Kind: row.Text("kind"), Spot: row.Text("spot"), Qty: 4}); err != nil {
			return err
		}
		_, err = d3.placed.Inspect(app.InspectForm{PlacementID: row.ID, Result: result})
		if err != nil {
			return err
		}
	}
	return nil
}

package county

import (
	"context"
	"strings"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// joined is a kit that is enrolled and in step with the county.
func (o *office) joined(t *testing.T, unit, label string, ahead time.Duration) *kit {
	t.Helper()
	r, err := replica.Open(t.Context(), replica.Options{Dir: t.TempDir(), Schema: model.Schema, Realm: o.realm, Wall: func() time.Time { return o.clock.now().Add(ahead) },
		Audience: func(tx *replica.Tx, table *schema.Table, id schema.ID) (string, error) {
			return model.AudienceOf(tx, table, id, model.UnitID(o.realm, unit))
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	k := &kit{Replica: r}
	if err := k.join(t.Context(), o.code(t, unit), label); err != nil {
		t.Fatal(err)
	}
	k.step(t)
	return k
}

func (k *kit) step(t *testing.T) {
	t.Helper()
	if err := k.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// void marks a record as an officer's computer does.
func (k *kit) void(t *testing.T, table string, id schema.ID) {
	t.Helper()
	err := k.Update(t.Context(), func(tx *replica.Tx) error {
		row, err := tx.Get(table, id)
		if err != nil {
			return err
		}
		mark, err := model.Void{On: true, Reason: "V2"}.JSON(row)
		if err != nil {
			return err
		}
		return tx.Put(table, id, schema.Values{"voided": mark})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (k *kit) put(t *testing.T, table string, id schema.ID, values schema.Values) {
	t.Helper()
	err := k.Update(t.Context(), func(tx *replica.Tx) error {
		row, err := tx.Get(table, id)
		if err != nil {
			return err
		}
		if row == nil {
			values["created_at"], values["device_id"] = tx.Now().UnixMilli(), tx.Replica()
		}
		return tx.Put(table, id, values)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) review(t *testing.T, kind string) []ReviewItem {
	t.Helper()
	var r Review
	if err := o.call(t, "Review", &r); err != nil {
		t.Fatal(err)
	}
	var list []ReviewItem
	for _, item := range r.Items {
		if item.Kind == kind {
			list = append(list, item)
		}
	}
	return list
}

func (o *office) settle(t *testing.T, item ReviewItem, action string) {
	t.Helper()
	if err := o.call(t, "Settle", nil, item.Key, action); err != nil {
		t.Fatal(item.Kind, action, err.Message)
	}
	if err := o.call(t, "Settle", nil, item.Key, action); err == nil || err.Code != "settled" {
		t.Errorf("%s: settled twice: %v", item.Kind, err)
	}
}

func TestReviewConcurrentEdits(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	a, b := o.joined(t, "NSH", "D5", 0), o.joined(t, "ZHZX", "D6", 0)
	id := model.OutcomeID(o.realm, "intercept", "QL20251104-017", "")
	base := schema.Values{"kind": "intercept", "ref_no": "QL20251104-017", "occurred_on": "2025-11-04", "lead_unit_id": model.UnitID(o.realm, "NSH")}
	with := func(source string, fen int64) schema.Values {
		v := schema.Values{"source": source, "averted_fen": fen}
		for name, value := range base {
			v[name] = value
		}
		return v
	}
	a.put(t, "outcome", id, with("bank_counter", 1_200_000))
	b.put(t, "outcome", id, with("desk_110", 1_260_000))
	a.step(t)
	b.step(t)

	list := o.review(t, "conflict")
	if len(list) != 2 {
		t.Fatalf("%d items, want one a field that differs: %+v", len(list), list)
	}
	for _, item := range list {
		if item.Title != "拦截预警 QL20251104-017" && !strings.Contains(item.Title, "QL20251104-017") || item.Winner.Device != "D6" || item.Loser.Device != "D5" {
			t.Errorf("%+v", item)
		}
		if item.Column == "averted_fen" {
			if item.Winner.Field.Number != 1_260_000 || item.Loser.Field.Number != 1_200_000 || item.Winner.Field.Kind != "fen" {
				t.Errorf("%+v %+v", item.Winner, item.Loser)
			}
			o.settle(t, item, "swap")
		} else {
			o.settle(t, item, "keep")
		}
	}
	a.step(t)
	b.step(t)
	for _, k := range []*kit{a, b} {
		row, err := k.Get(t.Context(), "outcome", id)
		if err != nil || row.Int("averted_fen") != 1_200_000 || row.Text("source") != "desk_110" {
			t.Error("what the office settled is not at the kit:", err)
		}
		if left, err := k.Conflicts(t.Context()); err != nil || len(left) != 0 {
			t.Error("the kit still shows it:", left, err)
		}
	}
}

func TestReviewRules(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	activity := func(values schema.Values) schema.ID {
		v := schema.Values{"kind": "lecture", "state": "done", "start_at": at("2025-03-10 09:00"), "end_at": at("2025-03-10 11:00"), "lead_unit_id": s.unit["CGPCS"], "place_text": "县一中"}
		for name, value := range values {
			v[name] = value
		}
		return s.put("activity", v)
	}
	crowded := activity(schema.Values{"heads_stated": 6100})
	few := activity(schema.Values{"heads_stated": 1})
	activity(schema.Values{"heads_stated": 20, "elder_heads": 30})
	activity(schema.Values{"start_at": at("2026-03-10 09:00"), "end_at": nil})
	for range 2 {
		id := s.put("attendance", schema.Values{"activity_id": few, "person_name": "王建国"})
		s.do(func(tx *replicaTx) error { return tx.Include("attendance", id, "sign_ins", "d@1") })
	}
	booth := activity(schema.Values{"kind": "street"})
	inside := s.put("consultation", schema.Values{"activity_id": booth, "occurred_at": at("2025-03-10 10:00"), "fraud_type": "F01", "stage": "G0"})
	o.review(t, "outside") // all were looked at; what follows is found by its change
	outside := s.put("consultation", schema.Values{"activity_id": booth, "occurred_at": at("2025-03-10 16:00"), "fraud_type": "F01", "stage": "G0"})
	future := s.put("consultation", schema.Values{"activity_id": booth, "occurred_at": at("2026-02-10 16:00"), "fraud_type": "F01", "stage": "G0"})
	for _, ref := range []string{"A1", "A2"} {
		s.put("outcome", schema.Values{"kind": "intercept", "ref_no": ref, "occurred_on": "2025-03-10", "source": "visit", "averted_fen": 500_000})
	}
	leaflet := s.put("material", schema.Values{"code": "L1", "group": "leaflet", "name": "宣传单"})
	tally := s.put("handout", schema.Values{"activity_id": booth, "material_id": leaflet})
	s.do(func(tx *replicaTx) error { return tx.Add("handout", tally, "qty", 1500) })
	s.put("stock_move", schema.Values{"kind": "receive", "material_id": leaflet, "to_unit": s.unit["CGPCS"], "qty": 1000, "batch_no": "1"})

	for kind, want := range map[string]int{"crowd": 1, "heads": 1, "elders": 1, "future": 2, "outside": 2, "double": 1, "rush": 1, "stock": 1, "conflict": 0, "held": 0} {
		if list := o.review(t, kind); len(list) != want {
			t.Errorf("%s: %d items, want %d: %+v", kind, len(list), want, list)
		}
	}
	if item := o.review(t, "stock")[0]; item.Args["n"] != "-500" || item.Unit != "城关派出所" || item.Title != "宣传单" {
		t.Errorf("%+v", item)
	}
	if item := o.review(t, "double")[0]; len(item.Proofs) != 2 {
		t.Errorf("%+v", item)
	}

	// Corrected in place, a record is no suspect any more; one that is right is accepted.
	if err := o.call(t, "EditRecord", nil, "consultation", outside.String(), map[string]string{"occurred_at": "2025-03-10 10:30"}); err != nil {
		t.Fatal(err)
	}
	if err := o.call(t, "EditRecord", nil, "consultation", future.String(), map[string]string{"occurred_at": "2025-03-10 10:40"}); err != nil {
		t.Fatal(err)
	}
	if list := o.review(t, "outside"); len(list) != 0 {
		t.Error("corrected, and still listed:", list)
	}
	if err := o.call(t, "EditRecord", nil, "activity", booth.String(), map[string]string{"start_at": "2025-03-10 14:00", "end_at": "2025-03-10 16:00"}); err != nil {
		t.Fatal(err)
	}
	if list := o.review(t, "outside"); len(list) != 3 || !strings.Contains(list[2].ID+list[1].ID+list[0].ID, inside.String()) {
		t.Error("an activity that moved leaves its consultations outside:", list)
	}
	o.settle(t, o.review(t, "crowd")[0], "accept")
	row, err := o.replica.Get(t.Context(), "activity", crowded)
	if err != nil || row.Null("reviewed") {
		t.Error("an accepted record is not marked:", err)
	}
	if err := o.call(t, "EditRecord", nil, "activity", crowded.String(), map[string]string{"heads_stated": "7000"}); err != nil {
		t.Fatal(err)
	}
	if len(o.review(t, "crowd")) != 1 {
		t.Error("a new number is not listed anew")
	}
	if err := o.call(t, "EditRecord", nil, "handout", tally.String(), map[string]string{"qty": "150"}); err != nil {
		t.Fatal(err)
	}
	if row, err := o.replica.Get(t.Context(), "handout", tally); err != nil || row.Int("qty") != 150 {
		t.Error("a tally is not what it was corrected to:", err)
	}
	o.settle(t, o.review(t, "double")[0], "void")
	if len(o.review(t, "double")) != 0 {
		t.Error("voided, and still a double")
	}
	for name, values := range map[string]map[string]string{"a time": {"occurred_at": "yesterday"}, "an empty type": {"fraud_type": ""}, "a type": {"fraud_type": "F77"}, "a loss": {"loss_fen": "500"}, "a personal field": {"phone": "1"}, "an amount": {"at_risk_fen": "much"}} {
		if err := o.call(t, "EditRecord", nil, "consultation", inside.String(), values); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	var history []HistoryLine
	if err := o.call(t, "History", &history, "consultation", outside.String()); err != nil || len(history) < 3 || history[0].Field.Name != "occurred_at" || history[0].Device != "县办公室" {
		t.Error(err, history)
	}
}

func TestReviewVoidBesideEdit(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	a, b := o.joined(t, "CGPCS", "D2", 0), o.joined(t, "CGPCS", "D3", 0)
	id := model.ActivityID(o.realm, "lecture", "2025-03-28", model.UnitID(o.realm, "CGPCS"), model.Place{Text: "老年大学"}, "AM", 2)
	a.put(t, "activity", id, schema.Values{"kind": "lecture", "state": "done", "start_at": at("2025-03-28 09:00"), "lead_unit_id": model.UnitID(o.realm, "CGPCS"), "heads_stated": 80})
	a.step(t)
	b.step(t)
	o.clock.advance(time.Hour)
	a.void(t, "activity", id)
	b.put(t, "activity", id, schema.Values{"heads_stated": 85})
	b.step(t)
	a.step(t)
	o.login(t)
	list := o.review(t, "void_edit")
	if len(list) != 1 || list[0].Args["voider"] != "D2" || list[0].Args["editor"] != "D3" {
		t.Fatalf("%+v", list)
	}
	if row, err := o.replica.Get(t.Context(), "activity", id); err != nil || !voided(row) || row.Int("heads_stated") != 85 {
		t.Error("it does not stay void:", err)
	}
	o.settle(t, list[0], "accept")
}

// An edit that whoever voided a record had seen is none beside it, however near in time
// and whatever its author wrote later.
func TestReviewVoidAfterEdit(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	a, b := o.joined(t, "CGPCS", "D2", 0), o.joined(t, "CGPCS", "D3", 0)
	id := model.ActivityID(o.realm, "lecture", "2025-03-28", model.UnitID(o.realm, "CGPCS"), model.Place{Text: "老年大学"}, "AM", 2)
	a.put(t, "activity", id, schema.Values{"kind": "lecture", "state": "done", "start_at": at("2025-03-28 09:00"), "lead_unit_id": model.UnitID(o.realm, "CGPCS"), "heads_stated": 80})
	a.step(t)
	b.step(t)
	o.clock.advance(time.Hour)
	b.put(t, "activity", id, schema.Values{"heads_stated": 85})
	b.step(t)
	a.step(t)
	a.void(t, "activity", id)
	a.step(t)
	o.login(t)
	if list := o.review(t, "void_edit"); len(list) != 0 {
		t.Errorf("what was seen is asked for: %+v", list)
	}
	a.put(t, "activity", id, schema.Values{"place_text": "老年大学二楼"})
	a.step(t)
	o.login(t)
	if list := o.review(t, "void_edit"); len(list) != 0 {
		t.Errorf("its author's own words are asked for: %+v", list)
	}
}

// The proposed correction of a clock is looked at one by one, adjusted, and what was right stays.
func TestReviewAdjustsAClock(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	fast := o.joined(t, "CGPCS", "D2", 3*time.Hour)
	o.clock.advance(2 * time.Hour)
	real := o.clock.now()
	var ids []schema.ID
	for i, place := range []string{"云溪景区", "夜市"} {
		id := model.ActivityID(o.realm, "street", "2025-12-31", model.UnitID(o.realm, "CGPCS"), model.Place{Text: place}, "AM", 1)
		fast.put(t, "activity", id, schema.Values{"kind": "street", "state": "open", "start_at": real.Add(time.Duration(180+i) * time.Minute).UnixMilli(), "lead_unit_id": model.UnitID(o.realm, "CGPCS"), "place_text": place})
		ids = append(ids, id)
	}
	o.clock.advance(time.Hour)
	fast.step(t)
	o.login(t)
	item := o.review(t, "clock")[0]
	var p ClockProposal
	if err := o.call(t, "ClockProposal", &p, item.Number); err != nil || p.Total != 2 || len(p.Records) != 2 || p.Records[1].ID != ids[1].String() || p.Device != "D2" || p.Unit == "" || p.To <= p.From {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := o.call(t, "Settle", nil, item.Key, "adjust"); err == nil {
		t.Error("settled without being told how")
	}
	for _, shift := range []int64{0, 500 * dayMillis} {
		if err := o.call(t, "CorrectClock", nil, item.Number, shift, []string{}); err == nil || err.Code != "shift" {
			t.Error(shift, err)
		}
	}
	var n int64
	if err := o.call(t, "CorrectClock", &n, item.Number, int64(-2*3600_000), []string{ids[1].String()}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	for i, want := range []time.Duration{time.Hour, 181 * time.Minute} {
		if row, err := o.replica.Get(t.Context(), "activity", ids[i]); err != nil || row.Int("start_at") != real.Add(want).UnixMilli() {
			t.Error("a time is not what was chosen:", i, err)
		}
	}
	if list := o.review(t, "clock"); len(list) != 0 {
		t.Errorf("settled, and still listed: %+v", list)
	}
	if err := o.call(t, "CorrectClock", nil, item.Number, int64(-60_000), []string{}); err == nil || err.Code != "settled" {
		t.Error("corrected twice:", err)
	}
}

func TestReviewWrongClock(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	fast := o.joined(t, "CGPCS", "D2", 3*time.Hour)
	o.clock.advance(2 * time.Hour)
	id := model.ActivityID(o.realm, "street", "2025-12-31", model.UnitID(o.realm, "CGPCS"), model.Place{Text: "云溪景区"}, "AM", 1)
	real := o.clock.now()
	fast.put(t, "activity", id, schema.Values{"kind": "street", "state": "open", "start_at": real.Add(3 * time.Hour).UnixMilli(), "lead_unit_id": model.UnitID(o.realm, "CGPCS"), "place_text": "云溪景区"})
	o.clock.advance(time.Hour)
	fast.step(t)
	o.login(t)
	list := o.review(t, "clock")
	if len(list) != 1 || list[0].Records != 1 || list[0].Title != "D2" || list[0].ShiftMs > -3*3600_000+5000 || list[0].ShiftMs < -3*3600_000-5000 || len(list[0].Proofs) != 1 {
		t.Fatalf("%+v", list)
	}
	o.settle(t, list[0], "shift")
	row, err := o.replica.Get(t.Context(), "activity", id)
	if err != nil || row.Int("start_at") < real.UnixMilli()-10_000 || row.Int("start_at") > real.UnixMilli()+10_000 {
		t.Error("the time was not corrected:", err)
	}
	fast.step(t)
	if at, err := fast.Get(t.Context(), "activity", id); err != nil || at.Int("start_at") != row.Int("start_at") {
		t.Error("the correction is not at the kit:", err)
	}
}

func TestReviewLostDevice(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	k := o.joined(t, "CGPCS", "D2", 0)
	if err := o.call(t, "SetDeviceState", nil, k.ID().String(), "lost"); err != nil {
		t.Fatal(err)
	}
	id := model.ActivityID(o.realm, "street", "2025-12-31", model.UnitID(o.realm, "CGPCS"), model.Place{Text: "夜市"}, "EV", 1)
	k.put(t, "activity", id, schema.Values{"kind": "street", "state": "open", "start_at": at("2025-12-31 19:00"), "lead_unit_id": model.UnitID(o.realm, "CGPCS")})
	carry(t, k.Replica, o.replica)
	if row, err := o.replica.Get(t.Context(), "activity", id); err != nil || row != nil {
		t.Fatal("what a lost computer wrote counts:", err)
	}
	list := o.review(t, "held")
	if len(list) != 1 || list[0].Title != "D2" {
		t.Fatalf("%+v", list)
	}
	o.settle(t, list[0], "release")
	if row, err := o.replica.Get(t.Context(), "activity", id); err != nil || row == nil {
		t.Error("released, and not there:", err)
	}
}

// carry hands the county what a replica wrote, as a stick would.
func carry(t *testing.T, from, to *replica.Replica) {
	t.Helper()
	ctx := context.Background()
	if err := from.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	have, err := to.Vector(ctx)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := from.Missing(ctx, have, func(changeset.Stream) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range missing {
		raw, err := from.Changeset(ctx, m.Stream, m.Number)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Apply(ctx, raw); err != nil {
			t.Fatal(err)
		}
	}
}

// Two materials that were merged are one account of stock.
func TestReviewStockOfMergedMaterials(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	one, other := s.material("L1", "leaflet"), s.material("L2", "leaflet")
	booth := s.activity("street", "done", "2025-05-01 09:00", "CGPCS")
	s.put("stock_move", schema.Values{"kind": "receive", "material_id": one, "to_unit": s.unit["CGPCS"], "qty": 1000, "batch_no": "1"})
	s.hand(booth, one, 600)
	s.hand(booth, other, 700) // of which no stock is kept
	if list := o.review(t, "stock"); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if err := o.call(t, "MergeRows", nil, "material", one.String(), other.String()); err != nil {
		t.Fatal(err)
	}
	if list := o.review(t, "stock"); len(list) != 1 || list[0].Args["n"] != "-300" || list[0].ID != one.String() {
		t.Errorf("%+v", list)
	}
}

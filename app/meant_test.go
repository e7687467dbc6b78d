package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// overtakenOn collects what this laptop's screens are told of fields that were
// changed under an open form.
func (l *laptop) overtakenOn() func() []string {
	var mu sync.Mutex
	var told []string
	l.s.Events.Hook(func(name string, payload any) {
		if name == "overtaken" {
			mu.Lock()
			defer mu.Unlock()
			o := payload.(Overtaken)
			for _, f := range o.Fields {
				told = append(told, o.Table+"."+f)
			}
		}
	})
	return func() []string { mu.Lock(); defer mu.Unlock(); return slices.Sorted(slices.Values(told)) }
}

// Of every form that shows a stored record: while it is open on one laptop, another
// laptop changes the record and the change arrives. Then the form is saved. What the
// other one changed stands, what was typed here stands, of a long text both, and a
// field that both changed is as typed here, which is told, with the other value kept.
func TestEveryOpenFormLosesNothing(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	told := a.overtakenOn()
	b.s.UseOfficer(a.officer("041207", "李静")) // who corrects her own look, at either laptop
	street := a.start("城关广场").Activity.ID
	cafe := sure(a.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧", Town: "城关镇"}))
	consultation := a.saved(street, func(f *ConsultationForm) { f.Note, f.Story = "备注。", "经过。" })
	post := sure(NewPosts(a.s).Save(PostForm{Channel: "douyin", Title: "刷单是骗局", Account: "平安青岚", Note: "备注。"}))
	outcome := sure(NewOutcomes(a.s).Save(OutcomeForm{Kind: "intercept", RefNo: "QL20250110-001", Source: "visit", Averted: "5000", Note: "备注。"}))
	digest := sure(NewDigests(a.s).Save(DigestForm{Title: "刷单骗局", FraudTypes: []string{"F01"}, Elements: "经过。", Article: "短文。", Note: "备注。"}))
	item := sure(NewPlans(a.s).SaveItem(PlanItemForm{Kind: "street", Title: "110宣传日", DueFrom: "2025-01-10"})).Items[0]
	itemForm := PlanItemForm{ID: item.ID, Kind: item.Kind, Title: item.Title, DueFrom: item.DueFrom, DueTo: item.DueTo, PeriodCode: item.PeriodCode, VenueID: item.VenueID}
	step := sure(NewLinkage(a.s).Stamp(consultation.ID, "freeze"))[0]
	stepForm := LinkageForm{At: step.At, Counterpart: step.Counterpart.ID, Amount: step.Amount, Result: step.Result, DocNo: step.DocNo}
	board := PlacementForm{VenueID: cafe.ID, MaterialID: model.MaterialID(realm, "FZHB"), Kind: "hotline_notice", Spot: "counter", ShownPhone: "96110", Qty: 1}
	up := sure(NewPlacements(a.s).Put(board))[0]
	board.FromOn = up.FromOn
	look := sure(NewPlacements(a.s).Inspect(InspectForm{PlacementID: up.ID, Result: "in_place", Note: "备注。"}))
	lookForm := InspectForm{PlacementID: up.ID, Result: "in_place", Note: "备注。"}
	exchange(t, all)
	b.now = b.now.Add(time.Minute)

	for name, c := range map[string]struct {
		table         string
		id            schema.ID
		there, here   func() error
		want          map[string]string // by column, of the row
		overtaken     string            // the field that both changed
		overtakenText string            // what the other one had put there
	}{
		"consultation": {"consultation", consultation.ID,
			func() error {
				f := sure(b.consult.Get(consultation.ID)).ConsultationForm
				f.Saw = ptr(f)
				f.Town, f.Outcome, f.Note, f.Story = "岭口镇", "K5", "备注。那边的。", "经过。那边的。"
				_, err := b.consult.Save(f)
				return err
			},
			func() error {
				f := consultation.ConsultationForm
				f.Saw = ptr(f)
				f.Occupation, f.Outcome, f.Note, f.Story = "retired", "K3", "这边的。备注。", "这边的。经过。"
				_, err := a.consult.Save(f)
				return err
			}, map[string]string{"town": "岭口镇", "occupation": "retired", "outcome": "K3", "note": "这边的。备注。那边的。", "story": "这边的。经过。那边的。"}, "outcome", model.Label("outcome", "K5")},
		"post": {"post", post.ID,
			func() error {
				f := sure(NewPosts(b.s).Get(post.ID)).PostForm
				f.Saw = ptr(f)
				f.Reads, f.Account, f.Note = 1200, "那边的号", "备注。那边的。"
				_, err := NewPosts(b.s).Save(f)
				return err
			},
			func() error {
				f := post.PostForm
				f.Saw = ptr(f)
				f.Purpose, f.Account, f.Note = "rebuttal", "这边的号", "这边的。备注。"
				_, err := NewPosts(a.s).Save(f)
				return err
			}, map[string]string{"reads": "1200", "purpose": "rebuttal", "account": "这边的号", "note": "这边的。备注。那边的。"}, "account", "那边的号"},
		"outcome": {"outcome", outcome.ID,
			func() error {
				f := sure(NewOutcomes(b.s).Get(outcome.ID)).OutcomeForm
				f.Saw = ptr(f)
				f.Averted, f.OccurredOn, f.Note = "6000", "2025-01-09", "备注。那边的。"
				_, err := NewOutcomes(b.s).Save(f)
				return err
			},
			func() error {
				f := outcome.OutcomeForm
				f.Saw = ptr(f)
				f.Averted, f.Source, f.Note = "7000", "call", "这边的。备注。"
				_, err := NewOutcomes(a.s).Save(f)
				return err
			}, map[string]string{"averted_fen": "700000", "occurred_on": "2025-01-09", "source": "call", "note": "这边的。备注。那边的。"}, "averted", "6000.00 元"},
		"digest": {"case_digest", digest.ID,
			func() error {
				f := sure(NewDigests(b.s).Get(digest.ID)).DigestForm
				f.Saw = ptr(f)
				f.Title, f.FraudTypes, f.Article, f.Note = "那边的题目", []string{"F01", "F04"}, "短文。那边的。", "备注。那边的。"
				_, err := NewDigests(b.s).Save(f)
				return err
			},
			func() error {
				f := digest.DigestForm
				f.Saw = ptr(f)
				f.Title, f.Article, f.Note = "这边的题目", "这边的。短文。", "这边的。备注。"
				_, err := NewDigests(a.s).Save(f)
				return err
			}, map[string]string{"title": "这边的题目", "article": "这边的。短文。那边的。", "note": "这边的。备注。那边的。", "fraud_types": "[F01 F04]"}, "title", "那边的题目"},
		"venue": {"venue", cafe.ID,
			func() error {
				f := sure(b.venues.Get(cafe.ID)).VenueForm
				f.Saw = ptr(f)
				f.Address, f.Town = "中山路1号", "岭口镇"
				_, err := b.venues.Update(cafe.ID, f)
				return err
			},
			func() error {
				f := cafe.VenueForm
				f.Saw = ptr(f)
				f.LicenceNo, f.Town = "许0001", "柳河镇"
				_, err := a.venues.Update(cafe.ID, f)
				return err
			}, map[string]string{"address": "中山路1号", "licence_no": "许0001", "town": "柳河镇"}, "town", "岭口镇"},
		"plan item": {"plan_item", item.ID,
			func() error {
				f := itemForm
				f.Saw = ptr(f)
				f.Title, f.DueTo = "那边的", "2025-01-12"
				_, err := NewPlans(b.s).SaveItem(f)
				return err
			},
			func() error {
				f := itemForm
				f.Saw = ptr(f)
				f.Title, f.PeriodCode = "这边的", "p110"
				_, err := NewPlans(a.s).SaveItem(f)
				return err
			}, map[string]string{"title": "这边的", "due_to": "2025-01-12", "period_code": "p110"}, "title", "那边的"},
		"linkage": {"linkage_action", step.ID,
			func() error {
				f := stepForm
				f.Saw = ptr(f)
				f.Amount, f.Result = "3.2w", "partial"
				_, err := NewLinkage(b.s).Save(step.ID, f)
				return err
			},
			func() error {
				f := stepForm
				f.Saw = ptr(f)
				f.DocNo, f.Result = "冻字1号", "ok"
				_, err := NewLinkage(a.s).Save(step.ID, f)
				return err
			}, map[string]string{"amount_fen": "3200000", "doc_no": "冻字1号", "result": "ok"}, "result", model.Label("linkage_result", "partial")},
		"placement": {"placement", up.ID,
			func() error {
				f := board
				f.Saw = ptr(f)
				f.ToOn, f.ShownPhone = "2025-03-01", "110"
				_, err := NewPlacements(b.s).Put(f)
				return err
			},
			func() error {
				f := board
				f.Saw = ptr(f)
				f.Qty, f.ShownPhone = 3, "96566"
				_, err := NewPlacements(a.s).Put(f)
				return err
			}, map[string]string{"to_on": "2025-03-01", "qty": "3", "shown_phone": "96566"}, "shown_phone", "110"},
		"inspection": {"inspection", look.ID,
			func() error {
				f := lookForm
				f.Saw = ptr(f)
				f.FixedOnSpot, f.Note, f.Result = true, "备注。那边的。", "damaged"
				_, err := NewPlacements(b.s).Inspect(f)
				return err
			},
			func() error {
				f := lookForm
				f.Saw = ptr(f)
				f.Note, f.Result = "这边的。备注。", "not_prominent"
				_, err := NewPlacements(a.s).Inspect(f)
				return err
			}, map[string]string{"fixed_on_spot": "1", "result": "not_prominent", "note": "这边的。备注。那边的。"}, "result", model.Label("inspection_result", "damaged")},
	} {
		b.must(c.there())
		exchange(t, all)
		a.now = a.now.Add(2 * time.Second)
		a.must(c.here())
		exchange(t, all)
		for _, l := range all {
			row := sure(l.r.Get(t.Context(), c.table, c.id))
			for column, want := range c.want {
				got := fmt.Sprint(columnValue(row, model.Schema.Table(c.table).Column(column)))
				if list := row.Strings(column); list != nil {
					slices.Sort(list)
					got = fmt.Sprint(list)
				}
				if got != want {
					t.Errorf("%s.%s is %q, not %q", name, column, got, want)
				}
			}
		}
		if !slices.Contains(told(), c.table+"."+c.overtaken) {
			t.Errorf("%s: nobody is told that %s was changed under the form: %v", name, c.overtaken, told())
		}
		kept := sure(NewHistory(a.s).Of(c.table, c.id))
		if !slices.ContainsFunc(kept, func(e HistoryEntry) bool { return e.Text == c.overtakenText && e.Whole && e.Kind != "now" }) {
			t.Errorf("%s: %q cannot be brought back: %s", name, c.overtakenText, sure(json.Marshal(kept)))
		}
	}
	if got := told(); len(got) != 9 {
		t.Errorf("told: %v", got)
	}
}

func ptr[T any](v T) *T { return &v }

// A number that was entered on another laptop and is entered here again, from memory:
// what is left empty here stands.
func TestAnOutcomeEnteredAgainEmptiesNothing(t *testing.T) {
	l := newLaptop(t, "D1")
	o := NewOutcomes(l.s)
	first := sure(o.Save(OutcomeForm{Kind: "intercept", RefNo: "QL1", Source: "visit", Averted: "5000", Note: "银行来电", Partners: []schema.ID{model.UnitID(realm, "YD")}}))
	again := sure(o.Save(OutcomeForm{Kind: "intercept", RefNo: "QL1", Source: "desk_110"}))
	if again.ID != first.ID || again.AvertedFen != 500_000 || again.Note != "银行来电" || len(again.Partners) != 1 || again.Source != "desk_110" {
		t.Errorf("%+v", again)
	}
}

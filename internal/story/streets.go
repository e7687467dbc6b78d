package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// street is a street campaign as domain.md tells it, with what is asked there.
type street struct {
	code, date, place string
	lead              int // laptop whose unit leads
	partners          []string
	leaflets          []share
	questions         []share // consultations written down
	quick             int64
	brochures         int64
}

// share is one laptop's part.
type share struct {
	kit int
	n   int64
}

var streetTable = []street{
	{"S01", "2025-01-10", "城关广场", 1, []string{"YD", "LT", "DX", "NSH", "CGZ"}, []share{{1, 380}, {2, 240}}, []share{{1, 8}, {2, 6}}, 6, 60},
	{"S02", "2025-01-24", "汽车站", 1, []string{"YD", "NSH"}, []share{{1, 390}}, []share{{1, 8}}, 5, 40},
	{"S03", "2025-03-15", "商业街", 3, []string{"NSH", "YZ", "YD", "LT"}, []share{{3, 300}, {5, 275}}, []share{{3, 6}, {5, 4}}, 6, 50},
	{"S04", "2025-04-12", "岭口集市", 4, []string{"YZ"}, []share{{1, 131}}, []share{{4, 5}, {1, 3}}, 5, 0},
	{"S05", "2025-06-07", "城关广场", 1, []string{"YD", "LT", "DX", "NSH", "YZ"}, []share{{1, 460}, {2, 395}, {5, 118}}, []share{{1, 7}, {2, 4}, {5, 3}}, 8, 80},
	{"S06", "2025-09-17", "学府路", 3, []string{"JYJ", "WBXH", "LT"}, []share{{3, 520}}, []share{{3, 9}}, 6, 30},
	{"S07", "2025-10-01", "云溪景区", 2, []string{"CGZ", "DX", "JYJ"}, []share{{2, 150}}, []share{{2, 6}}, 5, 20},
	{"S08", "2025-12-06", "农贸市场", 1, []string{"NSH", "CGZ"}, []share{{1, 330}}, []share{{1, 9}}, 7, 40},
	{"S09", "2025-05-17", "锦苑小区", 5, nil, []share{{5, 88}}, []share{{5, 4}}, 4, 0},
	{"S10", "2025-07-19", "柳河集市", 4, []string{"DX", "YZ", "YZQL"}, []share{{4, 199}}, []share{{4, 5}}, 4, 0},
	{"S11", "2025-11-08", "夜市", 2, []string{"CGZ"}, []share{{2, 96}}, []share{{2, 4}}, 4, 0},
}

func (w *World) streets() []event {
	var out []event
	for _, s := range streetTable {
		out = append(out, event{day(s.date, 9), s.code, func(ctx context.Context) error { return w.street(ctx, s) }})
	}
	// The branch of a bank turns out to be the bank that is registered already.
	out = append(out, event{day("2025-07-21", 10), "merge 邮储青岚支行", func(ctx context.Context) error {
		clerk, err := w.signIn(ctx)
		if err != nil {
			return err
		}
		defer clerk.close()
		return clerk.call(ctx, nil, "County/MergeRows", "unit", w.partner("YZ").String(), w.partner("YZQL").String())
	}})
	return out
}

// street records a campaign. What makes it one of the concurrent cases is beside it.
func (w *World) street(ctx context.Context, s street) error {
	if s.code == "S07" {
		w.kit(2).ahead = fastBy // X11
	}
	if s.code == "S08" {
		if err := w.kit(4).sync(ctx); err != nil {
			return err
		}
		w.kit(4).away = true // its bundle comes late, on a stick
	}
	present := map[int]bool{}
	for _, list := range [][]share{s.leaflets, s.questions} {
		for _, p := range list {
			if !present[p.kit] {
				present[p.kit] = true
				if err := w.openStreet(w.kit(p.kit), s); err != nil {
					return err
				}
			}
		}
	}
	id := w.ids[s.code]
	switch s.code { // taps that come to the table's numbers in a way of their own
	case "S04":
		if err := w.tapAndUndo(w.kit(4), id, 128, 2); err != nil {
			return err
		}
	case "S08":
		if err := w.openStreet(w.kit(4), s); err != nil {
			return err
		}
		if err := w.kit(4).hand(id, "FZXCD", 205); err != nil {
			return err
		}
	}
	for i, p := range s.leaflets {
		k := w.kit(p.kit)
		if err := k.hand(id, "FZXCD", p.n); err != nil {
			return err
		}
		if i == 0 {
			if err := k.hand(id, "LNXCC", s.brochures); err != nil {
				return err
			}
			if _, err := k.booth.Quick(id, "consult_quick", s.quick); err != nil {
				return err
			}
		}
	}
	for _, p := range s.questions {
		for range p.n {
			w.clock.pass(4 * time.Minute)
			if _, err := w.ask(w.kit(p.kit), id, question{source: "walk_in"}); err != nil {
				return err
			}
		}
	}
	if err := w.caseAt(ctx, s.code); err != nil {
		return err
	}
	_, err := w.kit(s.leaflets[0].kit).booth.Finish(id)
	return err
}

// openStreet opens the booth on one laptop; another at the same place and time gets
// the same one.
func (w *World) openStreet(k *Kit, s street) error {
	if s.code == "S01" {
		if err := w.openPlanned(k, "S01"); err != nil {
			return err
		}
		_, err := k.booth.SetPartners(w.ids["S01"], w.partnerIDs(s.partners))
		return err
	}
	form := app.OpenBooth{Kind: "street", Place: s.place, LeadUnitID: w.kit(s.lead).unit, PartnerUnits: w.partnerIDs(s.partners), StartAt: day(s.date, 9).UnixMilli()}
	if s.code == "S07" {
		form.StartAt = 0 // X11: D2's clock says when it begins
	}
	st, err := k.booth.Open(form)
	if err != nil {
		return err
	}
	if have, known := w.ids[s.code]; known && have != st.Activity.ID {
		return fmt.Errorf("two laptops opened one booth and got two")
	}
	w.ids[s.code] = st.Activity.ID
	return nil
}

// openPlanned opens an activity of the plan on a laptop.
func (w *World) openPlanned(k *Kit, name string) error {
	for _, p := range planned {
		if p.name != name {
			continue
		}
		d, err := k.plans.OpenItem(w.ids["plan "+name], p.place)
		if err != nil {
			return err
		}
		if d.ID != w.ids[name] {
			return fmt.Errorf("the plan's %s was opened as another activity", name)
		}
		return nil
	}
	return fmt.Errorf("%s is not planned", name)
}

// tapAndUndo taps one by one and takes some back.
func (w *World) tapAndUndo(k *Kit, activity schema.ID, taps, undos int) error {
	for range taps {
		w.clock.pass(20 * time.Second)
		if _, err := k.booth.Tap(activity, model.MaterialID(w.realm, "FZXCD"), 1); err != nil {
			return err
		}
	}
	for range undos {
		if _, err := k.booth.Undo(activity); err != nil {
			return err
		}
	}
	return nil
}

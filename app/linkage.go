package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Linkage is the joint action on a consultation: police, bank and telecom, each
// step with its minute.
type Linkage struct{ s *Session }

// NewLinkage makes the service.
func NewLinkage(s *Session) *Linkage { return &Linkage{s} }

// LinkageStep is one step of the timeline.
type LinkageStep struct {
	ID          schema.ID `json:"id"`
	Kind        string    `json:"kind"`
	At          int64     `json:"at"` // ms
	Counterpart Named     `json:"counterpart"`
	AmountFen   int64     `json:"amount_fen"`
	Amount      string    `json:"amount"` // as typed
	Result      string    `json:"result"`
	DocNo       string    `json:"doc_no"`
	Minutes     int64     `json:"minutes"`      // since the step before, 0 for the first
	BeforePaid  bool      `json:"before_paid"`  // earlier than the payment: one of the two times is wrong
	NeedsDoc    bool      `json:"needs_doc"`    // a document number belongs to it and is missing
	SincePolice int64     `json:"since_police"` // minutes since the police were called, -1 when they were not
}

// needDoc are the steps that go by a document.
var needDoc = []string{"judicial_query", "freeze", "return"}

// List is the timeline of a consultation, oldest first.
func (l *Linkage) List(consultation schema.ID) ([]LinkageStep, error) {
	out, noted := []LinkageStep{}, map[schema.ID]int64{}
	r, err := l.s.open()
	if err != nil {
		return out, err
	}
	ctx := context.Background()
	parent, err := r.Get(ctx, "consultation", consultation)
	if err != nil {
		return out, err
	}
	if parent == nil {
		return out, missing("找不到这条咨询，请返回列表。", "This consultation cannot be found; go back to the list.")
	}
	rows, err := r.Select(ctx, "linkage_action", "WHERE consultation_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0", consultation)
	if err != nil {
		return out, err
	}
	d := l.s.directory(r)
	for _, row := range rows {
		step := LinkageStep{ID: row.ID, Kind: row.Text("kind"), At: row.Int("at"), AmountFen: row.Int("amount_fen"), Amount: yuan(row.Int("amount_fen")), Result: row.Text("result"), DocNo: row.Text("doc_no"), SincePolice: -1}
		if step.Counterpart, err = d.name("unit", row.Ref("counterpart_unit_id")); err != nil {
			return nil, err
		}
		noted[row.ID] = row.Int("created_at")
		step.BeforePaid = parent.Int("paid_at") > 0 && step.At < parent.Int("paid_at")
		step.NeedsDoc = step.DocNo == "" && slices.Contains(needDoc, step.Kind)
		out = append(out, step)
	}
	slices.SortFunc(out, func(a, b LinkageStep) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(noted[a.ID], noted[b.ID]), slices.Compare(a.ID[:], b.ID[:]))
	})
	police := int64(0)
	for i := range out {
		if i > 0 {
			out[i].Minutes = (out[i].At - out[i-1].At) / 60_000
		}
		if out[i].Kind == "call_police" && police == 0 {
			police = out[i].At
		}
		if police > 0 {
			out[i].SincePolice = (out[i].At - police) / 60_000
		}
	}
	return out, nil
}

// Stamp notes that a step was taken this minute.
func (l *Linkage) Stamp(consultation schema.ID, kind string) ([]LinkageStep, error) {
	err := l.s.update(func(tx *replica.Tx) error {
		if err := model.OneOf("kind", "联动动作", "a step", "linkage_kind", kind, true); err != nil {
			return err
		}
		parent, err := tx.Get("consultation", consultation)
		if err != nil {
			return err
		}
		if parent == nil {
			return missing("先保存这条咨询，再记联动。", "Save the consultation first, then note the steps.")
		}
		minute := tx.Now().Truncate(time.Minute)
		same, err := tx.Select("linkage_action", "WHERE consultation_id = ? AND kind = ? AND at = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0", consultation, kind, minute.UnixMilli())
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return refuse("kind", "这一分钟已经记过“"+l.s.codes().label("linkage_kind", kind)+"”了。", "This step was noted this very minute already.")
		}
		return tx.Put("linkage_action", tx.NewID(), l.s.created(tx, schema.Values{"consultation_id": consultation, "kind": kind, "at": minute.UnixMilli(), "unit_id": l.s.Unit(), "result": "pending"}))
	})
	if err != nil {
		return nil, err
	}
	return l.List(consultation)
}

// stampSteps notes the steps that were taken while a new consultation was typed,
// each with the minute its key was pressed.
func (s *Session) stampSteps(tx *replica.Tx, consultation schema.ID, steps []string) error {
	for _, step := range steps {
		kind, text, _ := strings.Cut(step, "@")
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return refuse("steps", "联动的时间看不懂，请重新按一次。", "The time of a step is not understood; note it again.")
		}
		at := time.UnixMilli(ms).Truncate(time.Minute)
		if err := model.OneOf("steps", "联动动作", "a step", "linkage_kind", kind, true); err != nil {
			return err
		}
		if err := model.Happened("steps", "联动时间", "The time of a step", at, tx.Now()); err != nil {
			return err
		}
		values := s.created(tx, schema.Values{"consultation_id": consultation, "kind": kind, "at": at.UnixMilli(), "unit_id": s.Unit(), "result": "pending"})
		values["created_at"] = ms // of two in one minute, the first stays first
		if err := tx.Put("linkage_action", tx.NewID(), values); err != nil {
			return err
		}
	}
	return nil
}

// LinkageForm corrects a step.
type LinkageForm struct {
	At          int64     `json:"at"` // ms
	Counterpart schema.ID `json:"counterpart"`
	Amount      string    `json:"amount"`
	Result      string    `json:"result"`
	DocNo       string    `json:"doc_no"`
	// What the form showed when it was opened; nil means the whole form.
	Saw *LinkageForm `json:"saw,omitzero"`
}

// Save corrects a step's time, amount, result and document.
func (l *Linkage) Save(id schema.ID, f LinkageForm) ([]LinkageStep, error) {
	var consultation schema.ID
	var overtaken []string
	err := l.s.update(func(tx *replica.Tx) error {
		row, err := stepRow(tx, id)
		if err != nil {
			return err
		}
		consultation = row.Ref("consultation_id")
		f, overtaken = meant(f.Saw, f, LinkageForm{At: row.Int("at"), Counterpart: row.Ref("counterpart_unit_id"), Amount: yuan(row.Int("amount_fen")), Result: row.Text("result"), DocNo: row.Text("doc_no")})
		amount, err := model.Amount("amount", "金额", "The amount", f.Amount)
		if err != nil {
			return err
		}
		for _, err := range []error{
			model.Happened("at", "时间", "The time", time.UnixMilli(f.At), tx.Now()),
			model.OneOf("result", "结果", "a result", "linkage_result", f.Result, false),
			model.Text("doc_no", "文书号", "the document number", f.DocNo, 40, false),
		} {
			if err != nil {
				return err
			}
		}
		keep := l.s.remember(tx, "linkage_action", row)
		if err := tx.Put("linkage_action", id, schema.Values{"at": f.At, "counterpart_unit_id": f.Counterpart, "amount_fen": positive(amount), "result": text(f.Result), "doc_no": text(f.DocNo)}); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return nil, err
	}
	l.s.tellOvertaken("linkage_action", overtaken)
	return l.List(consultation)
}

// Void takes a step off the timeline; Restore puts it back.
func (l *Linkage) Void(id schema.ID, reason string) ([]LinkageStep, error) {
	return l.setVoid(id, true, reason)
}

// Restore puts a step back on the timeline.
func (l *Linkage) Restore(id schema.ID) ([]LinkageStep, error) { return l.setVoid(id, false, "") }

func (l *Linkage) setVoid(id schema.ID, on bool, reason string) ([]LinkageStep, error) {
	var consultation schema.ID
	err := l.s.update(func(tx *replica.Tx) error {
		row, err := stepRow(tx, id)
		if err != nil {
			return err
		}
		consultation = row.Ref("consultation_id")
		return l.s.setVoid(tx, "linkage_action", id, on, reason)
	})
	if err != nil {
		return nil, err
	}
	return l.List(consultation)
}

func stepRow(tx *replica.Tx, id schema.ID) (*replica.Row, error) {
	row, err := tx.Get("linkage_action", id)
	if err == nil && row == nil {
		err = missing("找不到这一步，请重新打开。", "This step cannot be found; open the record again.")
	}
	return row, err
}

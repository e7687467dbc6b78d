package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Indicators is the register of what frauds used: numbers, accounts, sites, apps.
type Indicators struct{ s *Session }

// NewIndicators makes the service.
func NewIndicators(s *Session) *Indicators { return &Indicators{s} }

// Lead is an indicator as a screen shows it.
type Lead struct {
	ID         schema.ID `json:"id"` // zero when it is not registered yet
	Key        string    `json:"key"`
	Kind       string    `json:"kind"`
	Display    string    `json:"display"`
	Platform   string    `json:"platform"` // bank or platform
	Status     string    `json:"status"`
	FraudTypes []string  `json:"fraud_types"`
	Hits       int       `json:"hits"`     // consultations that name it
	FirstAt    int64     `json:"first_at"` // ms, 0 when none
	LastAt     int64     `json:"last_at"`
	Doubtful   bool      `json:"doubtful"` // an account number that does not add up
	Note       string    `json:"note"`
	Voided     bool      `json:"voided"`
	Progress   Progress  `json:"progress"`
}

// RecognisedLeads is what was found in a pasted text.
type RecognisedLeads struct {
	Leads      []Lead `json:"leads"`
	Guess      bool   `json:"guess"`      // nothing told what it is; the kind is a guess
	Identities int    `json:"identities"` // numbers left out because they look like a person's identity
	Cut        bool   `json:"cut"`        // the text was longer than is looked at
}

// Recognise finds indicators in a text and tells at once how often each was named before.
func (v *Indicators) Recognise(text string) (RecognisedLeads, error) {
	found := model.Recognise(text)
	out := RecognisedLeads{Guess: found.Guess, Identities: found.Identities, Cut: found.Cut}
	keys := make([]string, len(found.Indicators))
	for i, x := range found.Indicators {
		keys[i] = x.Key()
	}
	var err error
	out.Leads, err = v.Lookup(keys)
	return out, err
}

// Lookup tells what is known of indicators by their keys, in the same order.
func (v *Indicators) Lookup(keys []string) ([]Lead, error) {
	out := []Lead{}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	for _, key := range keys {
		i, err := model.IndicatorOf(key)
		if err != nil {
			return nil, v.s.explain(err)
		}
		row, err := r.Get(context.Background(), "indicator", model.IndicatorID(r.Realm(), i.Kind, i.Value))
		if err != nil {
			return nil, err
		}
		lead := Lead{Key: i.Key(), Kind: i.Kind, Display: i.Display(), FraudTypes: []string{}, Doubtful: i.Doubtful()}
		if row != nil {
			if lead, err = v.lead(r, row); err != nil {
				return nil, err
			}
		}
		out = append(out, lead)
	}
	return out, nil
}

// hitsSQL counts distinct consultations that stand, with the first and last time.
const hitsSQL = `SELECT count(DISTINCT c.id), coalesce(min(c.occurred_at), 0), coalesce(max(c.occurred_at), 0)
	FROM consultation_indicator ci JOIN consultation c ON c.id = ci.consultation_id
	WHERE ci.indicator_id = ? AND coalesce(json_extract(ci.voided, '$.on'), 0) = 0 AND coalesce(json_extract(c.voided, '$.on'), 0) = 0 AND c.merged_into IS NULL`

func (v *Indicators) lead(r *replica.Replica, row *replica.Row) (Lead, error) {
	l := leadOf(row)
	return l, hits(r, &l)
}

// hits counts an indicator's.
func hits(r *replica.Replica, l *Lead) error {
	rows, err := r.Query(context.Background(), hitsSQL, l.ID)
	if err != nil {
		return fmt.Errorf("count hits: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&l.Hits, &l.FirstAt, &l.LastAt)
	}
	return errors.Join(err, rows.Err())
}

func leadOf(row *replica.Row) Lead {
	i := model.Indicator{Kind: row.Text("kind"), Value: row.Text("value")}
	return Lead{ID: row.ID, Key: i.Key(), Kind: i.Kind, Display: i.Display(), Platform: row.Text("bank_or_platform"), Status: row.Text("status"),
		FraudTypes: list(row.Strings("fraud_types")), Doubtful: i.Doubtful(), Note: row.Text("note"), Voided: voided(row)}
}

// LeadQuery filters the register.
type LeadQuery struct {
	Text   string `json:"text,omitzero"` // part of the value, name or platform
	Kind   string `json:"kind,omitzero"`
	Status string `json:"status,omitzero"`
	Fraud  string `json:"fraud,omitzero"`
	Sort   string `json:"sort,omitzero"` // hits, last (default), first, kind
	Offset int    `json:"offset,omitzero"`
	Limit  int    `json:"limit,omitzero"` // 0 = 100
}

// LeadPage is a part of the register.
type LeadPage struct {
	Items []Lead `json:"items"`
	Total int    `json:"total"`
}

// listLeadsSQL is the register with its hits, by the links alone: a link is named
// once by a consultation, and those taken out of the totals are few.
const listLeadsSQL = `SELECT i.id, i.kind, i.value, coalesce(i.bank_or_platform, ''), coalesce(i.status, ''), coalesce(i.fraud_types, '[]'), coalesce(h.n, 0), coalesce(h.first, 0), coalesce(h.last, 0)
	FROM indicator i LEFT JOIN (SELECT indicator_id AS of, count(*) AS n, min(created_at) AS first, max(created_at) AS last FROM consultation_indicator
		WHERE coalesce(json_extract(voided, '$.on'), 0) = 0 AND consultation_id NOT IN (SELECT id FROM consultation WHERE voided IS NOT NULL AND json_extract(voided, '$.on') = 1 OR merged_into IS NOT NULL) GROUP BY indicator_id) h ON h.of = i.id
	WHERE i.merged_into IS NULL AND coalesce(json_extract(i.voided, '$.on'), 0) = 0`

// List filters and sorts the register.
func (v *Indicators) List(q LeadQuery) (LeadPage, error) {
	page := LeadPage{Items: []Lead{}}
	r, err := v.s.open()
	if err != nil {
		return page, err
	}
	query, args := listLeadsSQL, []any{}
	for _, f := range []struct{ clause, value string }{{" AND i.kind = ?", q.Kind}, {" AND i.status = ?", q.Status}, {" AND EXISTS (SELECT 1 FROM json_each(i.fraud_types) WHERE value = ?)", q.Fraud}} {
		if f.value != "" {
			query, args = query+f.clause, append(args, f.value)
		}
	}
	order := map[string]string{"hits": "7 DESC, 9 DESC", "first": "8 DESC", "kind": "2, 7 DESC", "": "9 DESC", "last": "9 DESC"}[q.Sort]
	if order == "" {
		order = "9 DESC"
	}
	rows, err := r.Query(context.Background(), query+" ORDER BY "+order+", 1", args...)
	if err != nil {
		return page, fmt.Errorf("list indicators: %w", err)
	}
	defer rows.Close()
	if q.Limit <= 0 || q.Limit > 100_000 {
		q.Limit = 100
	}
	words := strings.Fields(q.Text)
	for i := range words {
		words[i] = model.Norm(words[i])
	}
	for rows.Next() {
		var l Lead
		var i model.Indicator
		var types string
		if err := rows.Scan(&l.ID, &i.Kind, &i.Value, &l.Platform, &l.Status, &types, &l.Hits, &l.FirstAt, &l.LastAt); err != nil {
			return page, fmt.Errorf("list indicators: %w", err)
		}
		l.Key, l.Kind, l.Display, l.Doubtful, l.FraudTypes = i.Key(), i.Kind, i.Display(), i.Doubtful(), codesIn(types)
		if !finds(words, i.Value, l.Display, l.Platform, v.s.codes().label("indicator_kind", i.Kind)) {
			continue
		}
		if page.Total >= q.Offset && len(page.Items) < q.Limit {
			page.Items = append(page.Items, l)
		}
		page.Total++
	}
	if err := rows.Err(); err != nil {
		return page, fmt.Errorf("list indicators: %w", err)
	}
	if q.Limit > 200 {
		return page, nil // an export: the times of the links will do
	}
	for i := range page.Items {
		if err := hits(r, &page.Items[i]); err != nil {
			return page, err
		}
	}
	return page, nil
}

// finds tells whether every word occurs in one of the texts, or is the beginning
// of the pinyin initials of a part of it.
func finds(words []string, texts ...string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(texts, func(t string) bool {
			return strings.Contains(model.Norm(t), w) || model.MatchInitials(model.Initials(t), w)
		}) {
			return false
		}
	}
	return true
}

// LeadForm is what an officer may change of an indicator.
type LeadForm struct {
	Platform string `json:"platform"`
	Status   string `json:"status"`
	Note     string `json:"note"`
}

// Save changes an indicator's status, platform and note from what the officer saw to what
// was chosen and typed; what others changed meanwhile stays.
func (v *Indicators) Save(id schema.ID, saw, f LeadForm) (Lead, error) {
	var overtaken []string
	err := v.s.update(func(tx *replica.Tx) error {
		row, err := leadRow(tx, id)
		if err != nil {
			return err
		}
		var form LeadForm
		form, overtaken = meant(&saw, f, LeadForm{Platform: row.Text("bank_or_platform"), Status: row.Text("status"), Note: row.Text("note")})
		for _, err := range []error{
			model.OneOf("status", "状态", "a status", "indicator_status", form.Status, true),
			model.Text("platform", "开户行或平台", "the bank or platform", form.Platform, 30, false),
			model.Text("note", "备注", "the note", f.Note, 2000, false),
		} {
			if err != nil {
				return err
			}
		}
		keep := v.s.remember(tx, "indicator", row)
		if err := tx.Put("indicator", id, schema.Values{"status": form.Status, "bank_or_platform": text(form.Platform)}); err != nil {
			return err
		}
		if err := typeText(tx, "indicator", id, "note", &saw.Note, f.Note); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Lead{}, err
	}
	v.s.tellOvertaken("indicator", overtaken)
	r, err := v.s.open()
	if err != nil {
		return Lead{}, err
	}
	row, err := r.Get(context.Background(), "indicator", id)
	if err != nil || row == nil {
		return Lead{}, err
	}
	return v.lead(r, row)
}

func leadRow(tx *replica.Tx, id schema.ID) (*replica.Row, error) {
	row, err := tx.Get("indicator", id)
	if err == nil && row == nil {
		err = missing("找不到这条线索，请返回列表。", "This lead cannot be found; go back to the list.")
	}
	return row, err
}

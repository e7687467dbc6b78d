package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Digests are typical cases, written for the public from consultations with what
// is a person's left out.
type Digests struct{ s *Session }

// NewDigests makes the service.
func NewDigests(s *Session) *Digests { return &Digests{s} }

// DigestForm is the form of a digest.
type DigestForm struct {
	ID         schema.ID   `json:"id"` // zero for a new one
	Title      string      `json:"title"`
	FraudTypes []string    `json:"fraud_types"`
	Elements   string      `json:"elements"` // how the fraud went
	Article    string      `json:"article"`  // what is posted, 800 characters at most
	From       []schema.ID `json:"from"`     // consultations it was written from
	Note       string      `json:"note"`
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *DigestForm `json:"saw,omitzero"`
}

// Digest is a stored digest.
type Digest struct {
	DigestForm
	State      string          `json:"state"`
	ReleasedAt int64           `json:"released_at"` // ms
	UpdatedAt  int64           `json:"updated_at"`
	Blemishes  []model.Blemish `json:"blemishes"` // what must go before it is released
	Posts      int             `json:"posts"`     // that used it
	Voided     bool            `json:"voided"`
	Progress   Progress        `json:"progress"`
	Device     Named           `json:"device"`
}

// maxArticle is what fits into one post.
const maxArticle = 800

// DigestQuery filters the list.
type DigestQuery struct {
	Text   string `json:"text,omitzero"`
	Fraud  string `json:"fraud,omitzero"`
	State  string `json:"state,omitzero"`
	Voided bool   `json:"voided,omitzero"`
}

// List filters, newest first.
func (g *Digests) List(q DigestQuery) ([]Digest, error) {
	out := []Digest{}
	r, err := g.s.open()
	if err != nil {
		return out, err
	}
	words := strings.Fields(model.Norm(q.Text))
	d := g.s.directory(r)
	err = r.Each(context.Background(), "case_digest", "WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = ? ORDER BY created_at DESC", []any{q.Voided}, func(row *replica.Row) error {
		item, err := digestOf(d, row)
		if err != nil {
			return err
		}
		if q.State != "" && item.State != q.State || q.Fraud != "" && !slices.Contains(item.FraudTypes, q.Fraud) || !finds(words, item.Title, item.Elements, item.Article) {
			return nil
		}
		out = append(out, item)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, g.complete(r, out)
}

// complete adds how far each has got and how often it was posted.
func (g *Digests) complete(r *replica.Replica, list []Digest) error {
	ids := make([]schema.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	states, err := r.Progress(context.Background(), "case_digest", ids)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Progress = progress(states[list[i].ID])
		n, err := countRows(r, "SELECT count(*) FROM post WHERE digest_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0", list[i].ID)
		if err != nil {
			return err
		}
		list[i].Posts = n
	}
	return nil
}

func countRows(r *replica.Replica, query string, args ...any) (n int, err error) {
	rows, err := r.Query(context.Background(), query, args...)
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&n)
	}
	return n, errors.Join(err, rows.Err())
}

func digestFormOf(row *replica.Row) DigestForm {
	return DigestForm{ID: row.ID, Title: row.Text("title"), FraudTypes: list(row.Strings("fraud_types")), Elements: row.Text("elements"), Article: row.Text("article"),
		From: parseIDs(row.Strings("from_consultations")), Note: row.Text("note")}
}

func digestOf(d *directory, row *replica.Row) (Digest, error) {
	item := Digest{DigestForm: digestFormOf(row), State: row.Text("state"), ReleasedAt: row.Int("released_at"), UpdatedAt: millis(row.UpdatedAt()), Voided: voided(row)}
	item.Blemishes = append([]model.Blemish{}, model.Blemishes(item.Title+"\n"+item.Elements+"\n"+item.Article)...)
	var err error
	item.Device, err = d.name("device", row.Ref("device_id"))
	return item, err
}

// Get reads one digest.
func (g *Digests) Get(id schema.ID) (Digest, error) {
	r, err := g.s.open()
	if err != nil {
		return Digest{}, err
	}
	row, err := r.Get(context.Background(), "case_digest", id)
	if err != nil {
		return Digest{}, err
	}
	if row == nil {
		return Digest{}, missing("找不到这篇案例，请返回列表。", "This case cannot be found; go back to the list.")
	}
	item, err := digestOf(g.s.directory(r), row)
	if err != nil {
		return Digest{}, err
	}
	one := []Digest{item}
	err = g.complete(r, one)
	return one[0], err
}

// Draft is a first draft from a consultation: its elements in words, with names,
// numbers and exact sums left out. Nothing is stored.
func (g *Digests) Draft(consultation schema.ID) (DigestForm, error) {
	out := DigestForm{FraudTypes: []string{}, From: []schema.ID{consultation}}
	r, err := g.s.open()
	if err != nil {
		return out, err
	}
	row, err := r.Get(context.Background(), "consultation", consultation)
	if err != nil {
		return out, err
	}
	if row == nil {
		return out, missing("找不到这条咨询，请返回列表。", "This consultation cannot be found; go back to the list.")
	}
	fraud := row.Text("fraud_type")
	out.FraudTypes = []string{fraud}
	name := g.s.codes().label("fraud_type", fraud)
	who := map[string]string{"A1": "一名未成年人", "A2": "一名未成年人", "A3": "一名青年", "A4": "一名中青年群众", "A5": "一名中年群众", "A6": "一名老年人", "A7": "一名老年人"}[row.Text("age_band")]
	if who == "" {
		who = "一名群众"
	}
	when := time.UnixMilli(row.Int("occurred_at")).In(model.Location)
	var b strings.Builder
	fmt.Fprintf(&b, "%d年%d月，%s", when.Year(), int(when.Month()), who)
	if channels := row.Strings("channels"); len(channels) > 0 {
		b.WriteString("通过")
		for i, c := range channels {
			if i > 0 {
				b.WriteString("、")
			}
			b.WriteString(g.s.codes().label("channel", c))
		}
	}
	fmt.Fprintf(&b, "遇到“%s”类骗局。", name)
	if story := model.Anonymous(row.Text("story")); story != "" {
		b.WriteString(story)
		if !strings.HasSuffix(story, "。") {
			b.WriteString("。")
		}
	}
	switch {
	case row.Int("loss_fen") > 0:
		b.WriteString("损失" + model.RoundYuan(row.Int("loss_fen")) + "。")
	case row.Int("at_risk_fen") > 0:
		b.WriteString("险些转出" + model.RoundYuan(row.Int("at_risk_fen")) + "，经劝阻没有受骗。")
	}
	out.Elements = clip(b.String(), 8000)
	out.Title = clip(name+"：多问一句，少一次损失", 40)
	advice := []string{}
	for _, z := range row.Strings("advice") {
		advice = append(advice, g.s.codes().label("advice", z))
	}
	if len(advice) == 0 {
		advice = []string{"停止转账", "拨打96110或110"}
	}
	out.Article = clip(out.Elements+"\n民警提示：遇到类似情况，请"+strings.Join(advice, "、")+"。", maxArticle)
	return out, nil
}

// clip shortens a text to n characters, the last an ellipsis.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// Save checks the form and stores it as a draft; a released digest that is changed
// is a draft again.
func (g *Digests) Save(f DigestForm) (Digest, error) {
	var id schema.ID
	var overtaken []string
	err := g.s.update(func(tx *replica.Tx) error {
		if id = f.ID; id.IsNil() {
			id = tx.NewID()
		}
		row, err := tx.Get("case_digest", id)
		if err != nil {
			return err
		}
		form := f
		if row != nil {
			form, overtaken = meant(f.Saw, f, digestFormOf(row))
		} else if !f.ID.IsNil() {
			return missing("找不到这篇案例，请返回列表。", "This case cannot be found; go back to the list.")
		}
		if err := form.check(); err != nil {
			return err
		}
		values := schema.Values{"title": strings.TrimSpace(form.Title)}
		if row == nil {
			values["state"] = "draft"
			g.s.created(tx, values)
		}
		keep := g.s.remember(tx, "case_digest", row)
		draftAgain := g.draftAgain(tx, row)
		if err := tx.Put("case_digest", id, values); err != nil {
			return err
		}
		for column, of := range map[string]func(*DigestForm) string{
			"elements": func(f *DigestForm) string { return f.Elements },
			"article":  func(f *DigestForm) string { return f.Article },
			"note":     func(f *DigestForm) string { return f.Note },
		} {
			if err := typeText(tx, "case_digest", id, column, seen(f.Saw, of), of(&f)); err != nil {
				return err
			}
		}
		if err := setMembers(tx, "case_digest", id, "fraud_types", form.FraudTypes); err != nil {
			return err
		}
		for _, c := range form.From {
			if err := tx.Include("case_digest", id, "from_consultations", c.String()); err != nil {
				return err
			}
		}
		if err := draftAgain(); err != nil {
			return err
		}
		if err := dropDraft(tx, digestDraft(f.ID, f.From)); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Digest{}, err
	}
	g.s.tellOvertaken("case_digest", overtaken)
	return g.Get(id)
}

func (f *DigestForm) check() error {
	for _, err := range []error{
		model.Text("title", "题目", "the title", f.Title, 40, true),
		model.Text("elements", "要素", "the elements", f.Elements, 8000, true),
		model.Text("article", "短文", "the article", f.Article, maxArticle, false),
		model.Text("note", "备注", "the note", f.Note, 2000, false),
	} {
		if err != nil {
			return err
		}
	}
	if len(f.FraudTypes) == 0 {
		return refuse("fraud_types", "请选择诈骗类型。", "Please choose a fraud type.")
	}
	for _, code := range f.FraudTypes {
		if err := model.OneOf("fraud_types", "诈骗类型", "a fraud type", "fraud_type", code, true); err != nil {
			return err
		}
	}
	return nil
}

// draftAgain notes what the public reads of a digest; the function it returns makes it
// a draft when that was changed.
func (g *Digests) draftAgain(tx *replica.Tx, row *replica.Row) func() error {
	if row == nil || row.Text("state") == "draft" {
		return func() error { return nil }
	}
	id, public := row.ID, func(row *replica.Row) [3]string {
		return [3]string{row.Text("title"), row.Text("elements"), row.Text("article")}
	}
	before := public(row)
	return func() error {
		now, err := tx.Get("case_digest", id)
		if err != nil || public(now) == before {
			return err
		}
		return tx.Put("case_digest", id, schema.Values{"state": "draft", "released_at": nil})
	}
}

// SetState moves a digest on: draft, checked, released. What still holds a person's
// data cannot be released.
func (g *Digests) SetState(id schema.ID, state string) (Digest, error) {
	err := g.s.update(func(tx *replica.Tx) error {
		if err := model.OneOf("state", "状态", "a state", "digest_state", state, true); err != nil {
			return err
		}
		row, err := tx.Get("case_digest", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这篇案例，请返回列表。", "This case cannot be found; go back to the list.")
		}
		values := schema.Values{"state": state}
		if state != "draft" {
			for _, part := range []struct{ field, zh, en string }{{"title", "题目", "The title"}, {"elements", "要素", "The elements"}, {"article", "短文", "The article"}} {
				if err := model.CheckPublic(part.field, part.zh, part.en, row.Text(part.field)); err != nil {
					return err
				}
			}
		}
		if state == "released" {
			if row.Text("article") == "" {
				return refuse("article", "短文还没有写，先写好再发布。", "There is no article yet; write it first.")
			}
			values["released_at"] = tx.Now().UnixMilli()
		}
		keep := g.s.remember(tx, "case_digest", row)
		if err := tx.Put("case_digest", id, values); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return Digest{}, err
	}
	return g.Get(id)
}

// Void takes a digest out of every list and total; Restore brings it back.
func (g *Digests) Void(id schema.ID, reason string) (Digest, error) {
	return g.setVoid(id, true, reason)
}

// Restore brings a voided digest back.
func (g *Digests) Restore(id schema.ID) (Digest, error) { return g.setVoid(id, false, "") }

func (g *Digests) setVoid(id schema.ID, on bool, reason string) (Digest, error) {
	if _, err := g.Get(id); err != nil {
		return Digest{}, err
	}
	if err := g.s.update(func(tx *replica.Tx) error { return g.s.setVoid(tx, "case_digest", id, on, reason) }); err != nil {
		return Digest{}, err
	}
	return g.Get(id)
}

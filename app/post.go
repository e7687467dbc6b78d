package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Posts logs what was posted online. A post counts once and once more for every forward.
type Posts struct{ s *Session }

// NewPosts makes the service.
func NewPosts(s *Session) *Posts { return &Posts{s} }

// PostForm is the form of a post.
type PostForm struct {
	ID       schema.ID `json:"id"` // zero for a new one
	Channel  string    `json:"channel"`
	Account  string    `json:"account"`
	PostedAt int64     `json:"posted_at"` // ms, 0 = now
	Title    string    `json:"title"`
	URL      string    `json:"url"`
	DigestID schema.ID `json:"digest_id"`
	SloganID schema.ID `json:"slogan_id"`
	Forwards int64     `json:"forwards"` // of a new post: how many at once
	Reads    int64     `json:"reads"`
	Purpose  string    `json:"purpose"` // "" means warning
	Via      string    `json:"via"`     // "" means own_account
	Note     string    `json:"note"`
	// Of a stored one: what the form showed when it was opened; nil means the whole form.
	Saw *PostForm `json:"saw,omitzero"`
}

// Post is a stored post.
type Post struct {
	PostForm
	Digest   Named    `json:"digest"`
	Slogan   Named    `json:"slogan"`
	Mine     int64    `json:"mine"`  // forwards counted on this laptop
	Count    int64    `json:"count"` // 1 + forwards
	Device   Named    `json:"device"`
	Voided   bool     `json:"voided"`
	Progress Progress `json:"progress"`
}

// PostQuery filters the list.
type PostQuery struct {
	Text    string `json:"text,omitzero"`
	Channel string `json:"channel,omitzero"`
	From    int64  `json:"from,omitzero"` // ms, 0 any
	To      int64  `json:"to,omitzero"`   // ms, exclusive, 0 any
	Voided  bool   `json:"voided,omitzero"`
	Offset  int    `json:"offset,omitzero"`
	Limit   int    `json:"limit,omitzero"` // 0 = 100
}

// PostPage is a part of the list, with the count of all that was found.
type PostPage struct {
	Items     []Post `json:"items"`
	Total     int    `json:"total"`
	Count     int64  `json:"count"`      // posts and forwards
	SelfMedia int64  `json:"self_media"` // of them on self-media
}

// List filters, newest first.
func (p *Posts) List(q PostQuery) (PostPage, error) {
	page := PostPage{Items: []Post{}}
	r, err := p.s.open()
	if err != nil {
		return page, err
	}
	where, args := "WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = ?", []any{q.Voided}
	if q.Channel != "" {
		where, args = where+" AND channel = ?", append(args, q.Channel)
	}
	if q.From > 0 {
		where, args = where+" AND posted_at >= ?", append(args, q.From)
	}
	if q.To > 0 {
		where, args = where+" AND posted_at < ?", append(args, q.To)
	}
	if q.Limit <= 0 || q.Limit > 100_000 {
		q.Limit = 100
	}
	words := strings.Fields(model.Norm(q.Text))
	d := p.s.directory(r)
	ids := []schema.ID{}
	if err := r.Each(context.Background(), "post", where+" ORDER BY posted_at DESC, id DESC", args, func(row *replica.Row) error {
		if !finds(words, row.Text("title"), row.Text("account"), row.Text("url"), d.codes.label("post_channel", row.Text("channel"))) {
			return nil
		}
		page.Total++
		n := 1 + max(0, row.Int("forwards"))
		page.Count += n
		if slices.Contains(model.SelfMedia, row.Text("channel")) {
			page.SelfMedia += n
		}
		if page.Total <= q.Offset || len(page.Items) == q.Limit {
			return nil
		}
		item, err := postOf(d, row)
		page.Items, ids = append(page.Items, item), append(ids, row.ID)
		return err
	}); err != nil {
		return page, err
	}
	states, err := r.Progress(context.Background(), "post", ids)
	if err != nil {
		return page, err
	}
	for i := range page.Items {
		page.Items[i].Progress = progress(states[page.Items[i].ID])
	}
	return page, nil
}

func postFormOf(row *replica.Row) PostForm {
	return PostForm{ID: row.ID, Channel: row.Text("channel"), Account: row.Text("account"), PostedAt: row.Int("posted_at"), Title: row.Text("title"), URL: row.Text("url"), DigestID: row.Ref("digest_id"),
		SloganID: row.Ref("slogan_id"), Forwards: max(0, row.Int("forwards")), Reads: row.Int("reads"), Purpose: row.Text("purpose"), Via: row.Text("via"), Note: row.Text("note")}
}

func postOf(d *directory, row *replica.Row) (Post, error) {
	item := Post{PostForm: postFormOf(row), Mine: row.Own("forwards"), Voided: voided(row)}
	item.Count = 1 + item.Forwards
	var err error
	if item.Digest, err = d.name("case_digest", item.DigestID); err != nil {
		return item, err
	}
	if item.Slogan, err = d.name("slogan", item.SloganID); err != nil {
		return item, err
	}
	item.Device, err = d.name("device", row.Ref("device_id"))
	return item, err
}

// Get reads one post.
func (p *Posts) Get(id schema.ID) (Post, error) {
	r, err := p.s.open()
	if err != nil {
		return Post{}, err
	}
	row, err := r.Get(context.Background(), "post", id)
	if err != nil {
		return Post{}, err
	}
	if row == nil {
		return Post{}, missing("找不到这条发布，请返回列表。", "This post cannot be found; go back to the list.")
	}
	item, err := postOf(p.s.directory(r), row)
	if err != nil {
		return item, err
	}
	states, err := r.Progress(context.Background(), "post", []schema.ID{id})
	item.Progress = progress(states[id])
	return item, err
}

// PastedLink is what a pasted share text says.
type PastedLink struct {
	URL     string `json:"url"`
	Channel string `json:"channel"` // "" when the host is not known
	Title   string `json:"title"`   // what stands beside the link
	Known   *Post  `json:"known"`   // it is logged already
}

// Recognise reads what a platform's share button copied.
func (p *Posts) Recognise(shared string) (PastedLink, error) {
	var out PastedLink
	if len(shared) > model.MaxRecogniseText {
		return out, refuse("url", "粘贴的内容太长了，只粘贴一条链接；很多条请用“成批粘贴”。", "That is too long for one link; use the bulk paste for many.")
	}
	link, canonical, channel := model.PostLink(shared)
	out.URL, out.Channel = canonical, channel
	if link == "" {
		return out, nil
	}
	title := strings.TrimSpace(strings.Replace(shared, link, " ", 1))
	if from, to := strings.Index(title, "【"), strings.LastIndex(title, "】"); from >= 0 && to > from {
		title = title[from+len("【") : to]
	}
	out.Title = clip(strings.Join(strings.Fields(title), " "), 80)
	r, err := p.s.open()
	if err != nil || channel == "" {
		return out, err
	}
	row, err := r.Get(context.Background(), "post", model.PostID(r.Realm(), channel, canonical))
	if err != nil || row == nil || voided(row) {
		return out, err
	}
	known, err := p.Get(row.ID)
	out.Known = &known
	return out, err
}

// Save checks the form and stores it. The same link entered on two laptops is one
// post. A refusal changes nothing.
func (p *Posts) Save(f PostForm) (Post, error) {
	var id schema.ID
	var overtaken []string
	err := p.s.update(func(tx *replica.Tx) (err error) {
		id, overtaken, err = p.put(tx, f)
		return err
	})
	if err != nil {
		return Post{}, err
	}
	p.s.tellOvertaken("post", overtaken)
	return p.Get(id)
}

// put stores one post; of a stored one it names the fields that another laptop had
// changed under the open form.
func (p *Posts) put(tx *replica.Tx, f PostForm) (schema.ID, []string, error) {
	r, err := p.s.open()
	if err != nil {
		return schema.Nil, nil, err
	}
	id, canonical := f.ID, ""
	if f.URL = strings.TrimSpace(f.URL); id.IsNil() && f.URL != "" {
		if _, canonical, _ = model.PostLink(f.URL); canonical == "" {
			return schema.Nil, nil, refuse("url", "链接看不懂，请重新复制，或者不填链接。", "The link is not understood; copy it again, or leave it out.")
		}
		id = model.PostID(r.Realm(), f.Channel, canonical)
	}
	if id.IsNil() {
		id = tx.NewID()
	}
	row, err := tx.Get("post", id)
	if err != nil {
		return schema.Nil, nil, err
	}
	form, overtaken := f, []string(nil)
	if row != nil && !f.ID.IsNil() {
		form, overtaken = meant(f.Saw, f, postFormOf(row))
	}
	values, err := form.values(tx.Now())
	if err != nil {
		return schema.Nil, nil, err
	}
	if canonical != "" {
		values["url"] = canonical
	}
	if row == nil {
		if !f.ID.IsNil() {
			return schema.Nil, nil, missing("找不到这条发布，请返回列表。", "This post cannot be found; go back to the list.")
		}
		values["channel"], values["unit_id"] = f.Channel, p.s.Unit()
		p.s.created(tx, values)
	} else if f.ID.IsNil() {
		if !voided(row) {
			return schema.Nil, nil, refuse("url", "这条链接已经登记过了，转发请在那一条上加。", "This link is logged already; add forwards there.")
		}
		values["voided"] = nil
	} else if f.Channel != row.Text("channel") {
		return schema.Nil, nil, refuse("channel", "渠道不能改，请作废后重新登记。", "The channel cannot be changed; void it and enter another.")
	}
	keep := p.s.remember(tx, "post", row)
	if err := tx.Put("post", id, values); err != nil {
		return schema.Nil, nil, err
	}
	if err := typeText(tx, "post", id, "note", seen(f.Saw, func(f *PostForm) string { return f.Note }), f.Note); err != nil {
		return schema.Nil, nil, err
	}
	if row == nil && f.Forwards > 0 {
		if err := tx.Add("post", id, "forwards", f.Forwards); err != nil {
			return schema.Nil, nil, err
		}
	}
	return id, overtaken, keep()
}

func (f *PostForm) values(now time.Time) (schema.Values, error) {
	if f.PostedAt == 0 {
		f.PostedAt = now.UnixMilli()
	}
	if f.Purpose == "" {
		f.Purpose = "warning"
	}
	if f.Via == "" {
		f.Via = "own_account"
	}
	f.Title = strings.TrimSpace(f.Title)
	for _, err := range []error{
		model.OneOf("channel", "渠道", "a channel", "post_channel", f.Channel, true),
		model.Text("title", "标题", "the title", f.Title, 80, true),
		model.Text("account", "账号", "the account", f.Account, 30, false),
		model.Text("url", "链接", "the link", f.URL, 2000, false),
		model.OneOf("purpose", "目的", "a purpose", "post_purpose", f.Purpose, true),
		model.OneOf("via", "发布者", "who posted it", "post_via", f.Via, true),
		model.Range("forwards", "转发次数", "Forwards", f.Forwards, 0, model.MaxBulk),
		model.Range("reads", "阅读量", "Reads", f.Reads, 0, 1_000_000_000),
		model.Text("note", "备注", "the note", f.Note, 2000, false),
		model.Happened("posted_at", "发布时间", "The time of posting", time.UnixMilli(f.PostedAt), now),
	} {
		if err != nil {
			return nil, err
		}
	}
	return schema.Values{"account": text(f.Account), "posted_at": f.PostedAt, "title": f.Title, "digest_id": f.DigestID, "slogan_id": f.SloganID, "reads": positive(f.Reads), "purpose": f.Purpose, "via": f.Via}, nil
}

// Forward counts forwards of a post; a negative number takes back what this laptop counted.
func (p *Posts) Forward(id schema.ID, n int64) (Post, error) {
	err := p.s.update(func(tx *replica.Tx) error {
		if n == 0 || n > model.MaxBulk || n < -model.MaxBulk {
			return refuse("forwards", fmt.Sprintf("一次加 1 到 %d 次。", model.MaxBulk), fmt.Sprintf("Add 1 to %d at once.", model.MaxBulk))
		}
		row, err := tx.Get("post", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这条发布，请返回列表。", "This post cannot be found; go back to the list.")
		}
		if n < 0 && row.Own("forwards")+n < 0 {
			return refuse("forwards", "只能减本机加的次数。", "Only what this computer added can be taken back.")
		}
		return tx.Add("post", id, "forwards", n)
	})
	if err != nil {
		return Post{}, err
	}
	return p.Get(id)
}

// Import stores many posts in one step. A row that is refused is told by its
// number, and then none is stored.
func (p *Posts) Import(forms []PostForm) (int, error) {
	if len(forms) == 0 || len(forms) > 2000 {
		return 0, refuse("", "一次导入 1 到 2000 条。", "Import 1 to 2000 posts at once.")
	}
	err := p.s.update(func(tx *replica.Tx) error {
		for i, f := range forms {
			if _, _, err := p.put(tx, f); err != nil {
				return inRow(i+1, p.s.explain(err))
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(forms), nil
}

// Void takes a post out of every total; Restore brings it back.
func (p *Posts) Void(id schema.ID, reason string) (Post, error) { return p.setVoid(id, true, reason) }

// Restore brings a voided post back.
func (p *Posts) Restore(id schema.ID) (Post, error) { return p.setVoid(id, false, "") }

func (p *Posts) setVoid(id schema.ID, on bool, reason string) (Post, error) {
	if _, err := p.Get(id); err != nil {
		return Post{}, err
	}
	if err := p.s.update(func(tx *replica.Tx) error { return p.s.setVoid(tx, "post", id, on, reason) }); err != nil {
		return Post{}, err
	}
	return p.Get(id)
}

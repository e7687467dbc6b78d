package app

import (
	"context"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Slogan is a line to be put up or posted, 30 characters at most.
type Slogan struct {
	ID       schema.ID `json:"id"`
	Text     string    `json:"text"`
	Digest   Named     `json:"digest"`
	Posts    int       `json:"posts"` // that used it
	At       int64     `json:"at"`    // ms, when it was written
	Progress Progress  `json:"progress"`
}

// Slogans lists them, newest first; text filters.
func (g *Digests) Slogans(text string) ([]Slogan, error) {
	out := []Slogan{}
	r, err := g.s.open()
	if err != nil {
		return out, err
	}
	d := g.s.directory(r)
	words := strings.Fields(model.Norm(text))
	ids := []schema.ID{}
	if err := r.Each(context.Background(), "slogan", "WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 ORDER BY created_at DESC", nil, func(row *replica.Row) error {
		if !finds(words, row.Text("text")) {
			return nil
		}
		item := Slogan{ID: row.ID, Text: row.Text("text"), At: row.Int("created_at")}
		var err error
		item.Digest, err = d.name("case_digest", row.Ref("digest_id"))
		out, ids = append(out, item), append(ids, row.ID)
		return err
	}); err != nil {
		return nil, err
	}
	states, err := r.Progress(context.Background(), "slogan", ids)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Progress = progress(states[out[i].ID])
		if out[i].Posts, err = countRows(r, "SELECT count(*) FROM post WHERE slogan_id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0", out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddSlogan writes a slogan; the same words on two laptops are one slogan.
func (g *Digests) AddSlogan(words string, digest schema.ID) ([]Slogan, error) {
	err := g.s.update(func(tx *replica.Tx) error {
		words = strings.TrimSpace(words)
		if err := model.Text("text", "标语", "the slogan", words, 30, true); err != nil {
			return err
		}
		if strings.ContainsAny(words, "\n\r") {
			return refuse("text", "标语写成一行。", "A slogan is one line.")
		}
		if err := model.CheckPublic("text", "标语", "The slogan", words); err != nil {
			return err
		}
		r, err := g.s.open()
		if err != nil {
			return err
		}
		id := model.SloganID(r.Realm(), words)
		row, err := tx.Get("slogan", id)
		if err != nil {
			return err
		}
		if row != nil && live(row) {
			return refuse("text", "已经有这条标语了。", "There is such a slogan already.")
		}
		values := schema.Values{"digest_id": digest, "voided": nil}
		if row == nil {
			values["text"] = words
			g.s.created(tx, values)
		}
		return tx.Put("slogan", id, values)
	})
	if err != nil {
		return nil, err
	}
	return g.Slogans("")
}

// VoidSlogan takes a slogan off the list.
func (g *Digests) VoidSlogan(id schema.ID, reason string) ([]Slogan, error) {
	return g.setSloganVoid(id, true, reason)
}

// RestoreSlogan puts a slogan back on the list, as it was.
func (g *Digests) RestoreSlogan(id schema.ID) ([]Slogan, error) {
	return g.setSloganVoid(id, false, "")
}

func (g *Digests) setSloganVoid(id schema.ID, on bool, reason string) ([]Slogan, error) {
	err := g.s.update(func(tx *replica.Tx) error {
		row, err := tx.Get("slogan", id)
		if err != nil {
			return err
		}
		if row == nil {
			return missing("找不到这条标语。", "This slogan cannot be found.")
		}
		return g.s.setVoid(tx, "slogan", id, on, reason)
	})
	if err != nil {
		return nil, err
	}
	return g.Slogans("")
}

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Template is an activity as a unit opens it again and again. All laptops of the unit
// have it; which one fills in by itself is each laptop's own.
type Template struct {
	ID      schema.ID `json:"id"`
	Name    string    `json:"name"`
	Form    OpenForm  `json:"form"`
	Default bool      `json:"default"` // fills in the form of its kind by itself, on this laptop
}

const (
	// defaultTemplatesKey keeps the ids of this laptop's defaults.
	defaultTemplatesKey = "templates/default"
	// localTemplatesKey is where a laptop kept templates to itself before units shared them.
	localTemplatesKey = "templates"
)

// maxTemplates is how many a unit keeps; more would not be found again.
const maxTemplates = 30

// Templates lists them in the order in which they were saved.
func (a *Activities) Templates() ([]Template, error) {
	r, err := a.s.open()
	if err != nil {
		return nil, err
	}
	if err := a.shareTemplates(r); err != nil {
		return nil, err
	}
	rows, err := r.Select(context.Background(), "template", ofUnit, a.s.Unit())
	if err != nil {
		return nil, err
	}
	raw, err := r.GetLocal(context.Background(), defaultTemplatesKey)
	if err != nil {
		return nil, err
	}
	return readTemplates(rows, raw), nil
}

const ofUnit = "WHERE unit_id = ? ORDER BY created_at, id"

func readTemplates(rows []*replica.Row, raw []byte) []Template {
	defaults := readDefaults(raw)
	out := []Template{}
	for _, row := range rows {
		if !live(row) {
			continue
		}
		t := Template{ID: row.ID, Name: row.Text("name"), Default: slices.Contains(defaults, row.ID)}
		if json.Unmarshal([]byte(row.Text("form")), &t.Form) != nil {
			continue // a later version's
		}
		out = append(out, t)
	}
	return out
}

// readDefaults reads what is kept; a damaged list is an empty one.
func readDefaults(raw []byte) (ids []schema.ID) {
	if json.Unmarshal(raw, &ids) != nil {
		return nil
	}
	return ids
}

// SaveTemplate keeps an activity's kind, place, units, officers and topics under a
// name; a name that is taken is replaced.
func (a *Activities) SaveTemplate(name string, activity schema.ID) ([]Template, error) {
	name = strings.TrimSpace(name)
	r, err := a.s.open()
	if err != nil {
		return nil, err
	}
	return a.templates(func(tx *replica.Tx, all []Template) error {
		if err := model.Text("name", "模板名称", "the template's name", name, 20, true); err != nil {
			return err
		}
		row, err := activityOf(tx, activity)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(t Template) bool { return t.Name == name }) && len(all) >= maxTemplates {
			return refuse("name", "模板已经有 30 个，请先删掉不用的。", "There are 30 templates; remove those you no longer use.")
		}
		_, err = a.putTemplate(tx, r.Realm(), all, name, formOfActivity(row))
		return err
	})
}

// putTemplate writes a template under the id of its name, so that two laptops which save
// the same one have one.
func (a *Activities) putTemplate(tx *replica.Tx, realm schema.ID, all []Template, name string, form OpenForm) (schema.ID, error) {
	raw, err := json.Marshal(form)
	if err != nil {
		return schema.Nil, err
	}
	if at := slices.IndexFunc(all, func(t Template) bool { return t.Name == name }); at >= 0 {
		return all[at].ID, tx.Put("template", all[at].ID, schema.Values{"form": string(raw)})
	}
	for n := 1; ; n++ { // one that was renamed since keeps its id
		id := model.TemplateID(realm, a.s.Unit(), name, n)
		row, err := tx.Get("template", id)
		if err != nil {
			return id, err
		}
		switch {
		case row == nil:
			return id, tx.Put("template", id, a.s.created(tx, schema.Values{"unit_id": a.s.Unit(), "name": name, "form": string(raw)}))
		case !live(row):
			if err := a.s.setVoid(tx, "template", id, false, ""); err != nil {
				return id, err
			}
			return id, tx.Put("template", id, schema.Values{"name": name, "form": string(raw)})
		}
	}
}

// KeepTemplate puts a template back that was just removed.
func (a *Activities) KeepTemplate(id schema.ID) ([]Template, error) {
	return a.templates(func(tx *replica.Tx, all []Template) error {
		if row, err := tx.Get("template", id); err != nil || row == nil || live(row) || len(all) >= maxTemplates {
			return err
		}
		return a.s.setVoid(tx, "template", id, false, "")
	})
}

// RenameTemplate gives a template another name.
func (a *Activities) RenameTemplate(id schema.ID, to string) ([]Template, error) {
	to = strings.TrimSpace(to)
	return a.templates(func(tx *replica.Tx, all []Template) error {
		if err := model.Text("name", "模板名称", "the template's name", to, 20, true); err != nil {
			return err
		}
		switch {
		case !slices.ContainsFunc(all, func(t Template) bool { return t.ID == id }):
			return errTemplateGone
		case slices.ContainsFunc(all, func(t Template) bool { return t.Name == to && t.ID != id }):
			return refuse("name", "已经有“"+to+"”了，请换一个名称。", "There is a template of this name; choose another.")
		}
		return tx.Put("template", id, schema.Values{"name": to})
	})
}

var errTemplateGone = missing("这个模板已经删了。", "This template was removed.")

// DefaultTemplate makes a template the one of its kind that fills in a new activity's
// form on this laptop, or no longer.
func (a *Activities) DefaultTemplate(id schema.ID, on bool) ([]Template, error) {
	return a.templates(func(tx *replica.Tx, all []Template) error {
		at := slices.IndexFunc(all, func(t Template) bool { return t.ID == id })
		if at < 0 {
			return errTemplateGone
		}
		var defaults []schema.ID
		for i, t := range all {
			if t.Form.Kind == all[at].Form.Kind {
				t.Default = on && i == at
			}
			if t.Default {
				defaults = append(defaults, t.ID)
			}
		}
		return putDefaults(tx, defaults)
	})
}

func putDefaults(tx *replica.Tx, ids []schema.ID) error {
	raw, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return tx.PutLocal(defaultTemplatesKey, raw)
}

// RemoveTemplate takes one away, from all laptops of the unit; KeepTemplate puts it back.
func (a *Activities) RemoveTemplate(id schema.ID) ([]Template, error) {
	return a.templates(func(tx *replica.Tx, all []Template) error {
		if !slices.ContainsFunc(all, func(t Template) bool { return t.ID == id }) {
			return nil // another laptop removed it
		}
		return a.s.setVoid(tx, "template", id, true, "V3")
	})
}

func (a *Activities) templates(change func(tx *replica.Tx, all []Template) error) ([]Template, error) {
	err := a.s.update(func(tx *replica.Tx) error {
		rows, err := tx.Select("template", ofUnit, a.s.Unit())
		if err != nil {
			return err
		}
		raw, err := tx.GetLocal(defaultTemplatesKey)
		if err != nil {
			return err
		}
		return change(tx, readTemplates(rows, raw))
	})
	if err != nil {
		return nil, err
	}
	return a.Templates()
}

// shareTemplates gives the unit what this laptop kept to itself, once.
func (a *Activities) shareTemplates(r *replica.Replica) error {
	raw, err := r.GetLocal(context.Background(), localTemplatesKey)
	if err != nil || raw == nil {
		return err
	}
	var kept []Template
	_ = json.Unmarshal(raw, &kept) // a damaged list is an empty one
	err = a.s.update(func(tx *replica.Tx) error {
		var defaults []schema.ID
		for _, t := range kept {
			id := model.TemplateID(r.Realm(), a.s.Unit(), t.Name, 1)
			if row, err := tx.Get("template", id); err != nil {
				return err
			} else if row == nil { // another laptop's of this name stands
				if _, err := a.putTemplate(tx, r.Realm(), nil, t.Name, t.Form); err != nil {
					return err
				}
			}
			if t.Default {
				defaults = append(defaults, id)
			}
		}
		if err := putDefaults(tx, defaults); err != nil {
			return err
		}
		return tx.PutLocal(localTemplatesKey, nil)
	})
	if err != nil {
		return fmt.Errorf("share the templates: %w", err)
	}
	return nil
}

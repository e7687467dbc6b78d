package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Template is an activity as this laptop opens it again and again.
type Template struct {
	Name    string   `json:"name"`
	Form    OpenForm `json:"form"`
	Default bool     `json:"default"` // fills in the form of its kind by itself
}

const templatesKey = "templates"

// maxTemplates is how many a laptop keeps; more would not be found again.
const maxTemplates = 30

// Templates lists them in the order in which they were saved.
func (a *Activities) Templates() ([]Template, error) {
	r, err := a.s.open()
	if err != nil {
		return nil, err
	}
	raw, err := r.GetLocal(context.Background(), templatesKey)
	if err != nil {
		return nil, err
	}
	return readTemplates(raw), nil
}

// readTemplates reads what is kept; a damaged list is an empty one.
func readTemplates(raw []byte) []Template {
	out := []Template{}
	if raw != nil && json.Unmarshal(raw, &out) != nil {
		return []Template{}
	}
	return out
}

// SaveTemplate keeps an activity's kind, place, units, officers and topics under a
// name; a name that is taken is replaced.
func (a *Activities) SaveTemplate(name string, activity schema.ID) ([]Template, error) {
	name = strings.TrimSpace(name)
	return a.templates(func(tx *replica.Tx, all []Template) ([]Template, error) {
		if err := model.Text("name", "模板名称", "the template's name", name, 20, true); err != nil {
			return nil, err
		}
		row, err := activityOf(tx, activity)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(t Template) bool { return t.Name == name })
		if len(all) >= maxTemplates {
			return nil, refuse("name", "模板已经有 30 个，请先删掉不用的。", "There are 30 templates; remove those you no longer use.")
		}
		return append(all, Template{Name: name, Form: formOfActivity(row)}), nil
	})
}

// KeepTemplate puts a template back that was just removed.
func (a *Activities) KeepTemplate(t Template) ([]Template, error) {
	return a.templates(func(_ *replica.Tx, all []Template) ([]Template, error) {
		if slices.ContainsFunc(all, func(have Template) bool { return have.Name == t.Name }) || len(all) >= maxTemplates {
			return all, nil
		}
		return append(all, t), nil
	})
}

// RenameTemplate gives a template another name.
func (a *Activities) RenameTemplate(from, to string) ([]Template, error) {
	to = strings.TrimSpace(to)
	return a.templates(func(_ *replica.Tx, all []Template) ([]Template, error) {
		if err := model.Text("name", "模板名称", "the template's name", to, 20, true); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(all, func(t Template) bool { return t.Name == from })
		switch {
		case at < 0:
			return nil, missing("这个模板已经删了。", "This template was removed.")
		case to != from && slices.ContainsFunc(all, func(t Template) bool { return t.Name == to }):
			return nil, refuse("name", "已经有“"+to+"”了，请换一个名称。", "There is a template of this name; choose another.")
		}
		all[at].Name = to
		return all, nil
	})
}

// DefaultTemplate makes a template the one of its kind that fills in a new activity's
// form, or no longer.
func (a *Activities) DefaultTemplate(name string, on bool) ([]Template, error) {
	return a.templates(func(_ *replica.Tx, all []Template) ([]Template, error) {
		at := slices.IndexFunc(all, func(t Template) bool { return t.Name == name })
		if at < 0 {
			return nil, missing("这个模板已经删了。", "This template was removed.")
		}
		for i := range all {
			if all[i].Form.Kind == all[at].Form.Kind {
				all[i].Default = on && i == at
			}
		}
		return all, nil
	})
}

// RemoveTemplate forgets one.
func (a *Activities) RemoveTemplate(name string) ([]Template, error) {
	return a.templates(func(_ *replica.Tx, all []Template) ([]Template, error) {
		return slices.DeleteFunc(all, func(t Template) bool { return t.Name == name }), nil
	})
}

func (a *Activities) templates(change func(*replica.Tx, []Template) ([]Template, error)) (out []Template, err error) {
	err = a.s.update(func(tx *replica.Tx) error {
		raw, err := tx.GetLocal(templatesKey)
		if err != nil {
			return err
		}
		if out, err = change(tx, readTemplates(raw)); err != nil {
			return err
		}
		if raw, err = json.Marshal(out); err != nil {
			return err
		}
		return tx.PutLocal(templatesKey, raw)
	})
	return out, err
}

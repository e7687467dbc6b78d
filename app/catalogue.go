package app

import (
	"context"
	"regexp"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Catalogue is what forms choose from: units, materials, officers.
type Catalogue struct{ s *Session }

// NewCatalogue makes the service.
func NewCatalogue(s *Session) *Catalogue { return &Catalogue{s} }

// Unit is a unit that leads or takes part in outreach.
type Unit struct {
	ID         schema.ID `json:"id"`
	Code       string    `json:"code"`
	Name       string    `json:"name"`
	ShortName  string    `json:"short_name"`
	Department string    `json:"department"`
	Initials   string    `json:"initials"`
}

// Units lists them in the fixed order of departments.
func (c *Catalogue) Units() ([]Unit, error) {
	out := []Unit{}
	r, err := c.s.open()
	if err != nil {
		return out, err
	}
	err = r.Each(context.Background(), "unit", "WHERE merged_into IS NULL ORDER BY department, code", nil, func(row *replica.Row) error {
		if !voided(row) {
			out = append(out, unitOf(row))
		}
		return nil
	})
	return out, err
}

func unitOf(row *replica.Row) Unit {
	u := Unit{ID: row.ID, Code: row.Text("code"), Name: row.Text("name"), ShortName: row.Text("short_name"), Department: row.Text("department")}
	if u.ShortName == "" {
		u.ShortName = u.Name
	}
	u.Initials = model.Initials(u.ShortName)
	return u
}

// UnitForm adds a unit that the county has not listed.
type UnitForm struct {
	Name       string `json:"name"`
	ShortName  string `json:"short_name"`
	Department string `json:"department"`
}

var nonCode = regexp.MustCompile(`[^A-Z0-9]`)

// AddUnit registers a unit on the spot; its code is made from its name.
func (c *Catalogue) AddUnit(f UnitForm) (Unit, error) {
	var id schema.ID
	err := c.s.update(func(tx *replica.Tx) error {
		for _, err := range []error{
			model.Text("name", "单位名称", "the unit's name", f.Name, 40, true),
			model.Text("short_name", "简称", "the short name", f.ShortName, 8, false),
			model.OneOf("department", "部门类别", "a department", "department", f.Department, true),
		} {
			if err != nil {
				return err
			}
		}
		r, err := c.s.open()
		if err != nil {
			return err
		}
		units, err := tx.Select("unit", "")
		if err != nil {
			return err
		}
		for _, u := range units {
			if live(u) && model.Norm(u.Text("name")) == model.Norm(f.Name) {
				id = u.ID
				return nil
			}
		}
		code := unitCode(r.Realm(), f.Name)
		id = model.UnitID(r.Realm(), code)
		return tx.Put("unit", id, c.s.created(tx, schema.Values{"code": code, "name": strings.TrimSpace(f.Name), "short_name": text(f.ShortName), "department": f.Department, "voided": nil}))
	})
	if err != nil {
		return Unit{}, err
	}
	r, err := c.s.open()
	if err != nil {
		return Unit{}, err
	}
	row, err := r.Get(context.Background(), "unit", id)
	if err != nil || row == nil {
		return Unit{}, err
	}
	return unitOf(row), nil
}

// unitCode makes a code of 8 to 12 letters and digits from a name: some initials to
// recognise it by, and a digest of the whole name. The same name gives the same
// code on every laptop, and names with equal initials stay apart.
func unitCode(realm schema.ID, name string) string {
	var b strings.Builder
	for _, letters := range strings.Split(model.Initials(name), "|") {
		if letters != "" {
			b.WriteString(letters[:1])
		}
	}
	code := nonCode.ReplaceAllString(strings.ToUpper(b.String()), "")
	digest := strings.ToUpper(schema.Derive(realm, "unit-name", model.Norm(name)).String()[:8])
	return code[:min(len(code), 4)] + digest
}

// Material is something that can be handed out.
type Material struct {
	ID     schema.ID `json:"id"`
	Code   string    `json:"code"`
	Group  string    `json:"group"`
	Name   string    `json:"name"`
	Hotkey int64     `json:"hotkey"` // 1–9, 0 none
}

// Materials lists them in the order of their keys.
func (c *Catalogue) Materials() ([]Material, error) {
	out := []Material{}
	r, err := c.s.open()
	if err != nil {
		return out, err
	}
	err = r.Each(context.Background(), "material", "WHERE merged_into IS NULL ORDER BY coalesce(hotkey, 99), code", nil, func(row *replica.Row) error {
		if !voided(row) {
			out = append(out, Material{ID: row.ID, Code: row.Text("code"), Group: row.Text("group"), Name: row.Text("name"), Hotkey: row.Int("hotkey")})
		}
		return nil
	})
	return out, err
}

// MaterialForm adds a material.
type MaterialForm struct {
	Name   string `json:"name"`
	Group  string `json:"group"`
	Hotkey int64  `json:"hotkey"`
}

// AddMaterial registers a material on the spot; without a key it gets the next free one.
func (c *Catalogue) AddMaterial(f MaterialForm) ([]Material, error) {
	err := c.s.update(func(tx *replica.Tx) error {
		for _, err := range []error{
			model.Text("name", "宣传品名称", "the material's name", f.Name, 30, true),
			model.OneOf("group", "宣传品类别", "a kind of material", "material_group", f.Group, true),
			model.Range("hotkey", "数字键", "The key", f.Hotkey, 0, 9),
		} {
			if err != nil {
				return err
			}
		}
		r, err := c.s.open()
		if err != nil {
			return err
		}
		rows, err := tx.Select("material", "")
		if err != nil {
			return err
		}
		taken := map[int64]bool{}
		for _, m := range rows {
			if live(m) {
				taken[m.Int("hotkey")] = true
				if model.Norm(m.Text("name")) == model.Norm(f.Name) {
					return refuse("name", "已经有“"+m.Text("name")+"”了。", "There is a material of this name already.")
				}
			}
		}
		if f.Hotkey != 0 && taken[f.Hotkey] {
			return refuse("hotkey", "这个数字键已经有宣传品了，请换一个。", "This key is taken; choose another.")
		}
		for k := int64(1); f.Hotkey == 0 && k <= 9; k++ {
			if !taken[k] {
				f.Hotkey = k
			}
		}
		// The code comes from the name, so that two laptops that add the same
		// material offline mean one.
		code := "M" + strings.ToUpper(strings.ReplaceAll(schema.Derive(r.Realm(), "material-name", f.Group, model.Norm(f.Name)).String()[:8], "-", ""))
		return tx.Put("material", model.MaterialID(r.Realm(), code), c.s.created(tx, schema.Values{"code": code, "group": f.Group, "name": strings.TrimSpace(f.Name), "hotkey": positive(f.Hotkey)}))
	})
	if err != nil {
		return nil, err
	}
	return c.Materials()
}

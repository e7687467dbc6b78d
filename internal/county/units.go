package county

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// UnitForm asks for a new unit.
type UnitForm struct {
	Code       string `json:"code"`       // 2–12 letters and digits
	Name       string `json:"name"`       // ≤ 40 characters
	ShortName  string `json:"short_name"` // ≤ 8 characters; "" takes the name's first 8
	Department string `json:"department"` // domain.md, 3.8; "" means D99
}

// tidy fills in what a form may leave out.
func (f UnitForm) tidy() UnitForm {
	f.Code = strings.ToUpper(strings.TrimSpace(f.Code))
	f.Name, f.ShortName = strings.TrimSpace(f.Name), strings.TrimSpace(f.ShortName)
	if f.ShortName == "" {
		r := []rune(f.Name)
		f.ShortName = string(r[:min(len(r), 8)])
	}
	if f.Department == "" {
		f.Department = "D99"
	}
	return f
}

// Unit is a unit of the county.
type Unit struct {
	ID         string `json:"id"`
	Code       string `json:"code"`
	Name       string `json:"name"`
	ShortName  string `json:"short_name"`
	Department string `json:"department"`
}

// Units lists the units in the print order of departments, then by name.
func (s *Service) Units(ctx context.Context) ([]Unit, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	return s.c.units(ctx)
}

func (c *County) units(ctx context.Context) ([]Unit, error) {
	rows, err := c.replica.Select(ctx, "unit", `WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0`)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	list := []Unit{}
	for _, row := range rows {
		list = append(list, Unit{ID: row.ID.String(), Code: row.Text("code"), Name: row.Text("name"), ShortName: row.Text("short_name"),
			Department: row.Text("department")})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Department != list[j].Department {
			return list[i].Department < list[j].Department
		}
		return list[i].Name < list[j].Name
	})
	return list, nil
}

// AddUnit makes a unit, or returns the one that has the code already.
func (s *Service) AddUnit(ctx context.Context, f UnitForm) (Unit, error) {
	v, err := administrator(ctx)
	if err != nil {
		return Unit{}, err
	}
	return s.c.AddUnit(ctx, v.account.Name, f)
}

// AddUnit is Service.AddUnit for the server's own console.
func (c *County) AddUnit(ctx context.Context, actor string, f UnitForm) (Unit, error) {
	f = f.tidy()
	id := model.UnitID(c.realm, f.Code)
	known, err := c.replica.Get(ctx, "unit", id)
	if err != nil {
		return Unit{}, err
	}
	if known != nil {
		return Unit{ID: id.String(), Code: f.Code, Name: known.Text("name"), ShortName: known.Text("short_name"), Department: known.Text("department")}, nil
	}
	if err := checkUnit(f); err != nil {
		return Unit{}, err
	}
	err = c.replica.Update(ctx, func(tx *replicaTx) error {
		values := created(tx, c.replica.ID())
		values["code"], values["name"], values["short_name"], values["department"] = f.Code, f.Name, f.ShortName, f.Department
		return tx.Put("unit", id, values)
	})
	if err != nil {
		return Unit{}, fmt.Errorf("add unit: %w", err)
	}
	if err := c.store.record(ctx, entry{Actor: actor, Action: "unit_added", Subject: f.Name, Detail: f.Code}); err != nil {
		return Unit{}, err
	}
	return Unit{ID: id.String(), Code: f.Code, Name: f.Name, ShortName: f.ShortName, Department: f.Department}, nil
}

func (c *County) unitRow(ctx context.Context, id schema.ID) (enrolment.Unit, error) {
	row, err := c.replica.Get(ctx, "unit", id)
	if err != nil {
		return enrolment.Unit{}, err
	}
	if row == nil {
		return enrolment.Unit{}, userError("unit_unknown", "unit_id", "没有这个单位，请先建单位。", "There is no such unit; add it first.")
	}
	return enrolment.Unit{ID: id, Code: row.Text("code"), Name: row.Text("name"), ShortName: row.Text("short_name"), Department: row.Text("department")}, nil
}

// created are the fields that every row starts with.
func created(tx *replicaTx, device schema.ID) schema.Values {
	return schema.Values{"created_at": tx.Now().UnixMilli(), "device_id": device}
}

// nameBook looks up what ids are called.
type nameBook struct {
	units, officers, devices, materials map[schema.ID]string
	codes                               model.Names
}

func (b *nameBook) unit(id schema.ID) string { return b.units[id] }

// names loads the names of units, officers, devices, materials and codes: small tables.
func (c *County) names(ctx context.Context) (*nameBook, error) {
	settings, err := model.ReadSettings(ctx, c.replica)
	if err != nil {
		return nil, err
	}
	b := &nameBook{codes: settings.Names()}
	for _, load := range []struct {
		into          *map[schema.ID]string
		table, column string
	}{
		{&b.units, "unit", "name"}, {&b.officers, "officer", "name"}, {&b.devices, "device", "label"}, {&b.materials, "material", "name"},
	} {
		*load.into = map[schema.ID]string{}
		err := c.replica.Each(ctx, load.table, "", nil, func(row *replicaRow) error {
			(*load.into)[row.ID] = row.Text(load.column)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("load names: %w", err)
		}
	}
	return b, nil
}

package county

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// The registers are what every kit picks from: the office keeps them here, as an
// ordinary replica, and they reach the kits with their next sync.

// RegistryQuery asks for the rows of a register.
type RegistryQuery struct {
	Table  string `json:"table"`  // unit, officer, venue, material, period
	Search string `json:"search"` // part of a name or its pinyin initials
	Kind   string `json:"kind"`   // of venues
	Show   string `json:"show"`   // "" those in use, "voided", "merged"
}

// RegistryRow is one entry. Fields are its columns as text: ids of references in
// canonical form, amounts in fen.
type RegistryRow struct {
	ID       string            `json:"id"`
	Fields   map[string]string `json:"fields"`
	Names    map[string]string `json:"names"` // what referenced ids are called, by column
	Uses     int64             `json:"uses"`  // records that name it
	Voided   bool              `json:"voided"`
	Into     string            `json:"into"` // the id it is merged into
	IntoName string            `json:"into_name"`
}

// RegistryPage is what was found, at most registryLimit rows.
type RegistryPage struct {
	Rows  []RegistryRow `json:"rows"`
	Found int64         `json:"found"` // in all
	Total int64         `json:"total"` // in use, whatever was searched for
}

const registryLimit = 500

// register says how a table is kept.
type register struct {
	fixed  []string // set when made and never again
	fields []string // may be changed
	uses   string   // SQL that counts what names ?1
	order  string
}

var registers = map[string]register{
	"unit": {[]string{"code"}, []string{"name", "short_name", "department", "parent_id", "report_to", "service_phone", "teller_headcount", "staff_headcount"},
		`SELECT (SELECT count(*) FROM activity WHERE lead_unit_id = ?1 OR host_unit_id = ?1) + (SELECT count(*) FROM officer WHERE unit_id = ?1)`, `department, name`},
	"officer": {[]string{"staff_no"}, []string{"name", "unit_id", "role", "active"},
		`SELECT (SELECT count(*) FROM consultation WHERE officer_id = ?1) + (SELECT count(*) FROM inspection WHERE officer_id = ?1)`, `name`},
	"venue": {nil, []string{"kind", "name", "town", "community", "address", "contact_name", "contact_phone", "licence_no", "seats", "state"},
		`SELECT (SELECT count(*) FROM activity WHERE venue_id = ?1) + (SELECT count(*) FROM attendance WHERE venue_id = ?1) + (SELECT count(*) FROM placement WHERE venue_id = ?1)`, `kind, town, name`},
	"material": {[]string{"code", "group"}, []string{"name", "edition", "hotkey", "low_stock", "unit_cost_fen"},
		`SELECT (SELECT count(*) FROM handout WHERE material_id = ?1) + (SELECT count(*) FROM placement WHERE material_id = ?1)`, `"group", name`},
	"period": {[]string{"code", "year"}, []string{"from_on", "to_on"}, `SELECT 0`, `year DESC, from_on`},
}

var errNoRegister = userError("table", "table", "没有这种名册。", "There is no such register.")

const inUse = `merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0`

// Registry lists a register.
func (s *Service) Registry(ctx context.Context, q RegistryQuery) (RegistryPage, error) {
	if _, err := signedIn(ctx); err != nil {
		return RegistryPage{}, err
	}
	page := RegistryPage{Rows: []RegistryRow{}}
	reg, ok := registers[q.Table]
	if !ok {
		return page, errNoRegister
	}
	where := map[string]string{"": inUse, "voided": `merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 1`, "merged": `merged_into IS NOT NULL`}[q.Show]
	if where == "" {
		return page, userError("show", "show", "没有这种筛选。", "There is no such filter.")
	}
	args := []any{}
	if q.Kind != "" && q.Table == "venue" {
		where += ` AND kind = ?`
		args = append(args, q.Kind)
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return page, err
	}
	var found []*replicaRow
	err = s.c.replica.Each(ctx, q.Table, `WHERE `+where+` ORDER BY `+reg.order, args, func(row *replicaRow) error {
		if !matches(q.Table, row, q.Search, names.codes) {
			return nil
		}
		page.Found++
		if len(found) < registryLimit {
			found = append(found, row)
		}
		return nil
	})
	if err != nil {
		return page, fmt.Errorf("list the register of %s: %w", q.Table, err)
	}
	for _, row := range found {
		line, err := s.c.registryRow(ctx, q.Table, row, names)
		if err != nil {
			return page, err
		}
		page.Rows = append(page.Rows, line)
	}
	page.Total, err = s.c.number(ctx, `SELECT count(*) FROM `+q.Table+` WHERE `+inUse)
	return page, err
}

func matches(table string, row *replicaRow, search string, codes model.Names) bool {
	if search == "" {
		return true
	}
	name := ""
	if table == "period" { // it has none but its code's
		name = codes.Label("period", row.Text("code"))
	} else {
		name = row.Text("name")
	}
	if model.MatchName(name, model.Initials(name), search) {
		return true
	}
	for _, column := range []string{"code", "staff_no", "licence_no", "town", "address", "short_name"} {
		if model.Schema.Table(table).Column(column) != nil && strings.Contains(model.Norm(row.Text(column)), model.Norm(search)) {
			return true
		}
	}
	return false
}

// registryRow describes one entry.
func (c *County) registryRow(ctx context.Context, table string, row *replicaRow, names *nameBook) (RegistryRow, error) {
	reg := registers[table]
	line := RegistryRow{ID: row.ID.String(), Fields: map[string]string{}, Names: map[string]string{}, Voided: voided(row)}
	for _, name := range slices.Concat(reg.fixed, reg.fields) {
		column := model.Schema.Table(table).Column(name)
		if row.Null(name) {
			continue
		}
		switch column.Type {
		case schema.Int, schema.Bool:
			line.Fields[name] = fmt.Sprint(row.Int(name))
		case schema.Ref:
			line.Fields[name] = row.Ref(name).String()
			line.Names[name] = names.unit(row.Ref(name))
		default:
			line.Fields[name] = row.Text(name)
		}
	}
	var err error
	if line.Uses, err = c.number(ctx, reg.uses, row.ID); err != nil {
		return line, err
	}
	if into := row.Ref("merged_into"); !into.IsNil() {
		line.Into = into.String()
		other, err := c.replica.Get(ctx, table, into)
		if err != nil {
			return line, err
		}
		if other != nil {
			line.IntoName = other.Text("name")
		}
	}
	return line, nil
}

// voided tells whether a row's void mark is on.
func voided(row *replicaRow) bool {
	var mark struct {
		On bool `json:"on"`
	}
	return json.Unmarshal([]byte(row.Text("voided")), &mark) == nil && mark.On
}

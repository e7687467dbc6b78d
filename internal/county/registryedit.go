package county

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// RegistryForm changes an entry, or makes one when ID is "". Values are what was
// typed, by column: a column that is not there is not touched, "" empties it.
type RegistryForm struct {
	Table  string            `json:"table"`
	ID     string            `json:"id"`
	Values map[string]string `json:"values"`
}

// asUser turns a field's error of the domain into one for the screen.
func asUser(err error) error {
	if field := (*model.FieldError)(nil); errors.As(err, &field) {
		return &rpc.UserError{Code: "invalid", Field: field.Field, Message: field.Message, MessageEN: field.MessageEN}
	}
	return err
}

var (
	staffNo      = regexp.MustCompile(`^\w{3,12}$`)
	materialCode = regexp.MustCompile(`^[A-Z0-9]{2,12}$`)
	isoDate      = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// limits are the longest texts, in characters.
var limits = map[string]int{"name": 40, "short_name": 8, "report_to": 40, "town": 20, "community": 20, "address": 80, "contact_name": 20, "licence_no": 30, "edition": 30, "code": 12, "staff_no": 12}

// codesIn are the columns that hold codes.
var codesIn = map[string]string{"unit.department": "department", "officer.role": "role", "venue.kind": "venue_kind", "venue.state": "venue_state", "material.group": "material_group", "period.code": "period"}

var numbersIn = map[string][2]int64{"teller_headcount": {0, 9999}, "staff_headcount": {0, 9999}, "seats": {0, 2000}, "hotkey": {0, 9}, "low_stock": {0, 1_000_000}, "active": {0, 1}, "year": {2000, 2100}}

// needed are the columns that may not be empty.
var needed = map[string][]string{"unit": {"name", "short_name", "department"}, "officer": {"name", "unit_id", "role"}, "venue": {"kind", "name", "town"}, "material": {"name", "group"}, "period": {"from_on", "to_on"}}

var fieldNames = map[string][2]string{
	"name": {"名称", "The name"}, "short_name": {"简称", "The short name"}, "department": {"部门类别", "The department"}, "parent_id": {"上级单位", "The superior unit"},
	"report_to": {"报送机关", "The addressee"}, "service_phone": {"客服电话", "The service telephone"}, "teller_headcount": {"柜面人数", "The number of tellers"}, "staff_headcount": {"全员人数", "The number of staff"},
	"unit_id": {"所属单位", "The unit"}, "role": {"岗位", "The role"}, "active": {"在岗", "Active"}, "kind": {"类别", "The kind"}, "town": {"乡镇", "The town"}, "community": {"社区", "The community"}, "address": {"地址", "The address"},
	"contact_name": {"负责人", "The contact"}, "contact_phone": {"联系电话", "The telephone"}, "licence_no": {"许可证号", "The licence"}, "seats": {"机位数", "The number of seats"}, "state": {"状态", "The state"},
	"edition": {"版本", "The edition"}, "hotkey": {"数字键", "The key"}, "low_stock": {"补货线", "The low-stock mark"}, "unit_cost_fen": {"单价", "The unit cost"}, "from_on": {"开始日期", "The first day"}, "to_on": {"结束日期", "The last day"},
	"group": {"类别", "The group"}, "code": {"代码", "The code"}, "year": {"年度", "The year"}, "staff_no": {"工号", "The staff number"},
}

// fieldValue checks what was typed into a column and gives the value to store.
func fieldValue(table, name, typed string) (any, error) {
	typed = strings.TrimSpace(typed)
	label := fieldNames[name]
	if typed == "" {
		if slices.Contains(needed[table], name) {
			return nil, userError("invalid", name, "请填写"+label[0]+"。", label[1]+" is needed.")
		}
		return nil, nil
	}
	column := model.Schema.Table(table).Column(name)
	if codes, ok := codesIn[table+"."+name]; ok {
		return typed, asUser(model.OneOf(name, label[0], label[1], codes, typed, true))
	}
	switch {
	case strings.HasSuffix(name, "_phone"):
		tidy, err := model.Phone(name, label[0], label[1], typed)
		return tidy, asUser(err)
	case strings.HasSuffix(name, "_fen"):
		fen, err := model.Amount(name, label[0], label[1], typed)
		return fen, asUser(err)
	case strings.HasSuffix(name, "_on"):
		if _, err := parseDate(name, typed); err != nil || !isoDate.MatchString(typed) {
			return nil, userError("invalid", name, label[0]+"要写成 2025-12-31 这样。", label[1]+" is written as 2025-12-31.")
		}
		return typed, nil
	case column.Type == schema.Ref:
		id, err := parseID(typed)
		return id, err
	case column.Type == schema.Int || column.Type == schema.Bool:
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, userError("invalid", name, label[0]+"要填整数。", label[1]+" is a whole number.")
		}
		span := numbersIn[name]
		return n, asUser(model.Range(name, label[0], label[1], n, span[0], span[1]))
	}
	limit := limits[name]
	if table == "officer" {
		limit = 20
	} else if table == "material" {
		limit = 30
	}
	return typed, asUser(model.Text(name, label[0], label[1], typed, limit, false))
}

// newEntry derives the id of a new entry from its natural key.
func (c *County) newEntry(ctx context.Context, f RegistryForm) (schema.ID, error) {
	get := func(name string) string { return strings.TrimSpace(f.Values[name]) }
	for _, name := range needed[f.Table] {
		if _, err := fieldValue(f.Table, name, get(name)); err != nil {
			return schema.Nil, err
		}
	}
	switch f.Table {
	case "unit":
		if code := get("code"); !unitCode.MatchString(code) {
			return schema.Nil, userError("invalid", "code", "单位代码要 2 到 12 位大写字母或数字，例如 CGPCS。", "A unit's code has 2 to 12 capitals or digits, for example CGPCS.")
		}
		return model.UnitID(c.realm, get("code")), nil
	case "officer":
		unit, err := parseID(get("unit_id"))
		if err != nil {
			return schema.Nil, err
		}
		row, err := c.unitRow(ctx, unit)
		if err != nil {
			return schema.Nil, err
		}
		if !staffNo.MatchString(get("staff_no")) {
			return schema.Nil, userError("invalid", "staff_no", "工号要 3 到 12 位字母或数字。", "A staff number has 3 to 12 letters or digits.")
		}
		return model.OfficerID(c.realm, row.Code, get("staff_no")), nil
	case "venue":
		return model.VenueID(c.realm, get("kind"), get("town"), get("name")), nil
	case "material":
		if !materialCode.MatchString(get("code")) {
			return schema.Nil, userError("invalid", "code", "物料代码要 2 到 12 位大写字母或数字，例如 FZXCD。", "A material's code has 2 to 12 capitals or digits, for example FZXCD.")
		}
		return model.MaterialID(c.realm, get("code")), nil
	case "period":
		year, err := strconv.Atoi(get("year"))
		if err != nil || year < 2000 || year > 2100 {
			return schema.Nil, userError("invalid", "year", "年度要写成 2025 这样。", "Write the year as 2025.")
		}
		if err := asUser(model.OneOf("code", "时段", "the period", "period", get("code"), true)); err != nil {
			return schema.Nil, err
		}
		return model.PeriodID(c.realm, year, get("code")), nil
	}
	return schema.Nil, errNoRegister
}

// SaveRegistry makes or changes an entry of a register. Making one that is there
// already is refused; one that was voided comes back.
func (s *Service) SaveRegistry(ctx context.Context, f RegistryForm) (RegistryRow, error) {
	v, err := editor(ctx)
	if err != nil {
		return RegistryRow{}, err
	}
	reg, ok := registers[f.Table]
	if !ok {
		return RegistryRow{}, errNoRegister
	}
	var id schema.ID
	making := f.ID == ""
	if making {
		id, err = s.c.newEntry(ctx, f)
	} else {
		id, err = parseID(f.ID)
	}
	if err != nil {
		return RegistryRow{}, err
	}
	values := schema.Values{}
	for name, typed := range f.Values {
		if !slices.Contains(reg.fields, name) && !(making && slices.Contains(reg.fixed, name)) {
			return RegistryRow{}, userError("invalid", name, "这一项不能在这里改。", "This field cannot be changed here.")
		}
		if values[name], err = fieldValue(f.Table, name, typed); err != nil {
			return RegistryRow{}, err
		}
	}
	for _, name := range []string{"code", "staff_no"} {
		if typed, ok := f.Values[name]; ok && making {
			values[name] = strings.TrimSpace(typed)
		}
	}
	if name, ok := values["name"].(string); ok && (f.Table == "venue" || f.Table == "officer") {
		values["initials"] = model.Initials(name)
	}
	var row *replicaRow
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		if row, err = tx.Get(f.Table, id); err != nil {
			return err
		}
		switch {
		case row == nil && !making:
			return userError("gone", "", "这一条找不到了，请重新打开名册。", "This entry is not there any more; open the register again.")
		case row != nil && making && !voided(row):
			return userError("exists", "", "名册里已经有这一条了，没有重复建。", "The register has this entry already; none was made.")
		case row == nil:
			for name, value := range created(tx, s.c.replica.ID()) {
				values[name] = value
			}
			if f.Table == "officer" && values["active"] == nil {
				values["active"] = true
			} else if f.Table == "venue" && values["state"] == nil {
				values["state"] = "open"
			}
		case making:
			values["voided"] = `{"on":false}`
		}
		if err := checkTogether(f.Table, row, values, id); err != nil {
			return err
		}
		if err := tx.Put(f.Table, id, values); err != nil {
			return err
		}
		row, err = tx.Get(f.Table, id)
		return err
	})
	if err != nil {
		return RegistryRow{}, err
	}
	action := "registry_changed"
	if making {
		action = "registry_added"
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return RegistryRow{}, err
	}
	if err := s.c.store.record(ctx, entry{Actor: v.account.Name, Action: action, Subject: f.Table + " " + registryName(f.Table, row, names.codes), Address: v.address}); err != nil {
		return RegistryRow{}, err
	}
	return s.c.registryRow(ctx, f.Table, row, names)
}

func registryName(table string, row *replicaRow, codes model.Names) string {
	if table == "period" {
		return fmt.Sprint(row.Int("year"), " ", codes.Label("period", row.Text("code")))
	}
	return row.Text("name")
}

// checkTogether refuses what only shows when several fields are seen together.
func checkTogether(table string, row *replicaRow, values schema.Values, id schema.ID) error {
	text := func(name string) string {
		if v, ok := values[name]; ok {
			s, _ := v.(string)
			return s
		}
		if row == nil {
			return ""
		}
		return row.Text(name)
	}
	switch {
	case table == "period" && text("from_on") > text("to_on"):
		return userError("invalid", "to_on", "结束日期早于开始日期，请改一下。", "The last day is before the first; please correct it.")
	case table == "unit" && values["parent_id"] == id:
		return userError("invalid", "parent_id", "单位不能是自己的上级。", "A unit cannot be its own superior.")
	}
	return nil
}

// VoidRegistry takes an entry out of use, or brings it back. Records that name it keep it.
func (s *Service) VoidRegistry(ctx context.Context, table, id string, on bool) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	if _, ok := registers[table]; !ok {
		return errNoRegister
	}
	key, err := parseID(id)
	if err != nil {
		return err
	}
	row, err := s.c.replica.Get(ctx, table, key)
	if err != nil {
		return err
	}
	if row == nil {
		return userError("gone", "", "这一条找不到了，请重新打开名册。", "This entry is not there any more; open the register again.")
	}
	if err := s.c.replica.Update(ctx, func(tx *replicaTx) error { return tx.Put(table, key, schema.Values{"voided": voidMark(tx, on, "V3")}) }); err != nil {
		return err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return err
	}
	action := map[bool]string{true: "registry_voided", false: "registry_restored"}[on]
	return s.c.store.record(ctx, entry{Actor: v.account.Name, Action: action, Subject: table + " " + registryName(table, row, names.codes), Address: v.address})
}

// voidMark is the value of a row's voided column.
func voidMark(tx *replicaTx, on bool, reason string) string {
	if !on {
		reason = ""
	}
	b, _ := json.Marshal(struct { // texts and a number: it cannot fail
		On     bool      `json:"on"`
		Reason string    `json:"reason,omitempty"`
		By     schema.ID `json:"by"`
		At     int64     `json:"at"`
	}{on, reason, tx.Replica(), tx.Now().UnixMilli()})
	return string(b)
}

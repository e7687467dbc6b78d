package county

import (
	"cmp"
	"context"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// Field is one field of a record as the dashboard shows it.
type Field struct {
	Name   string   `json:"name"` // the column
	Kind   string   `json:"kind"` // "text", "int", "fen", "time", "bool", "list", "ref", "personal"
	Text   string   `json:"text"`
	Number int64    `json:"number"`
	List   []string `json:"list"`
}

// RecordDetail is one record with its fields. Personal fields are masked.
type RecordDetail struct {
	Record    RecordLine `json:"record"`
	Fields    []Field    `json:"fields"`
	UpdatedAt int64      `json:"updated_at"` // the newest change of any field, Unix milliseconds
	Voided    bool       `json:"voided"`
	Activity  string     `json:"activity"` // the id of the activity it hangs on
	// What hangs on an activity.
	Handouts      []RecordLine `json:"handouts"`
	Consultations int64        `json:"consultations"`
	Roster        int64        `json:"roster"` // people on the meeting's list
}

// hidden are columns that tell the office nothing beside the others.
var hidden = map[string]bool{"created_at": true, "created_by": true, "device_id": true, "voided": true, "merged_into": true,
	"reviewed": true, "redacted_at": true, "phone_redacted_at": true, "initials": true, "sign_ins": true, "activity_id": true, "photo_ids": true}

// opened are tables beside the lists' whose records can be opened.
var opened = map[string]bool{"outcome": true, "post": true, "household": true, "placement": true, "inspection": true, "indicator": true, "case_digest": true,
	"slogan": true, "plan": true, "daily_tally": true, "venue": true, "unit": true, "linkage_action": true}

// RecordOf shows one record.
func (s *Service) RecordOf(ctx context.Context, table, id string) (RecordDetail, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return RecordDetail{}, err
	}
	key, err := parseID(id)
	if err != nil {
		return RecordDetail{}, err
	}
	_, listed := listings[table]
	if !listed && !opened[table] {
		return RecordDetail{}, userError("table", "table", "没有这种记录。", "There is no such kind of record.")
	}
	row, err := s.c.replica.Get(ctx, table, key)
	if err != nil {
		return RecordDetail{}, err
	}
	if row == nil {
		return RecordDetail{}, userError("gone", "", "这条记录还没有传到县里。", "This record has not reached the county.")
	}
	if may, err := s.c.sees(ctx, v, table, row); err != nil || !may {
		return RecordDetail{}, cmp.Or(err, errForbidden)
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return RecordDetail{}, err
	}
	activity := key
	if table != "activity" {
		activity = schema.Nil
		if model.Schema.Table(table).Column("activity_id") != nil {
			activity = row.Ref("activity_id")
		}
	}
	line := RecordLine{Table: table, ID: id, At: row.Int("created_at"), Recorded: row.Int("created_at"), Officer: names.officers[row.Ref("created_by")], Device: names.devices[row.Ref("device_id")]}
	if listed {
		lines, err := s.c.describe(ctx, table, []schema.ID{key}, []schema.ID{activity}, names)
		if err != nil {
			return RecordDetail{}, err
		}
		line = lines[0]
	} else if line.Title, line.Unit, err = s.c.titleOf(ctx, table, row, names); err != nil {
		return RecordDetail{}, err
	}
	d := RecordDetail{Record: line, UpdatedAt: row.UpdatedAt().UnixMilli(), Voided: voided(row),
		Fields: []Field{}, Handouts: []RecordLine{}}
	if !activity.IsNil() {
		d.Activity = activity.String()
	}
	if d.Fields, err = s.c.fields(ctx, model.Schema.Table(table), row, names); err != nil {
		return RecordDetail{}, err
	}
	if table != "activity" {
		return d, nil
	}
	handouts, err := s.c.recordPage(ctx, RecordQuery{Table: "handout", ActivityID: id}, 200, names)
	if err != nil {
		return RecordDetail{}, err
	}
	d.Handouts = handouts.Rows
	counts, err := s.c.countPerActivity(ctx, []schema.ID{key})
	if err != nil {
		return RecordDetail{}, err
	}
	d.Consultations = counts[key].Consultations
	reader, err := s.c.counts.current(ctx, s.c)
	if err != nil {
		return RecordDetail{}, err
	}
	only, args := onlyThese("t.activity_id", reader.Members([]schema.ID{key}))
	d.Roster, err = s.c.number(ctx, `SELECT count(*) FROM attendance t JOIN activity x ON x.id = t.activity_id WHERE `+live+` AND t.merged_into IS NULL `+only, args...)
	return d, err
}

// fields lists what is filled in, in the order of the declaration.
func (c *County) fields(ctx context.Context, t *schema.Table, row *replicaRow, names *nameBook) ([]Field, error) {
	list := []Field{}
	for i := range t.Columns {
		column := &t.Columns[i]
		if hidden[column.Name] || column.Kind != schema.Set && column.Kind != schema.Counter && row.Null(column.Name) {
			continue
		}
		f := Field{Name: column.Name, Kind: "text", List: []string{}}
		switch {
		case column.Sealed() && column.Name != "note" && column.Name != "summary":
			f.Kind, f.Text = "personal", mask(column.Name, row.Text(column.Name))
		case column.Type == schema.Text || column.Type == schema.JSON:
			f.Text = row.Text(column.Name)
		case column.Type == schema.Texts:
			f.Kind = "list"
			for _, element := range row.Strings(column.Name) {
				f.List = append(f.List, c.elementName(column.Name, element, names))
			}
		case column.Type == schema.Bool:
			f.Kind, f.Number = "bool", row.Int(column.Name)
		case column.Type == schema.Ref:
			f.Kind = "ref"
			name, err := c.refName(ctx, column.Name, row.Ref(column.Name), names)
			if err != nil {
				return nil, err
			}
			f.Text = name
		case column.Type == schema.Int:
			f.Kind, f.Number = "int", row.Int(column.Name)
			if strings.HasSuffix(column.Name, "_fen") {
				f.Kind = "fen"
			} else if strings.HasSuffix(column.Name, "_at") {
				f.Kind = "time"
			}
		default:
			continue
		}
		if f.Text != "" || f.Number != 0 || len(f.List) > 0 {
			list = append(list, f)
		}
	}
	return list, nil
}

// elementName prints an element of a set: a unit's or officer's name for its
// id, any other code as it is.
func (c *County) elementName(column, element string, names *nameBook) string {
	id, err := schema.ParseID(element)
	if err != nil {
		return element
	}
	if column == "officer_ids" {
		return names.officers[id]
	}
	return names.unit(id)
}

func (c *County) refName(ctx context.Context, column string, id schema.ID, names *nameBook) (string, error) {
	switch {
	case strings.HasSuffix(column, "unit_id"):
		return names.unit(id), nil
	case column == "officer_id":
		return names.officers[id], nil
	case column == "material_id":
		return names.materials[id], nil
	case column == "venue_id":
		row, err := c.replica.Get(ctx, "venue", id)
		if err != nil || row == nil {
			return "", err
		}
		return row.Text("name"), nil
	}
	return "", nil
}

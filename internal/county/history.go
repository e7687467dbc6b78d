package county

import (
	"cmp"
	"context"
	"sort"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// HistoryLine is one write of a record's field: who entered what, when.
type HistoryLine struct {
	Field   Field  `json:"field"`
	Device  string `json:"device"`
	At      int64  `json:"at"`      // by the computer's clock, Unix milliseconds
	Lost    bool   `json:"lost"`    // a concurrent value that does not count
	Removed bool   `json:"removed"` // an element that was taken out of a set
}

// History lists what is known of how a record came to be, newest first. Personal
// values are masked.
func (s *Service) History(ctx context.Context, table, id string) ([]HistoryLine, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	key, err := parseID(id)
	if err != nil {
		return nil, err
	}
	if model.Schema.Table(table) == nil {
		return nil, userError("table", "table", "没有这种记录。", "There is no such kind of record.")
	}
	row, err := s.c.replica.Get(ctx, table, key)
	if err != nil || row == nil {
		return []HistoryLine{}, err
	}
	if may, err := s.c.sees(ctx, v, table, row); err != nil || !may {
		return nil, cmp.Or(err, errForbidden)
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := s.c.replica.Versions(ctx, table, key)
	if err != nil {
		return nil, err
	}
	list := []HistoryLine{}
	for _, v := range versions {
		if v.Column == "created_at" || v.Column == "created_by" || v.Column == "device_id" || v.Column == "initials" || v.Column == "activity_id" || v.Column == "sign_ins" {
			continue
		}
		field, err := s.c.fieldOf(ctx, table, v.Column, v.Value, names)
		if err != nil {
			return nil, err
		}
		list = append(list, HistoryLine{Field: field, Device: s.c.deviceName(v.Origin.Replica, names), At: v.At.UnixMilli(), Lost: v.Lost, Removed: v.Removed})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].At > list[j].At })
	return list, nil
}

// fieldOf shows one value of a column.
func (c *County) fieldOf(ctx context.Context, table, column string, value any, names *nameBook) (Field, error) {
	col := model.Schema.Table(table).Column(column)
	f := Field{Name: column, Kind: "text", List: []string{}}
	switch v := value.(type) {
	case nil:
		f.Kind = "none"
	case int64:
		f.Kind, f.Number = "int", v
		switch {
		case col.Type == schema.Bool:
			f.Kind = "bool"
		case strings.HasSuffix(column, "_fen"):
			f.Kind = "fen"
		case strings.HasSuffix(column, "_at"):
			f.Kind = "time"
		}
	case schema.ID:
		f.Kind = "ref"
		name, err := c.refName(ctx, column, v, names)
		if err != nil {
			return f, err
		}
		if column == "merged_into" {
			row, err := c.replica.Get(ctx, table, v)
			if err != nil {
				return f, err
			}
			if row != nil {
				name, _, err = c.titleOf(ctx, table, row, names)
				if err != nil {
					return f, err
				}
			}
		}
		f.Text = name
	case string:
		f.Text = v
		switch {
		case column == "voided" || column == "reviewed":
			f.Kind = "mark"
			if f.Number = 0; strings.Contains(v, `"on":true`) || column == "reviewed" {
				f.Number = 1
			}
		case col.Type == schema.Texts:
			f.Kind, f.List = "list", []string{c.elementName(column, v, names)}
		case col.Personal:
			f.Kind, f.Text = "personal", mask(column, v)
		}
	}
	return f, nil
}

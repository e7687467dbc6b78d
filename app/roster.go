package app

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// RosterRow is one person of a roster, before it is imported.
type RosterRow struct {
	Org         string    `json:"org"`
	Name        string    `json:"name"`
	Phone       string    `json:"phone"`
	Licence     string    `json:"licence"`
	Role        string    `json:"role"`
	Town        string    `json:"town"`
	VenueID     schema.ID `json:"venue_id"`     // matched, or chosen by the officer
	VenueName   string    `json:"venue_name"`   // of the match
	CreateVenue bool      `json:"create_venue"` // register the organisation as a venue
	Problem     string    `json:"problem"`      // why the row cannot come in as it is; "" is good
	ProblemEN   string    `json:"problem_en"`
}

// RosterPreview is what a pasted table or a file was understood as.
type RosterPreview struct {
	Columns   []RosterColumn `json:"columns"`
	Rows      []RosterRow    `json:"rows"`
	Unmatched int            `json:"unmatched"` // rows whose organisation is not a registered venue
	Problems  int            `json:"problems"`
}

// RosterColumn says what a column was taken for; "" means it is not used.
type RosterColumn struct {
	Header  string   `json:"header"`
	Field   string   `json:"field"`   // org, name, phone, licence, role, town
	Samples []string `json:"samples"` // the first cells, to recognise the column by
}

// samples are the first filled cells of a column.
func samples(body [][]string, column int) []string {
	out := []string{}
	for _, row := range body {
		if column < len(row) && row[column] != "" {
			if out = append(out, cut(row[column], 12)); len(out) == 3 {
				break
			}
		}
	}
	return out
}

const (
	maxRoster  = 5000 // people; a county has fewer cafés
	maxColumns = 100  // further ones are not looked at
	maxCell    = 200  // characters; longer than any field takes, and enough to recognise it by
)

func cut(s string, limit int) string {
	for i := range s {
		if limit == 0 {
			return s[:i]
		}
		limit--
	}
	return s
}

var headings = []struct {
	field string
	words []string
}{
	{"org", []string{"网吧", "单位", "场所", "店名", "企业", "org", "venue"}},
	{"licence", []string{"许可证", "证号", "licence", "license"}},
	{"phone", []string{"电话", "手机", "联系方式", "phone", "tel"}},
	{"role", []string{"岗位", "职务", "身份", "role"}},
	{"town", []string{"乡镇", "街道", "town"}},
	{"name", []string{"姓名", "负责人", "业主", "联系人", "参会人", "name"}},
}

var (
	phoneLike   = regexp.MustCompile(`^\+?\d[\d\- ]{6,17}$`)
	licenceLike = regexp.MustCompile(`^[A-Za-z0-9\-（）()号字第]{6,30}$`)
	nameLike    = regexp.MustCompile(`^\p{Han}{2,4}$|^\p{Han}{2,6}·\p{Han}{1,8}$`)
	orgLike     = regexp.MustCompile(`(网吧|网咖|电竞|网络|店|公司|银行|支行|学校|中心|会所|俱乐部)`)
)

// rosterFields are what a column can be.
var rosterFields = []string{"org", "name", "phone", "licence", "role", "town"}

// preview understands a table. fields say what its columns are, in order, where the
// officer knows better than the guess; none leaves it to the guess.
func (m *Meetings) preview(table [][]string, fields []string) (RosterPreview, error) {
	var rows [][]string
	for _, row := range table {
		row = row[:min(len(row), maxColumns)]
		for i := range row {
			row[i] = cut(strings.TrimSpace(row[i]), maxCell)
		}
		if strings.Join(row, "") != "" {
			rows = append(rows, row)
		}
	}
	if len(rows) > maxRoster+1 {
		return RosterPreview{}, refuse("roster", fmt.Sprintf("名册有 %d 行，一次最多 %d 行，请分开导入。", len(rows), maxRoster), fmt.Sprintf("The roster has %d rows; import at most %d at a time.", len(rows), maxRoster))
	}
	columns, body := guessColumns(rows)
	for i := range min(len(fields), len(columns)) {
		if fields[i] != "" && !slices.Contains(rosterFields, fields[i]) || fields[i] != "" && slices.Contains(fields[:i], fields[i]) {
			return RosterPreview{}, refuse("roster", "每一栏只能对应一列，请重新选择。", "Each field can come from one column only; choose again.")
		}
		columns[i].Field = fields[i]
	}
	for i := range columns {
		columns[i].Samples = samples(body, i)
	}
	p := RosterPreview{Columns: columns, Rows: []RosterRow{}}
	has := func(field string) bool {
		for _, c := range columns {
			if c.Field == field {
				return true
			}
		}
		return false
	}
	if !has("name") || len(body) == 0 {
		return RosterPreview{}, refuse("roster", "没有找到“姓名”这一列，请检查复制的范围，最好连表头一起复制。", "No column of names was found; check what was copied, best with the heading.")
	}
	known, err := m.registered()
	if err != nil {
		return RosterPreview{}, err
	}
	codes := m.s.codes()
	for _, cells := range body {
		r := RosterRow{}
		for i, c := range columns {
			if i >= len(cells) {
				continue
			}
			switch c.Field {
			case "org":
				r.Org = cells[i]
			case "name":
				r.Name = cells[i]
			case "phone":
				r.Phone = cells[i]
			case "licence":
				r.Licence = cells[i]
			case "role":
				r.Role = roleCode(codes, cells[i])
			case "town":
				r.Town = cells[i]
			}
		}
		if v, unique := known.match(&r); v != nil {
			r.VenueID, r.VenueName = v.ID, v.Name
		} else if r.Org != "" {
			p.Unmatched++
			r.CreateVenue = unique
		}
		if err := r.check(); err != nil {
			var f *model.FieldError
			if errors.As(err, &f) {
				r.Problem, r.ProblemEN = f.Message, f.MessageEN
				p.Problems++
			}
		}
		p.Rows = append(p.Rows, r)
	}
	return p, nil
}

// register finds registered venues by what a roster says of them.
type register struct {
	byLicence map[string]*Venue
	byName    map[string][]*Venue
}

func (m *Meetings) registered() (*register, error) {
	r, err := m.s.open()
	if err != nil {
		return nil, err
	}
	survivors, err := r.Survivors(context.Background(), "venue")
	if err != nil {
		return nil, err
	}
	all := map[schema.ID]*Venue{}
	err = r.Each(context.Background(), "venue", "", nil, func(row *replica.Row) error {
		if !voided(row) {
			v := venueOf(row)
			all[row.ID] = &v
		}
		return nil
	})
	known := &register{byLicence: map[string]*Venue{}, byName: map[string][]*Venue{}}
	for _, v := range all { // a venue that was merged away still goes by its old name
		stands := v
		if survivor, merged := survivors[v.ID]; merged {
			if stands = all[survivor]; stands == nil {
				continue
			}
		}
		if licence := model.Norm(v.LicenceNo); licence != "" {
			known.byLicence[licence] = stands
		}
		if name := model.Norm(v.Name); !slices.Contains(known.byName[name], stands) {
			known.byName[name] = append(known.byName[name], stands)
		}
	}
	return known, err
}

// match finds a row's venue by its licence, else by its name and town. Several
// of one name are not guessed among; unique is false then.
func (k *register) match(r *RosterRow) (v *Venue, unique bool) {
	if v := k.byLicence[model.Norm(r.Licence)]; v != nil {
		return v, true
	}
	all := k.byName[model.Norm(r.Org)]
	for _, v := range all {
		if r.Town != "" && v.Town != "" && sameTown(v.Town, r.Town) {
			return v, true
		}
	}
	switch {
	case len(all) == 1 && (r.Town == "" || all[0].Town == ""):
		return all[0], true
	case len(all) > 1 && r.Town == "":
		return nil, false
	}
	return nil, true
}

// sameTown takes 城关 and 城关镇 for one.
func sameTown(a, b string) bool {
	a, b = model.Norm(a), model.Norm(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}

func (r *RosterRow) check() error {
	phone, err := model.Phone("phone", "电话", "Telephone", r.Phone)
	if err != nil {
		return err
	}
	r.Phone = phone
	for _, err := range []error{
		model.Text("name", "姓名", "the name", r.Name, 20, true),
		model.Text("org", "单位", "the organisation", r.Org, 40, r.VenueID.IsNil()),
		model.Text("licence", "许可证号", "the licence number", r.Licence, 30, false),
		model.Text("town", "乡镇", "the town", r.Town, 20, false),
		model.OneOf("role", "岗位", "a role", "role", r.Role, false),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// roleCode finds a role by its label; what is not one is left out.
func roleCode(codes *codeBook, label string) string {
	for _, c := range slices.Concat(codes.inUse("role"), model.Codes["role"]) { // by the county's name, or as shipped
		if c.Code == label || c.ZH == label || strings.EqualFold(c.EN, label) {
			return c.Code
		}
	}
	switch {
	case strings.Contains(label, "业主") || strings.Contains(label, "老板") || strings.Contains(label, "法人"):
		return "cafe_owner"
	case strings.Contains(label, "网管") || strings.Contains(label, "店长"):
		return "cafe_manager"
	}
	return ""
}

// guessColumns goes by the headings; without any it goes by what the cells look like.
func guessColumns(rows [][]string) (columns []RosterColumn, body [][]string) {
	if len(rows) == 0 {
		return nil, nil
	}
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	// A title may stand above the headings: take the first of the first three
	// rows in which two headings are recognised.
	for at := range min(3, len(rows)) {
		columns = make([]RosterColumn, len(rows[at]))
		used, hits := map[string]bool{}, 0
		for i, cell := range rows[at] {
			columns[i].Header = cell
			for _, h := range headings {
				if !used[h.field] && containsAny(strings.ToLower(cell), h.words) && len([]rune(cell)) <= 12 {
					columns[i].Field, used[h.field] = h.field, true
					hits++
					break
				}
			}
		}
		if hits >= 2 || hits == 1 && width == 1 {
			return columns, rows[at+1:]
		}
	}
	columns = make([]RosterColumn, width)
	used := map[string]bool{}
	for _, guess := range []struct {
		field string
		like  *regexp.Regexp
	}{{"phone", phoneLike}, {"org", orgLike}, {"name", nameLike}, {"licence", licenceLike}} {
		best, bestHits := -1, 0
		for i := range columns {
			hits := 0
			for _, row := range rows {
				if i < len(row) && columns[i].Field == "" && guess.like.MatchString(row[i]) {
					hits++
				}
			}
			if hits > bestHits {
				best, bestHits = i, hits
			}
		}
		if best >= 0 && bestHits*2 > len(rows) && !used[guess.field] {
			columns[best].Field, used[guess.field] = guess.field, true
		}
	}
	return columns, rows
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

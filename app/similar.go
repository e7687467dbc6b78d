package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Similar is a venue that may be the one being typed.
type Similar struct {
	Venue
	Why   string `json:"why"` // licence, phone, name, part: what is the same
	score int
}

// Similar finds venues that may be the one in the form, the likeliest first: the same
// licence or telephone, the same name but for words like 网吧 and 店, or one name in the other.
func (v *Venues) Similar(f VenueForm, except schema.ID) ([]Similar, error) {
	out := []Similar{}
	r, err := v.s.open()
	if err != nil {
		return out, err
	}
	licence, phone, name, core := model.Norm(f.LicenceNo), model.Norm(f.ContactPhone), model.Norm(f.Name), coreName(f.Name)
	if licence == "" && phone == "" && len([]rune(core)) < 2 {
		return out, nil
	}
	err = r.Each(context.Background(), "venue", "WHERE merged_into IS NULL", nil, func(row *replica.Row) error {
		if voided(row) || row.ID == except {
			return nil
		}
		s := Similar{Venue: venueOf(row)}
		other, otherCore := model.Norm(s.Name), coreName(s.Name)
		switch {
		case licence != "" && model.Norm(s.LicenceNo) == licence:
			s.Why, s.score = "licence", 4
		case phone != "" && model.Norm(s.ContactPhone) == phone:
			s.Why, s.score = "phone", 3
		case name != "" && other == name || core != "" && core == otherCore:
			s.Why, s.score = "name", 2
		case len([]rune(core)) >= 2 && len([]rune(otherCore)) >= 2 && (strings.Contains(otherCore, core) || strings.Contains(core, otherCore)):
			s.Why, s.score = "part", 1
		default:
			return nil
		}
		if s.score < 3 && f.Town != "" && s.Town != "" && !sameTown(f.Town, s.Town) {
			return nil // chains have a shop in every town
		}
		if s.score < 2 && s.Kind != f.Kind {
			return nil
		}
		out = append(out, s)
		return nil
	})
	slices.SortStableFunc(out, func(a, b Similar) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), 5)], err
}

// coreName is a name without the words that every venue of its kind has.
func coreName(name string) string {
	core := model.Norm(name)
	for _, word := range []string{"有限责任公司", "有限公司", "网络会所", "电竞馆", "网吧", "网咖", "电竞", "会所", "支行", "营业厅", "营业部", "社区", "分店", "总店", "店", "(", ")", "-", "·"} {
		core = strings.ReplaceAll(core, word, "")
	}
	return core
}

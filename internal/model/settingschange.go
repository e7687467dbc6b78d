package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// SettingsOf reads what a transaction sees, as ReadSettings does.
func SettingsOf(tx *replica.Tx, realm schema.ID) (Settings, error) {
	all := map[string]json.RawMessage{}
	s := Settings{}
	for key := range s.fields() {
		row, err := tx.Get("setting", SettingID(realm, key))
		if err != nil {
			return Settings{}, fmt.Errorf("read setting %s: %w", key, err)
		}
		if row != nil {
			all[key] = json.RawMessage(row.Text("value"))
		}
	}
	return readSettings(all), nil
}

// Since is what stands with what was changed in s since it showed saw: single values, and
// of lists and maps the entries. What somebody else saved meanwhile stays.
func (s *Settings) Since(saw, stands *Settings) Settings {
	same := func(a, b string) bool { return a == b }
	code := func(a, b Code) bool { return a.Code == b.Code && a.ZH == b.ZH && a.EN == b.EN }
	out := Settings{
		LargeLeaflets: changed(saw.LargeLeaflets, s.LargeLeaflets, stands.LargeLeaflets), LargePartners: changed(saw.LargePartners, s.LargePartners, stands.LargePartners),
		Rounding:   changed(saw.Rounding, s.Rounding, stands.Rounding),
		Recipients: changedMap(saw.Recipients, s.Recipients, stands.Recipients), Wording: changedMap(saw.Wording, s.Wording, stands.Wording),
		RedactClosedDays: changed(saw.RedactClosedDays, s.RedactClosedDays, stands.RedactClosedDays), RedactOpenDays: changed(saw.RedactOpenDays, s.RedactOpenDays, stands.RedactOpenDays),
		RedactPhoneDays: changed(saw.RedactPhoneDays, s.RedactPhoneDays, stands.RedactPhoneDays), RedactNameDays: changed(saw.RedactNameDays, s.RedactNameDays, stands.RedactNameDays),
		Towns: changedList(saw.Towns, s.Towns, stands.Towns, same), Labels: changedMap(saw.Labels, s.Labels, stands.Labels),
		Added: map[string][]Code{}, Retired: changedList(saw.Retired, s.Retired, stands.Retired, same),
	}
	for _, of := range []map[string][]Code{stands.Added, s.Added} {
		for table := range of {
			out.Added[table] = changedList(saw.Added[table], s.Added[table], stands.Added[table], code)
		}
	}
	return out
}

func changed[T comparable](saw, is, stands T) T {
	if is != saw {
		return is
	}
	return stands
}

func changedMap(saw, is, stands map[string]string) map[string]string {
	out := maps.Clone(stands)
	if out == nil {
		out = map[string]string{}
	}
	for key, value := range is {
		if before, had := saw[key]; !had || before != value {
			out[key] = value
		}
	}
	for key := range saw {
		if _, kept := is[key]; !kept {
			delete(out, key)
		}
	}
	return out
}

// changedList is is itself where nobody else has written, so that its order counts.
func changedList[T any](saw, is, stands []T, same func(a, b T) bool) []T {
	if slices.EqualFunc(saw, stands, same) {
		return is
	}
	holds := func(list []T, x T) bool {
		return slices.ContainsFunc(list, func(y T) bool { return same(x, y) })
	}
	out := []T{}
	for _, x := range stands {
		if !holds(saw, x) || holds(is, x) {
			out = append(out, x)
		}
	}
	for _, x := range is {
		if !holds(saw, x) && !holds(out, x) {
			out = append(out, x)
		}
	}
	return out
}

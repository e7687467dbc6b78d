package model

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Settings are what the county office decides for the whole county. Each field
// lies in a row of its own (table setting, id SettingID(key)), so that two edits
// of different settings merge; a key that is not there has its default.
type Settings struct {
	LargeLeaflets int64  `json:"large_leaflets"` // N: leaflets that make a street campaign large
	LargePartners int64  `json:"large_partners"` // M: partner units that do
	Rounding      string `json:"rounding"`       // of counts in a report's text: "yu" (余) or "exact"
	// Recipients are the addressee lines of the reports, by kind (R1, R2, R3).
	Recipients map[string]string `json:"recipients"`
	// Wording replaces names as documents print them, by the usual name: 联通 → 网通.
	Wording map[string]string `json:"wording"`

	RedactClosedDays int64 `json:"redact_closed_days"` // a consultation's personal fields, after closing
	RedactOpenDays   int64 `json:"redact_open_days"`   // the same, of one never closed, after it occurred
	RedactPhoneDays  int64 `json:"redact_phone_days"`  // an attendance's telephone, after the meeting
	RedactNameDays   int64 `json:"redact_name_days"`   // an attendance's name

	Towns []string `json:"towns"`
	// Labels are names given to codes by the office, by "table.code"; Added are its own
	// codes (X01 …) by table; Retired hides "table.code" from pickers, old rows keep it.
	Labels  map[string]string `json:"labels"`
	Added   map[string][]Code `json:"added"`
	Retired []string          `json:"retired"`
}

// DefaultSettings are those of a new county (domain.md).
func DefaultSettings() Settings {
	return Settings{LargeLeaflets: 200, LargePartners: 3, Rounding: "yu", Recipients: map[string]string{}, Wording: map[string]string{},
		RedactClosedDays: 180, RedactOpenDays: 365, RedactPhoneDays: 180, RedactNameDays: 730,
		Towns: []string{}, Labels: map[string]string{}, Added: map[string][]Code{}, Retired: []string{}}
}

// ReadSettings reads what a replica holds. A value that does not parse, as a newer
// version may write, leaves the default.
func ReadSettings(ctx context.Context, r *replica.Replica) (Settings, error) {
	all := map[string]json.RawMessage{}
	err := r.Each(ctx, "setting", "", nil, func(row *replica.Row) error {
		all[row.Text("key")] = json.RawMessage(row.Text("value"))
		return nil
	})
	if err != nil {
		return Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return readSettings(all), nil
}

// readSettings reads stored values by key.
func readSettings(all map[string]json.RawMessage) Settings {
	s := DefaultSettings()
	for key, into := range s.fields() {
		if raw, ok := all[key]; ok && json.Valid(raw) {
			_ = json.Unmarshal(raw, into) // see ReadSettings
		}
	}
	return s
}

// fields are the settings by key.
func (s *Settings) fields() map[string]any {
	return map[string]any{"large_leaflets": &s.LargeLeaflets, "large_partners": &s.LargePartners, "rounding": &s.Rounding, "recipients": &s.Recipients, "wording": &s.Wording,
		"redact_closed_days": &s.RedactClosedDays, "redact_open_days": &s.RedactOpenDays, "redact_phone_days": &s.RedactPhoneDays, "redact_name_days": &s.RedactNameDays,
		"towns": &s.Towns, "labels": &s.Labels, "added": &s.Added, "retired": &s.Retired}
}

// Put writes the settings that differ from those the replica holds.
func (s *Settings) Put(tx *replica.Tx, realm schema.ID) error {
	defaults := DefaultSettings()
	base := defaults.fields()
	for key, value := range s.fields() {
		raw, err := json.Marshal(value)
		if err != nil {
			return err
		}
		id := SettingID(realm, key)
		row, err := tx.Get("setting", id)
		if err != nil {
			return err
		}
		values := schema.Values{"value": string(raw)}
		if row == nil {
			if same, err := json.Marshal(base[key]); err != nil || string(same) == string(raw) {
				continue
			}
			values["created_at"], values["device_id"], values["key"] = tx.Now().UnixMilli(), tx.Replica(), key
		}
		if err := tx.Put("setting", id, values); err != nil {
			return fmt.Errorf("write setting %s: %w", key, err)
		}
	}
	return nil
}

// Check refuses settings that no figure could be made with.
func (s *Settings) Check() error {
	for _, err := range []error{
		Range("large_leaflets", "大型街面宣传的宣传单数", "The number of leaflets", s.LargeLeaflets, 1, 100_000),
		Range("large_partners", "大型街面宣传的协办单位数", "The number of partner units", s.LargePartners, 1, 100),
		Range("redact_closed_days", "办结后脱敏天数", "The days after closing", s.RedactClosedDays, 1, 3650),
		Range("redact_open_days", "未办结脱敏天数", "The days of one never closed", s.RedactOpenDays, 1, 3650),
		Range("redact_phone_days", "签到电话脱敏天数", "The days of a telephone number", s.RedactPhoneDays, 1, 3650),
		Range("redact_name_days", "签到姓名脱敏天数", "The days of a name", s.RedactNameDays, 1, 3650),
	} {
		if err != nil {
			return err
		}
	}
	if s.Rounding != "yu" && s.Rounding != "exact" {
		return invalid("rounding", "约数写法只有“余”和“精确”两种。", "Counts are written rounded or exactly.")
	}
	for kind, text := range s.Recipients {
		if err := Text("recipients", "报告 "+kind+" 的主送机关", "The addressee of "+kind, text, 40, false); err != nil {
			return err
		}
	}
	for _, town := range s.Towns {
		if err := Text("towns", "乡镇名", "A town's name", town, 20, true); err != nil {
			return err
		}
	}
	for key, text := range s.Labels {
		if err := Text("labels", "代码 "+key+" 的名称", "The name of code "+key, text, 30, false); err != nil {
			return err
		}
	}
	for table, list := range s.Added {
		for _, c := range list {
			if Codes[table] == nil || !ownCode.MatchString(c.Code) {
				return invalid("added", "自设代码是 X 加数字，最多 6 位，例如 X01。", "Own codes are X and digits, at most 6 characters, for example X01.")
			}
			if err := Text("added", "代码 "+c.Code+" 的名称", "The name of code "+c.Code, c.ZH, 30, true); err != nil {
				return err
			}
		}
	}
	return s.checkNames()
}

// checkNames refuses two codes of a table under one name: lists, ledgers and their
// totals could not tell them apart.
func (s *Settings) checkNames() error {
	for _, table := range slices.Sorted(maps.Keys(Codes)) {
		of := map[string]string{}
		for _, c := range s.CodesOf(table, true) {
			if other, twice := of[c.ZH]; twice {
				return invalid("labels", "代码 "+other+" 和 "+c.Code+" 都叫“"+c.ZH+"”，请改一个。", "Codes "+other+" and "+c.Code+" have the same name; change one.")
			}
			of[c.ZH] = c.Code
		}
	}
	return nil
}

// CodesOf is a code table as the office has it: renamed, with its own codes, and,
// unless all are asked for, without the retired ones.
func (s *Settings) CodesOf(table string, all bool) []Code {
	var out []Code
	for _, c := range slices.Concat(Codes[table], s.Added[table]) {
		key := table + "." + c.Code
		if name := s.Labels[key]; name != "" {
			c.ZH = name
		}
		if all || !slices.Contains(s.Retired, key) {
			out = append(out, c)
		}
	}
	return out
}

// Label is the name of a code as the office has it; the code itself when unknown.
func (s *Settings) Label(table, code string) string {
	for _, c := range s.CodesOf(table, true) {
		if c.Code == code {
			return c.ZH
		}
	}
	return code
}

package report

import (
	"regexp"
	"slices"
	"strings"

	"fieldkit/internal/model"
)

// Totals of a column: formulas with {} for its cells, {1} and {2} for those of the
// first two columns, and {table.code} for what the office calls a code.
const (
	sum   = "SUM({})"
	count = "COUNTA({})"
	yes   = `COUNTIF({},"是")`
	// selfMedia sums without the channels that are no self-media (domain.md 3.14).
	selfMedia = "SUM({}) of self-media"
	// reminderTotal is the share of the totals of the first two columns.
	reminderTotal = `IF(SUM({2})=0,0,SUM({1})/SUM({2}))`
)

// totalled is a column whose total goes by the office's names, as its cells do.
type totalled struct {
	column
	match   string   // the text that a COUNTIF counts
	without []string // texts of the first column that a sum leaves out
}

var codeInTotal = regexp.MustCompile(`\{([a-z_]+)\.(\w+)\}|"([^"]*)"`)

func totals(columns []column, rules model.Settings) []totalled {
	list := make([]totalled, len(columns))
	names := rules.Names()
	for i, c := range columns {
		t := totalled{column: c}
		switch {
		case c.total == selfMedia:
			t.total = sum
			for _, channel := range rules.CodesOf("post_channel", true) {
				if !slices.Contains(model.SelfMedia, channel.Code) {
					t.without = append(t.without, channel.ZH)
					t.total += "-SUMIF({1}," + criterion(channel.ZH) + ",{})"
				}
			}
		case strings.HasPrefix(c.total, "COUNTIF"):
			found := codeInTotal.FindStringSubmatch(c.total)
			if t.match = found[3]; found[1] != "" {
				t.match = names.Label(found[1], found[2])
			}
			t.total = strings.Replace(c.total, found[0], criterion(t.match), 1)
		}
		list[i] = t
	}
	return list
}

// criterion is a text as COUNTIF and SUMIF take it when it stands for itself alone.
func criterion(text string) string {
	text = strings.NewReplacer(`"`, `""`, "~", "~~", "*", "~*", "?", "~?").Replace(text)
	if strings.ContainsAny(text[:min(1, len(text))], "=<>") {
		text = "=" + text
	}
	return `"` + text + `"`
}

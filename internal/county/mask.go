package county

import (
	"strings"
	"unicode/utf8"

	"fieldkit/internal/model"
)

// The dashboard and its exports show personal fields masked (domain.md, 1.4):
// enough to tell two people apart at the telephone, not to reach either.

func maskName(name string) string { return model.MaskName(name) }

// maskPhone keeps three leading and four trailing digits of a mobile number:
// 138****1234; of a shorter number, the last two.
func maskPhone(phone string) string {
	r := []rune(phone)
	switch n := len(r); {
	case n == 0:
		return ""
	case n >= 11:
		return string(r[:3]) + strings.Repeat("*", n-7) + string(r[n-4:])
	case n > 4:
		return strings.Repeat("*", n-2) + string(r[n-2:])
	}
	return strings.Repeat("*", len(r))
}

// maskText shows that there is something, and how much.
func maskText(text string) string {
	if text == "" {
		return ""
	}
	return strings.Repeat("*", min(utf8.RuneCountInString(text), 6))
}

// mask hides the value of a sealed column.
func mask(column, value string) string {
	switch {
	case strings.Contains(column, "phone"):
		return maskPhone(value)
	case strings.Contains(column, "name") || column == "person_label":
		return maskName(value)
	}
	return maskText(value)
}

package model

import (
	"strings"
	"unicode/utf8"
)

// MaskName keeps the first character of a person's name: 王建国 → 王**.
func MaskName(name string) string {
	if name == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(name)
	return name[:size] + strings.Repeat("*", min(max(utf8.RuneCountInString(name)-1, 1), 4))
}

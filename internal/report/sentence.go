package report

import (
	"regexp"
	"strings"
)

// field answers what a key shows; empty says that it is 0 or there is nothing.
type field func(key string) (shown string, empty bool)

// compose fills a sentence of the outline. It returns "" when nothing is left of it.
func compose(sentence string, of field) string {
	text, kept, _ := composeGroup([]rune(sentence), 0, of)
	if !kept {
		return ""
	}
	text = tidy(text)
	if plain := fieldMark.ReplaceAllString(text, "$2"); strings.Trim(plain, "，；、。") == "" {
		return ""
	}
	return text
}

// composeGroup reads to the matching ] or the end. kept is false when the group is
// to be dropped; next is where reading goes on.
func composeGroup(s []rune, i int, of field) (text string, kept bool, next int) {
	var b strings.Builder
	kept = true
	direct, inner, innerKept := 0, 0, 0
	for i < len(s) {
		switch s[i] {
		case ']':
			return b.String(), kept && (direct > 0 || inner == 0 || innerKept > 0), i + 1
		case '[':
			part, ok, after := composeGroup(s, i+1, of)
			i = after
			inner++
			if ok {
				innerKept++
				b.WriteString(part)
			}
			continue
		case '{':
			end := i
			for s[end] != '}' {
				end++
			}
			key := string(s[i+1 : end])
			shown, empty := of(key)
			if empty {
				kept = false
			}
			direct++
			b.WriteString(link(key, shown))
			i = end + 1
			continue
		}
		b.WriteRune(s[i])
		i++
	}
	return b.String(), kept && (direct > 0 || inner == 0 || innerKept > 0), i
}

var (
	points   = regexp.MustCompile(`[，；、。]{2,}`)
	opened   = regexp.MustCompile(`（[，；、。]+`)
	closing  = regexp.MustCompile(`[，；、。]+）`)
	leading  = regexp.MustCompile(`^[，；、。]+`)
	afterEnd = regexp.MustCompile(`。[，；、]+`)
)

// tidy leaves one mark, the strongest, where dropped clauses made several meet.
func tidy(text string) string {
	text = points.ReplaceAllStringFunc(text, func(run string) string {
		for _, mark := range []string{"。", "；", "，"} {
			if strings.Contains(run, mark) {
				return mark
			}
		}
		return "、"
	})
	text = opened.ReplaceAllString(text, "（")
	text = closing.ReplaceAllString(text, "）")
	text = afterEnd.ReplaceAllString(text, "。")
	return leading.ReplaceAllString(text, "")
}

package model

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

var heteronyms = sync.OnceValue(func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Heteronym = true
	a.Style = pinyin.Normal
	return a
})

// Initials are the pinyin initials of a name, every reading of each character
// kept: 单伟 gives "ds|w" with the alternatives of one character sorted and the
// characters separated by "|". Latin letters and digits stand for themselves;
// everything else is left out.
func Initials(name string) string {
	var out []string
	for _, r := range name {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out = append(out, strings.ToLower(string(r)))
		case unicode.Is(unicode.Han, r):
			var letters []string
			for _, reading := range pinyin.SinglePinyin(r, heteronyms()) {
				if reading != "" {
					letters = append(letters, reading[:1])
				}
			}
			slices.Sort(letters)
			if letters = slices.Compact(letters); len(letters) > 0 {
				out = append(out, strings.Join(letters, ""))
			}
		}
	}
	return strings.Join(out, "|")
}

// MatchInitials tells whether what was typed spells the beginning of the
// initials, or a run of them anywhere: "jg" finds 王建国.
func MatchInitials(initials, typed string) bool {
	if typed == "" {
		return true
	}
	typed = strings.ToLower(typed)
	chars := strings.Split(initials, "|")
	for start := range chars {
		if len(chars)-start < len(typed) {
			return false
		}
		ok := true
		for i := range len(typed) {
			if !strings.Contains(chars[start+i], typed[i:i+1]) {
				ok = false
				break
			}
		}
		if ok {
			return true
		}
	}
	return false
}

// MatchName tells whether typed text finds a name: as a part of it, or by initials.
func MatchName(name, initials, typed string) bool {
	key := Norm(typed)
	return key == "" || strings.Contains(Norm(name), key) || initials != "" && MatchInitials(initials, key)
}

// SoundAlike tells whether two different names may be one as it was heard: as many
// characters, each the same or with a reading in common, tones aside. 王建国 and 王健国 are.
func SoundAlike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) || a == b {
		return false
	}
	for i := range x {
		if x[i] != y[i] && !slices.ContainsFunc(pinyin.SinglePinyin(x[i], heteronyms()), func(reading string) bool {
			return reading != "" && slices.Contains(pinyin.SinglePinyin(y[i], heteronyms()), reading)
		}) {
			return false
		}
	}
	return true
}

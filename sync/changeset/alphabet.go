package changeset

import (
	_ "embed"
	"unicode/utf8"
)

// alphabet1 is the characters of text form 4, most frequent first, as UTF-8. Like
// a dictionary it never changes: another alphabet would be another form.
//
//go:embed dictionary/1.alphabet
var alphabet1 string

// In the common alphabet a character takes one byte, or two from pairFrom on; one
// that is not in it is an escape and three bytes of its number.
const (
	pairFrom   = 226
	pairEscape = 255
)

type alphabet struct {
	chars []rune
	rank  map[rune]int
}

// commonAlphabet is read when the program starts: a decoder must not race for it.
var commonAlphabet = newAlphabet(alphabet1)

func newAlphabet(text string) *alphabet {
	a := &alphabet{chars: []rune(text), rank: map[rune]int{}}
	for i, c := range a.chars {
		a.rank[c] = i
	}
	return a
}

// AppendCommon writes a text in the common alphabet. A text that is not valid
// UTF-8 has no such form: ok is false.
func AppendCommon(b []byte, text string) (_ []byte, ok bool) {
	if !utf8.ValidString(text) {
		return b, false
	}
	for _, c := range text {
		k, known := commonAlphabet.rank[c]
		switch {
		case !known:
			b = append(b, pairEscape, byte(c>>16), byte(c>>8), byte(c))
		case k < pairFrom:
			b = append(b, byte(k))
		default:
			k -= pairFrom
			b = append(b, byte(pairFrom+k>>8), byte(k))
		}
	}
	return b, true
}

// appendCommon writes texts by the common alphabet; nil when that is nothing for
// them: letters and digits alone are better left as they are.
func appendCommon(b []byte, values []string) []byte {
	var body []byte
	lengths := make([]int64, len(values))
	foreign := false
	for i, v := range values {
		before := len(body)
		var ok bool
		if body, ok = AppendCommon(body, v); !ok {
			return nil
		}
		lengths[i] = int64(len(body) - before)
		for j := range len(v) {
			foreign = foreign || v[j] >= utf8.RuneSelf
		}
	}
	if !foreign {
		return nil
	}
	return append(appendInts(b, lengths), body...)
}

func (r *reader) commonTexts(n int, left *allowance) []string {
	out := r.pieces(n)
	var text []byte
	for i, codes := range out {
		text = text[:0]
		for at := 0; at < len(codes); at++ {
			k := int(codes[at])
			need := 0
			if k == pairEscape {
				need = 3
			} else if k >= pairFrom {
				need = 1
			}
			if at+need >= len(codes) {
				r.fail(ErrTruncated, "within a character")
				return nil
			}
			switch need {
			case 1:
				k = pairFrom + (k-pairFrom)<<8 + int(codes[at+1])
			case 3:
				c := rune(codes[at+1])<<16 | rune(codes[at+2])<<8 | rune(codes[at+3])
				if _, known := commonAlphabet.rank[c]; known || !utf8.ValidRune(c) {
					r.fail(ErrValue, "a character numbered %d", c)
					return nil
				}
				text = utf8.AppendRune(text, c)
				at += 3
				continue
			}
			if k >= len(commonAlphabet.chars) {
				r.fail(ErrReference, "character %d of %d", k, len(commonAlphabet.chars))
				return nil
			}
			text = utf8.AppendRune(text, commonAlphabet.chars[k])
			at += need
		}
		if !r.take(&left.text, int64(len(text)), MaxRaw, "bytes of text") {
			return nil
		}
		out[i] = string(text)
	}
	return out
}

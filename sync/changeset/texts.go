package changeset

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"unicode/utf8"
)

// Blocks of texts take one of five forms.
const (
	textsPlain  = 0 // lengths, then all bytes
	textsDict   = 1 // the distinct ones, then an index each
	textsRanked = 2 // characters by their rank in an alphabet of the block
	textsDigits = 3 // decimal numbers
	textsCommon = 4 // characters by their rank in the common alphabet
)

// style says how texts are written: as the compressor by itself takes them best,
// or as the dictionaries know them.
type style bool

const (
	byRank   style = false
	commonly style = true
)

func appendTexts(b []byte, values []string, s style) []byte {
	if len(values) == 0 {
		return b
	}
	index := map[string]int64{}
	var distinct []string
	codes := make([]int64, len(values))
	for i, v := range values {
		code, ok := index[v]
		if !ok {
			code = int64(len(distinct))
			index[v] = code
			distinct = append(distinct, v)
		}
		codes[i] = code
	}
	if len(distinct)*2 > len(values) && len(values) > 1 {
		return appendSomeTexts(b, values, s)
	}
	b = binary.AppendUvarint(append(b, textsDict), uint64(len(distinct)))
	return appendInts(appendSomeTexts(b, distinct, s), codes)
}

// appendSomeTexts writes texts that hardly repeat.
func appendSomeTexts(b []byte, values []string, s style) []byte {
	if digits := appendDigits([]byte{textsDigits}, values); digits != nil {
		return append(b, digits...)
	}
	plain := appendPlainTexts([]byte{textsPlain}, values)
	if s == commonly {
		if common := appendCommon([]byte{textsCommon}, values); common != nil {
			return append(b, common...)
		}
	} else {
		if ranked := appendRanked([]byte{textsRanked}, values); ranked != nil && entropy(ranked) < entropy(plain) {
			return append(b, ranked...)
		}
	}
	return append(b, plain...)
}

func appendPlainTexts(b []byte, values []string) []byte {
	lengths := make([]int64, len(values))
	for i, v := range values {
		lengths[i] = int64(len(v))
	}
	b = appendInts(b, lengths)
	for _, v := range values {
		b = append(b, v...)
	}
	return b
}

const maxDigits = 15

// appendDigits writes texts of 1 to 15 decimal digits as lengths and numbers;
// nil when a text is something else.
func appendDigits(b []byte, values []string) []byte {
	lengths, numbers := make([]int64, len(values)), make([]int64, len(values))
	for i, v := range values {
		if len(v) == 0 || len(v) > maxDigits {
			return nil
		}
		for _, c := range []byte(v) {
			if c < '0' || c > '9' {
				return nil
			}
			numbers[i] = numbers[i]*10 + int64(c-'0')
		}
		lengths[i] = int64(len(v))
	}
	return appendInts(appendInts(b, lengths), numbers)
}

// Characters up to firstPair take one byte by rank, others two: the compressor's
// Huffman codes then weigh whole characters, which for Chinese text, at three
// bytes of UTF-8 each, saves a quarter.
const (
	firstPair   = 240
	maxAlphabet = firstPair + (256-firstPair)<<8
)

// appendRanked writes texts over an alphabet of their own: the most frequent
// characters first, the others in the order of their code points. nil when there
// are too many characters or a text is not valid UTF-8.
func appendRanked(b []byte, values []string) []byte {
	counts := map[rune]int{}
	for _, v := range values {
		if !utf8.ValidString(v) {
			return nil
		}
		for _, c := range v {
			counts[c]++
		}
	}
	if len(counts) == 0 || len(counts) > maxAlphabet {
		return nil
	}
	alphabet := slices.SortedFunc(maps.Keys(counts), func(a, b rune) int {
		return cmp.Or(counts[b]-counts[a], int(a-b))
	})
	if len(alphabet) > firstPair {
		slices.Sort(alphabet[firstPair:])
	}
	rank := make(map[rune]int, len(alphabet))
	points := make([]int64, len(alphabet))
	for i, c := range alphabet {
		rank[c], points[i] = i, int64(c)
	}
	var body []byte
	lengths := make([]int64, len(values))
	for i, v := range values {
		start := len(body)
		for _, c := range v {
			k := rank[c]
			if k < firstPair {
				body = append(body, byte(k))
				continue
			}
			k -= firstPair
			body = append(body, byte(firstPair+k>>8), byte(k))
		}
		lengths[i] = int64(len(body) - start)
	}
	b = binary.AppendUvarint(b, uint64(len(points)))
	b = appendInts(b, points[:min(firstPair, len(points))])
	b = appendInts(b, points[min(firstPair, len(points)):])
	return append(appendInts(b, lengths), body...)
}

func (r *reader) texts(n int, left *allowance) []string {
	if n == 0 || r.err != nil {
		return nil
	}
	form := r.byte()
	if form != textsDict {
		return r.someTexts(form, n, left)
	}
	count := r.upTo(uint64(n), "distinct texts")
	distinct := r.someTexts(r.byte(), count, left)
	codes := r.ints(n)
	if r.err != nil {
		return nil
	}
	out := make([]string, n)
	for i, code := range codes {
		if code < 0 || code >= int64(len(distinct)) {
			r.fail(ErrReference, "text %d of %d", code, len(distinct))
			return nil
		}
		if !r.take(&left.repeated, int64(len(distinct[code])), MaxText, "bytes of repeated text") {
			return nil
		}
		out[i] = distinct[code]
	}
	return out
}

func (r *reader) someTexts(form byte, n int, left *allowance) []string {
	switch form {
	case textsPlain:
		return r.pieces(n)
	case textsRanked:
		return r.rankedTexts(n, left)
	case textsDigits:
		return r.digits(n)
	case textsCommon:
		return r.commonTexts(n, left)
	}
	r.fail(ErrForm, "text form %d", form)
	return nil
}

// pieces cuts the next bytes into n pieces whose lengths stand before them.
func (r *reader) pieces(n int) []string {
	lengths := r.ints(n)
	var total int64
	for _, l := range lengths {
		if l < 0 || l > int64(len(r.b)) {
			r.fail(ErrTruncated, "a text of %d bytes", l)
			return nil
		}
		if total += l; total > int64(len(r.b)) {
			r.fail(ErrTruncated, "texts longer than the payload")
			return nil
		}
	}
	if r.err != nil {
		return nil
	}
	out := make([]string, n)
	all := string(r.bytes(int(total)))
	for i, l := range lengths {
		out[i], all = all[:l], all[l:]
	}
	return out
}

func (r *reader) digits(n int) []string {
	lengths, numbers := r.ints(n), r.ints(n)
	if r.err != nil {
		return nil
	}
	out := make([]string, n)
	var buf [maxDigits]byte
	for i, v := range numbers {
		if lengths[i] < 1 || lengths[i] > maxDigits || v < 0 {
			r.fail(ErrValue, "a number of %d digits", lengths[i])
			return nil
		}
		for at := int(lengths[i]) - 1; at >= 0; at-- {
			buf[at] = byte('0' + v%10)
			v /= 10
		}
		if v != 0 {
			r.fail(ErrValue, "a number longer than its %d digits", lengths[i])
			return nil
		}
		out[i] = string(buf[:lengths[i]])
	}
	return out
}

func (r *reader) rankedTexts(n int, left *allowance) []string {
	count := r.upTo(maxAlphabet, "characters")
	points := append(r.ints(min(firstPair, count)), r.ints(max(0, count-firstPair))...)
	if r.err != nil {
		return nil
	}
	alphabet := make([]rune, count)
	for i, p := range points {
		if p < 0 || p > utf8.MaxRune || !utf8.ValidRune(rune(p)) {
			r.fail(ErrValue, "a character numbered %d", p)
			return nil
		}
		alphabet[i] = rune(p)
	}
	out := r.pieces(n)
	var text []byte
	for i, codes := range out {
		text = text[:0]
		for at := 0; at < len(codes); at++ {
			k := int(codes[at])
			if k >= firstPair {
				if at++; at == len(codes) {
					r.fail(ErrTruncated, "a text ends within a character")
					return nil
				}
				k = firstPair + (k-firstPair)<<8 + int(codes[at])
			}
			if k >= count {
				r.fail(ErrReference, "character %d of %d", k, count)
				return nil
			}
			text = utf8.AppendRune(text, alphabet[k])
		}
		if !r.take(&left.text, int64(len(text)), MaxRaw, "bytes of text") {
			return nil
		}
		out[i] = string(text)
	}
	return out
}

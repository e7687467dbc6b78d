package main

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed common.txt
var common string

// The first characters of the alphabet take one byte: digits and what stands
// between words, then the most frequent of all. Letters are among the others, since
// texts of letters alone are not written by the alphabet.
const (
	firsts  = "0123456789 ,.%:/-()，。、；：？！“”（）"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n\t!\"#$&'*+;<=>?@[\\]^_`{|}~·—…《》【】￥～"
)

// alphabet orders the characters of GB 2312 by how often they are written: by rank
// in common.txt, and by their count in the vocabulary.
func alphabet(w *words) []rune {
	weight := map[rune]float64{}
	rank := 0
	for _, c := range common[strings.IndexByte(common, '\n'):] {
		if c >= 0x3400 && weight[c] == 0 {
			rank++
			weight[c] = 0.1 / float64(rank+20)
		}
	}
	total := float64(utf8.RuneCount(w.text()))
	for _, c := range string(w.text()) {
		if c >= 0x3400 {
			weight[c] += 0.5 / total
		}
	}
	list := hanzi()
	for _, c := range slices.Sorted(maps.Keys(weight)) {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	order := map[rune]int{}
	for i, c := range list {
		order[c] = i
	}
	slices.SortFunc(list, func(a, b rune) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(order[a], order[b]), cmp.Compare(a, b))
	})
	list = slices.DeleteFunc(list, func(c rune) bool { return strings.ContainsRune(firsts+letters, c) })
	first := []rune(firsts)
	n := oneByte - len(first)
	return slices.Concat(first, list[:n], []rune(letters), list[n:])
}

// oneByte is how many characters take one byte; see the texts' form 4 in FORMAT.md.
const oneByte = 226

// hanzi are the characters of GB 2312, level 1 before level 2.
func hanzi() []rune {
	var out []rune
	for row := byte(0xb0); row <= 0xf7; row++ {
		for cell := byte(0xa1); cell <= 0xfe; cell++ {
			b, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{row, cell})
			if err != nil {
				continue
			}
			if c, _ := utf8.DecodeRune(b); c != utf8.RuneError && c >= 0x3400 {
				out = append(out, c)
			}
		}
	}
	return out
}

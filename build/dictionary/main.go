// Command dictionary trains what small changesets lean on, the common alphabet and
// the zstd dictionary.
// Payloads of
// invented days in the tables of internal/model, filled from its code tables and
// from vocabulary.txt, are what the dictionary is made of.
//
//	go run ./build/dictionary sync/changeset/dictionary
//
// A dictionary that was released is never trained anew: stored changesets need it.
// A better one gets the next number.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"fieldkit/sync/changeset"
)

// number is in the dictionary and in the headers that name it.
const number = 1

// days is how many samples the entropy tables are made of; a few of them are also
// part of what later payloads may refer back to.
const (
	days      = 300
	remember  = 6
	historyTo = 64 << 10 // bytes
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dictionary DIRECTORY")
		os.Exit(2)
	}
	if err := train(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dictionary:", err)
		os.Exit(1)
	}
}

func train(dir string) error {
	w := readWords(vocabulary)
	path := filepath.Join(dir, "1.alphabet")
	chars := string(alphabet(w))
	if held, err := os.ReadFile(path); err != nil || string(held) != chars {
		if err := os.WriteFile(path, []byte(chars), 0o644); err != nil {
			return err
		}
		return errors.New("the alphabet is another now: run again, so that the dictionary is written in it")
	}
	var samples [][]byte
	var history []byte
	for n := range uint64(days) {
		raw, err := changeset.EncodeCommon(day(w, n))
		if err != nil {
			return err
		}
		if n < remember {
			history = append(history, raw[:min(len(raw), 6<<10)]...)
		}
		samples = append(samples, raw)
	}
	// What is looked up most stands last: nearer matches cost less.
	coded, _ := changeset.AppendCommon(nil, string(w.text()))
	history = append(history, coded...)
	if over := len(history) - historyTo; over > 0 {
		history = history[over:]
	}
	d, err := zstd.BuildDict(zstd.BuildDictOptions{ID: number, Contents: samples, History: history, Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedBestCompression})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "1.dict"), d, 0o644)
}

// Command vectors writes the test vectors of the changeset format: good ones, and
// malformed ones that break one rule each and name the class of the refusal.
//
//	go run ./sync/changeset/vectors sync/changeset/testdata/vectors
//
// The malformed ones are put together here byte by byte, not by the encoder that
// they are to test. FORMAT.md says how a vector is read.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: vectors DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

// vector is one file.
type vector struct {
	name   string
	expect string // a class of package changeset, "ok"
	what   string // the rule that is broken or shown
	keys   string // private keys of groups in hex, where the payload is sealed
	hash   string // of the header, of good ones
	body   string // the decoded body as JSON, of good ones
	raw    []byte
}

func write(dir string) error {
	list, err := good()
	if err != nil {
		return err
	}
	bad, err := malformed()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, v := range append(list, bad...) {
		if seen[v.name] {
			return fmt.Errorf("two vectors are called %s", v.name)
		}
		seen[v.name] = true
		if err := os.WriteFile(filepath.Join(dir, v.name+".vector"), v.text(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (v *vector) text() []byte {
	b := fmt.Appendf(nil, "expect: %s\nwhat: %s\n", v.expect, v.what)
	for _, f := range [][2]string{{"keys", v.keys}, {"hash", v.hash}, {"body", v.body}} {
		if f[1] != "" {
			b = fmt.Appendf(b, "%s: %s\n", f[0], f[1])
		}
	}
	b = append(b, '\n')
	for rest := v.raw; len(rest) > 0; rest = rest[min(48, len(rest)):] {
		if zeros := len(rest) - len(bytes.TrimLeft(rest, "\x00")); zeros > 96 {
			b = fmt.Appendf(b, "00 x %d\n", zeros)
			rest = rest[zeros:]
		}
		b = fmt.Appendf(b, "%x\n", rest[:min(48, len(rest))])
	}
	return b
}

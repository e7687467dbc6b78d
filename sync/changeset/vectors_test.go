package changeset

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const vectorDir = "testdata/vectors"

// maxMemory is what reading any changeset may take, whatever it claims.
const maxMemory = 64 << 20

type vector struct {
	name   string
	fields map[string]string
	raw    []byte
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	paths, err := filepath.Glob(vectorDir + "/*.vector")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	var out []vector
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, data, _ := strings.Cut(string(b), "\n\n")
		v := vector{name: strings.TrimSuffix(filepath.Base(path), ".vector"), fields: map[string]string{}}
		for line := range strings.Lines(head) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			v.fields[name] = value
		}
		for line := range strings.Lines(data) {
			times := 1
			digits, count, repeated := strings.Cut(strings.TrimSpace(line), " x ")
			if repeated {
				if _, err := fmt.Sscan(count, &times); err != nil {
					t.Fatalf("%s: %v", path, err)
				}
			}
			piece, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			v.raw = append(v.raw, bytes.Repeat(piece, times)...)
		}
		out = append(out, v)
	}
	return out
}

// read does all that a receiver does before it merges.
func read(raw []byte, keys Opener) (*Changeset, *Body, error) {
	parse := Parse
	if bytes.HasPrefix(raw, []byte(magicDropped[:3])) {
		parse = ParseDropped
	}
	c, err := parse(raw)
	if err == nil {
		err = c.Verify(key.Public().(ed25519.PublicKey))
	}
	if err != nil {
		return nil, nil, err
	}
	if c.dropped {
		return c, nil, nil
	}
	body, err := c.Body(rows{}, keys)
	return c, body, err
}

func (v *vector) opener(t testing.TB) (keys Opener) {
	for text := range strings.FieldsSeq(v.fields["keys"]) {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		k, err := ecdh.X25519().NewPrivateKey(b)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	return keys
}

func TestVectors(t *testing.T) {
	good, bad := 0, 0
	seen := map[string]int{}
	for _, v := range readVectors(t) {
		keys := v.opener(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, body, err := read(v.raw, keys)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > maxMemory {
			t.Errorf("%s took %d bytes of memory", v.name, taken)
		}
		want := v.fields["expect"]
		if want != "ok" {
			bad++
			seen[want]++
			if got := Class(err); got != want {
				t.Errorf("%s (%s): %q, %v; want %q", v.name, v.fields["what"], got, err, want)
			}
			continue
		}
		good++
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if !bytes.Equal(c.Bytes(), v.raw) {
			t.Errorf("%s has two forms", v.name)
		}
		if hash := c.Hash(); v.fields["hash"] != "" && hex.EncodeToString(hash[:]) != v.fields["hash"] {
			t.Errorf("%s has the hash %x", v.name, hash)
		}
		if text := v.fields["body"]; text != "" {
			if got, err := json.Marshal(body); err != nil || string(got) != text {
				t.Errorf("%s decodes to\n%s, %v; want\n%s", v.name, got, err, text)
			}
		}
	}
	if good < 20 || bad < 200 {
		t.Errorf("%d good and %d malformed vectors", good, bad)
	}
	for _, c := range classes {
		if c.name != "malformed" && c.name != "dropped" && seen[c.name] == 0 {
			t.Errorf("no vector is refused as %q", c.name)
		}
	}
}

// The committed vectors are the ones that the committed program writes.
func TestVectorsAreGenerated(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "./vectors", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fresh, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	held, err := os.ReadDir(vectorDir)
	if err != nil || len(held) != len(fresh) {
		t.Fatalf("%d vectors are committed, %d generated: %v", len(held), len(fresh), err)
	}
	for _, f := range fresh {
		want, err1 := os.ReadFile(filepath.Join(vectorDir, f.Name()))
		got, err2 := os.ReadFile(filepath.Join(dir, f.Name()))
		if err1 != nil || err2 != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is committed", f.Name())
		}
	}
}

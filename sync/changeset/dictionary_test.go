package changeset

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// What was released stays as FORMAT.md has it: stored changesets need it.
func TestDictionariesNeverChange(t *testing.T) {
	format, err := os.ReadFile("../FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"1.dict": dictionary1, "1.alphabet": []byte(alphabet1)} {
		sum := sha256.Sum256(content)
		if !strings.Contains(string(format), "| "+name+" | `"+hex.EncodeToString(sum[:])+"` |") {
			t.Errorf("%s has another hash than FORMAT.md says: %x", name, sum)
		}
	}
	if n := len(commonAlphabet.chars); n != len(commonAlphabet.rank) || n < 6000 || n > pairFrom+(pairEscape-pairFrom)<<8 {
		t.Errorf("the alphabet has %d characters, %d different", n, len(commonAlphabet.rank))
	}
}

// A small changeset in the words of the work takes fewer bytes by the dictionary,
// and says so in its header.
func TestTheDictionaryHelps(t *testing.T) {
	var list []Row
	for i, note := range []string{"接到自称京东客服的电话，要求开启屏幕共享", "已当场安装国家反诈中心APP，未造成损失", "老人听力不好，已反复讲解，已告知其子女"} {
		row := sample().Tables[0].Rows[1]
		row.ID[15] = byte(i)
		row.Cells = []Cell{{Column: 3, Kind: row.Cells[0].Kind, Type: row.Cells[0].Type, At: row.At, Text: note}}
		list = append(list, row)
	}
	body := sample()
	body.Tables[0].Rows = list
	c := sealed(t, body)
	raw, err := EncodeBody(body)
	if err != nil {
		t.Fatal(err)
	}
	without := min(len(raw), len(bestEncoder().EncodeAll(raw, nil)))
	t.Logf("%d bytes with the dictionary, %d without", len(c.Payload), without)
	if c.Dictionary != 1 || len(c.Payload)*4 > without*3 {
		t.Errorf("dictionary %d: %d bytes, %d without", c.Dictionary, len(c.Payload), without)
	}
}

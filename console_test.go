package main

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// The command writes the report and the ledgers while the server holds the database,
// while records go on coming in; after the server was killed it does so itself. Both
// give the same figures, and what is refused is told and leaves no file.
func TestReportBesideARunningServer(t *testing.T) {
	k := newKillable(t)
	kit := k.kit("D1")
	give := func(n int) {
		t.Helper()
		var state boothState
		kit.must("Booth/Tap", &state, kit.booth, kit.material, n)
		var status struct{ Last struct{ OK bool } }
		for range 2 { // what was being saved goes with the second
			kit.must("Sync/Now", &status)
		}
		if !status.Last.OK {
			t.Fatal("the kit does not sync")
		}
	}
	day := func(n int) string {
		return time.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, n).Format("2006-01-02")
	}
	from, to := day(-1), day(1) // midnight may pass, of New Year too
	order := func(out string, more ...string) []string {
		return append([]string{"county", "report", "--dir", k.countyDir, "--kind", "r3", "--from", from, "--to", to, "--out", filepath.Join(k.dir, out+".docx")}, more...)
	}
	made := func(out string) (leaflets string) {
		t.Helper()
		ledgers := filepath.Join(k.dir, out)
		files := strings.Fields(k.run(order(out, "--ledgers", ledgers)...))
		if len(files) != 13 {
			t.Fatal("not a report and twelve ledgers:", files)
		}
		said := regexp.MustCompile(`发放宣传单\|份\|(\d+)\|`).FindStringSubmatch(documentText(t, files[0]))
		if said == nil {
			t.Fatal("the report does not tell of leaflets:", documentText(t, files[0]))
		}
		book, err := excelize.OpenFile(files[1])
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		rows, err := book.GetRows(book.GetSheetList()[0])
		if err != nil {
			t.Fatal(err)
		}
		last := rows[len(rows)-1]
		for i, head := range rows[0] {
			if head == "宣传单" && last[i] != said[1] {
				t.Errorf("the report says %s leaflets, the ledger %s", said[1], last[i])
			}
		}
		return said[1]
	}
	give(120)
	if got := made("first"); got != "120" {
		t.Errorf("%s leaflets, want 120", got)
	}
	give(35) // the server goes on taking records
	if got := made("second"); got != "155" {
		t.Errorf("%s leaflets, want 155", got)
	}
	refused, err := exec.Command(k.bin, order("refused", "--unit", "NOBODY")...).CombinedOutput()
	if err == nil || !strings.Contains(string(refused), "NOBODY") {
		t.Errorf("a unit that is not there: %v %s", err, refused)
	}
	if _, err := os.Stat(filepath.Join(k.dir, "refused.docx")); err == nil {
		t.Error("a refused report left a file")
	}
	k.county.Process.Kill() // its address for the command line stays behind
	k.county.Wait()
	if got := made("third"); got != "155" {
		t.Errorf("after the server was killed: %s leaflets, want 155", got)
	}
	k.startCounty()
	give(5)
	if got := made("fourth"); got != "160" {
		t.Errorf("after a new start: %s leaflets, want 160", got)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// documentText is what a .docx says, without its formatting; a bar ends a table's cell.
func documentText(t *testing.T, path string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return tag.ReplaceAllString(strings.ReplaceAll(string(raw), "</w:tc>", "|"), "")
}

package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
)

// attempt runs the program with nothing to read and a time limit.
func attempt(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.Command("fieldkit", args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(20*time.Second, func() { c.Process.Kill() })
	defer late.Stop()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), out.String(), errs.String()
}

// contents is every file below a directory with the hash of what it holds.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			files[path] = "directory"
			return nil
		}
		if d.Name() == "lock" { // its bytes cannot be read on Windows while it is held
			files[path] = "lock"
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[path] = fmt.Sprintf("%x", sha256.Sum256(raw))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// What the command line refuses, it refuses with a sentence on standard error,
// at once, and without making anything.
func TestRefusalsMakeNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := filepath.Join(dir, "nowhere")
	before := contents(t, dir)
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"an unknown command":        {[]string{"nonsense"}, "unexpected argument nonsense"},
		"an unknown flag":           {[]string{"kit", "--nope"}, "unknown flag --nope"},
		"a flag without its value":  {[]string{"kit", "--dir"}, "--dir"},
		"a number that is none":     {[]string{"demo", "--kits", "many"}, "--kits"},
		"too many kits":             {[]string{"demo", "--once", "--seed", "1", "--kits", "99"}, "--kits is between"},
		"no kits":                   {[]string{"demo", "--once", "--seed", "1", "--kits", "0"}, "--kits is between"},
		"a time that is none":       {[]string{"--wall", "tomorrow", "kit", "--no-open", "--dir", nowhere}, `"tomorrow"`},
		"a county without a name":   {[]string{"county", "init", "--dir", nowhere, "--password-file", file}, "--name"},
		"an empty name":             {[]string{"county", "init", "--dir", nowhere, "--name", "", "--password-file", file}, "县名"},
		"a short password":          {[]string{"county", "init", "--dir", nowhere, "--name", "青岚县", "--password-file", file}, "口令"},
		"no password file":          {[]string{"county", "init", "--dir", nowhere, "--name", "青岚县", "--password-file", nowhere}, "--password-file"},
		"serving no county":         {[]string{"county", "serve", "--dir", nowhere, "--listen", "127.0.0.1:0", "--local", ""}, "holds no county: run init first"},
		"a code of no county":       {[]string{"county", "enrol", "--dir", nowhere, "--unit", "CGPCS"}, "holds no county: run init first"},
		"a code without a unit":     {[]string{"county", "enrol", "--dir", nowhere}, "--unit"},
		"a kit's folder in a file":  {[]string{"kit", "--no-open", "--dir", filepath.Join(file, "kit")}, "open kit"},
		"a county's folder, a file": {[]string{"county", "enrol", "--dir", file, "--unit", "CGPCS"}, "county"},
	} {
		code, _, says := attempt(t, tc.args...)
		if code <= 0 || !strings.Contains(says, tc.says) {
			t.Errorf("%s: exit %d, %q", name, code, says)
		}
		if strings.Contains(says, "goroutine ") || strings.Contains(says, `{"code"`) {
			t.Errorf("%s: not a sentence: %q", name, says)
		}
		if !maps.Equal(before, contents(t, dir)) {
			t.Fatalf("%s: files were made or changed", name)
		}
	}
}

// rows is everything that a database holds. Its bytes will not do: SQLite
// counts openings in the file's header.
func rows(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	read := func(query string) (lines []string) {
		set, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer set.Close()
		columns, err := set.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for set.Next() {
			line, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
			for i := range line {
				into[i] = &line[i]
			}
			if err := set.Scan(into...); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%q", line))
		}
		if err := set.Err(); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	var all strings.Builder
	for _, quoted := range read(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) {
		name := strings.Trim(quoted, `["]`)
		fmt.Fprintln(&all, name, read(`SELECT * FROM "`+name+`" ORDER BY 1, 2`))
	}
	return all.String()
}

// holds is what a county's directory holds.
func holds(t *testing.T, dir string) map[string]string {
	t.Helper()
	path := filepath.Join(dir, "county.db")
	held := rows(t, path)
	files := contents(t, dir)
	files[path] = held
	return files
}

// A county that is there survives every refused command.
func TestRefusedCommandsLeaveTheCounty(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("correct-horse-9"), 0o600); err != nil {
		t.Fatal(err)
	}
	county := filepath.Join(dir, "county")
	if code, _, says := attempt(t, "county", "init", "--dir", county, "--name", "青岚县", "--password-file", password); code != 0 {
		t.Fatal(says)
	}
	before := holds(t, county)
	for name, args := range map[string][]string{
		"init again":            {"init", "--name", "邻县", "--password-file", password},
		"a malformed unit":      {"enrol", "--unit", "城关"},
		"a malformed address":   {"enrol", "--unit", "CGPCS", "--unit-name", "城关派出所", "--department", "D02", "--address", "not an address"},
		"an unknown department": {"enrol", "--unit", "CGPCS", "--unit-name", "城关派出所", "--department", "D98"},
	} {
		code, out, says := attempt(t, append([]string{"county", args[0], "--dir", county}, args[1:]...)...)
		if code != 1 || out != "" || says == "" {
			t.Errorf("%s: exit %d, printed %q, said %q", name, code, out, says)
		}
		if !maps.Equal(before, holds(t, county)) {
			t.Errorf("%s: the county's files changed", name)
			before = holds(t, county)
		}
	}
}

// A server that runs already, or whose port another program has, says what to do.
func TestASecondServer(t *testing.T) {
	k := newKillable(t)
	if code, _, says := attempt(t, "county", "serve", "--dir", k.countyDir, "--listen", "127.0.0.1:0", "--local", ""); code != 1 || !strings.Contains(says, "已经在运行") || !strings.Contains(says, "running already") {
		t.Errorf("exit %d, it says %q", code, says)
	}
	other := filepath.Join(t.TempDir(), "county")
	k.run("county", "init", "--dir", other, "--name", "邻县", "--password-file", filepath.Join(k.dir, "password"))
	for option, args := range map[string][]string{"--listen": {"--listen", k.listen, "--local", ""}, "--local": {"--listen", "", "--local", k.listen}} {
		code, _, says := attempt(t, append([]string{"county", "serve", "--dir", other}, args...)...)
		if code != 1 || !strings.Contains(says, "用 "+option+" 换一个端口") || !strings.Contains(says, k.listen) {
			t.Errorf("%s: exit %d, it says %q", option, code, says)
		}
	}
}

// Typed wrongly, an enrolment code is explained and the kit stays as it was;
// a second kit on the same folder is told that the first is open.
func TestMalformedCodesChangeNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kit")
	_, url := child(t, "fieldkit", `kit: (\S+)`, "kit", "--dir", dir, "--no-open", "--manual")
	before := contents(t, dir)
	for name, code := range map[string]string{
		"nothing":       "",
		"blanks":        " \n ",
		"a link":        "https://example.com/",
		"chinese":       "登记码",
		"only a prefix": "FK1-",
		"cut off":       "FK1-06H0V-SXE55-W0SDS",
		"other symbols": "FK1-06H0V-SXE5#-W0SDS",
		"later version": "FK2-06H0V-SXE55-W0SDS",
		"a huge paste":  "FK1-" + strings.Repeat("06H0V", 100_000),
		"control bytes": "FK1-\x00\x1b[2J",
	} {
		var state struct{ Enrolled bool }
		err := kitCall(url, "Kit/Enrol", &state, code, "D1")
		if err == nil || !strings.Contains(err.Error(), `"field":"code"`) || !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %v", name, err)
		}
		if !maps.Equal(before, contents(t, dir)) {
			t.Fatalf("%s: the kit's files changed", name)
		}
		if err := kitCall(url, "Kit/State", &state); err != nil || state.Enrolled {
			t.Fatalf("%s: enrolled %v, %v", name, state.Enrolled, err)
		}
	}
	var state any
	if err := kitCall(url, "Booth/Today", &state); err == nil || !strings.Contains(err.Error(), "not_enrolled") {
		t.Errorf("a booth before enrolment: %v", err)
	}
	code, out, says := attempt(t, "kit", "--dir", dir, "--no-open", "--manual")
	if code != 1 || out != "" || !strings.Contains(says, "已经打开") {
		t.Errorf("the second kit: exit %d, printed %q, said %q", code, out, says)
	}
	if err := kitCall(url, "Kit/State", &state); err != nil {
		t.Errorf("the first kit after the second: %v", err)
	}
}

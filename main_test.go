package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fieldkit": main})
}

// The command line as people use it, with its refusals.
func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "build/testdata/script"})
}

// Imports run one way; see ARCHITECTURE.md.
func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	may := map[string][]string{ // what a package may import of ours, by prefix
		"fieldkit/sync/hlc":                {},
		"fieldkit/sync/schema":             {},
		"fieldkit/sync/internal/faultdisk": {},
		"fieldkit/sync/sabotage":           {},
		"fieldkit/sync/changeset":          {"fieldkit/sync/hlc", "fieldkit/sync/schema"},
		"fieldkit/sync/changeset/vectors":  {"fieldkit/sync/changeset", "fieldkit/sync/hlc", "fieldkit/sync/schema"},
		"fieldkit/sync/replica":            {"fieldkit/sync/changeset", "fieldkit/sync/hlc", "fieldkit/sync/schema"},
		"fieldkit/sync/transport":          {"fieldkit/sync/replica", "fieldkit/sync/changeset", "fieldkit/sync/hlc", "fieldkit/sync/schema"},
		"fieldkit/sync/replay":             {"fieldkit/sync/transport", "fieldkit/sync/replica", "fieldkit/sync/changeset", "fieldkit/sync/schema"},
		"fieldkit/sync/sim":                {"fieldkit/sync/replica", "fieldkit/sync/changeset", "fieldkit/sync/hlc", "fieldkit/sync/schema"},
		"fieldkit/internal/rpc":            {},
		"fieldkit/internal/model":          {"fieldkit/sync/"},
		"fieldkit/internal/figures":        {"fieldkit/internal/model", "fieldkit/sync/"},
		"fieldkit/internal/report":         {"fieldkit/internal/figures", "fieldkit/internal/model", "fieldkit/sync/"},
		"fieldkit/internal/enrolment":      {"fieldkit/sync/"},
		"fieldkit/app":                     {"fieldkit/internal/figures", "fieldkit/internal/model", "fieldkit/internal/enrolment", "fieldkit/internal/rpc", "fieldkit/sync/"},
		"fieldkit/internal/county":         {"fieldkit/internal/report", "fieldkit/internal/figures", "fieldkit/internal/model", "fieldkit/internal/enrolment", "fieldkit/internal/rpc", "fieldkit/sync/"},
		"fieldkit/internal/shell":          {"fieldkit/internal/rpc"},
		"fieldkit/internal/badline":        {},
		"fieldkit/internal/demo":           {"fieldkit/internal/badline", "fieldkit/internal/model", "fieldkit/internal/rpc"},
		"fieldkit/internal/story":          {"fieldkit/app", "fieldkit/internal/", "fieldkit/sync/"},
		"fieldkit/build/dictionary":        {"fieldkit/internal/model", "fieldkit/sync/"},
		"fieldkit/build/benchcounty":       {"fieldkit/internal/", "fieldkit/sync/"},
		"fieldkit/build/benchkit":          {"fieldkit/app", "fieldkit/internal/", "fieldkit/sync/"},
		"fieldkit/build/client":            {"fieldkit/app", "fieldkit/internal/"},
		"fieldkit/frontend":                {},
		"fieldkit/build/task":              {},
		"fieldkit":                         {"fieldkit/"},

		"fieldkit/internal/figures/figuretest": {"fieldkit/internal/model", "fieldkit/sync/"},
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		allowed, ok := may[p.ImportPath]
		if !ok {
			t.Errorf("%s has no place in the floor plan", p.ImportPath)
		}
		for _, i := range p.Imports {
			if (i == "fieldkit" || strings.HasPrefix(i, "fieldkit/")) && !slices.ContainsFunc(allowed, func(a string) bool {
				return i == a || strings.HasSuffix(a, "/") && strings.HasPrefix(i, a)
			}) {
				t.Errorf("%s must not import %s", p.ImportPath, i)
			}
		}
	}
}

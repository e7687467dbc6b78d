// Command client writes the TypeScript client of the services and the code
// tables into frontend/src/shared. Run it from the repository's root after
// changing a service: go run ./build/client. A test fails when its output is stale.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fieldkit/app"
	"fieldkit/internal/county"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
)

// files are the generated files by name.
func files() map[string]string {
	return map[string]string{
		"api.gen.ts":        rpc.TypeScript(app.ServiceTypes()),
		"api.county.gen.ts": rpc.TypeScript(map[string]any{"County": &county.Service{}}),
		"codes.gen.ts":      codes(),
	}
}

func codes() string {
	var b strings.Builder
	b.WriteString("// Generated from internal/model by `go run ./build/client`; do not edit.\n\n")
	b.WriteString("export interface Code {\n  code: string\n  zh: string\n  en: string\n  hint?: string\n  aliases?: string[]\n  roll_up?: string\n}\n\n")
	b.WriteString("export const codes = {\n")
	for _, name := range slices.Sorted(maps.Keys(model.Codes)) {
		fmt.Fprintf(&b, "  %s: [\n", name)
		for _, c := range model.Codes[name] {
			line, err := json.Marshal(c)
			if err != nil {
				panic("code tables are plain values: " + err.Error())
			}
			fmt.Fprintf(&b, "    %s,\n", line)
		}
		b.WriteString("  ],\n")
	}
	b.WriteString("} satisfies Record<string, Code[]>\n\nexport type CodeTable = keyof typeof codes\n")
	return b.String()
}

func main() {
	for name, content := range files() {
		if err := os.WriteFile(filepath.Join("frontend", "src", "shared", name), []byte(content), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "write client:", err)
			os.Exit(1)
		}
	}
}

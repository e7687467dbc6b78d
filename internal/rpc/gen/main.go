// Command gen writes the TypeScript client of the services and the code tables
// into frontend/src/shared. Run it from the repository's root after changing a
// service; a test fails when its output is stale.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"fieldkit/internal/rpc/gen/client"
)

func main() {
	for name, content := range client.Files() {
		if err := os.WriteFile(filepath.Join("frontend", "src", "shared", name), []byte(content), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "write client:", err)
			os.Exit(1)
		}
	}
}

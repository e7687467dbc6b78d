//go:build !(windows && desktop)

package shell

import (
	"fmt"
	"os"
)

// Tell says something to whoever started the program.
func Tell(text string) { fmt.Fprintln(os.Stderr, text) }

//go:build desktop

package shell

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// Tell says something to whoever started the program: in a box, for a program with a
// window has no console.
func Tell(text string) {
	fmt.Fprintln(os.Stderr, text) // for who redirects it
	words, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return
	}
	title, err := windows.UTF16PtrFromString(Title)
	if err != nil {
		return
	}
	_, _ = windows.MessageBox(0, words, title, windows.MB_OK|windows.MB_ICONWARNING|windows.MB_SETFOREGROUND) // without a desktop there is nobody to tell
}

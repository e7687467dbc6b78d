//go:build !desktop

package shell

import (
	"context"
	"errors"
)

// HasWindow tells whether this program was built with the desktop window.
const HasWindow = false

// Window is not in this build; see the build tag desktop.
func Window(context.Context, Kit) error {
	return errors.New("this program was built without the desktop window")
}

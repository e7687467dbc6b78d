//go:build desktop

package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"sync/atomic"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// HasWindow tells whether this program was built with the desktop window.
const HasWindow = true

// Window shows the kit in a desktop window until it is closed.
func Window(ctx context.Context, k Kit) error {
	// The web view keeps what is typed unless its folder is its own and emptied.
	webview := filepath.Join(k.Dir, "webview")
	if err := os.RemoveAll(webview); err != nil {
		return fmt.Errorf("empty the web view's folder: %w", err)
	}
	defer os.RemoveAll(webview)
	names := make([]string, 0, len(k.Services))
	for name := range k.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	bind := make([]any, 0, len(names))
	for _, name := range names {
		bind = append(bind, k.Services[name])
	}
	var open atomic.Pointer[context.Context]
	shut, err := openDoor(k.Dir, func() {
		if window := open.Load(); window != nil {
			front(*window)
		}
	})
	if err != nil {
		k.warn("a second start cannot find this window", err)
	} else {
		defer shut()
	}
	return wails.Run(&options.App{
		Title:     Title,
		Width:     1180,
		Height:    800,
		MinWidth:  1000,
		MinHeight: 700,
		AssetServer: &assetserver.Options{
			Assets: k.Frontend,
		},
		BackgroundColour: options.NewRGB(0xf4, 0xf6, 0xf9),
		Bind:             bind,
		OnStartup: func(window context.Context) {
			k.Events.Hook(func(name string, payload any) { runtime.EventsEmit(window, name, payload) })
			context.AfterFunc(ctx, func() { runtime.Quit(window) })
			open.Store(&window)
		},
		Windows: &windows.Options{WebviewUserDataPath: webview},
	})
}

// front brings the window before all others. On Windows, showing it does, and restores it
// where it is minimised; asking for that besides would shrink a maximised one.
func front(window context.Context) {
	if goruntime.GOOS != "windows" {
		runtime.WindowUnminimise(window)
	}
	runtime.WindowShow(window)
}

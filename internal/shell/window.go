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
	err = wails.Run(&options.App{
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
		Windows: &windows.Options{WebviewUserDataPath: webview, Messages: messages()},
	})
	if err != nil && open.Load() == nil {
		return fmt.Errorf("%w: %w", ErrNoWindow, err)
	}
	return err
}

// messages are what Windows' web view says where it is missing or ends.
func messages() *windows.Messages {
	return &windows.Messages{
		InstallationRequired: "这台电脑缺少 WebView2，窗口打不开。\n按“确定”联网安装；没有网络就按“取消”，改在浏览器里打开。记录都在。\n\nWebView2 is missing. OK installs it over the network; Cancel opens the kit in the browser. All records are safe.",
		UpdateRequired:       "这台电脑的 WebView2 太旧，窗口打不开。\n按“确定”联网更新；没有网络就按“取消”，改在浏览器里打开。记录都在。\n\nWebView2 is too old. OK updates it over the network; Cancel opens the kit in the browser. All records are safe.",
		MissingRequirements:  Title,
		Webview2NotInstalled: "WebView2 is not installed",
		Error:                Title,
		FailedToInstall:      "WebView2 没有装上。记录都在，改在浏览器里打开。\n\nWebView2 was not installed. All records are safe; the browser opens instead.",
		DownloadPage:         "这台电脑缺少 WebView2。按“确定”打开下载页。最低版本：\n\nWebView2 is missing. OK opens the page to download it. Minimum version: ",
		PressOKToInstall:     "按“确定”安装。\nPress OK to install.",
		ContactAdmin:         "这台电脑缺少 WebView2，请联系县办公室。\n\nWebView2 is missing; call the county office.",
		InvalidFixedWebview2: "the WebView2 that was named is not valid",
		WebView2ProcessCrash: "窗口出了故障，请重新打开工具箱。已存的记录都在。\n\nThe window failed; open the kit again. What was saved is safe.",
	}
}

// front brings the window before all others. On Windows, showing it does, and restores it
// where it is minimised; asking for that besides would shrink a maximised one.
func front(window context.Context) {
	if goruntime.GOOS != "windows" {
		runtime.WindowUnminimise(window)
	}
	runtime.WindowShow(window)
}

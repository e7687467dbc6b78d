package shell

import "golang.org/x/sys/windows"

// letInFront lets the open kit take the foreground, which Windows gives away only through
// the program that the person has just started.
func letInFront() {
	const anyProcess = ^uintptr(0) // ASFW_ANY
	allow := windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")
	if allow.Find() == nil {
		_, _, _ = allow.Call(anyProcess) // refused, the window flashes in the task bar instead
	}
}

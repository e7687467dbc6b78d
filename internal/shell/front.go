//go:build !windows

package shell

// letInFront is needed on Windows alone.
func letInFront() {}

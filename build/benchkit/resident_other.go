//go:build !linux

package main

import "runtime"

// resident is what the Go runtime has from the system, in MiB: the nearest that is
// to be had everywhere.
func resident() (float64, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / (1 << 20), nil
}

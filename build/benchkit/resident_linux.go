package main

import (
	"fmt"
	"os"
	"strings"
)

// resident is the memory of this process that is in RAM, in MiB.
func resident() (float64, error) {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		var kib float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kib); err == nil {
			return float64(int(kib/1024*10)) / 10, nil
		}
	}
	return 0, fmt.Errorf("no VmRSS in /proc/self/status")
}

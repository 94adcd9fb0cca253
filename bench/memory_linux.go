package main

import (
	"bytes"
	"fmt"
	"os"
)

// peakMemory is the most bytes of memory that were this process's at once. getrusage would not do: it counts what the
// parent had when it started us.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, line, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kilobytes int64
	if _, err := fmt.Sscan(string(line), &kilobytes); err != nil {
		return 0, fmt.Errorf("read VmHWM of /proc/self/status: %w", err)
	}
	return kilobytes << 10, nil
}

// forgetPeakMemory makes peakMemory count from now on.
func forgetPeakMemory() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

//go:build !linux

package main

import "runtime"

// peakMemory is what Go has taken from the system, and returns seldom.
func peakMemory() (int64, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys), nil
}

// forgetPeakMemory does nothing: what Go took from the system is not known by the time.
func forgetPeakMemory() error { return nil }

//go:build !linux

package chdb

import "os"

func widen(*os.File) {}

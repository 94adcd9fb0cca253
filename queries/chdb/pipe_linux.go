package chdb

import (
	"os"

	"golang.org/x/sys/unix"
)

// widen gives the pipe room for more than the usual 64 KiB, so that engine
// and handler change turns less often. It is a matter of speed only.
func widen(f *os.File) {
	_, _ = unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, 1<<20)
}

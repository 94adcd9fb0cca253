//go:build !windows

package chdb

import (
	"errors"
	"os"
	"syscall"
)

// flock takes the lock on f or returns errHeld at once. The kernel lets go of
// it when the process dies, however it dies.
func flock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}

//go:build !unix

package broker

import "os"

// lockFile does nothing where there is no flock: the port is the only guard there.
func lockFile(*os.File) error { return nil }

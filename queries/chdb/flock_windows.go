package chdb

import "os"

func flock(*os.File) error { return errPlatform }

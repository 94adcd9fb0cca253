package chdb

import "os"

const childEnv = "CHDB_TEST_CHILD"

func child() { os.Exit(3) }

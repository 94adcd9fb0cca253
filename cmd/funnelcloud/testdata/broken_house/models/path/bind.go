package path

import "C" // wrong: cgo

package chdb

import "io"

// newGate is a request body that the test feeds piece by piece; "" ends it.
func newGate() (io.Reader, func(string)) {
	r, w := io.Pipe()
	return r, func(s string) {
		if s == "" {
			_ = w.Close()
			return
		}
		_, _ = io.WriteString(w, s)
	}
}

//go:build foreign

package chdb

import (
	"os/exec"
	"testing"
)

// Two clients that we didn't write. They are installed from PyPI and npm.
func TestForeign(t *testing.T) {
	s := start(t)
	out, err := exec.CommandContext(t.Context(), "testdata/clients/run.sh", s.URL(), s.User(), s.Password()).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal("testdata/clients/run.sh:", err)
	}
}

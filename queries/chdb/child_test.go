package chdb

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// childEnv makes the test binary serve the data folder it names, in a process
// that a test can kill.
const childEnv = "CHDB_TEST_CHILD"

func child() {
	s, err := Start(context.Background(), Options{DataDir: os.Getenv(childEnv)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]string{"addr": s.Addr(), "password": s.Password()})
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it
	if err := s.Close(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// process is a server in another process. Its Server has only what clients use.
type process struct {
	*Server
	cmd  *exec.Cmd
	stop io.Closer
}

func startProcess(t *testing.T, dir string) process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said struct{ Addr, Password string }
	if err := json.NewDecoder(bufio.NewReader(stdout)).Decode(&said); err != nil {
		t.Fatal(err)
	}
	s := &Server{opts: Options{User: "default", Password: said.Password, DataDir: dir}, listener: address(said.Addr)}
	return process{s, cmd, stdin}
}

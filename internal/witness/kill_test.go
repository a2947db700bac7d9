// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/clock"
)

// Names of the variables by which this test binary becomes a witness that stops
// between state and cosignature.
const (
	childDir = "WITNESS_TEST_DIR"
	childLog = "WITNESS_TEST_LOG"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childLog)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child serves until it is killed. It says where, and when a head is durable;
// the cosignature then never leaves.
func child(dir, key string) error {
	s, err := Open(Config{Dir: dir, Logs: []string{key}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	s.stored = func() {
		fmt.Println("stored")
		select {}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	return Serve(context.Background(), l, s, "", "")
}

// TestKilledBeforeTheAnswer kills a witness in the instant after a head became
// durable and before its cosignature left. Started again, it holds to that head:
// the log gets its cosignature by asking again, and a fork gets none.
func TestKilledBeforeTheAnswer(t *testing.T) {
	log := newTestLog(t, "log.example").grow(8, "main")
	fork := log.fork(3).grow(9, "other")
	dir := t.TempDir()
	first := openServer(t, dir, log.key) // makes the key
	key := first.VerifierKey()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childLog+"="+log.key)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	url, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var client Client
	answered := make(chan error, 1)
	go func() {
		_, err := client.Cosign(t.Context(), strings.TrimSpace(url), key, 0, nil, log.head(t, 8))
		answered <- err
	}()
	if line, err := lines.ReadString('\n'); err != nil || line != "stored\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	if err := <-answered; err == nil {
		t.Fatal("a cosignature came from a witness that never made it")
	}

	second := openServer(t, dir, log.key)
	defer second.Close()
	if got := second.logs[log.origin].head.Size; got != 8 {
		t.Fatalf("the witness stands at %d", got)
	}
	for _, old := range []uint64{0, 8} {
		if _, err := second.cosign(request{old, nil, fork.head(t, 8)}.marshal()); err == nil {
			t.Errorf("cosigned a fork from %d", old)
		}
	}
	if _, err := second.cosign(request{8, nil, log.head(t, 8)}.marshal()); err != nil {
		t.Errorf("asked again: %v", err)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk: when the record cannot be written nothing leaves, the client is
// told so in its own form, and what was recorded stays whole.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "24m")
	in := start(t, options{Data: filepath.Join(dir, "data"), Extra: "ledger: {segment_bytes: 1MiB, fill_ahead_bytes: 256KiB}\n"})
	answers, refused := 0, answer{}
	for range 20_000 {
		a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt+unpackable(answers), false))
		if a.status != http.StatusOK {
			refused = a
			break
		}
		answers++
	}
	if refused.status != http.StatusServiceUnavailable {
		t.Fatalf("after %d answers: status %d: %s", answers, refused.status, refused.body)
	}
	if message := openAI.message(t, refused); !strings.Contains(strings.ToLower(message), "record") {
		t.Errorf("the message does not say why: %q", message)
	}
	received := len(in.Provider.Dumps())
	in.post(t, anthropic, anthropic.body(anthropic.model, prompt, false))
	if n := len(in.Provider.Dumps()); n != received || received != answers {
		t.Errorf("%d answered, but %d and then %d requests reached the provider", answers, received, n)
	}
	t.Logf("%d answers until the disk was full", answers)

	// With room again, the program goes on, at the latest after a restart.
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatalf("enlarge the disk: %v", err)
	}
	in.stop()
	in.launch()
	if a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, false)); a.status != http.StatusOK {
		t.Errorf("with room again: status %d: %s", a.status, a.body)
	}
	if r := in.verify(); r.Intents < answers || r.Outcomes != r.Intents {
		t.Errorf("after %d answers verify counts %+v", answers, r)
	}
}

// unpackable is text that compression does not shrink much.
func unpackable(seed int) string {
	var out strings.Builder
	state := uint64(seed)*2654435761 + 1
	for range 4096 {
		state = state*6364136223846793005 + 1442695040888963407
		out.WriteByte('a' + byte(state>>33)%26)
		if state>>60 == 0 {
			out.WriteByte(' ')
		}
	}
	return " " + out.String()
}

// smallDisk mounts a file system of a given size. Where that is not allowed the
// test cannot be made, which is said aloud.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small file system cannot be mounted here (needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// TestReadOnlyDataDirectory: the program says at once that it cannot write.
func TestReadOnlyDataDirectory(t *testing.T) {
	dir := smallDisk(t, "8m")
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("a file system cannot be made read-only here: %v", err)
	}
	in := prepare(t, options{Data: filepath.Join(dir, "data")})
	out, code := in.runOnce()
	if code == 0 || !strings.Contains(out, in.Data) || !strings.Contains(out, "read-only") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestSecondProcess: one data directory has one writer.
func TestSecondProcess(t *testing.T) {
	in := start(t, options{})
	out, code := in.runOnce()
	if code == 0 || !strings.Contains(out, in.Data) || !strings.Contains(out, "another") {
		t.Errorf("exit %d: %s", code, out)
	}
	if a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, false)); a.status != http.StatusOK {
		t.Errorf("the first process was disturbed: status %d: %s", a.status, a.body)
	}
	in.verify()
}

// runOnce starts the program where it cannot run, and returns what it said.
func (in *instance) runOnce() (out string, code int) {
	in.t.Helper()
	var said bytes.Buffer
	cmd := exec.CommandContext(in.t.Context(), binary, "run", "--data", in.Data, "--config", in.Config,
		"--gateway", freeAddress(in.t), "--console", freeAddress(in.t))
	cmd.Env = append(os.Environ(), "E2E_PROVIDER_SECRET="+providerSecret)
	cmd.Stdout, cmd.Stderr = &said, &said
	done := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	go func() { done <- cmd.Wait() }()
	ended := false
	in.eventually("the program refuses to start", func() bool {
		select {
		case <-done:
			ended = true
		default:
		}
		return ended
	})
	return said.String(), cmd.ProcessState.ExitCode()
}

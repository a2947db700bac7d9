// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestOlderCopyGoesOn: a disk is lost, and an older copy put back beside the stores of
// heads, which lay elsewhere. The program does not start; the log goes on under
// another name; and everybody who kept something of the former log can tell what
// became of it, by both verifiers.
func TestOlderCopyGoesOn(t *testing.T) {
	in := start(t, options{})
	early := in.receipt(t)
	in.stop()
	taken := in.keep(t, "taken") // by an auditor, with the key
	lost := filepath.Join(in.Dir, "lost")
	in.copyTo(t, filepath.Join(in.Dir, "copy"))
	in.launch()
	late := in.receipt(t)
	in.stop()
	newer := in.keep(t, "newer")

	if err := os.Rename(in.Data, lost); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(in.Dir, "copy"), in.Data); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"heads.db", "registry-heads.db"} {
		if err := os.Rename(filepath.Join(lost, name), filepath.Join(in.Data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if out, code := in.runOnce(); code == 0 || !strings.Contains(out, "older than its last signed head") || !strings.Contains(out, "counterfoil ledger succeed") {
		t.Fatalf("exit %d: %s", code, out)
	}
	var done []struct {
		Verifier string
		Linked   bool
		Entry    uint64
		Lost     uint64
	}
	in.ask(&done, "ledger", "succeed", "--reason", "restored", "--json")
	if len(done) != 2 || !done[0].Linked || !done[1].Linked || done[0].Lost == 0 {
		t.Fatalf("%+v", done)
	}

	in.launch()
	again := in.receipt(t)
	if _, code := in.command("ledger", "export", "--out", filepath.Join(in.Dir, "published")); code != 0 {
		t.Error("not exported")
	}
	if _, code := in.command("pack", "create", "--from", "2020-01-01", "--to", "2100-01-01", "--disclose", "all", "--out", filepath.Join(in.Dir, "pack.zip")); code != 0 {
		t.Error("no pack")
	}
	if r := in.verify(); r.Intents != 2 || r.Integrity != "ok" {
		t.Errorf("%+v", r)
	}
	in.stop()

	former, key := strings.TrimSpace(read(t, filepath.Join(lost, "ledger", "verifier"))), done[0].Verifier
	verifier := filepath.Join(binaries(t), "counterfoil-verify")
	all := []string{"--head", taken, "--receipt", early}
	for _, c := range []struct {
		name string
		code int
		say  string
		args []string
	}{
		{"the new key", 0, "goes on as", append(all, "--key", key, "--receipt", again, in.Data)},
		{"the former key", 0, "goes on as", append(all, "--key", former, in.Data)},
		{"a head of what is lost", 14, "are lost", []string{"--key", key, "--head", newer, in.Data}},
		{"the same under the former key", 14, "are lost", []string{"--key", former, "--head", newer, in.Data}},
		{"a receipt of what is lost", 27, "receipt", []string{"--key", key, "--receipt", late, in.Data}},
		{"the published log", 0, "goes on as", append(all, "--key", key, filepath.Join(in.Dir, "published"))},
		{"the published log, the former key", 0, "goes on as", []string{"--key", former, filepath.Join(in.Dir, "published")}},
		{"the pack", 0, "", []string{"--key", key, filepath.Join(in.Dir, "pack.zip")}},
		{"the pack, the former key", 0, "", []string{"--key", former, filepath.Join(in.Dir, "pack.zip")}},
	} {
		t.Run(c.name, func(t *testing.T) { checkByBoth(t, verifier, c.code, c.say, c.args) })
	}
	for receipt, code := range map[string]int{early: 0, late: 27} {
		cmd := exec.Command(verifier, "receipt", receipt, "--key", former, "--ledger", filepath.Join(in.Data, "ledger"))
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != code {
			t.Errorf("the receipt alone: exit %d, want %d: %s", cmd.ProcessState.ExitCode(), code, out)
		}
	}
}

// checkByBoth runs the auditor's program and the second implementation.
func checkByBoth(t *testing.T, verifier string, code int, say string, args []string) {
	t.Helper()
	programs := []*exec.Cmd{exec.Command(verifier, args...)}
	if python, err := exec.LookPath("python3"); err == nil {
		programs = append(programs, exec.Command(python, append([]string{"-B", "../contrib/verify.py"}, args...)...))
	}
	for _, cmd := range programs {
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), say) {
			t.Errorf("%s: exit %d, want %d and %q: %s", cmd.Path, got, code, say, out)
		}
	}
}

// receipt makes an interaction and keeps its receipt in a file.
func (in *instance) receipt(t *testing.T) string {
	t.Helper()
	req := in.request(t, openAI, strings.NewReader(string(openAI.body("gpt-4o-mini", prompt, false))))
	req.Header.Set(counterfoil.ReceiptHeader, "request")
	a, err := send(req)
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("%v, status %d: %s", err, a.status, a.body)
	}
	f, err := os.CreateTemp(in.Dir, "receipt-*")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(a.header.Get(counterfoil.ReceiptHeader))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// keep copies the newest head to a file outside the data directory.
func (in *instance) keep(t *testing.T, name string) string {
	t.Helper()
	in.write(name, read(t, filepath.Join(in.Data, "ledger", "checkpoint")))
	return filepath.Join(in.Dir, name)
}

func (in *instance) copyTo(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(in.Data, "counterfoil.sock")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", in.Data, dir).CombinedOutput(); err != nil { // with the modes of the keys
		t.Fatalf("%v: %s", err, out)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// backedUp is what backup create prints with --json.
type backedUp struct {
	Log    struct{ Size uint64 }
	Copied uint64 `json:"copied_bytes"`
	Report report
}

// TestBackupUnderTraffic backs up a server that answers, kills it, and restores. An
// older copy does not go on, neither beside the lost directory's store of heads nor
// without it. One that holds everything signed goes on with every answer in it.
func TestBackupUnderTraffic(t *testing.T) {
	in := start(t, options{})
	record, keys := filepath.Join(in.Dir, "record"), filepath.Join(in.Dir, "keys")
	backUp := func() backedUp {
		t.Helper()
		var b backedUp
		in.ask(&b, "backup", "create", "--to", record, "--keys-to", keys, "--json")
		if b.Report.Integrity != "ok" {
			t.Fatalf("the copy is %+v", b.Report)
		}
		t.Logf("%d entries, %d bytes copied", b.Log.Size, b.Copied)
		return b
	}
	restore := func(name string, want int, more ...string) *instance {
		t.Helper()
		other := *in
		other.Data = filepath.Join(in.Dir, name)
		if out, code := other.command(append([]string{"backup", "restore", "--from", record, "--keys-from", keys}, more...)...); code != want {
			t.Fatalf("restore exits with %d: %s", code, out)
		}
		return &other
	}

	wait := in.load(t, 8)
	last := backUp()
	for range 3 {
		in.signsBeyond(last.Log.Size)
		next := backUp()
		if next.Log.Size <= last.Log.Size || next.Copied == 0 {
			t.Errorf("%d entries after %d, %d bytes copied", next.Log.Size, last.Log.Size, next.Copied)
		}
		last = next
	}
	in.signsBeyond(last.Log.Size)
	in.kill()
	answered := wait()
	heads := filepath.Join(in.Data, "heads.db")
	for name, other := range map[string]*instance{"no store": restore("unknown", 0), "a newer store": restore("behind", 1, "--head-store", heads)} {
		if _, code := other.command("system", "add", "--name", "Letters", "--owner", "ada@example.com"); code != 1 {
			t.Errorf("%s: writing ends with %d", name, code)
		}
		if r := other.verify(); r.Integrity != "ok" {
			t.Errorf("%s: %+v", name, r)
		}
	}

	in.launch()
	in.stop()
	backUp()
	whole := restore("whole", 0, "--head-store", heads)
	whole.launch()
	whole.checkAnswered(t, answered)
	if r := whole.verify(); r.Intents != r.Outcomes || r.Intents < len(answered) || len(answered) == 0 {
		t.Errorf("%d answers, verify counts %+v", len(answered), r)
	}
}

// signsBeyond waits until the server has signed a head of more entries.
func (in *instance) signsBeyond(size uint64) {
	in.t.Helper()
	in.eventually("a newer head is signed", func() bool {
		head, err := os.ReadFile(filepath.Join(in.Data, "ledger", "checkpoint"))
		if err != nil {
			return false
		}
		lines := strings.Split(string(head), "\n")
		now, err := strconv.ParseUint(lines[1], 10, 64)
		return err == nil && now > size
	})
}

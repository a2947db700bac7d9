// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// TestAuditorVerifiesFolders: package verify accepts what this package publishes, and
// finds every file of it that was changed or is missing.
func TestAuditorVerifiesFolders(t *testing.T) {
	l, _ := newLedger(t)
	dir := t.TempDir()
	report := func() verify.Report {
		t.Helper()
		var reports [2]verify.Report
		for k, workers := range []int{1, 3} {
			r, err := verify.Tiles(t.Context(), dir, verify.Options{VerifierKey: l.VerifierKey(), Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			reports[k] = r
		}
		if !reflect.DeepEqual(reports[0], reports[1]) {
			t.Fatalf("one worker %+v\nthree %+v", reports[0], reports[1])
		}
		return reports[0]
	}
	for _, n := range []int{1, 254, 1, 300, 237} {
		grow(t, l, n)
		mustExport(t, Log{Source: l}, dir)
		if r := report(); r.Integrity != verify.IntegrityOK || r.Entries != l.Size() || r.Signed != l.Size() {
			t.Fatalf("%d entries: %+v", l.Size(), r)
		}
	}
	for _, name := range []string{"tile/0/000", "tile/0/002", "tile/1/000.p/3", "tile/entries/001", "tile/0/003.p/25", "tile/entries/003.p/25"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		flip(t, dir, name)
		if r := report(); r.Integrity == verify.IntegrityOK {
			t.Errorf("%s was changed, and the report says it is sound", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if r := report(); len(r.Problems) == 0 || r.Problems[0].Class != verify.ProblemRoot || r.Problems[0].Where != name {
			t.Errorf("%s is missing: %v", name, r.Problems)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAuditorChecksReceipts: a published log bears out the receipts given for it, and
// not one of an entry it does not hold.
func TestAuditorChecksReceipts(t *testing.T) {
	l, _ := newLedger(t)
	start := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{Version: "0.1.0"}}
	if _, err := l.Append(t.Context(), start, nil); err != nil { // it names the key
		t.Fatal(err)
	}
	grow(t, l, 300)
	e := &counterfoil.Entry{Kind: counterfoil.KindIntent, ID: counterfoil.NewID(), Intent: &counterfoil.Intent{Provider: "sandbox"}}
	receipt, err := l.Append(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := l.SignReceipt(e, receipt)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	code := func() int {
		t.Helper()
		r, err := verify.Tiles(t.Context(), dir, verify.Options{VerifierKey: l.VerifierKey(), Receipts: [][]byte{signed}})
		if err != nil {
			t.Fatal(err)
		}
		return r.ExitCode()
	}
	grow(t, l, 3)
	mustExport(t, Log{Source: l}, dir)
	if got := code(); got != verify.ExitSound {
		t.Errorf("exit code %d", got)
	}
	honest := signed
	receipt.Index--
	if signed, err = l.SignReceipt(e, receipt); err != nil {
		t.Fatal(err)
	}
	if got := code(); got != 27 {
		t.Errorf("a receipt of another entry: exit code %d", got)
	}
	for _, turn := range []func(context.Context) (counterfoil.KeyEvent, error){l.RotateKey, l.RetireKey} {
		if _, err := turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	mustExport(t, Log{Source: l}, dir)
	if got := code(); got != 27 {
		t.Errorf("a receipt of another entry, by the key before a rotation: exit code %d", got)
	}
	signed = honest
	if got := code(); got != verify.ExitSound {
		t.Errorf("a receipt by the key before a rotation, under the one behind it: exit code %d", got)
	}
}

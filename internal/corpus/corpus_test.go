// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// options are what the arguments of a command line stand for.
func options(t *testing.T, w Written) verify.Options {
	t.Helper()
	o := verify.DirOptions(w.Dir)
	o.VerifierKey = w.Key
	if w.Heads != "" {
		o.Heads = [][]byte{read(t, w.Heads)}
	}
	if w.Policy != "" {
		p, err := counterfoil.ParsePolicy(read(t, w.Policy))
		if err != nil {
			t.Fatal(err)
		}
		o.Policy = p
	}
	if w.Receipt != "" {
		o.Receipts = [][]byte{read(t, w.Receipt)}
	}
	return o
}

// met tells whether a report says what the case wants: a problem of its class,
// at its place, or none at all.
func met(c Case, r verify.Report) bool {
	if c.Class == "" {
		return r.Integrity == verify.IntegrityOK && len(r.Problems) == 0
	}
	for _, p := range r.Problems {
		located := c.Index < 0 || p.Index != nil && *p.Index == uint64(c.Index)
		if p.Class == c.Class && located && p.Where != "" && (c.Log == "" || p.Log == c.Log) {
			return r.Integrity == verify.IntegrityBroken
		}
	}
	return false
}

// TestCorpus: every case is found, under its class and at its place; every honest
// variant passes.
func TestCorpus(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("%q is there twice", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			r, err := verify.Dir(t.Context(), options(t, Write(t, c)))
			if err != nil {
				t.Fatal(err)
			}
			if !met(c, r) {
				t.Errorf("want %q at entry %d of %q, problems %v", c.Class, c.Index, c.Log, r.Problems)
			}
		})
	}
	if len(names) < 200 {
		t.Errorf("%d cases", len(names))
	}
	t.Logf("%d cases", len(names))
}

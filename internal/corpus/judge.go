// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// Verify asks package verify what it thinks of a case on disk, with options changed
// as the caller wants.
func (w Written) Verify(ctx context.Context, change ...func(*verify.Options)) (verify.Report, error) {
	o := verify.DirOptions(w.Dir)
	o.VerifierKey = w.Key
	for path, take := range map[string]func(b []byte) (err error){
		w.Heads:   func(b []byte) error { o.Heads = [][]byte{b}; return nil },
		w.Receipt: func(b []byte) error { o.Receipts = [][]byte{b}; return nil },
		w.Roots: func(b []byte) error {
			o.Roots = x509.NewCertPool()
			o.Roots.AppendCertsFromPEM(b)
			return nil
		},
		w.Policy: func(b []byte) (err error) { o.Policy, err = counterfoil.ParsePolicy(b); return err },
	} {
		if path == "" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return verify.Report{}, err
		}
		if err := take(b); err != nil {
			return verify.Report{}, fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, apply := range change {
		apply(&o)
	}
	return verify.Dir(ctx, o)
}

// Met tells whether a report says what the case wants: a problem of its class, at its
// place, or none at all.
func (w Written) Met(r verify.Report) bool {
	c := w.Case
	if c.Class == "" {
		return r.Integrity == verify.IntegrityOK && len(r.Problems) == 0
	}
	for _, p := range r.Problems {
		located := p.Where == w.Place || w.Place == "" && p.Index != nil && *p.Index == uint64(c.Index)
		if p.Class == c.Class && located && (c.Log == "" || p.Log == c.Log) {
			return r.Integrity == verify.IntegrityBroken
		}
	}
	return false
}

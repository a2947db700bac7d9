// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Receipt checks a receipt's signature under o.VerifierKey and, when o.LedgerDir is
// given, that the log there bears it out. Without a directory the report says that
// this was not checked.
func Receipt(ctx context.Context, file []byte, o Options) (Report, error) {
	v := newVerification(o)
	signed, err := counterfoil.DecodeReceipt(file)
	if err != nil {
		return Report{}, fmt.Errorf("verify receipt: %w", err)
	}
	v.report.Origin = originOf(o.VerifierKey)
	r, err := counterfoil.VerifyReceipt(signed, o.VerifierKey)
	if err != nil {
		v.report.problem(ProblemReceipt, "receipt", "%v", err)
		return v.report, nil
	}
	v.report.checked("Signed by %s: interaction %s is entry %d, leaf hash %s.", o.VerifierKey, r.Interaction, r.Index, r.Leaf)
	if o.LedgerDir == "" {
		v.report.unchecked("That the log still holds the entry: give its directory.")
		return v.report, nil
	}
	if err := r.CheckLog(ctx, o.LedgerDir); err != nil {
		v.problem(ProblemReceipt, r.Index, "%v", err)
		return v.report, nil
	}
	v.report.checked("The log holds the entry at its place.")
	return v.report, nil
}

// receipts checks those a directory was given with.
func (v *verification) receipts(ctx context.Context) {
	for n, file := range v.Receipts {
		r, err := Receipt(ctx, file, Options{VerifierKey: v.VerifierKey, LedgerDir: v.LedgerDir})
		if err != nil {
			v.report.problem(ProblemReceipt, fmt.Sprintf("receipt %d", n+1), "%v", err)
			continue
		}
		for _, p := range r.Problems {
			v.report.problem(p.Class, fmt.Sprintf("receipt %d, %s", n+1, p.Where), "%s", p.Text)
		}
	}
	if len(v.Receipts) > 0 {
		v.report.checked("%d receipts.", len(v.Receipts))
	}
}

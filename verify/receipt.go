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

// receipts checks those the check was given; holds tells whether the log has the entry
// of one.
func (v *verification) receipts(holds func(counterfoil.Receipt) error) {
	for n, file := range v.Receipts {
		where := fmt.Sprintf("receipt %d", n+1)
		r, err := v.openReceipt(file)
		if err != nil {
			v.report.problem(ProblemReceipt, where, "%v", err)
		} else if err := holds(r); err != nil {
			v.report.problem(ProblemReceipt, fmt.Sprintf("%s, entry %d", where, r.Index), "%v", err)
		}
	}
	if len(v.Receipts) > 0 {
		v.report.checked("%d receipts.", len(v.Receipts))
	}
}

// openReceipt reads a receipt signed by the key that was given, or by one the log had
// when it gave the receipt. All entries were read before, so its keys are known.
func (v *verification) openReceipt(file []byte) (counterfoil.Receipt, error) {
	signed, err := counterfoil.DecodeReceipt(file)
	if err != nil {
		return counterfoil.Receipt{}, err
	}
	r, err := counterfoil.VerifyReceipt(signed, v.VerifierKey)
	if err == nil {
		return r, nil
	}
	for key, span := range v.keys.spans {
		if r, err := counterfoil.VerifyReceipt(signed, key); err == nil && span.from <= uint64(r.Index) {
			return r, nil
		}
	}
	return counterfoil.Receipt{}, err
}

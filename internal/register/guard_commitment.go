// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// commitmentFunctions end commitments with the position of who signed them.
func commitmentFunctions() Functions {
	return Functions{Guards: map[string]GuardFunc{
		"commitment_signatory_stays": commitmentSignatoryStays,
		"commitment_ended":           commitmentEnded,
	}}
}

// commitmentDays is how long a signature holds.
const commitmentDays = 365

func commitmentSignatoryStays(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	stays, err := inPosition(ctx, r, record.Values.ID("signatory"))
	return stays, "", err
}

// inPosition tells whether a person can speak for top management: they have not
// left, and if they ever were appointed to it, they still are.
func inPosition(ctx context.Context, r *Reader, person counterfoil.ID) (bool, error) {
	there, err := isPresent(ctx, r, person)
	if err != nil || !there {
		return false, err
	}
	list, _, err := r.LinksTo(ctx, person, "appointment")
	if err != nil {
		return false, err
	}
	list = slices.DeleteFunc(list, func(a *Record) bool {
		return a.Values.ID("person") != person || a.Values.Text("role") != "top_management"
	})
	return len(list) == 0 || slices.ContainsFunc(list, func(a *Record) bool { return a.State != "ended" }), nil
}

func commitmentEnded(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if signed := record.Done["sign"].At; !signed.IsZero() && !r.Now().Before(signed.AddDate(0, 0, commitmentDays)) {
		return true, "", nil
	}
	stays, err := inPosition(ctx, r, record.Values.ID("signatory"))
	return !stays, "", err
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// changeFunctions classify changes.
func changeFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"review_is_due": reviewIsDue,
		},
		Derive: map[string]DeriveFunc{"change_class": changeClass},
	}
}

// changeClass follows from what the change touches.
func changeClass(_ context.Context, _ *Reader, record *Record) error {
	v := record.Values
	touches := v.List("touches")
	delete(v, "class")
	switch {
	case v.Truth("unintended"):
		v["class"] = "unintended"
	case v.Truth("emergency"):
		v["class"] = "emergency"
	case slices.ContainsFunc(touches, func(t string) bool { return t != "nothing" }):
		v["class"] = "significant"
	case len(touches) > 0:
		v["class"] = "standard"
	}
	return nil
}

// reviewIsDue holds when the date of a record's review has come.
func reviewIsDue(_ context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	return slices.ContainsFunc(record.Dues, func(d kind.Due) bool { return d.ID == "review" && !d.At.After(r.Now()) }), "", nil
}

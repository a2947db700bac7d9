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
		Derive: map[string]DeriveFunc{"change_class": changeClass, "concern_handlers": concernHandlers},
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
	return slices.ContainsFunc(record.Dues, func(d kind.Due) bool { return d.ID == "review" && !d.At.After(r.Now) }), "", nil
}

// concernHandlers lets the ethics contacts see a concern nobody handles yet.
func concernHandlers(ctx context.Context, r *Reader, record *Record) error {
	if len(record.Values.List("handlers")) > 0 {
		return nil
	}
	appointments, err := r.All(ctx, "appointment", "active")
	if err != nil {
		return err
	}
	var handlers []string
	for _, a := range appointments {
		if person := a.Values.Text("person"); a.Values.Text("role") == "ethics_contact" && !slices.Contains(handlers, person) {
			handlers = append(handlers, person)
		}
	}
	if len(handlers) > 0 {
		record.Values["handlers"] = handlers
	}
	return nil
}

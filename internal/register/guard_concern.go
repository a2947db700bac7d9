// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"

	"github.com/counterfoil/counterfoil/internal/index"
)

// concernFunctions bring concerns to the ethics contacts.
func concernFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{"concern_unassigned": concernUnassigned},
		Derive: map[string]DeriveFunc{"concern_handlers": concernHandlers},
	}
}

// concernHandlers lets the ethics contacts see a concern nobody handles yet, apart
// from the one who reports it.
func concernHandlers(ctx context.Context, r *Reader, record *Record) error {
	if len(record.Values.List("handlers")) > 0 {
		return nil
	}
	contacts, err := ethicsContacts(ctx, r)
	if err != nil {
		return err
	}
	contacts = slices.DeleteFunc(contacts, func(id string) bool { return id == record.Values.Text("reporter") })
	if len(contacts) > 0 {
		record.Values["handlers"] = contacts
	}
	return nil
}

// concernUnassigned holds for a concern that came before there was an ethics contact,
// once there is one: until then nobody but who reported it sees it.
func concernUnassigned(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if len(record.Values.List("handlers")) > 0 {
		return false, "", nil
	}
	contacts, err := ethicsContacts(ctx, r)
	return slices.ContainsFunc(contacts, func(id string) bool { return id != record.Values.Text("reporter") }), "", err
}

func ethicsContacts(ctx context.Context, r *Reader) ([]string, error) {
	appointments, err := r.All(ctx, "appointment", "active")
	if err != nil {
		return nil, err
	}
	var contacts []string
	for _, a := range appointments {
		if person := a.Values.Text("person"); a.Values.Text("role") == "ethics_contact" && !slices.Contains(contacts, person) {
			contacts = append(contacts, person)
		}
	}
	return contacts, nil
}

// ConcernFigures counts concerns by state, for reviews: how many there are tells
// nothing of who reported them or what they say, so nobody needs to be named in
// them to have it.
func ConcernFigures(ctx context.Context, r *Reader) ([]index.StateCount, error) {
	return r.counts(ctx, "concern")
}

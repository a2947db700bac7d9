// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// appointmentFunctions keep roles with people who can hold them.
func appointmentFunctions() Functions {
	return Functions{Guards: map[string]GuardFunc{
		"appointment_no_conflict": appointmentNoConflict,
		"appointment_over":        appointmentOver,
	}}
}

// conflicts are roles one person does not hold together: who audits does not do the
// audited work, who verifies did not build, who judges impacts does not deliver, and
// who receives concerns is not whom they are about.
var conflicts = [][2]string{
	{"audit_lead", "aims_manager"},
	{"audit_lead", "risk_manager"},
	{"audit_lead", "impact_lead"},
	{"audit_lead", "system_owner"},
	{"audit_lead", "engineering_lead"},
	{"evaluation_lead", "engineering_lead"},
	{"impact_lead", "product_owner"},
	{"impact_lead", "engineering_lead"},
	{"ethics_contact", "top_management"},
	{"ethics_contact", "hr_lead"},
}

// rolesHeld are the roles a person holds by appointments, accepted ones included.
func rolesHeld(ctx context.Context, r *Reader, person counterfoil.ID, besides counterfoil.ID) ([]string, error) {
	list, _, err := r.LinksTo(ctx, person, "appointment")
	if err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	var roles []string
	for _, a := range list {
		if held := a.State == "accepted" || a.State == "active" || a.State == "absent"; held && a.ID != besides && a.Values.ID("person") == person {
			roles = append(roles, a.Values.Text("role"))
		}
	}
	return roles, nil
}

func appointmentNoConflict(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	held, err := rolesHeld(ctx, r, record.Values.ID("person"), record.ID)
	if err != nil {
		return false, "", err
	}
	role := record.Values.Text("role")
	for _, pair := range conflicts {
		for i, one := range pair {
			if other := pair[1-i]; one == role && slices.Contains(held, other) {
				return false, fmt.Sprintf("The person is %s already; the two roles check each other.", standard.RoleInSentence(other)), nil
			}
		}
	}
	return true, "", nil
}

// isPresent tells whether a person is in the organisation.
func isPresent(ctx context.Context, r *Reader, person counterfoil.ID) (bool, error) {
	if person.IsZero() {
		return false, nil
	}
	p, err := r.Record(ctx, person)
	if err != nil {
		return false, fmt.Errorf("read person: %w", err)
	}
	leaves, err := time.Parse(time.DateOnly, p.Values.Text("leaves"))
	return p.State != "left" && (err != nil || leaves.After(r.Now())), nil
}

// appointmentOver holds once the person left or the time of the appointment is over.
func appointmentOver(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if until, err := time.Parse(time.DateOnly, record.Values.Text("until")); err == nil && until.Before(r.Now()) {
		return true, "", nil
	}
	there, err := isPresent(ctx, r, record.Values.ID("person"))
	return !there, "", err
}

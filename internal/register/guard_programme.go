// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// programmeFunctions look over the whole register before a programme goes on.
func programmeFunctions() Functions {
	return Functions{Guards: map[string]GuardFunc{
		"programme_roles":     programmeRoles,
		"programme_assessed":  programmeAssessed,
		"programme_history":   programmeHistory,
		"programme_processes": programmeProcesses,
	}}
}

// neededRoles have to be held before anything can be decided in their name.
var neededRoles = []string{"top_management", "aims_manager", "risk_manager", "impact_lead", "audit_lead"}

// programmeRoles wants the roles that decide to be held, and nobody's acceptance
// outstanding.
func programmeRoles(ctx context.Context, r *Reader, _ *Record, _ Actor) (bool, string, error) {
	all, err := r.All(ctx, "appointment", "proposed", "accepted", "active", "absent")
	if err != nil {
		return false, "", err
	}
	missing, waiting := slices.Clone(neededRoles), []string(nil)
	for _, a := range all {
		if a.State == "proposed" {
			waiting = append(waiting, a.Number())
			continue
		}
		missing = slices.DeleteFunc(missing, func(role string) bool { return role == a.Values.Text("role") })
	}
	switch {
	case len(missing) > 0:
		return false, fmt.Sprintf("Nobody has accepted to be: %s.", strings.Join(words(missing), ", ")), nil
	case len(waiting) > 0:
		return false, fmt.Sprintf("Not accepted yet: %s.", strings.Join(waiting, ", ")), nil
	}
	return true, "", nil
}

// Where a system's assessments have to stand before the management system is put in force.
var (
	impactDone = []string{"approved", "in_force", "review_due", "not_needed"}
	riskRated  = []string{"evaluated", "treatment_chosen", "treating", "verified", "accepted", "monitored", "closed"}
)

// programmeAssessed wants of every system in scope an approved impact assessment and
// a rated risk.
func programmeAssessed(ctx context.Context, r *Reader, _ *Record, _ Actor) (bool, string, error) {
	systems, err := systemsInScope(ctx, r)
	if err != nil {
		return false, "", err
	}
	if len(systems) == 0 {
		return false, "No AI system is in scope.", nil
	}
	var missing []string
	for _, s := range systems {
		ok, err := assessed(ctx, r, s)
		if err != nil {
			return false, "", err
		}
		if !ok {
			missing = append(missing, s.Number())
		}
	}
	return len(missing) == 0, fmt.Sprintf("Without an approved impact assessment or a rated risk: %s.", strings.Join(missing, ", ")), nil
}

// assessed tells whether a system has an approved impact assessment and a rated risk.
func assessed(ctx context.Context, r *Reader, system *Record) (bool, error) {
	for kindID, states := range map[string][]string{"impact": impactDone, "risk": riskRated} {
		linked, err := r.linkedStates(ctx, system, kindID)
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(linked, func(state string) bool { return slices.Contains(states, state) }) {
			return false, nil
		}
	}
	return true, nil
}

// historyDays is the least time in operation before an internal audit, so that it
// finds something to sample.
const historyDays = 60

func programmeHistory(_ context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	from := record.Done["operate"].At
	days := int(r.Now().Sub(from).Hours() / 24)
	if from.IsZero() {
		days = 0
	}
	return days >= historyDays, fmt.Sprintf("The management system has been in force for %d days; an audit needs %d to take samples from.", days, historyDays), nil
}

// coreProcesses leave records; each has some, or a reason why there was no case.
var coreProcesses = []string{"risk", "impact", "change", "incident", "concern", "training", "measure", "supplier"}

func programmeProcesses(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	var missing []string
	for _, process := range coreProcesses {
		n, err := r.Count(ctx, process)
		if err != nil {
			return false, "", err
		}
		excused := slices.ContainsFunc(record.Values.Rows("no_case"), func(row map[string]any) bool { return row["process"] == process })
		if n == 0 && !excused {
			missing = append(missing, process)
		}
	}
	return len(missing) == 0, fmt.Sprintf("Neither a record nor a reason for having none: %s.", strings.Join(missing, ", ")), nil
}

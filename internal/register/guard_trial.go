// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"time"
)

// How long a trial before approval and a pilot after it last, from one permission to the
// next and in all, whatever their record says. The guards of their moves refuse what is
// longer with words.
const (
	trialMost, trialTotal = 30 * 24 * time.Hour, 90 * 24 * time.Hour
	pilotMost, pilotTotal = 180 * 24 * time.Hour, 360 * 24 * time.Hour
)

// Tried is a trial or a pilot that was allowed.
type Tried struct {
	Since time.Time // when it was allowed first; a renewal goes on counting from there
	Until time.Time // not from here on; zero when the record says no end
}

// endsTrial are the states that end a trial when the system comes to them. Finding that
// it ran and nobody decided on it is one: from there nothing could stop it.
var endsTrial = []string{"approved", "piloting", "operating", "suspended", "retiring", "retired", "rejected", "forbidden", "out_of_scope", "discovered"}

// TrialOf tells whether a trial of a system was allowed and nothing ended it but time.
func TrialOf(system *Record) (Tried, bool) {
	begun, ok := system.Done["trial"]
	last := renewal(begun, system.Done["renew_trial"])
	for id, act := range system.Done {
		m, known := system.Kind.Move(id)
		if act.Version > last.Version && known && (id == "end_trial" || id == "stop_trial" || slices.Contains(endsTrial, m.To)) {
			return Tried{}, false
		}
	}
	return tried(system, begun, last, trialMost, trialTotal), ok
}

// PilotOf is the pilot of a system that was begun last.
func PilotOf(system *Record) Tried {
	begun := system.Done["pilot"]
	return tried(system, begun, renewal(begun, system.Done["renew_pilot"]), pilotMost, pilotTotal)
}

// renewal is the last permission: the renewal, when it came after what it renews.
func renewal(begun, renewed Act) Act {
	if renewed.Version > begun.Version {
		return renewed
	}
	return begun
}

func tried(system *Record, begun, last Act, most, total time.Duration) Tried {
	t := Tried{Since: begun.At}
	if day, err := time.Parse(time.DateOnly, system.Values.Text("pilot_until")); err == nil {
		t.Until = day.AddDate(0, 0, 1) // the day itself counts
	}
	for _, end := range []time.Time{last.At.Add(most), begun.At.Add(total)} {
		if t.Until.After(end) {
			t.Until = end
		}
	}
	return t
}

// systemTried keeps since when a system is tried: the move that allows it is just made.
func systemTried(_ context.Context, _ *Reader, record *Record) error {
	for field, move := range map[string]string{"trial_since": "trial", "pilot_since": "pilot"} {
		if act := record.Done[move]; act.Version == record.Version+1 {
			record.Values[field] = act.At.UTC().Format(time.DateOnly)
		}
	}
	return nil
}

// systemTrialMustStop holds while a trial runs and something stops it.
func systemTrialMustStop(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	if !runsOnTrial(r, record) {
		return false, "", nil
	}
	why, err := stops(ctx, r, record)
	return why != "", "", err
}

func runsOnTrial(r *Reader, record *Record) bool {
	trial, ok := TrialOf(record)
	return ok && r.Now().Before(trial.Until)
}

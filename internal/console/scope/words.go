// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// finding is the heading, and how it stands.
func (v *view) finding() (heading, lead string) {
	undecided := len(v.check.Undecided) + len(v.check.Rest) + len(v.undecidedFound())
	blocks := v.weighing(func(f *register.Finding) bool { return f.Blocks() })
	switch {
	case v.record.StateOf().Ends:
		heading = "This scope was superseded"
	case undecided == 1:
		heading = "One AI use stands on the line"
	case undecided > 1:
		heading = words.Number(undecided) + " AI uses stand on the line"
	case len(blocks) > 0:
		heading = "The scope does not hold: " + words.Enumerate(blocks)
		if v.record.InForce == nil {
			heading = "The scope cannot be approved yet: " + words.Enumerate(blocks)
		}
	case v.record.InForce == nil:
		heading = "The scope is " + strings.ToLower(v.record.StateOf().Label) + ", and nothing blocks it"
	default:
		heading = "Every AI use that is known is decided"
	}
	parts := []string{v.observed(), v.standing()}
	if warns := v.weighing(func(f *register.Finding) bool { return f.Found() && !f.Blocks() && f.Accepted == "" }); len(blocks)+len(warns) > 0 {
		text := ""
		if len(blocks) > 0 {
			text = words.Enumerate(blocks) + map[bool]string{true: " blocks", false: " block"}[len(blocks) == 1]
		}
		if len(warns) > 0 {
			text = strings.TrimPrefix(text+"; "+words.Enumerate(warns)+" "+map[bool]string{true: "is", false: "are"}[len(warns) == 1]+" to be answered or accepted", "; ")
		}
		parts = append(parts, text+".")
	}
	if accepted := v.weighing(func(f *register.Finding) bool { return f.Accepted != "" }); len(accepted) > 0 {
		parts = append(parts, "Top management accepted "+words.Enumerate(accepted)+".")
	}
	return heading, strings.Join(parts, " ")
}

// weighing lists the rules whose findings weigh in one way.
func (v *view) weighing(is func(*register.Finding) bool) (ids []string) {
	for i := range v.check.Findings {
		if is(&v.check.Findings[i]) {
			ids = append(ids, v.check.Findings[i].ID)
		}
	}
	return ids
}

// observed says how much of what was seen lies inside.
func (v *view) observed() string {
	t := v.check.Traffic
	since := " since " + t.From.Format("2 Jan 2006")
	switch sums := v.shares(); {
	case !t.Known:
		return "Use is not observed, so what rests on it is not covered."
	case sums.all() == 0:
		return "No interaction passed the gateway" + since + "."
	default:
		return words.Share(sums.in, sums.all()) + " of " + words.Counted(sums.all(), "interaction", "interactions") + since + " lie inside."
	}
}

// standing says what is shown, and by whose approval it holds.
func (v *view) standing() string {
	r := v.record
	if r.InForce == nil || v.draft {
		return r.Number() + " is " + strings.ToLower(r.StateOf().Label) + "; it is approved by top management."
	}
	return r.Number() + ", version " + words.Number(r.InForce.Version) + ", was approved on " + r.InForce.At.Format("2 Jan 2006") + " and is " + strings.ToLower(r.StateOf().Label) + "."
}

// shareOf is the observed use by what the scope says of it.
type shareOf struct{ in, undecided, out uint64 }

func (s shareOf) all() uint64 { return s.in + s.undecided + s.out }

// shares add up the observed use. Only a system with the decision "out" or "forbidden" is out
// with a reason; everything else that is not inside is undecided.
func (v *view) shares() (s shareOf) {
	decided := v.decisions()
	for id, p := range v.check.Traffic.Systems {
		switch decided[id] {
		case "in":
			s.in += p.Interactions
		case "out", "forbidden":
			s.out += p.Interactions
		default:
			s.undecided += p.Interactions
		}
	}
	return s
}

// resolutions are what resolves findings, in words.
var resolutions = map[string]string{
	"change_scope": "Change the scope", "change_inventory": "Change the inventory", "add_interface": "Describe the interface",
	"stop_use": "Stop the use", "accept": "Have top management accept it, with a reason an auditor sees",
}

// findingMark is what came out of a rule.
func findingMark(f *register.Finding) part.Mark {
	switch {
	case f.Accepted != "":
		return part.Mark{Class: "warn", Shape: "ring", Word: "Accepted"}
	case f.Level == register.Block:
		return part.Bad("Blocks")
	case f.Level == register.Warn:
		return part.Warn("To be answered")
	case f.Level == register.NotCovered:
		return part.Mark{Class: "none", Shape: "none", Word: "Not covered"}
	default:
		return part.OK("Nothing found")
	}
}

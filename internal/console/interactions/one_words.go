// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// heading names an interaction by what it belongs to and when it began.
func heading(v *evidence.View) string {
	name := v.System.Name
	if name == "" {
		name = "Unknown system"
	}
	return name + v.Opened.UTC().Format(", 2 January, 15:04:05")
}

// lead says in one or two sentences how an interaction went, from its record.
func lead(v *evidence.View) string {
	after := "after " + duration(v.DurationMS)
	switch resultOf(v) {
	case 0:
		return foundWords(v) + " No outcome has been recorded yet."
	case counterfoil.ResultBlocked:
		return foundWords(v) + " Rule " + ruleWords(decided(v).Rule) + " stopped it, and nothing left."
	case counterfoil.ResultRefused:
		return "Refused before anything left: " + reasonWords(v.Reason) + "."
	case counterfoil.ResultStopped:
		return foundWords(v) + " Rule " + ruleWords(decided(v).Rule) + " stopped the answer midway, " + after + "."
	case counterfoil.ResultCancelled:
		return foundWords(v) + " The client left " + after + ", before the answer was complete."
	case counterfoil.ResultFailed:
		return foundWords(v) + " The provider failed " + after + ": " + reasonWords(v.Reason) + "."
	case counterfoil.ResultAbandoned:
		return foundWords(v) + " The process ended before an outcome was written; recovery closed the record."
	default:
		return strings.TrimSuffix(foundWords(v), ".") + ", and the answer was delivered in " + duration(v.DurationMS) + "."
	}
}

// foundWords says what was found in the request and what became of it.
func foundWords(v *evidence.View) string {
	masked, kept := phraseOf(v, "masked")
	switch {
	case len(v.Findings) == 0 && len(v.Counts) > 0:
		return words.Sentence(countsPhrase(v)) + " found; the text can no longer be read."
	case len(masked) == 0 && len(kept) == 0:
		return "Nothing was found in the request."
	case len(kept) == 0:
		return words.Sentence(words.Enumerate(masked)) + wasWere(v, "masked") + "masked."
	case len(masked) == 0:
		return words.Sentence(words.Enumerate(kept)) + wasWere(v, "") + "found."
	default:
		return words.Sentence(words.Enumerate(masked)) + wasWere(v, "masked") + "masked, " + words.Enumerate(kept) + wasWere(v, "") + "found and left."
	}
}

// phraseOf counts the findings of the request by type: those with the action,
// and the others.
func phraseOf(v *evidence.View, action string) (with, others []string) {
	count := func(match bool) (parts []string) {
		var order []string
		n := make(map[string]uint64)
		for _, f := range v.Findings {
			if f.Phase == evidence.PhaseAnswer || (f.Action == action) != match {
				continue
			}
			if n[f.Type] == 0 {
				order = append(order, f.Type)
			}
			n[f.Type]++
		}
		for _, typ := range order {
			parts = append(parts, words.Spelled(n[typ], nounOf(typ).one, nounOf(typ).many))
		}
		return parts
	}
	return count(true), count(false)
}

// wasWere agrees with how many findings have the action (or, for "", have not
// been masked).
func wasWere(v *evidence.View, action string) string {
	n := 0
	for _, f := range v.Findings {
		if f.Phase == evidence.PhaseRequest && (f.Action == "masked") == (action == "masked") {
			n++
		}
	}
	if n == 1 {
		return " was "
	}
	return " were "
}

func ruleWords(rule string) string {
	if rule == "" {
		return "(none named)"
	}
	return "“" + words.Clip(rule) + "”"
}

// reasonWords reads a code of the ledger format.
func reasonWords(reason string) string {
	if reason == "" {
		return "no reason is recorded"
	}
	return strings.NewReplacer("_", " ", "-", " ").Replace(words.Clip(reason))
}

// decisionOf shows what the rules said over request and answer.
func decisionOf(v *evidence.View) decisionView {
	d := decisionView{Digests: []part.Fact{
		{Label: "Rules", Value: words.Grouped(v.Digests.Policy), Mono: true, Sub: "SHA-256 of the rule set in force then"},
		{Label: "Configuration", Value: words.Grouped(v.Digests.Config), Mono: true},
		{Label: "Register", Value: words.Grouped(v.Digests.Snapshot), Mono: true, Sub: "All systems, people and keys as they were"},
	}}
	phases := []evidence.Decision{v.Decision}
	if v.AnswerDecision != nil {
		phases = append(phases, *v.AnswerDecision)
	}
	matched, shadow := 0, 0
	for i, phase := range phases {
		d.Rules = append(d.Rules, ruleRows(phase, []string{"Request", "Answer"}[i])...)
		matched, shadow = matched+len(phase.Reasons), shadow+len(phase.Shadow)
	}
	d.Summary = words.Counted(uint64(matched), "rule", "rules") + " matched"
	if shadow > 0 {
		d.Summary += ", " + words.Number(shadow) + " in shadow"
	}
	effect, rule := decided(v).Effect, decided(v).Rule
	m := standing(resultOf(v), effect)
	d.Notice = part.Notice{Shape: m.Shape, Text: "Effects are ordered block, hold, mask, warn, allow. All rules are evaluated; a rule in shadow has no effect."}
	if m.Class == "bad" || m.Class == "warn" {
		d.Notice.Class = m.Class
	}
	switch {
	case resultOf(v) == counterfoil.ResultRefused:
		d.Notice.Title = "Refused before the rules had to decide: " + reasonWords(v.Reason)
	case rule != "":
		d.Notice.Title = effectMark(effect).Word + ", because rule " + ruleWords(rule) + " is the strictest that matched"
	default:
		d.Notice.Title = effectMark(effect).Word + "; no rule asked for anything else"
	}
	if v.Message != "" {
		d.Notice.Text = "The client was told: “" + strings.TrimSpace(words.ClipTo(v.Message, 600)) + "” " + d.Notice.Text
	}
	return d
}

func ruleRows(d evidence.Decision, phase string) (rows []ruleRow) {
	for _, rule := range d.Reasons {
		effect := part.Fact{Value: "Weaker, or the same", Missing: true}
		if rule == d.Rule {
			effect = part.Fact{Mark: new(effectMark(d.Effect))}
		}
		rows = append(rows, ruleRow{words.Clip(rule), phase, "Enforcing", effect})
	}
	for _, rule := range d.Shadow {
		rows = append(rows, ruleRow{words.Clip(rule), phase, "Shadow", part.Fact{Value: "None; it would have matched", Missing: true}})
	}
	return rows
}

// findingsOf lists where something was seen. A value is never part of it.
func findingsOf(v *evidence.View) (rows []findingRow, summary, none string) {
	places := make(map[string]bool)
	for _, f := range v.Findings {
		places[string(f.Phase)+f.Where] = true
		rows = append(rows, findingRow{
			Type: words.ClipTo(label(f.Type), 40), Phase: phaseWords(f.Phase), Where: words.Clip(f.Where), Bytes: fmt.Sprintf("%s–%s", words.Number(f.Start), words.Number(f.End)),
			Detector: words.ClipTo(f.Detector, 40), Score: strconv.FormatFloat(f.Score, 'f', 2, 64), Action: actionMark(f.Action),
		})
	}
	if len(rows) == 0 && len(v.Counts) > 0 {
		return nil, countsPhrase(v), "Where they were lay in the text, which can no longer be read. The numbers are in the entries and stay."
	}
	if len(rows) == 0 {
		ran := slices.ContainsFunc(v.Guards, func(g evidence.Guard) bool { return g.Name == "detect" && g.Status == counterfoil.GuardRan })
		if ran {
			return nil, "None", "The detectors read all text and found nothing."
		}
		return nil, "Not looked for", "No detector ran, so this says nothing about the text."
	}
	summary = words.Counted(uint64(len(rows)), "finding", "findings") + " in " + words.Counted(uint64(len(places)), "text", "texts") + ". The value found is never shown."
	return rows, summary, ""
}

// countsPhrase lists what the entries count, for when the text is gone.
func countsPhrase(v *evidence.View) string {
	var parts []string
	for _, c := range v.Counts {
		n := nounOf(c.Type)
		parts = append(parts, words.Counted(c.Count, n.one, n.many)+" in the "+strings.ToLower(phaseWords(c.Phase)))
	}
	return strings.Join(parts, ", ")
}

func phaseWords(phase evidence.Phase) string {
	if phase == evidence.PhaseAnswer {
		return "Answer"
	}
	return "Request"
}

func actionMark(action string) part.Mark {
	switch action {
	case "masked":
		return part.Masked("Masked")
	case "blocked":
		return part.Blocked("Blocked")
	default:
		return part.Skipped("Left as it was")
	}
}

// guardNames are the guards as people call them.
var guardNames = map[string]string{
	"schema": "Read: strict JSON, known form", "identity": "Identify", "route": "Look whether the system has a route", "detect": "Detect", "policy": "Decide",
	"redact": "Mask", "restore": "Put placeholders back", "watch": "Watch the answer",
}

func guardRows(guards []evidence.Guard) (rows []guardRow) {
	longest := uint64(1)
	for _, g := range guards {
		longest = max(longest, g.Micros)
	}
	for _, g := range guards {
		name := guardNames[g.Name]
		if name == "" {
			name = g.Name
		}
		row := guardRow{Name: words.Clip(name), Version: words.Clip(g.Version), Status: guardMark(g.Status), Reason: part.Fact{Value: words.Clip(words.Sentence(reasonWords(g.Reason)))}, Millis: "–"}
		if g.Phase == evidence.PhaseAnswer && g.Name != "watch" && g.Name != "restore" {
			row.Name += ", answer"
		}
		if g.Reason == "" {
			row.Reason = part.Fact{Value: "–", Missing: true}
		}
		if g.Status != counterfoil.GuardSkipped {
			row.Bar = strconv.FormatFloat(max(1.5, 170*float64(g.Micros)/float64(longest)), 'f', 1, 64)
			row.Millis = strconv.FormatFloat(float64(g.Micros)/1000, 'f', 3, 64)
		}
		rows = append(rows, row)
	}
	return rows
}

func guardMark(status counterfoil.GuardStatus) part.Mark {
	switch status {
	case counterfoil.GuardRan:
		return part.OK("Ran")
	case counterfoil.GuardSkipped:
		return part.Skipped("Skipped")
	default:
		return part.Bad("Failed")
	}
}

func guardsSummary(guards []evidence.Guard) string {
	var n [4]int
	for _, g := range guards {
		n[g.Status&3]++
	}
	return fmt.Sprintf("%d ran, %d skipped, %d failed. Not run is shown as plainly as passed.", n[counterfoil.GuardRan], n[counterfoil.GuardSkipped], n[counterfoil.GuardFailed])
}

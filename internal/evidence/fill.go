// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/interaction"
)

// view fills in everything but the proof and the names.
func (rec *record) view() *View {
	v := &View{
		ID:       rec.intent.entry.ID,
		Payload:  PayloadState{rec.requestState, rec.answerState},
		Findings: []Finding{},
		Counts:   []Count{},
		Guards:   []Guard{},
	}
	v.intent(rec.intent.entry)
	v.entry(rec.intent)
	v.Indexes.Intent = rec.intent.index
	if rec.outcome != nil {
		v.outcome(rec.outcome.entry)
		v.Indexes.Outcome = &rec.outcome.index
		if !rec.combined() {
			v.entry(rec.outcome)
		}
	}
	v.payloads(rec.request, rec.answer)
	return v
}

func (v *View) intent(e *counterfoil.Entry) {
	in := e.Intent
	v.Opened = moment(e.Time)
	v.System.ID, v.Person.ID, v.Key.ID = in.System, e.Actor, in.Key
	v.Workload, v.Assurance = in.Workload, in.Assurance
	v.Provider, v.Dialect, v.Operation = in.Provider, in.Dialect, in.Operation
	v.Model, v.ModelListed, v.Stream = in.Model, in.Model != "", in.Stream
	v.RequestBytes, v.ForwardedBytes = in.RequestBytes, in.ForwardedBytes
	v.Decision = decision(&in.Decision)
	v.Redactions = in.Redactions
	v.Digests = Digests{in.Config, in.Policy, in.Snapshot}
	v.phase(PhaseRequest, in.Findings, in.Guards)
}

func (v *View) outcome(e *counterfoil.Entry) {
	out := e.Outcome
	closed, answered := moment(e.Time), decision(&out.Decision)
	v.Closed, v.AnswerDecision, v.Result = &closed, &answered, &out.Result
	v.DurationMS, v.FirstMS = millis(out.Duration), millis(out.FirstByte)
	v.Reason, v.Status, v.UpstreamStatus = out.Reason, out.Status, out.UpstreamStatus
	v.AnswerBytes, v.Truncated = out.AnswerBytes, out.Truncated
	v.Usage = Usage{out.InputTokens, out.OutputTokens}
	v.phase(PhaseAnswer, out.Findings, out.Guards)
}

func (v *View) phase(phase Phase, findings []counterfoil.FindingCount, guards []counterfoil.GuardRun) {
	for _, f := range findings {
		v.Counts = append(v.Counts, Count{phase, f.Type, f.Count})
	}
	for _, g := range guards {
		v.Guards = append(v.Guards, Guard{phase, g.Name, g.Status, g.Version, g.Reason, g.Micros})
	}
}

func (v *View) entry(l *leaf) {
	v.Entries = append(v.Entries, Entry{l.index, l.entry.Kind, l.hash, moment(l.entry.Time), l.bytes})
}

// payloads adds what only the payloads tell.
func (v *View) payloads(request *interaction.Request, answer *interaction.Answer) {
	if request != nil {
		if !v.ModelListed {
			v.Model = request.Model
		}
		v.Message = request.Message
		v.findings(PhaseRequest, request.Findings)
	}
	if answer != nil {
		if answer.Message != "" {
			v.Message = answer.Message
		}
		v.findings(PhaseAnswer, answer.Findings)
	}
}

func (v *View) findings(phase Phase, list []interaction.Finding) {
	for _, f := range list {
		v.Findings = append(v.Findings, Finding{phase, f.Type, f.Where, f.Start, f.End, f.Score, f.Detector, f.Action})
	}
}

func decision(d *counterfoil.Decision) Decision {
	list := func(s []string) []string { return append([]string{}, s...) } // never null in JSON
	return Decision{d.Effect, d.Rule, list(d.Reasons), list(d.Shadow)}
}

func moment(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func millis(micros uint64) float64 { return float64(micros) / 1000 }

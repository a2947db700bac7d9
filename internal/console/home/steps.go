// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// kindTally is how many records of a kind stand in which state.
type kindTally struct {
	all   uint64
	state map[string]uint64
}

func (t *kindTally) of(states ...string) (n uint64) {
	for _, s := range states {
		n += t.state[s]
	}
	return n
}

// tally counts a kind; nothing of one the person may not read.
func (d *desk) tally(kindID string) (kindTally, error) {
	t := kindTally{state: map[string]uint64{}}
	counts, err := d.Counts(d.Ctx, kindID)
	for _, c := range counts {
		t.all += c.N
		t.state[c.State] += c.N
	}
	return t, err
}

// steps computes the seven steps. Nobody ticks one: what is missing is a record.
func (d *desk) steps() ([]step, error) {
	t := map[string]kindTally{}
	for _, id := range []string{"programme", "scope", "commitment", "appointment", "system", "gap_assessment", "gap", "risk", "impact", "statement", "statement_row"} {
		var err error
		if t[id], err = d.tally(id); err != nil {
			return nil, err
		}
	}
	list := []step{d.understand(t), d.own(t), d.assessGaps(t), d.control(t)}
	list = append(list,
		step{No: "5", Title: "Operate, audit, review", Href: "/audits", State: part.NotBegun("Not begun"), Records: "Internal audits and management reviews are not kept in this version.", Missing: []part.Link{{Label: "One internal audit, then one management review"}}},
		step{No: "6", Title: "Certification body", Href: "/audits", State: part.NotBegun("Not begun"), Records: "Dates and findings of the body are not kept in this version.", Missing: []part.Link{{Label: "Waits for step 5"}}},
		step{No: "7", Title: "Maintain", Href: "/audits", State: part.NotBegun("Not begun"), Records: "Begins with the certificate."},
	)
	for i := range list {
		if list[i].State.Class != "ok" {
			list[i].Current = true
			break
		}
	}
	return list, nil
}

// judged sets the state of a step from what is there and what is missing.
func judged(s step, begun bool) step {
	switch {
	case len(s.Missing) == 0:
		s.State = part.OK("Done")
	case begun:
		s.State = part.Current("In progress")
	default:
		s.State = part.NotBegun("Not begun")
	}
	return s
}

func (d *desk) understand(t map[string]kindTally) step {
	programme := t["programme"]
	s := step{No: "1", Title: "Understand what is certified", Href: d.Href("/kinds/programme"), Records: "Certified is the management system, never a model. " + words.Counted(programme.all, "programme", "programmes") + "."}
	if programme.all == programme.of("draft") {
		s.Missing = []part.Link{{Label: "A programme whose leaders confirmed the briefing", Href: d.Href("/kinds/programme")}}
	}
	return judged(s, programme.all > 0)
}

func (d *desk) own(t map[string]kindTally) step {
	scope, commitment, roles, systems := t["scope"], t["commitment"], t["appointment"], t["system"]
	s := step{No: "2", Title: "Scope and ownership", Href: d.Href("/scope")}
	s.Records = words.Enumerate([]string{
		words.Counted(scope.of("in_force"), "scope in force", "scopes in force"),
		words.Counted(commitment.of("current", "signed"), "signed commitment", "signed commitments"),
		words.Counted(roles.of("active"), "role held", "roles held") + " of " + words.Number(roles.all) + " offered",
		words.Counted(systems.all, "AI system", "AI systems"),
	}) + "."
	if scope.of("in_force") == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "A scope in force", Href: d.Href("/kinds/scope")})
	}
	if commitment.of("current", "signed") == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "A signed commitment", Href: d.Href("/kinds/commitment")})
	}
	if n := roles.of("proposed", "accepted"); n > 0 || roles.of("active") == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "Roles accepted and in force: " + words.Number(n) + " wait", Href: d.Href("/kinds/appointment")})
	}
	return judged(s, scope.all+commitment.all+roles.all > 0)
}

func (d *desk) assessGaps(t map[string]kindTally) step {
	assessment, gaps := t["gap_assessment"], t["gap"]
	s := step{No: "3", Title: "Gap assessment", Href: d.Href("/kinds/gap_assessment")}
	s.Records = words.Number(assessment.of("closed")) + " of " + words.Counted(assessment.all, "assessment", "assessments") + " closed; " + words.Counted(gaps.all, "gap", "gaps") + " found, " + words.Number(gaps.of("closed")) + " closed."
	if assessment.of("closed", "repeated") == 0 {
		s.Missing = []part.Link{{Label: "An assessment of every requirement, closed", Href: d.Href("/kinds/gap_assessment")}}
	}
	return judged(s, assessment.all > 0)
}

func (d *desk) control(t map[string]kindTally) step {
	rows, risks, impacts, statement := t["statement_row"], t["risk"], t["impact"], t["statement"]
	s := step{No: "4", Title: "Controls and evidence", Href: d.Href("/controls")}
	s.Records = words.Number(rows.of("decided")) + " of " + words.Counted(rows.all, "control", "controls") + " decided; " + words.Counted(risks.all, "risk", "risks") + ", " + words.Number(risks.of("accepted", "monitored")) + " accepted; " +
		words.Number(impacts.of("in_force", "approved")) + " of " + words.Counted(impacts.all, "impact assessment", "impact assessments") + " approved."
	if statement.of("in_force") == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "A statement of applicability in force", Href: d.Href("/kinds/statement")})
	}
	if n := statement.of("drifting"); n > 0 {
		s.Missing = append(s.Missing, part.Link{Label: "The statement drifts from what it rests on", Href: d.Href("/kinds/statement", "state", "drifting")})
	}
	if risks.all == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "Risks", Href: d.Href("/kinds/risk")})
	}
	if impacts.of("in_force", "approved") == 0 {
		s.Missing = append(s.Missing, part.Link{Label: "An approved impact assessment", Href: d.Href("/kinds/impact")})
	}
	return judged(s, rows.all+risks.all+statement.all > 0)
}

// clashMost bounds how many contradictions of one sort are shown.
const clashMost = 10

// clashes are records that do not agree with each other or with what is seen.
func (d *desk) clashes() ([]clash, error) {
	var list []clash
	for _, find := range []func() ([]clash, error){d.drifting, d.ungoverned, d.lateClashes} {
		more, err := find()
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// drifting are statements and scopes that no longer fit what they rest on.
func (d *desk) drifting() ([]clash, error) {
	var list []clash
	for _, q := range []struct{ kind, state, one, other string }{
		{"statement", "drifting", "Approved as it stands", "Something it rests on has changed since"},
		{"scope", "under_review", "Approved as it stands", "What is used differs from it, or its year is over"},
		{"override", "approved", "A guard has to hold", "It is passed, with a reason, until it ends"},
	} {
		page, err := d.List(d.Ctx, index.KeptFilter{Kind: q.kind, States: []string{q.state}, Limit: clashMost})
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			list = append(list, clash{part.Link{Label: d.Called(r), Href: d.RecordHref(r)}, q.one, q.other})
		}
	}
	return list, nil
}

// ungoverned are systems with traffic and no approval.
func (d *desk) ungoverned() ([]clash, error) {
	page, err := d.List(d.Ctx, index.KeptFilter{Kind: "system", States: []string{"requested", "screened", "assessing", "rejected", "retired"}, Limit: 200})
	if err != nil || len(page.Records) == 0 {
		return nil, err
	}
	var list []clash
	for _, r := range page.Records {
		if r.InForce != nil || len(list) == clashMost {
			continue
		}
		f := d.Passed(r.ID)
		if r.StateOf().Ends {
			f.From = r.Since
		} else if r.Values.Text("pilot_until") >= d.Now().Format(time.DateOnly) {
			continue // a trial, with its limits
		}
		n, err := d.section.index.Count(d.Ctx, f)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			list = append(list, clash{
				part.Link{Label: d.Called(r), Href: d.PageOf(r)},
				words.Sentence(strings.ToLower(r.StateOf().Label)) + ", not approved",
				words.Counted(n, "interaction", "interactions") + " recorded",
			})
		}
	}
	return list, nil
}

// lateClashes are records written down long after the fact.
func (d *desk) lateClashes() ([]clash, error) {
	records, _, err := d.Late(d.Ctx, 0, clashMost)
	if err != nil {
		return nil, err
	}
	var list []clash
	for _, r := range records {
		list = append(list, clash{part.Link{Label: d.Called(r), Href: d.RecordHref(r)}, "Happened on " + words.DayOf(r.Fact), "Recorded on " + r.Time.Format("2 Jan 2006")})
	}
	return list, nil
}

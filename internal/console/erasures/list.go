// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// listPage lists what was asked for, what became of it, and what is on hold.
type listPage struct {
	shell.Page
	Lead    string
	Stub    []part.Fact
	Summary string
	Rows    []row
	Holds   []holdRow
}

type row struct {
	Href     string
	What     part.Fact
	State    part.Mark
	Basis    string
	By       part.Fact
	At       time.Time
	Payloads string
}

type holdRow struct {
	Href   string
	What   part.Fact
	State  part.Mark
	Reason string
	By     part.Fact
	Placed time.Time
	Until  part.Fact
}

func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	cases, err := s.erasures.Cases(r.Context())
	if err != nil {
		return err
	}
	holds, err := s.erasures.Holds(r.Context())
	if err != nil {
		return err
	}
	p := listPage{Page: s.Page(r, "Erasures", "ledger"), Summary: words.Counted(uint64(len(cases)), "request", "requests")}
	waiting, inForce := uint64(0), uint64(0)
	for i := range cases {
		one := &cases[i]
		if one.State == erasure.StateWaiting {
			waiting++
		}
		p.Rows = append(p.Rows, row{
			Href: "/erasures/" + one.ID.String(), What: targetFact(one.Target), State: stateMark(one.State), Basis: basisWords(one.Basis),
			By: s.whoFact(r, "", one.By), At: one.Requested, Payloads: payloadsOf(one),
		})
	}
	for i := range holds {
		row := s.holdRow(r, &holds[i])
		if row.State.Class == "now" {
			inForce++
		}
		p.Holds = append(p.Holds, row)
	}
	p.Lead = listLead(waiting, inForce)
	p.Stub = []part.Fact{
		{Label: "Waiting", Value: words.Number(waiting) + ", of " + words.Number(len(cases))},
		{Label: "Holds in force", Value: words.Number(inForce) + ", of " + words.Number(len(holds))},
		{Label: "Four eyes", Value: "Whoever asks cannot approve"},
	}
	return s.Render(w, http.StatusOK, "erasures", &p)
}

func listLead(waiting, holds uint64) string {
	lead := "No request waits for a second person."
	if waiting > 0 {
		lead = words.Sentence(words.Spelled(waiting, "request waits", "requests wait")) + " for a second person."
	}
	if holds > 0 {
		lead += " " + words.Sentence(words.Spelled(holds, "hold stops", "holds stop")) + " what they cover from being erased."
	}
	return lead
}

func (s *Section) holdRow(r *http.Request, h *erasure.Hold) holdRow {
	row := holdRow{Href: "/holds/" + h.ID.String(), Reason: h.Reason, By: s.whoFact(r, "", h.By), Placed: h.Placed, Until: part.Fact{Value: "Released by hand", Missing: true}}
	switch {
	case h.Lost:
		row.What, row.Reason = part.Fact{Value: "Not known: its key is missing", Missing: true}, "Nothing is erased until the newest copy of the folder keys is put back, or the hold released."
	case !h.Interaction.IsZero():
		row.What = targetFact(erasure.Target{Interaction: h.Interaction})
	case !h.Person.IsZero():
		row.What = targetFact(erasure.Target{Person: h.Person})
	default:
		row.What = part.Fact{Value: "Everything"}
	}
	if !h.Until.IsZero() {
		row.Until = part.Fact{Time: h.Until}
	}
	switch {
	case h.InForce(s.Clock.Now()):
		row.State = part.Mark{Class: "now", Shape: "bars", Word: "In force"}
	case !h.Released.IsZero():
		row.State = part.Skipped("Released")
	default:
		row.State = part.Mark{Class: "none", Shape: "clock", Word: "Over"}
	}
	return row
}

// targetFact names what is erased, or held, and leads to it.
func targetFact(t erasure.Target) part.Fact {
	switch t.Scope() {
	case counterfoil.ErasePerson:
		return part.Fact{Label: "What", Value: words.PersonLabel(t.Person)}
	case counterfoil.EraseInteraction:
		return part.Fact{Label: "What", Value: "Interaction " + t.Interaction.String()[:8] + "…", Href: "/interactions/" + t.Interaction.String()}
	default:
		if t.Before.IsZero() { // the text of the request went with a person
			return part.Fact{Label: "What", Value: "Not known any more", Missing: true}
		}
		return part.Fact{Label: "What", Value: "Interactions of months that ended by " + t.Before.Format("2 January 2006")}
	}
}

// whoFact names an administrator by id, and the reader as such.
func (s *Section) whoFact(r *http.Request, label string, id identity.PersonID) part.Fact {
	switch {
	case id.IsZero():
		return part.Fact{Label: label, Value: "Nobody", Missing: true}
	case counterfoil.ID(id) == shell.Person(r):
		return part.Fact{Label: label, Value: "You"}
	default:
		return part.Fact{Label: label, Value: words.PersonLabel(counterfoil.ID(id))}
	}
}

func payloadsOf(one *erasure.Case) string {
	if len(one.Erased) == 0 {
		return "–"
	}
	return words.Number(one.Payloads())
}

func stateMark(state string) part.Mark {
	switch state {
	case erasure.StateWaiting:
		return part.Ageing("Waits for a second person")
	case erasure.StateApproved:
		return part.Current("Approved, under way")
	case erasure.StateDone:
		return part.OK("Erased")
	case erasure.StateRejected:
		return part.Mark{Class: "none", Shape: "cross", Word: "Rejected"}
	default:
		return part.Skipped("Void: erased by another request")
	}
}

// basisWords are the codes in words; a code of one's own stands as it is.
func basisWords(code string) string {
	switch code {
	case "data_subject_request":
		return "The person asked for it"
	case "consent_withdrawn":
		return "Consent was withdrawn"
	case "contract_end":
		return "The contract ended"
	case "recorded_in_error":
		return "It was recorded in error"
	case "court_order":
		return "A court ordered it"
	case "":
		return "Not known any more"
	default:
		return strings.ReplaceAll(code, "_", " ")
	}
}

// export writes every request for an erasure as CSV.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	cases, err := s.erasures.Cases(r.Context())
	if err != nil {
		return err
	}
	out, err := s.ExportSheet(w, r, "erasures", "id", "asked_for", "scope", "person_id", "interaction_id", "until", "state", "basis", "by_id", "payloads")
	if err != nil {
		return err
	}
	for i := range cases {
		one := &cases[i]
		until := ""
		if !one.Target.Before.IsZero() {
			until = one.Target.Before.Format(time.DateOnly)
		}
		out.Line([]string{
			one.ID.String(), one.Requested.UTC().Format(time.RFC3339), one.Target.Scope(), sheet.ID(counterfoil.ID(one.Target.Person)), sheet.ID(one.Target.Interaction), until,
			one.State, one.Basis, sheet.ID(counterfoil.ID(one.By)), strconv.FormatUint(one.Payloads(), 10),
		})
	}
	out.Flush()
	return nil
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// erasuresPage lists what was asked for, what became of it, and what is on hold.
type erasuresPage struct {
	page
	Lead    string
	Stub    []fact
	Summary string
	Rows    []erasureRow
	Holds   []holdRow
}

type erasureRow struct {
	Href     string
	What     fact
	State    mark
	Basis    string
	By       fact
	At       time.Time
	Payloads string
}

type holdRow struct {
	Href   string
	What   fact
	State  mark
	Reason string
	By     fact
	Placed time.Time
	Until  fact
}

func (c *Console) listErasures(w http.ResponseWriter, r *http.Request) error {
	cases, err := c.erasures.Cases(r.Context())
	if err != nil {
		return err
	}
	holds, err := c.erasures.Holds(r.Context())
	if err != nil {
		return err
	}
	p := erasuresPage{page: c.page(r, "Erasures", "ledger"), Summary: counted(uint64(len(cases)), "request", "requests")}
	waiting, inForce := uint64(0), uint64(0)
	for i := range cases {
		one := &cases[i]
		if one.State == erasure.StateWaiting {
			waiting++
		}
		p.Rows = append(p.Rows, erasureRow{
			Href: "/erasures/" + one.ID.String(), What: targetFact(one.Target), State: erasureMark(one.State), Basis: basisWords(one.Basis),
			By: c.whoFact(r, "", one.By), At: one.Requested, Payloads: payloadsOf(one),
		})
	}
	for i := range holds {
		row := c.holdRow(r, &holds[i])
		if row.State.Class == "now" {
			inForce++
		}
		p.Holds = append(p.Holds, row)
	}
	p.Lead = erasuresLead(waiting, inForce)
	p.Stub = []fact{
		{Label: "Waiting", Value: number(waiting) + ", of " + number(len(cases))},
		{Label: "Holds in force", Value: number(inForce) + ", of " + number(len(holds))},
		{Label: "Four eyes", Value: "Whoever asks cannot approve"},
	}
	return c.render(w, http.StatusOK, "erasures", &p)
}

func erasuresLead(waiting, holds uint64) string {
	lead := "No request waits for a second person."
	if waiting > 0 {
		lead = sentence(spelled(waiting, "request waits", "requests wait")) + " for a second person."
	}
	if holds > 0 {
		lead += " " + sentence(spelled(holds, "hold stops", "holds stop")) + " what they cover from being erased."
	}
	return lead
}

func (c *Console) holdRow(r *http.Request, h *erasure.Hold) holdRow {
	row := holdRow{Href: "/holds/" + h.ID.String(), Reason: h.Reason, By: c.whoFact(r, "", h.By), Placed: h.Placed, Until: fact{Value: "Released by hand", Missing: true}}
	switch {
	case h.Lost:
		row.What, row.Reason = fact{Value: "Not known: its key is missing", Missing: true}, "Nothing is erased until the newest copy of the folder keys is put back, or the hold released."
	case !h.Interaction.IsZero():
		row.What = targetFact(erasure.Target{Interaction: h.Interaction})
	case !h.Person.IsZero():
		row.What = targetFact(erasure.Target{Person: h.Person})
	default:
		row.What = fact{Value: "Everything"}
	}
	if !h.Until.IsZero() {
		row.Until = fact{Time: h.Until}
	}
	switch {
	case h.InForce(c.clock.Now()):
		row.State = mark{"now", "bars", "In force"}
	case !h.Released.IsZero():
		row.State = mark{"none", "dash", "Released"}
	default:
		row.State = mark{"none", "clock", "Over"}
	}
	return row
}

// targetFact names what is erased, or held, and leads to it.
func targetFact(t erasure.Target) fact {
	switch t.Scope() {
	case counterfoil.ErasePerson:
		return fact{Label: "What", Value: personLabel(t.Person)}
	case counterfoil.EraseInteraction:
		return fact{Label: "What", Value: "Interaction " + t.Interaction.String()[:8] + "…", Href: "/interactions/" + t.Interaction.String()}
	default:
		if t.Before.IsZero() { // the text of the request went with a person
			return fact{Label: "What", Value: "Not known any more", Missing: true}
		}
		return fact{Label: "What", Value: "Interactions of months that ended by " + t.Before.Format("2 January 2006")}
	}
}

// whoFact names an administrator by id, and the reader as such.
func (c *Console) whoFact(r *http.Request, label string, id identity.PersonID) fact {
	switch {
	case id.IsZero():
		return fact{Label: label, Value: "Nobody", Missing: true}
	case counterfoil.ID(id) == person(r):
		return fact{Label: label, Value: "You"}
	default:
		return fact{Label: label, Value: personLabel(counterfoil.ID(id))}
	}
}

func payloadsOf(one *erasure.Case) string {
	if len(one.Erased) == 0 {
		return "–"
	}
	return number(one.Payloads())
}

func erasureMark(state string) mark {
	switch state {
	case erasure.StateWaiting:
		return mark{"warn", "clock", "Waits for a second person"}
	case erasure.StateApproved:
		return mark{"now", "target", "Approved, under way"}
	case erasure.StateDone:
		return mark{"ok", "dot", "Erased"}
	case erasure.StateRejected:
		return mark{"none", "cross", "Rejected"}
	default:
		return mark{"none", "dash", "Void: erased by another request"}
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

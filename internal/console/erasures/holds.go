// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// holdNewPage sets a hold.
type holdNewPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Scope  part.Field
	Which  part.Field
	Reason part.Field
	Until  part.Field
	Prove  part.Field
}

// holdPage is one hold, and where it is released.
type holdPage struct {
	shell.Page
	part.FormState
	ID       string
	Lead     string
	Stub     []part.Fact
	Facts    []part.Fact
	Released bool
	Prove    part.Field
}

// scopeEverything is the scope of the form beside those of erasures.
const scopeEverything = "everything"

func (s *Section) holdNewPage(r *http.Request) holdNewPage {
	return holdNewPage{
		Page: s.Page(r, "Set a hold", "ledger"),
		Stub: []part.Fact{
			{Label: "From now on", Value: "What it covers is not erased, by request or by the calendar"},
			{Label: "Ends", Value: "When an administrator releases it, or on a day"},
		},
		Scope: choice("target", "What is to be kept?", r.FormValue("target"), []part.Option{
			{Value: scopePerson, Label: "Everything of one person"},
			{Value: scopeInteraction, Label: "One interaction"},
			{Value: scopeEverything, Label: "Everything"},
		}),
		Which:  part.Field{Name: "which", Label: "Which one?", Type: "text", Value: r.FormValue("which"), Hint: "A person by e-mail address or id, an interaction by its id; empty for everything."},
		Reason: part.Field{Name: "reason", Label: "Why, in words?", Rows: 3, Value: r.PostFormValue("reason"), Required: true, Hint: "Whoever is refused an erasure reads it. For example the number of the case, and whom to ask. Leave names out."},
		Until:  part.Field{Name: "until", Label: "Until when?", Type: "date", Width: "w-s", Value: r.PostFormValue("until"), Hint: "It ends by itself when this day begins (UTC). Empty: it lasts until it is released."},
		Prove:  proveField(),
	}
}

func (s *Section) newHold(w http.ResponseWriter, r *http.Request) error {
	p := s.holdNewPage(r)
	return s.Render(w, http.StatusOK, "hold_new", &p)
}

func (s *Section) placeHold(w http.ResponseWriter, r *http.Request) error {
	p := s.holdNewPage(r)
	hold := erasure.NewHold{Reason: r.PostFormValue("reason")}
	p.Which.Error = s.heldBy(&hold, r.PostFormValue("target"), strings.TrimSpace(r.PostFormValue("which")))
	p.Until.Error = holdUntil(&hold, r.PostFormValue("until"))
	again := func() error {
		p.FormState = part.Failed("Not set", p.Scope, p.Which, p.Reason, p.Until, p.Prove)
		return s.Render(w, http.StatusUnprocessableEntity, "hold_new", &p)
	}
	if p.Which.Error != "" || p.Until.Error != "" {
		return again()
	}
	who, refused, err := s.proveAgain(w, r, "hold_place", targetID(erasure.Target{Person: hold.Person, Interaction: hold.Interaction}))
	if err != nil {
		return err
	}
	if p.Prove.Error = refused; refused != "" {
		return again()
	}
	h, err := s.erasures.PlaceHold(r.Context(), who, hold)
	if f, ok := fault.As(err); ok && f.Kind != fault.KindInternal && f.Kind != fault.KindUnavailable {
		p.Reason.Error, p.Until.Error = words.Sentence(f.Fields["reason"]), words.Sentence(f.Fields["until"])
		if len(f.Fields) == 0 || f.Fields["target"] != "" {
			p.Which.Error = words.Sentence(f.Public + f.Fields["target"])
		}
		return again()
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/holds/"+h.ID.String(), http.StatusSeeOther)
	return nil
}

// heldBy reads what a hold is to be on; the text says what does not fit.
func (s *Section) heldBy(hold *erasure.NewHold, scope, which string) (wrong string) {
	switch scope {
	case scopeEverything:
		if which != "" {
			return "Leave this empty for everything, or choose what the id or address is"
		}
		hold.Everything = true
	case scopePerson, scopeInteraction:
		var t erasure.Target
		t, wrong = s.targetOf(scope, which)
		hold.Person, hold.Interaction = t.Person, t.Interaction
	default:
		return "Choose what is to be kept"
	}
	return wrong
}

// holdUntil reads the day on which a hold ends.
func holdUntil(hold *erasure.NewHold, text string) (wrong string) {
	if text == "" {
		return ""
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return "Enter a date such as 2026-10-01, or nothing"
	}
	hold.Until = day
	return ""
}

// holdOf is the hold the address names.
func (s *Section) holdOf(r *http.Request) (*erasure.Hold, error) {
	none := shell.NotFound("No hold has this id. One on a person goes when the person is erased.")
	id, err := counterfoil.ParseID(r.PathValue("id"))
	if err != nil {
		return nil, none
	}
	holds, err := s.erasures.Holds(r.Context())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(holds, func(h erasure.Hold) bool { return h.ID == id })
	if at < 0 {
		return nil, none
	}
	return &holds[at], nil
}

func (s *Section) holdPage(r *http.Request, h *erasure.Hold) holdPage {
	row := s.holdRow(r, h)
	row.What.Label, row.Until.Label = "On", "Until"
	p := holdPage{
		Page: s.Page(r, "Hold", "ledger"), ID: h.ID.String(), Released: !h.Released.IsZero(), Prove: proveField(),
		Stub: []part.Fact{
			{Label: "State", Mark: &row.State},
			{Label: "Hold", Value: h.ID.String()[:8] + "…", Mono: true},
		},
		Facts: []part.Fact{row.What, {Label: "Reason", Value: row.Reason}, s.whoFact(r, "Set by", h.By), {Label: "Set", Time: h.Placed}, row.Until},
	}
	switch {
	case h.InForce(s.Clock.Now()):
		p.Lead = "What it covers is not erased: not on request, and not when its time is over."
	case p.Released:
		p.Lead = "It was released. What it covered can be erased again."
		p.Facts = append(p.Facts, s.whoFact(r, "Released by", h.ReleasedBy), part.Fact{Label: "Released", Time: h.Released})
	default:
		p.Lead = "Its day has come, and it stops nothing any more."
	}
	return p
}

func (s *Section) showHold(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holdOf(r)
	if err != nil {
		return err
	}
	p := s.holdPage(r, h)
	return s.Render(w, http.StatusOK, "hold", &p)
}

func (s *Section) releaseHold(w http.ResponseWriter, r *http.Request) error {
	h, err := s.holdOf(r)
	if err != nil {
		return err
	}
	p := s.holdPage(r, h)
	who, refused, err := s.proveAgain(w, r, "hold_release", h.ID)
	if err != nil {
		return err
	}
	if p.Prove.Error = refused; refused != "" {
		p.FormState = part.Failed("Not released", p.Prove)
		return s.Render(w, http.StatusUnprocessableEntity, "hold", &p)
	}
	if _, err := s.erasures.ReleaseHold(r.Context(), who, h.ID); err != nil {
		return err
	}
	http.Redirect(w, r, "/holds/"+p.ID, http.StatusSeeOther)
	return nil
}

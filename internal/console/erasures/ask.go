// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// askPage asks for an erasure.
type askPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Scope  part.Field
	Fields []part.Field
	Basis  part.Field
	Reason part.Field
	Prove  part.Field
}

// Scopes of the form.
const (
	scopePerson      = "person"
	scopeInteraction = "interaction"
	scopeBefore      = "before"
	scopePart        = "part"
)

func (s *Section) askPage(r *http.Request) askPage {
	p := askPage{
		Page: s.Page(r, "Ask for an erasure", "ledger"),
		Stub: []part.Fact{
			{Label: "Now", Value: "Nothing is erased; another administrator decides"},
			{Label: "Afterwards", Value: "Nobody can read it again; the ledger verifies as before"},
		},
		Scope: choice("target", "What is to be erased?", r.FormValue("target"), []part.Option{
			{Value: scopePerson, Label: "Everything of one person"},
			{Value: scopeInteraction, Label: "The text of one interaction"},
			{Value: scopeBefore, Label: "All interactions up to a date"},
			{Value: scopePart, Label: "One attachment or comment"},
		}),
		Fields: []part.Field{{
			Name: "which", Label: "Which one?", Type: "text", Value: r.FormValue("which"), Required: true,
			Hint: "A person by e-mail address or id, an interaction, attachment or comment by its id, a date as 2026-10-01: then months that had ended go.",
		}},
		Reason: part.Field{Name: "reason", Label: "Why, in words?", Rows: 3, Value: r.PostFormValue("reason"), Required: true, Hint: "For example the number of the case. Leave names out."},
		Prove:  proveField(),
	}
	bases := make([]part.Option, 0, len(erasure.Bases))
	for _, code := range erasure.Bases {
		bases = append(bases, part.Option{Value: code, Label: basisWords(code)})
	}
	p.Basis = choice("basis", "On what basis?", r.FormValue("basis"), bases)
	return p
}

// choice is a question with answers to choose from.
func choice(name, label, chosen string, options []part.Option) part.Field {
	for i := range options {
		options[i].Selected = options[i].Value == chosen
	}
	return part.Field{Name: name, Label: label, Options: options}
}

func proveField() part.Field {
	return part.Field{Name: "password", Label: "Your password", Type: "password", Autocomplete: "current-password", Required: true, Hint: "Asked again, because this is recorded as your decision."}
}

func (s *Section) ask(w http.ResponseWriter, r *http.Request) error {
	p := s.askPage(r)
	return s.Render(w, http.StatusOK, "erasure_new", &p)
}

func (s *Section) request(w http.ResponseWriter, r *http.Request) error {
	p := s.askPage(r)
	asked := erasure.NewRequest{Basis: r.PostFormValue("basis"), Reason: r.PostFormValue("reason")}
	asked.Target, p.Fields[0].Error = s.targetOf(r.PostFormValue("target"), strings.TrimSpace(r.PostFormValue("which")))
	again := func() error {
		p.FormState = part.Failed("Not asked for", p.Scope, p.Fields[0], p.Basis, p.Reason, p.Prove)
		return s.Render(w, http.StatusUnprocessableEntity, "erasure_new", &p)
	}
	if p.Fields[0].Error != "" {
		return again()
	}
	who, refused, err := s.proveAgain(w, r, "erasure_request", targetID(asked.Target))
	if err != nil {
		return err
	}
	if p.Prove.Error = refused; refused != "" {
		return again()
	}
	one, _, err := s.erasures.Request(r.Context(), who, asked, nil)
	if f, ok := fault.As(err); ok && f.Kind != fault.KindInternal && f.Kind != fault.KindUnavailable {
		p.Reason.Error, p.Basis.Error = words.Sentence(f.Fields["reason"]), words.Sentence(f.Fields["basis"])
		if len(f.Fields) == 0 || f.Fields["target"] != "" {
			p.Fields[0].Error = words.Sentence(f.Public + f.Fields["target"])
		}
		return again()
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/erasures/"+one.ID.String(), http.StatusSeeOther)
	return nil
}

// targetOf reads what is meant; the text says what does not fit.
func (s *Section) targetOf(scope, which string) (t erasure.Target, wrong string) {
	id, err := counterfoil.ParseID(which)
	isID := err == nil
	switch scope {
	case scopeInteraction:
		if !isID {
			return t, "Enter the id of an interaction; its page shows it"
		}
		t.Interaction = id
	case scopeBefore:
		day, err := time.Parse(time.DateOnly, which)
		if err != nil {
			return t, "Enter a date such as 2026-10-01"
		}
		t.Before = day
	case scopePart:
		if !isID {
			return t, "Enter the id of an attachment or comment; begin at the record it belongs to"
		}
		t.Person = id // whoever it is about: it has keys of its own, as a person has
	case scopePerson:
		if isID {
			t.Person = id
			return t, ""
		}
		address, err := identity.NormaliseEmail(which)
		if err != nil {
			return t, "Enter an e-mail address or an id"
		}
		known, ok := s.Directory.Snapshot().PersonByEmail(address)
		if !ok {
			return t, "No person with this address is registered"
		}
		t.Person = counterfoil.ID(known.ID)
	default:
		return t, "Choose what is to be erased"
	}
	return t, ""
}

func targetID(t erasure.Target) counterfoil.ID {
	if t.Person.IsZero() {
		return t.Interaction
	}
	return t.Person
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type loginPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Notice *part.Notice
	Fields []part.Field
	Next   string
}

func (s *Section) loginPage(r *http.Request, email, next string) loginPage {
	return loginPage{
		Page: s.Page(r, "Sign in", ""), Next: shell.LocalPath(next),
		Stub: []part.Fact{
			{Label: "A session ends", Value: "After 2 hours without use, and after 12 hours"},
			{Label: "Sign-ins", Value: "5 may fail in 15 minutes"},
		},
		Fields: []part.Field{
			{Name: "email", Label: "E-mail address", Type: "email", Value: email, Autocomplete: "username", Required: true},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Required: true},
		},
	}
}

func (s *Section) showLogin(w http.ResponseWriter, r *http.Request) error {
	session, err := s.Session(r)
	if err != nil {
		return err
	}
	if session != nil {
		http.Redirect(w, r, shell.LocalPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	}
	p := s.loginPage(r, "", r.FormValue("next"))
	if !s.accounts.HasAdministrator() {
		p.Notice = &part.Notice{Class: "warn", Shape: "triangle", Title: "No administrator exists yet", Text: "Open the set-up link that the program printed when it started."}
	}
	return s.Render(w, http.StatusOK, "login", &p)
}

// signIn proves who somebody is and begins a session.
func (s *Section) signIn(w http.ResponseWriter, r *http.Request) error {
	email, password, next := r.PostFormValue("email"), r.PostFormValue("password"), r.PostFormValue("next")
	p := s.loginPage(r, email, next)
	for i := range p.Fields {
		if r.PostFormValue(p.Fields[i].Name) == "" {
			p.Fields[i].Error = "Enter your " + map[string]string{"email": "e-mail address", "password": "password"}[p.Fields[i].Name]
		}
	}
	if p.FormState = part.Failed("Not signed in", p.Fields...); len(p.Errors) > 0 {
		return s.Render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	p.FormState = part.FormState{}

	who, err := s.prover.Prove(r.Context(), "sign_in", email, password, s.Address(r))
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait/time.Second)+1))
		p.Failed, p.Kept = "Not signed in: too many sign-ins failed", "Try again in "+words.Minutes(many.Wait)+". Nobody is locked out for longer."
		return s.Render(w, http.StatusTooManyRequests, "login", &p)
	}
	if fault.KindOf(err) == fault.KindForbidden {
		p.Failed, p.Kept = "Not signed in: the address and the password do not belong together", "Whether the address is known is not said. This refusal is entered in the ledger."
		return s.Render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	if err != nil {
		return err
	}
	return s.admit(w, r, who.ID, next)
}

func (s *Section) admit(w http.ResponseWriter, r *http.Request, who identity.PersonID, next string) error {
	if err := s.Recorder.Access(r.Context(), counterfoil.ID(who), "sign_in", counterfoil.ID(who)); err != nil {
		return err
	}
	if err := s.BeginSession(w, r, who); err != nil {
		return err
	}
	http.Redirect(w, r, shell.LocalPath(next), http.StatusSeeOther)
	return nil
}

func (s *Section) signOut(w http.ResponseWriter, r *http.Request) error {
	session, err := s.Session(r)
	if err != nil {
		return err
	}
	if session != nil {
		if err := s.index.EndSession(r.Context(), session.Token); err != nil {
			return err
		}
		if err := s.Recorder.Access(r.Context(), session.Person, "sign_out", session.Person); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.SessionCookie("", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

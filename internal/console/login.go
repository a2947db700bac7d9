// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type loginPage struct {
	page
	formState
	Stub   []fact
	Notice *notice
	Fields []field
	Next   string
}

func (c *Console) loginPage(r *http.Request, email, next string) loginPage {
	return loginPage{
		page: c.page(r, "Sign in", ""), Next: localPath(next),
		Stub: []fact{
			{Label: "A session ends", Value: "After 2 hours without use, and after 12 hours"},
			{Label: "Sign-ins", Value: "5 may fail in 15 minutes"},
		},
		Fields: []field{
			{Name: "email", Label: "E-mail address", Type: "email", Value: email, Autocomplete: "username", Required: true},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Required: true},
		},
	}
}

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) error {
	session, err := c.session(r)
	if err != nil {
		return err
	}
	if session != nil {
		http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
		return nil
	}
	p := c.loginPage(r, "", r.FormValue("next"))
	if !c.accounts.HasAdministrator() {
		p.Notice = &notice{"warn", "triangle", "No administrator exists yet", "Open the set-up link that the program printed when it started."}
	}
	return c.render(w, http.StatusOK, "login", &p)
}

// signIn proves who somebody is and begins a session.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	email, password, next := r.PostFormValue("email"), r.PostFormValue("password"), r.PostFormValue("next")
	p := c.loginPage(r, email, next)
	for i := range p.Fields {
		if r.PostFormValue(p.Fields[i].Name) == "" {
			p.Fields[i].Error = "Enter your " + map[string]string{"email": "e-mail address", "password": "password"}[p.Fields[i].Name]
		}
	}
	if p.formState = failed("Not signed in", p.Fields...); len(p.Errors) > 0 {
		return c.render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	p.formState = formState{}

	who, err := c.prover.Prove(r.Context(), "sign_in", email, password, c.address(r))
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(many.Wait/time.Second)+1))
		p.Failed, p.Kept = "Not signed in: too many sign-ins failed", "Try again in "+minutes(many.Wait)+". Nobody is locked out for longer."
		return c.render(w, http.StatusTooManyRequests, "login", &p)
	}
	if fault.KindOf(err) == fault.KindForbidden {
		p.Failed, p.Kept = "Not signed in: the address and the password do not belong together", "Whether the address is known is not said. This refusal is entered in the ledger."
		return c.render(w, http.StatusUnprocessableEntity, "login", &p)
	}
	if err != nil {
		return err
	}
	return c.admit(w, r, who.ID, next)
}

// minutes is a wait in words, rounded up.
func minutes(wait time.Duration) string {
	return counted(uint64((wait+time.Minute-1)/time.Minute), "minute", "minutes")
}

func (c *Console) admit(w http.ResponseWriter, r *http.Request, who identity.PersonID, next string) error {
	if err := c.recorder.Access(r.Context(), counterfoil.ID(who), "sign_in", counterfoil.ID(who)); err != nil {
		return err
	}
	if err := c.beginSession(w, r, who); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(next), http.StatusSeeOther)
	return nil
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	session, err := c.session(r)
	if err != nil {
		return err
	}
	if session != nil {
		if err := c.index.EndSession(r.Context(), session.Token); err != nil {
			return err
		}
		if err := c.recorder.Access(r.Context(), session.Person, "sign_out", session.Person); err != nil {
			return err
		}
	}
	http.SetCookie(w, c.sessionCookie("", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

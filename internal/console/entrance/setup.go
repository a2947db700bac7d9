// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance

import (
	"net/http"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type setupPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Fields []part.Field
	Token  string
}

func (s *Section) setupPage(r *http.Request, token string) setupPage {
	return setupPage{
		Page: s.Page(r, "Create the first administrator", ""), Token: token,
		Stub: []part.Fact{
			{Label: "Saving", Value: "Writes the person and the password's hash as records"},
			{Label: "Then", Value: "You are signed in, and this link is gone"},
		},
		Fields: []part.Field{
			{Name: "email", Label: "What is your e-mail address?", Hint: "You sign in with it. It is kept in an erasable record, never in a ledger entry.", Type: "email", Value: r.PostFormValue("email"), Autocomplete: "username", Required: true},
			{Name: "name", Label: "What is your name?", Hint: "As it shall stand under decisions.", Type: "text", Value: r.PostFormValue("name"), Width: "w-m", Autocomplete: "name", Required: true},
			{Name: "password", Label: "Choose a password", Hint: identity.PasswordRule, Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
			{Name: "again", Label: "The same password again", Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
		},
	}
}

func (s *Section) showSetup(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if err := s.mayPassSetup(token); err != nil {
		return err
	}
	p := s.setupPage(r, token)
	return s.Render(w, http.StatusOK, "setup", &p)
}

// mayPassSetup gives the same answer to a wrong token and to a link used before.
func (s *Section) mayPassSetup(token string) error {
	if s.setupToken.IsZero() || identity.HashToken(token) != s.setupToken || s.accounts.HasAdministrator() {
		return shell.NotFound("This set-up link is not in force. It is printed when the program starts, and ends when an administrator exists.")
	}
	return nil
}

func (s *Section) createAdministrator(w http.ResponseWriter, r *http.Request) error {
	token := r.PostFormValue("token")
	if err := s.mayPassSetup(token); err != nil {
		return err
	}
	p := s.setupPage(r, token)
	if checkSetup(r, p.Fields) {
		return s.RejectForm(w, &p.FormState, p.Fields, "setup", &p)
	}
	s.settingUp.Lock() // one at a time: the link works once
	defer s.settingUp.Unlock()
	if err := s.mayPassSetup(token); err != nil {
		return err
	}
	who, err := s.accounts.CreateAdministrator(r.Context(), identity.PersonID{}, accounts.NewAdministrator{
		Email: r.PostFormValue("email"), Name: r.PostFormValue("name"), Password: r.PostFormValue("password"),
	})
	if shell.FieldErrors(err, p.Fields) {
		return s.RejectForm(w, &p.FormState, p.Fields, "setup", &p)
	}
	if err != nil {
		return err
	}
	id := counterfoil.ID(who.ID)
	if err := s.Recorder.Access(r.Context(), id, "setup", id); err != nil {
		return err
	}
	return s.admit(w, r, who.ID, "/")
}

// checkSetup marks what is missing or does not fit and tells whether anything is.
func checkSetup(r *http.Request, fields []part.Field) (wrong bool) {
	email, err := identity.NormaliseEmail(r.PostFormValue("email"))
	if err != nil {
		fields[0].Error = "Enter an e-mail address such as name@example.com"
	}
	if r.PostFormValue("name") == "" {
		fields[1].Error = "Enter your name"
	}
	password := r.PostFormValue("password")
	if err := identity.CheckPassword(password, email); err != nil {
		fields[2].Error = words.Sentence(err.Error())
	} else if r.PostFormValue("again") != password {
		fields[3].Error = "The two passwords differ"
	}
	for _, f := range fields {
		wrong = wrong || f.Error != ""
	}
	return wrong
}

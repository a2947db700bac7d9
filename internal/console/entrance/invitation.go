// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type invitationPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Fields []part.Field
	Token  string
	Lead   string
}

func (s *Section) invitationPage(r *http.Request, token string, who identity.Person) invitationPage {
	return invitationPage{
		Page: s.Page(r, "Choose your password", ""), Token: token, Lead: "You are invited as " + who.Email + ".",
		Stub: []part.Fact{
			{Label: "Saving", Value: "Writes the password's hash as a record"},
			{Label: "Then", Value: "You are signed in, and this link is gone"},
		},
		Fields: []part.Field{
			{Name: "password", Label: "Choose a password", Hint: identity.PasswordRule, Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
			{Name: "again", Label: "The same password again", Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
		},
	}
}

func (s *Section) showInvitation(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	who, err := s.accounts.Invitation(token)
	if err != nil {
		return err
	}
	p := s.invitationPage(r, token, who)
	return s.Render(w, http.StatusOK, "invitation", &p)
}

func (s *Section) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	token := r.PostFormValue("token")
	who, err := s.accounts.Invitation(token)
	if err != nil {
		return err
	}
	p := s.invitationPage(r, token, who)
	password := r.PostFormValue("password")
	if r.PostFormValue("again") != password {
		p.Fields[1].Error = "The two passwords differ"
		return s.RejectForm(w, &p.FormState, p.Fields, "invitation", &p)
	}
	who, err = s.accounts.AcceptInvitation(r.Context(), token, password)
	if shell.FieldErrors(err, p.Fields) {
		return s.RejectForm(w, &p.FormState, p.Fields, "invitation", &p)
	}
	if err != nil {
		return err
	}
	return s.admit(w, r, who.ID, "/")
}

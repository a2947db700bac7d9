// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// peoplePage lists who holds which role and how they come to the console, and hands
// out the links by which people choose a password.
type peoplePage struct {
	page
	Stub    []fact
	Summary string
	Saved   *savedRow
	Filters []filterField
	First   string
	Next    string
	Export  string // "" for who may not
	Rows    []personRow
	May     bool // invite
	Invited *invitation
}

type personRow struct {
	Name, Number, Href string
	Roles              string
	Access             mark
	Until              time.Time // of an invitation in force
	Invite             string    // where to ask for a link; "" when there is none to give
}

// invitation is a link that is shown once.
type invitation struct {
	Name   string
	Link   string
	Until  time.Time
	Notice notice
}

func (c *Console) listPeople(w http.ResponseWriter, r *http.Request) error {
	return c.people(w, r, nil)
}

func (c *Console) people(w http.ResponseWriter, r *http.Request, made *invitation) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	q, err := parsePeopleQuery(r.URL.Query())
	if err != nil {
		return err
	}
	list, more, err := d.peopleAsked(q, peopleOnPage)
	if err != nil {
		return err
	}
	active, err := d.Count(d.ctx, index.KeptFilter{Kind: "person", States: []string{"active"}})
	if err != nil {
		return err
	}
	p := peoplePage{page: d.page(r, "People", "settings"), May: c.mayInvite(d), Invited: made, Filters: q.filters(), Summary: number(len(list)) + " on this page, of " + counted(active, "person", "people")}
	for _, record := range list {
		p.Rows = append(p.Rows, c.personRow(d, record, p.May))
	}
	if p.Saved, err = d.savedViews(r, "/people"); err != nil {
		return err
	}
	if more {
		p.Next = d.address("/people", peopleQuery{q.text, q.access, list[len(list)-1].Serial}.values())
	}
	first := peopleQuery{q.text, q.access, 0}.values()
	if q.after > 0 {
		p.First = d.address("/people", first)
	}
	signIn := 0
	if k, err := c.kinds.Kind("person"); err == nil && d.May(k, nil, register.Export) == nil {
		p.Export = d.address("/people.csv", first)
		signIn = len(c.peopleMatching(peopleQuery{access: "signs_in"}))
	}
	p.Stub = []fact{
		{Label: "Active", Value: number(active), Href: d.href("/people")},
		{Label: "Sign in now", Value: number(signIn), Href: d.href("/people", "access", "signs_in")},
		{Label: "A role", Value: "Comes from an appointment in force"},
	}
	return c.render(w, http.StatusOK, "people", &p)
}

// mayInvite tells whether the actor may give others access.
func (c *Console) mayInvite(d *desk) bool {
	return slices.Contains(d.actor.Roles, identity.RoleAdministrator)
}

func (c *Console) personRow(d *desk, record *register.Record, may bool) personRow {
	row := personRow{Name: d.personName(record), Number: record.Number(), Href: d.recordHref(record), Access: mark{"none", "ring", "No access"}}
	var roles []string
	for _, role := range c.roles(record.ID) {
		roles = append(roles, standard.RoleName(role))
	}
	row.Roles = strings.Join(roles, ", ")
	access := c.accounts.AccessOf(identity.PersonID(record.ID))
	switch {
	case access.SignsIn:
		row.Access = mark{"ok", "dot", "Signs in"}
		return row
	case !access.InvitedUntil.IsZero():
		row.Access, row.Until = mark{"now", "target", "Invited"}, access.InvitedUntil
	}
	if may {
		row.Invite = "/people/" + record.Number() + "/invitation"
	}
	return row
}

// invite makes a link and shows it once.
func (c *Console) invite(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	if !c.mayInvite(d) {
		return fault.Forbidden("Not available: people are invited by an administrator.", nil)
	}
	record, err := d.recordOf(r)
	if err != nil {
		return err
	}
	if record.Kind.ID != "person" {
		return notFound("There is no such person.")
	}
	if err := c.recorder.Access(r.Context(), d.actor.Person, "invite", record.ID); err != nil {
		return err
	}
	token, until, err := c.accounts.Invite(r.Context(), identity.PersonID(d.actor.Person), identity.PersonID(record.ID))
	if err != nil {
		return err
	}
	return c.people(w, r, &invitation{
		Name: d.personName(record), Link: c.here(r) + "/invitation?token=" + url.QueryEscape(token), Until: until,
		Notice: notice{"warn", "triangle", "This link is shown once", "Whoever has it can choose the password: give it to the person by a way you trust."},
	})
}

// here is the address the browser reaches the console by.
func (c *Console) here(r *http.Request) string {
	if c.tls {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

type invitationPage struct {
	page
	formState
	Stub   []fact
	Fields []field
	Token  string
	Lead   string
}

func (c *Console) invitationPage(r *http.Request, token string, who identity.Person) invitationPage {
	return invitationPage{
		page: c.page(r, "Choose your password", ""), Token: token, Lead: "You are invited as " + who.Email + ".",
		Stub: []fact{
			{Label: "Saving", Value: "Writes the password's hash as a record"},
			{Label: "Then", Value: "You are signed in, and this link is gone"},
		},
		Fields: []field{
			{Name: "password", Label: "Choose a password", Hint: identity.PasswordRule, Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
			{Name: "again", Label: "The same password again", Type: "password", Width: "w-m", Autocomplete: "new-password", Required: true},
		},
	}
}

func (c *Console) showInvitation(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	who, err := c.accounts.Invitation(token)
	if err != nil {
		return err
	}
	p := c.invitationPage(r, token, who)
	return c.render(w, http.StatusOK, "invitation", &p)
}

func (c *Console) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	token := r.PostFormValue("token")
	who, err := c.accounts.Invitation(token)
	if err != nil {
		return err
	}
	p := c.invitationPage(r, token, who)
	password := r.PostFormValue("password")
	if r.PostFormValue("again") != password {
		p.Fields[1].Error = "The two passwords differ"
		return c.rejectForm(w, &p.formState, p.Fields, "invitation", &p)
	}
	who, err = c.accounts.AcceptInvitation(r.Context(), token, password)
	if fieldErrors(err, p.Fields) {
		return c.rejectForm(w, &p.formState, p.Fields, "invitation", &p)
	}
	if err != nil {
		return err
	}
	return c.admit(w, r, who.ID, "/")
}

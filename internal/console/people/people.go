// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// listPage lists who holds which role and how they come to the console, and hands
// out the links by which people choose a password.
type listPage struct {
	shell.Page
	Stub    []part.Fact
	Summary string
	Saved   *shell.SavedRow
	Filters []part.FilterField
	First   string
	Next    string
	Export  string // "" for who may not
	Rows    []row
	May     bool // invite
	Invited *invitation
}

type row struct {
	Name, Number, Href string
	Roles              string
	Access             part.Mark
	Until              time.Time // of an invitation in force
	Invite             string    // where to ask for a link; "" when there is none to give
}

// invitation is a link that is shown once.
type invitation struct {
	Name   string
	Link   string
	Until  time.Time
	Notice part.Notice
}

func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, nil)
}

func (s *Section) show(w http.ResponseWriter, r *http.Request, made *invitation) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	q, err := parse(r.URL.Query())
	if err != nil {
		return err
	}
	list, more, err := d.asked(q, rowsPerPage)
	if err != nil {
		return err
	}
	active, err := d.Count(d.Ctx, index.KeptFilter{Kind: "person", States: []string{"active"}})
	if err != nil {
		return err
	}
	p := listPage{Page: d.Page(r, "People", "settings"), May: s.mayInvite(d) && d.At.IsZero(), Invited: made, Filters: q.filters(), Summary: words.Number(len(list)) + " on this page, of " + words.Counted(active, "person", "people")}
	roles, err := s.rolesAt(d)
	if err != nil {
		return err
	}
	for _, record := range list {
		p.Rows = append(p.Rows, s.row(d, record, roles(record.ID), p.May))
	}
	if p.Saved, err = d.SavedRow(r, "/people"); err != nil {
		return err
	}
	if more {
		p.Next = d.Address("/people", query{q.text, q.access, list[len(list)-1].Serial}.values())
	}
	first := query{q.text, q.access, 0}.values()
	if q.after > 0 {
		p.First = d.Address("/people", first)
	}
	p.Stub = []part.Fact{{Label: "Active", Value: words.Number(active), Href: d.Href("/people")}}
	if k, err := s.Kinds.Kind("person"); err == nil && d.May(k, nil, register.Export) == nil {
		p.Export = d.Address("/people.csv", first)
	}
	if p.Export != "" && d.At.IsZero() {
		p.Stub = append(p.Stub, part.Fact{Label: "Sign in now", Value: words.Number(len(s.matching(query{access: "signs_in"}))), Href: d.Href("/people", "access", "signs_in")})
	}
	p.Stub = append(p.Stub, part.Fact{Label: "A role", Value: "Comes from an appointment in force"})
	return s.Render(w, http.StatusOK, "people", &p)
}

// mayInvite tells whether the actor may give others access.
func (s *Section) mayInvite(d *desk) bool {
	return slices.Contains(d.Actor.Roles, identity.RoleAdministrator)
}

// row is a person who holds roles. Who could sign in is known for now only.
func (s *Section) row(d *desk, record *register.Record, held []string, may bool) row {
	row := row{Name: d.PersonName(record), Number: record.Number(), Href: d.RecordHref(record), Access: part.NotBegun("No access")}
	var roles []string
	for _, role := range held {
		roles = append(roles, standard.RoleName(role))
	}
	row.Roles = strings.Join(roles, ", ")
	if !d.At.IsZero() {
		row.Access = part.NoData("Known for now only")
		return row
	}
	access := s.accounts.AccessOf(identity.PersonID(record.ID))
	switch {
	case access.SignsIn:
		row.Access = part.OK("Signs in")
		return row
	case !access.InvitedUntil.IsZero():
		row.Access, row.Until = part.Current("Invited"), access.InvitedUntil
	}
	if may {
		row.Invite = "/people/" + record.Number() + "/invitation"
	}
	return row
}

// invite makes a link and shows it once.
func (s *Section) invite(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	if !s.mayInvite(d) {
		return fault.Forbidden("Not available: people are invited by an administrator.", nil)
	}
	record, err := d.RecordOf(r)
	if err != nil {
		return err
	}
	if record.Kind.ID != "person" {
		return shell.NotFound("There is no such person.")
	}
	if err := s.Recorder.Access(r.Context(), d.Actor.Person, "invite", record.ID); err != nil {
		return err
	}
	token, until, err := s.accounts.Invite(r.Context(), identity.PersonID(d.Actor.Person), identity.PersonID(record.ID))
	if err != nil {
		return err
	}
	return s.show(w, r, &invitation{
		Name: d.PersonName(record), Link: s.Here(r) + "/invitation?token=" + url.QueryEscape(token), Until: until,
		Notice: part.Notice{Class: "warn", Shape: "triangle", Title: "This link is shown once", Text: "Whoever has it can choose the password: give it to the person by a way you trust."},
	})
}

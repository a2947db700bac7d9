// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Records keeps the records of the management system; *register.Register implements it.
type Records interface {
	View(ctx context.Context, actor register.Actor, asOf time.Time) (*register.View, error)
	At(ctx context.Context, t time.Time) (*register.Reader, error)
	Create(ctx context.Context, actor register.Actor, kindID string, in register.Input) (*register.Record, error)
	Change(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	Move(ctx context.Context, actor register.Actor, id counterfoil.ID, moveID string, in register.Input) (*register.Record, error)
	Statements
	SavedViews
	Comment(ctx context.Context, actor register.Actor, about counterfoil.ID, text string) (*register.Record, error)
	Attach(ctx context.Context, actor register.Actor, about counterfoil.ID, f register.File) (*register.Record, error)
	Offer(ctx context.Context, actor register.Actor, id, to counterfoil.ID, in register.Input) (*register.Record, error)
	Accept(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	Decline(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
}

// desk is what one request about records works with: who asks, from the session,
// and which moment the address asks to see.
type desk struct {
	*register.View
	console *Console
	ctx     context.Context
	actor   register.Actor
	at      time.Time // zero for now
	names   map[counterfoil.ID]string
}

// desk reads the actor from the session and the moment from the address.
func (c *Console) desk(r *http.Request) (*desk, error) {
	at, err := momentOf(r.FormValue("at"))
	if err != nil {
		return nil, err
	}
	actor := c.actorOf(r)
	view, err := c.records.View(r.Context(), actor, at)
	if err != nil {
		return nil, err
	}
	return &desk{View: view, console: c, ctx: r.Context(), actor: actor, at: at, names: map[counterfoil.ID]string{}}, nil
}

// actorOf is the signed-in person with the roles they hold now.
func (c *Console) actorOf(r *http.Request) register.Actor {
	id := person(r)
	return register.Actor{Person: id, Roles: c.roles(id)}
}

// rolesNow are the roles of a person as the directory has them.
func (c *Console) rolesNow(id counterfoil.ID) []string {
	if p, ok := c.directory.Snapshot().Person(identity.PersonID(id)); ok {
		return p.Roles
	}
	return nil
}

// momentForms are how an address may write a moment; all UTC. A day is its end.
var momentForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"}

func momentOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range momentForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Microsecond), nil
	}
	return time.Time{}, invalid("The moment in the address is not one: write at=2026-11-24 or at=2026-11-24T14:20.")
}

// href is an address that stays in the moment shown.
func (d *desk) href(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if !d.at.IsZero() {
		q.Set("at", d.at.Format(time.RFC3339Nano))
	}
	path, fragment, hasFragment := strings.Cut(path, "#")
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	if hasFragment {
		path += "#" + fragment
	}
	return path
}

func (d *desk) recordHref(r *register.Record) string { return d.href("/records/" + r.Number()) }

// page is a page about records, with the banner of the moment when it is past.
func (d *desk) page(r *http.Request, title, place string) page {
	p := d.console.page(r, title, place)
	if r.Method == http.MethodGet {
		p.PickMoment = pickMoment(r)
	}
	if !d.at.IsZero() {
		q := r.URL.Query()
		q.Del("at")
		now := r.URL.Path
		if len(q) > 0 {
			now += "?" + q.Encode()
		}
		p.AsOf = &asOf{d.at, now}
	}
	return p
}

// asOf is the banner over a page that shows the past.
type asOf struct {
	At  time.Time
	Now string // the same page in the present
}

// person is how somebody is called on pages of the register.
func (d *desk) person(id counterfoil.ID) string {
	if id.IsZero() {
		return "the program"
	}
	if name, ok := d.names[id]; ok {
		return name
	}
	name := personLabel(id)
	switch r, err := d.Record(d.ctx, id); {
	case err != nil:
		if p, ok := d.console.directory.Snapshot().Person(identity.PersonID(id)); ok {
			name = p.Name
			if name == "" {
				name = p.Email
			}
		}
	case r.Kind.ID == "person":
		name = d.personName(r)
	}
	d.names[id] = name
	return name
}

func (d *desk) personName(r *register.Record) string {
	switch {
	case r.Erased:
		return r.Number() + " (erased)"
	case r.Values.Text("name") != "":
		return r.Values.Text("name")
	case r.Values.Text("email") != "":
		return r.Values.Text("email")
	default:
		return r.Number()
	}
}

// called is how a record is called where another names it.
func (d *desk) called(r *register.Record) string {
	if r.Kind.ID == "person" {
		return d.personName(r)
	}
	if title := r.Title(); title != r.Number() {
		return r.Number() + " " + title
	}
	return r.Number()
}

// linked is a fact that leads to a record; what may not be seen is not told.
func (d *desk) linked(text string) fact {
	id, err := counterfoil.ParseID(text)
	if err != nil {
		return fact{Value: text}
	}
	r, err := d.Record(d.ctx, id)
	switch {
	case fault.KindOf(err) == fault.KindNotFound && err != nil:
		return fact{Value: "A record not for you", Missing: true}
	case err != nil:
		return fact{Value: "Cannot be read", Missing: true}
	}
	return fact{Value: d.called(r), Href: d.recordHref(r)}
}

// kindOf finds the kind an address names.
func (c *Console) kindOf(r *http.Request) (*kind.Kind, error) {
	k, err := c.kinds.Kind(r.PathValue("kind"))
	if err != nil || k.Inner {
		return nil, notFound("There is no such kind of record.")
	}
	return k, nil
}

// recordOf finds the record an address names.
func (d *desk) recordOf(r *http.Request) (*register.Record, error) {
	prefix, serial, ok := strings.Cut(r.PathValue("number"), "-")
	n, err := parseSerial(serial)
	if !ok || err != nil {
		return nil, notFound("There is no such record.")
	}
	k, ok := d.console.kinds.Numbered(prefix)
	if !ok || k.Inner {
		return nil, notFound("There is no such record.")
	}
	return d.Numbered(d.ctx, k.ID, n)
}

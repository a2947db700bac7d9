// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/moment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Desk is what one request about records works with: who asks, from the session,
// and which moment the address asks to see. Sections embed it to add what they know.
type Desk struct {
	*register.View
	Ctx   context.Context
	Actor register.Actor
	At    time.Time // zero for now

	shell *Shell
	names map[counterfoil.ID]string
}

// Desk reads the actor from the session and the moment from the address.
func (s *Shell) Desk(r *http.Request) (*Desk, error) {
	at, err := moment.Of(r.FormValue("at"))
	if err != nil {
		return nil, err
	}
	actor := s.ActorOf(r)
	view, err := s.records.View(r.Context(), actor, at)
	if err != nil {
		return nil, err
	}
	return &Desk{View: view, Ctx: r.Context(), Actor: actor, At: at, shell: s, names: map[counterfoil.ID]string{}}, nil
}

// Href is an address that stays in the moment shown.
func (d *Desk) Href(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if !d.At.IsZero() {
		q.Set("at", d.At.Format(time.RFC3339Nano))
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

// RecordHref is the page of a record at the moment shown.
func (d *Desk) RecordHref(r *register.Record) string { return d.Href("/records/" + r.Number()) }

// Page is a page about records, with the banner of the moment when it is past.
func (d *Desk) Page(r *http.Request, title, place string) Page {
	p := d.shell.Page(r, title, place)
	if r.Method == http.MethodGet {
		p.PickMoment = pickMoment(r)
	}
	if !d.At.IsZero() {
		q := r.URL.Query()
		q.Del("at")
		now := r.URL.Path
		if len(q) > 0 {
			now += "?" + q.Encode()
		}
		p.AsOf = &asOf{d.At, now}
	}
	return p
}

// Person is how somebody is called on pages of the register.
func (d *Desk) Person(id counterfoil.ID) string {
	if id.IsZero() {
		return "the program"
	}
	if name, ok := d.names[id]; ok {
		return name
	}
	name := words.PersonLabel(id)
	switch r, err := d.Record(d.Ctx, id); {
	case err != nil:
		if p, ok := d.shell.Directory.Snapshot().Person(identity.PersonID(id)); ok {
			name = p.Name
			if name == "" {
				name = p.Email
			}
		}
	case r.Kind.ID == "person":
		name = d.PersonName(r)
	}
	d.names[id] = name
	return name
}

// PersonName is how somebody is called, from their record.
func (d *Desk) PersonName(r *register.Record) string {
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

// Called is how a record is called where another names it.
func (d *Desk) Called(r *register.Record) string {
	if r.Kind.ID == "person" {
		return d.PersonName(r)
	}
	if title := r.Title(); title != r.Number() {
		return r.Number() + " " + title
	}
	return r.Number()
}

// Linked is a fact that leads to a record; what may not be seen is not told.
func (d *Desk) Linked(text string) part.Fact {
	id, err := counterfoil.ParseID(text)
	if err != nil {
		return part.Fact{Value: text}
	}
	r, err := d.Record(d.Ctx, id)
	switch {
	case fault.KindOf(err) == fault.KindNotFound && err != nil:
		return part.Fact{Value: "A record not for you", Missing: true}
	case err != nil:
		return part.Fact{Value: "Cannot be read", Missing: true}
	}
	return part.Fact{Value: d.Called(r), Href: d.RecordHref(r)}
}

// RecordOf finds the record an address names.
func (d *Desk) RecordOf(r *http.Request) (*register.Record, error) {
	k, n, ok := d.shell.Kinds.ParseNumber(r.PathValue("number"))
	if !ok || k.Inner {
		return nil, NotFound("There is no such record.")
	}
	return d.Numbered(d.Ctx, k.ID, n)
}

// ParseSerial reads a number of 32 bits, as versions and places in a list have.
func ParseSerial(text string) (uint64, error) { return strconv.ParseUint(text, 10, 32) }

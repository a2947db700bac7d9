// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// handOver is whom a record belongs to, and how that changes.
type handOver struct {
	Owner  string
	To     *part.Field // to offer it; nil when the person may not
	Why    *part.Field
	Whom   string // why they may not
	Mine   bool   // it is offered to the person
	Take   bool   // the person may take the offer back
	Action string
}

// handOverOf is nil for kinds without an owner, and in the past.
func (d *desk) handOverOf(record *register.Record) (*handOver, error) {
	if _, ok := record.Kind.Field("owner"); !ok || !d.At.IsZero() {
		return nil, nil
	}
	h := &handOver{Owner: "Nobody owns this record yet.", Action: "/records/" + record.Number() + "/offer"}
	if owner := record.Owner(); !owner.IsZero() {
		h.Owner = d.Person(owner) + " owns this record."
	}
	if o := record.Offer; o != nil {
		h.Mine, h.Take = o.To == d.Actor.Person, o.By == d.Actor.Person
	}
	if err := d.MayOffer(record); err != nil {
		h.Whom = shell.PublicText(err)
		return h, nil
	}
	h.Why = &part.Field{Name: "reason", Label: "Why does it change hands?", Type: "text", Hint: "Needed when you are not its owner."}
	h.To = &part.Field{Name: "to", Label: "To whom?", Type: "text", Width: "w-m", Required: true, Hint: "The number of a person, such as P-001."}
	page, err := d.List(d.Ctx, index.KeptFilter{Kind: "person", Limit: offeredMost + 1})
	if err != nil || len(page.Records) > offeredMost {
		return h, err
	}
	h.To.Hint, h.To.Options = "", []part.Option{{Value: "", Label: "Choose", Selected: true}}
	for _, p := range page.Records {
		if p.ID != record.Owner() && !p.Erased {
			h.To.Options = append(h.To.Options, part.Option{Value: p.Number(), Label: d.PersonName(p)})
		}
	}
	return h, nil
}

// offer offers a record to a person.
func (s *Section) offer(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	in := register.Input{Version: record.Version, Reason: r.PostFormValue("reason")}
	to := d.numberedPerson(r.PostFormValue("to"))
	_, err = s.records.Offer(r.Context(), d.Actor, record.ID, to, in)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return s.showAgain(w, r, d, record, func(p *onePage) {
			if h := p.HandOver; h != nil && h.To != nil {
				h.To.Error, h.Why.Error = f.Fields["to"], f.Fields["reason"]
				h.To.Value, h.Why.Value = r.PostFormValue("to"), in.Reason
				for i := range h.To.Options {
					h.To.Options[i].Selected = h.To.Options[i].Value == h.To.Value
				}
				p.FormState = part.Failed("Not offered", *h.To, *h.Why)
			}
		})
	}
	return s.handed(w, r, record, err)
}

// answerOffer accepts or declines.
func (s *Section) answerOffer(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	answer := s.records.Decline
	if r.PathValue("answer") == "accept" {
		answer = s.records.Accept
	} else if r.PathValue("answer") != "decline" {
		return shell.NotFound("There is no such answer.")
	}
	_, err = answer(r.Context(), d.Actor, record.ID, register.Input{Version: record.Version, Reason: r.PostFormValue("reason")})
	return s.handed(w, r, record, err)
}

func (s *Section) handed(w http.ResponseWriter, r *http.Request, record *register.Record, err error) error {
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number()+"#owner", http.StatusSeeOther)
	return nil
}

// numberedPerson reads the number of a person; zero when there is none of it.
func (d *desk) numberedPerson(text string) counterfoil.ID {
	k, n, ok := d.section.Kinds.ParseNumber(strings.ToUpper(strings.TrimSpace(text)))
	if !ok || k.ID != "person" {
		return counterfoil.ID{}
	}
	person, err := d.Numbered(d.Ctx, k.ID, n)
	if err != nil {
		return counterfoil.ID{}
	}
	return person.ID
}

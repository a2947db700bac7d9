// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// handOver is whom a record belongs to, and how that changes.
type handOver struct {
	Owner  string
	To     *field // to offer it; nil when the person may not
	Why    *field
	Whom   string // why they may not
	Mine   bool   // it is offered to the person
	Take   bool   // the person may take the offer back
	Action string
}

// handOverOf is nil for kinds without an owner, and in the past.
func (d *desk) handOverOf(record *register.Record) (*handOver, error) {
	if _, ok := record.Kind.Field("owner"); !ok || !d.at.IsZero() {
		return nil, nil
	}
	h := &handOver{Owner: "Nobody owns this record yet.", Action: "/records/" + record.Number() + "/offer"}
	if owner := record.Owner(); !owner.IsZero() {
		h.Owner = d.person(owner) + " owns this record."
	}
	if o := record.Offer; o != nil {
		h.Mine, h.Take = o.To == d.actor.Person, o.By == d.actor.Person
	}
	if err := d.MayOffer(record); err != nil {
		h.Whom = publicText(err)
		return h, nil
	}
	h.Why = &field{Name: "reason", Label: "Why does it change hands?", Type: "text", Hint: "Needed when you are not its owner."}
	h.To = &field{Name: "to", Label: "To whom?", Type: "text", Width: "w-m", Required: true, Hint: "The number of a person, such as P-001."}
	page, err := d.List(d.ctx, index.KeptFilter{Kind: "person", Limit: offeredMost + 1})
	if err != nil || len(page.Records) > offeredMost {
		return h, err
	}
	h.To.Hint, h.To.Options = "", []option{{"", "Choose", true}}
	for _, p := range page.Records {
		if p.ID != record.Owner() && !p.Erased {
			h.To.Options = append(h.To.Options, option{Value: p.Number(), Label: d.personName(p)})
		}
	}
	return h, nil
}

// offer offers a record to a person.
func (c *Console) offer(w http.ResponseWriter, r *http.Request) error {
	d, record, err := c.at(r)
	if err != nil {
		return err
	}
	in := register.Input{Version: record.Version, Reason: r.PostFormValue("reason")}
	to := d.numberedPerson(r.PostFormValue("to"))
	_, err = c.records.Offer(r.Context(), d.actor, record.ID, to, in)
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid {
		return c.recordAgain(w, r, d, record, func(p *recordPage) {
			if h := p.HandOver; h != nil && h.To != nil {
				h.To.Error, h.Why.Error = f.Fields["to"], f.Fields["reason"]
				h.To.Value, h.Why.Value = r.PostFormValue("to"), in.Reason
				for i := range h.To.Options {
					h.To.Options[i].Selected = h.To.Options[i].Value == h.To.Value
				}
				p.formState = failed("Not offered", *h.To, *h.Why)
			}
		})
	}
	return c.handed(w, r, record, err)
}

// answerOffer accepts or declines.
func (c *Console) answerOffer(w http.ResponseWriter, r *http.Request) error {
	d, record, err := c.at(r)
	if err != nil {
		return err
	}
	answer := c.records.Decline
	if r.PathValue("answer") == "accept" {
		answer = c.records.Accept
	} else if r.PathValue("answer") != "decline" {
		return notFound("There is no such answer.")
	}
	_, err = answer(r.Context(), d.actor, record.ID, register.Input{Version: record.Version, Reason: r.PostFormValue("reason")})
	return c.handed(w, r, record, err)
}

func (c *Console) handed(w http.ResponseWriter, r *http.Request, record *register.Record, err error) error {
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number()+"#owner", http.StatusSeeOther)
	return nil
}

// numberedPerson reads the number of a person; zero when there is none of it.
func (d *desk) numberedPerson(text string) counterfoil.ID {
	prefix, serial, _ := strings.Cut(strings.TrimSpace(text), "-")
	k, ok := d.console.kinds.Numbered(strings.ToUpper(prefix))
	n, err := parseSerial(serial)
	if !ok || err != nil || k.ID != "person" {
		return counterfoil.ID{}
	}
	person, err := d.Numbered(d.ctx, k.ID, n)
	if err != nil {
		return counterfoil.ID{}
	}
	return person.ID
}

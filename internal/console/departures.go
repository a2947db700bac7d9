// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
)

// departuresPage is the uncomfortable list: where the organisation departed from its
// own rules, and what it recorded late. An auditor reads it first.
type departuresPage struct {
	page
	Stub       []fact
	InForce    []overrideRow
	Used       []overrideRow
	Exceptions []linkRow
	Late       []lateRow
	Older      string
	CSV        string // of the late entries; overrides and exceptions export from their registers
	Overrides  string
}

// lateRow is a version recorded long after its fact.
type lateRow struct {
	Number, Href, Title string
	What, Who           string
	Fact                string
	At                  time.Time
	Why                 string
	Entry, EntryRef     string
}

// showDepartures lists overrides, exceptions and late entries.
func (c *Console) showDepartures(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	if !d.mayList(kindOverride) {
		return fault.Forbidden("Not available: this list is for whoever holds a role.", nil)
	}
	p := departuresPage{page: d.page(r, "Departures from the rules", "audits")}
	p.CSV, p.Overrides = d.href("/records/late.csv"), d.href("/kinds/"+kindOverride)
	if p.InForce, err = d.overrides(index.KeptFilter{States: []string{"approved"}}); err != nil {
		return err
	}
	p.InForce = unexpired(p.InForce)
	if p.Used, err = d.overrides(index.KeptFilter{States: []string{"used"}}); err != nil {
		return err
	}
	if d.mayList("exception") {
		list, err := d.List(d.ctx, index.KeptFilter{Kind: "exception", Limit: departuresMost, Down: true})
		if err != nil {
			return err
		}
		for _, e := range list.Records {
			p.Exceptions = append(p.Exceptions, linkRow{d.recordHref(e), d.called(e), e.Kind.Title, stateMark(e)})
		}
	}
	if err := d.lateEntries(&p, r.FormValue("below")); err != nil {
		return err
	}
	p.Stub = []fact{
		{Label: "Overrides in force", Value: number(len(p.InForce)), Href: "#force"},
		{Label: "Overrides used", Value: number(len(p.Used)), Href: d.href("/kinds/"+kindOverride, "state", "used")},
		{Label: "Exceptions", Value: number(len(p.Exceptions)), Href: d.href("/kinds/exception")},
		{Label: "Late entries on this page", Value: number(len(p.Late)), Href: "#late"},
	}
	return c.render(w, http.StatusOK, "departures", &p)
}

// lateEntries fills the page with late entries below an entry.
func (d *desk) lateEntries(p *departuresPage, below string) error {
	from, err := parseSerial(below)
	if err != nil && below != "" {
		return invalid("The place in the list is not one. Begin at the first page.")
	}
	late, next, err := d.Late(d.ctx, counterfoil.Index(from), departuresMost)
	if err != nil {
		return err
	}
	for _, v := range late {
		line := d.versionLine(v)
		what := line.Text
		if line.Act && len(line.Marks) > 0 {
			what += " " + line.Marks[0].Word
		}
		p.Late = append(p.Late, lateRow{
			Number: v.Number(), Href: line.Href, Title: v.Title(), What: what, Who: line.Who, Fact: dayOf(v.Fact), At: v.Time, Why: v.Late, Entry: line.Entry, EntryRef: line.EntryRef,
		})
	}
	if next > 0 {
		p.Older = d.href("/records/late", "below", formatIndex(next))
	}
	return nil
}

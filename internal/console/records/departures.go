// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
)

// departuresPage is the uncomfortable list: where the organisation departed from its
// own rules, and what it recorded late. An auditor reads it first.
type departuresPage struct {
	shell.Page
	Stub       []part.Fact
	InForce    []overrideRow
	Used       []overrideRow
	Exceptions []part.LinkRow
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
func (s *Section) showDepartures(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	p := departuresPage{Page: d.Page(r, "Departures from the rules", "audits")}
	p.CSV, p.Overrides = d.Href("/records/late.csv"), d.Href("/kinds/"+shell.KindOverride)
	if p.InForce, err = d.overrides(index.KeptFilter{States: []string{"approved"}}); err != nil {
		return err
	}
	p.InForce = unexpired(p.InForce)
	if p.Used, err = d.overrides(index.KeptFilter{States: []string{"used"}}); err != nil {
		return err
	}
	used, err := d.Count(d.Ctx, index.KeptFilter{Kind: shell.KindOverride, States: []string{"used"}})
	if err != nil {
		return err
	}
	exceptions, err := d.Count(d.Ctx, index.KeptFilter{Kind: "exception"})
	if err != nil {
		return err
	}
	list, err := d.List(d.Ctx, index.KeptFilter{Kind: "exception", Limit: departuresMost, Down: true})
	if err != nil {
		return err
	}
	for _, e := range list.Records {
		p.Exceptions = append(p.Exceptions, part.LinkRow{Href: d.RecordHref(e), Text: d.Called(e), Kind: e.Kind.Title, State: shell.StateMark(e)})
	}
	if err := d.lateEntries(&p, r.FormValue("below")); err != nil {
		return err
	}
	p.Stub = []part.Fact{
		{Label: "Overrides in force", Value: words.Number(len(p.InForce)), Href: "#force"},
		{Label: "Overrides used", Value: words.Number(used), Href: d.Href("/kinds/"+shell.KindOverride, "state", "used")},
		{Label: "Exceptions", Value: words.Number(exceptions), Href: d.Href("/kinds/exception")},
		{Label: "Late entries on this page", Value: words.Number(len(p.Late)), Href: "#late"},
	}
	return s.Render(w, http.StatusOK, "departures", &p)
}

// lateEntries fills the page with late entries below an entry.
func (d *desk) lateEntries(p *departuresPage, below string) error {
	from, err := shell.ParseSerial(below)
	if err != nil && below != "" {
		return shell.Invalid("The place in the list is not one. Begin at the first page.")
	}
	late, next, err := d.Late(d.Ctx, counterfoil.Index(from), departuresMost)
	if err != nil {
		return err
	}
	for _, v := range late {
		line := d.VersionLine(v)
		what := line.Text
		if line.Act && len(line.Marks) > 0 {
			what += " " + line.Marks[0].Word
		}
		p.Late = append(p.Late, lateRow{
			Number: v.Number(), Href: line.Href, Title: v.Title(), What: what, Who: line.Who, Fact: words.DayOf(v.Fact), At: v.Time, Why: v.Late, Entry: line.Entry, EntryRef: line.EntryRef,
		})
	}
	if next > 0 {
		p.Older = d.Href("/records/late", "below", words.Entry(next))
	}
	return nil
}

// exportLate writes every late entry the person may see as CSV.
func (s *Section) exportLate(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	out, err := s.ExportSheet(w, r, "late-entries", "record", "version", "step", "by", "day_of_the_fact", "recorded", "why_late", "entry", "leaf")
	if err != nil {
		return err
	}
	for below := counterfoil.Index(0); ; {
		late, next, err := d.Late(d.Ctx, below, sheet.ExportRows)
		if err != nil {
			s.CutExport(r, err)
		}
		for _, v := range late {
			out.Line([]string{
				v.Number(), strconv.FormatUint(v.Version, 10), strings.ReplaceAll(v.Move, "_", " "), d.Person(v.Actor), v.Fact, v.Time.Format(time.RFC3339), v.Late, words.Entry(v.Entry), v.Leaf.String(),
			})
		}
		if below = next; below == 0 {
			break
		}
	}
	out.Flush()
	return nil
}

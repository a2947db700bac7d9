// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// PageOf is the page where one reads about a record: a system has one of its own.
func (d *Desk) PageOf(r *register.Record) string {
	if slug := r.Values.Text("slug"); r.Kind.ID == "system" && slug != "" {
		return d.Href("/systems/" + slug)
	}
	return d.RecordHref(r)
}

// Track is the way through the states: those that moves led through, the present
// one, and what a record usually still has before it.
func Track(r *register.Record) []part.TrackStep {
	been := map[string]bool{r.Kind.Initial().ID: true}
	for id := range r.Done {
		if m, ok := r.Kind.Move(id); ok {
			been[m.To] = true
		}
	}
	var steps []part.TrackStep
	for i := range r.Kind.States {
		s := &r.Kind.States[i]
		current := s.ID == r.State
		aside := s.Mark == "bad" || s.Mark == "none" && (s.Final || s.Ends)
		if aside && !current && !been[s.ID] && i < len(r.Kind.States)-1 {
			continue // side ways nobody took
		}
		steps = append(steps, part.TrackStep{Label: s.Label, Done: been[s.ID] && !current, Current: current})
	}
	return steps
}

// Relation names a connection: the field's label where this record names the
// other, what the other's field calls it where the other names this one.
func (d *Desk) Relation(r *register.Record, l register.Link) string {
	field, _, _ := strings.Cut(l.Field, ".")
	if l.Out {
		if f, ok := r.Kind.Field(field); ok {
			return f.Noun()
		}
		return l.Record.Kind.Plural
	}
	if f, ok := l.Record.Kind.Field(field); ok && f.Back != "" {
		return f.Back
	}
	return l.Record.Kind.Plural
}

// VersionLine is a version in a history.
func (d *Desk) VersionLine(v *register.Record) part.VersionLine {
	line := part.VersionLine{
		Version: words.Number(v.Version), At: v.Time, Who: d.Person(v.Actor), Reason: v.Reason,
		Href: d.Href("/records/" + v.Number() + "/versions/" + words.Number(v.Version)), Entry: words.Number(v.Entry), EntryRef: "/ledger/entries/" + words.Entry(v.Entry),
	}
	if v.Actor.IsZero() {
		line.Who = words.Sentence(line.Who)
	}
	switch v.Move {
	case register.Created:
		line.Text = "began this record"
	case register.Changed:
		line.Text = "changed it"
	case register.Offered:
		line.Act, line.Text = true, "offered it to somebody"
		if v.Offer != nil {
			line.Text = "offered it to " + d.Person(v.Offer.To)
		}
	case register.AcceptedOffer:
		line.Act, line.Text = true, "accepted it and owns it now"
	case register.DeclinedOffer:
		line.Act, line.Text = true, "ended the offer"
	default:
		line.Act, line.Text = true, "moved it to"
		line.Marks = append(line.Marks, StateMark(v))
	}
	if v.Late != "" {
		line.Marks = append(line.Marks, part.Ageing("Late entry, for "+words.DayOf(v.Fact)+": "+v.Late))
	}
	if v.Override != "" {
		line.Marks = append(line.Marks, part.Warn("By override "+v.Override))
	}
	return line
}

// DueOf is the next deadline of a record at a moment; nil for none.
func DueOf(r *register.Record, now time.Time) *part.Due {
	if len(r.Dues) == 0 || !r.Dues[0].At.After(time.Time{}) {
		return nil
	}
	d := r.Dues[0]
	return &part.Due{At: d.At, Label: d.Label, Why: d.Why, Overdue: d.At.Before(now)}
}

// NameOf is how a kind is called.
func NameOf(k *kind.Kind) part.KindName {
	return part.KindName{ID: k.ID, Title: k.Title, Plural: k.Plural, Help: k.Help}
}

// StateMark is a record's state by shape, word and colour.
func StateMark(r *register.Record) part.Mark { return markOf(r.StateOf()) }

var stateShapes = map[string]string{"ok": "dot", "warn": "triangle", "bad": "cross", "none": "ring", "now": "target"}

func markOf(s *kind.State) part.Mark {
	return part.Mark{Class: s.Mark, Shape: stateShapes[s.Mark], Word: s.Label}
}

// All lists every record of a filter that the person may see; for kinds of which an
// organisation has few.
func (d *Desk) All(f index.KeptFilter) ([]*register.Record, error) {
	f.Limit = 500
	var list []*register.Record
	for {
		page, err := d.List(d.Ctx, f)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Records...)
		if f.After = page.Next; f.After.Zero() {
			return list, nil
		}
	}
}

// Named are the records a field names, by number.
func (d *Desk) Named(r *register.Record, field string) []part.Link {
	var list []part.Link
	for _, text := range r.Values.List(field) {
		f := d.Linked(text)
		label, _, _ := strings.Cut(f.Value, " ")
		if f.Missing {
			label = f.Value
		}
		list = append(list, part.Link{Label: label, Href: f.Href})
	}
	return list
}

// Grouped are connected records by what connects them, each once in a group.
func (d *Desk) Grouped(record *register.Record, links []register.Link) []part.LinkGroup {
	var groups []part.LinkGroup
	for _, l := range links {
		label := d.Relation(record, l)
		at := slices.IndexFunc(groups, func(g part.LinkGroup) bool { return g.Label == label })
		if at < 0 {
			at = len(groups)
			groups = append(groups, part.LinkGroup{Label: label})
		}
		groups[at].Rows = append(groups[at].Rows, part.LinkRow{Href: d.RecordHref(l.Record), Text: d.Called(l.Record), Kind: l.Record.Kind.Title, State: StateMark(l.Record)})
	}
	return groups
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/assessment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

type onePage struct {
	shell.Page
	part.FormState
	talk
	Kind     part.KindName
	Number   string
	Name     string
	Lead     string
	State    part.Mark
	Stub     []part.Fact
	Notices  []part.Notice
	Edit     string
	Whom     string // who may change it, when the person may not
	Sections []shownSection
	Track    []part.TrackStep
	Choices  []shell.MoveChoice
	Impact   *assessment.ImpactState // of impact assessments
	HandOver *handOver
	Passed   []overrideRow // overrides of this record
	Links    []part.LinkGroup
	History  []part.VersionLine
	Versions []part.Option // to compare
	Version  string
}

type shownSection struct {
	Title  string
	Help   string
	Fields []shell.ShownField // that say something
	Empty  string             // the names of those that do not
}

// show is the page of one record.
func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	p, err := s.onePage(r, d, record)
	if err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "record", p)
}

func (s *Section) onePage(r *http.Request, d *desk, record *register.Record) (*onePage, error) {
	name := record.Title()
	if record.Kind.ID == "person" {
		name = d.PersonName(record)
	}
	p := &onePage{
		Page: d.Page(r, record.Number()+" "+name, record.Kind.Place), Kind: shell.NameOf(record.Kind), Number: record.Number(), Name: name,
		State: shell.StateMark(record), Lead: record.StateOf().Help, Version: words.Number(record.Version), Notices: d.notices(record),
	}
	p.Stub = d.stub(record)
	if err := d.May(record.Kind, record, register.ChangeRight); err == nil {
		p.Edit = "/records/" + record.Number() + "/edit"
	} else {
		p.Whom = shell.PublicText(err)
	}
	for _, section := range record.Kind.Sections {
		p.Sections = append(p.Sections, d.shownSection(record, section))
	}
	p.Impact = assessment.ImpactStateOf(d.Desk, record)
	p.Track = shell.Track(record)
	choices, err := d.Choices(d.Ctx, record)
	if err != nil {
		return nil, err
	}
	p.Choices = d.MoveChoices(record, choices)
	if p.Links, err = d.links(record); err != nil {
		return nil, err
	}
	if p.talk, err = d.talkOf(record); err != nil {
		return nil, err
	}
	if p.HandOver, err = d.handOverOf(record); err != nil {
		return nil, err
	}
	if p.Passed, err = d.overridesOf(record); err != nil {
		return nil, err
	}
	history, err := d.History(d.Ctx, record.ID)
	if err != nil {
		return nil, err
	}
	for i, v := range history {
		p.History = append(p.History, d.VersionLine(v))
		p.Versions = append(p.Versions, part.Option{Value: words.Number(v.Version), Label: "Version " + words.Number(v.Version) + ", " + v.Time.Format("2 Jan 2006"), Selected: i == 0})
	}
	return p, nil
}

// notices are what one must know before reading on; two at most.
func (d *desk) notices(r *register.Record) []part.Notice {
	var list []part.Notice
	switch {
	case r.Erased:
		list = append(list, part.Notice{Class: "", Shape: "dash", Title: "Personal text of this record was erased", Text: "What was done stays; who it was about does not."})
	case r.InForce != nil && r.Approval == nil:
		list = append(list, part.Notice{Class: "warn", Shape: "triangle", Title: "This is a draft", Text: "Version " + words.Number(r.InForce.Version) + ", approved by " + d.Person(r.InForce.By) + " on " + r.InForce.At.Format("2 Jan 2006") + ", stays in force until the draft is approved."})
	}
	if r.Offer != nil {
		list = append(list, part.Notice{Class: "now", Shape: "target", Title: "Offered to " + d.Person(r.Offer.To), Text: d.Person(r.Offer.By) + " offered this record on " + r.Offer.At.Format("2 Jan 2006") + "; it changes hands when it is accepted."})
	}
	return list[:min(len(list), 2)]
}

func (d *desk) stub(r *register.Record) []part.Fact {
	state := shell.StateMark(r)
	facts := []part.Fact{{Label: "State", Mark: &state, Sub: "since " + r.Since.Format("2 Jan 2006")}}
	if _, ok := r.Kind.Field("owner"); ok {
		if owner := r.Owner(); owner.IsZero() {
			facts = append(facts, part.Fact{Label: "Owner", Mark: new(part.NoData("No owner"))})
		} else {
			facts = append(facts, part.Fact{Label: "Owner", Value: d.Person(owner)})
		}
	}
	if due := shell.DueOf(r, d.Now()); due != nil {
		m := part.NotBegun(due.At.Format("2 Jan 2006"))
		if due.Overdue {
			m = part.Mark{Class: "bad", Shape: "triangle", Word: "Overdue since " + due.At.Format("2 Jan 2006")}
		}
		facts = append(facts, part.Fact{Label: due.Label, Mark: &m, Sub: due.Why})
	}
	if r.Approval != nil {
		facts = append(facts, part.Fact{Label: "Approved", Value: d.Person(r.Approval.By) + ", " + r.Approval.At.Format("2 Jan 2006"), Sub: "sha256:" + r.Approval.Digest.String()[:16] + "…"})
	}
	return append(facts,
		part.Fact{Label: "Record", Value: "Version " + words.Number(r.Version)},
		part.Fact{Label: "Entry", Value: words.Number(r.Entry), Href: "/ledger/entries/" + words.Entry(r.Entry)},
	)
}

func (d *desk) shownSection(r *register.Record, s kind.Section) shownSection {
	shown := shownSection{Title: s.Title, Help: s.Help}
	var empty []string
	for _, id := range s.Fields {
		f, ok := r.Kind.Field(id)
		if !ok {
			continue
		}
		if v := d.Show(f, r.Values[id]); v.Filled() {
			shown.Fields = append(shown.Fields, v)
		} else {
			empty = append(empty, v.Label)
		}
	}
	shown.Empty = strings.Join(empty, ", ")
	return shown
}

// links are the connected records, grouped by what connects them.
func (d *desk) links(r *register.Record) ([]part.LinkGroup, error) {
	list, err := d.Links(d.Ctx, r)
	if err != nil {
		return nil, err
	}
	return d.Grouped(r, list), nil
}

// showVersion is an earlier version of a record, as it was.
func (s *Section) showVersion(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
	if err != nil {
		return err
	}
	n, err := shell.ParseSerial(strings.ReplaceAll(r.PathValue("version"), ",", ""))
	if err != nil {
		return shell.NotFound("There is no such version.")
	}
	version, err := d.Version(d.Ctx, record.ID, n)
	if err != nil {
		return err
	}
	p := &onePage{
		Page: d.Page(r, version.Number()+", version "+words.Number(version.Version), record.Kind.Place), Kind: shell.NameOf(record.Kind), Number: version.Number(),
		Name: version.Title(), State: shell.StateMark(version), Version: words.Number(version.Version), Stub: d.stub(version),
		Lead: "Version " + words.Number(version.Version) + " of " + words.Number(record.Version) + ", as " + d.Person(version.Actor) + " saved it on " + words.Stamp(version.Time) + ".",
		Whom: "This is a version of the past; open the record to change it.",
	}
	for _, section := range record.Kind.Sections {
		p.Sections = append(p.Sections, d.shownSection(version, section))
	}
	return s.Render(w, http.StatusOK, "record", p)
}

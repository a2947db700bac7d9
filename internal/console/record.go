// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

type recordPage struct {
	page
	formState
	talk
	Kind     kindName
	Number   string
	Name     string
	Lead     string
	State    mark
	Stub     []fact
	Notices  []notice
	Edit     string
	Whom     string // who may change it, when the person may not
	Sections []shownSection
	Track    []trackStep
	Choices  []moveChoice
	Impact   *impactState // of impact assessments
	HandOver *handOver
	Passed   []overrideRow // overrides of this record
	Links    []linkGroup
	History  []versionLine
	Versions []option // to compare
	Version  string
}

type shownSection struct {
	Title  string
	Help   string
	Fields []shownField // that say something
	Empty  string       // the names of those that do not
}

type trackStep struct {
	Label   string
	Done    bool
	Current bool
}

// moveChoice is a move with its way to the form, or with what stands in the way.
type moveChoice struct {
	Label   string
	Href    string // "" when it cannot be made
	Primary bool
	Help    string
	Barred  string
	Reasons []register.Reason
	Ask     string // where an override can be asked for
	Tag     string
}

// linkGroup are the records connected by one relation.
type linkGroup struct {
	Label string
	Rows  []linkRow
}

type linkRow struct {
	Href, Text, Kind string
	State            mark
}

// versionLine is one version in the history.
type versionLine struct {
	Version  string
	At       time.Time
	Who      string
	Text     string
	Reason   string
	Marks    []mark
	Act      bool // a move, not a change of fields
	Href     string
	Entry    string
	EntryRef string
}

// showRecord is the page of one record.
func (c *Console) showRecord(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	record, err := d.recordOf(r)
	if err != nil {
		return err
	}
	p, err := c.recordPage(r, d, record)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "record", p)
}

func (c *Console) recordPage(r *http.Request, d *desk, record *register.Record) (*recordPage, error) {
	name := record.Title()
	if record.Kind.ID == "person" {
		name = d.personName(record)
	}
	p := &recordPage{
		page: d.page(r, record.Number()+" "+name, record.Kind.Place), Kind: nameOf(record.Kind), Number: record.Number(), Name: name,
		State: stateMark(record), Lead: record.StateOf().Help, Version: number(record.Version), Notices: d.notices(record),
	}
	p.Stub = d.recordStub(record)
	if err := d.May(record.Kind, record, register.ChangeRight); err == nil {
		p.Edit = "/records/" + record.Number() + "/edit"
	} else {
		p.Whom = publicText(err)
	}
	for _, s := range record.Kind.Sections {
		p.Sections = append(p.Sections, d.section(record, s))
	}
	p.Impact = d.impactState(record)
	p.Track = track(record)
	choices, err := d.Choices(d.ctx, record)
	if err != nil {
		return nil, err
	}
	p.Choices = d.choices(record, choices)
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
	history, err := d.History(d.ctx, record.ID)
	if err != nil {
		return nil, err
	}
	for i, v := range history {
		p.History = append(p.History, d.versionLine(v))
		p.Versions = append(p.Versions, option{number(v.Version), "Version " + number(v.Version) + ", " + v.Time.Format("2 Jan 2006"), i == 0})
	}
	return p, nil
}

// publicText is what an error says to people.
func publicText(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Public
	}
	return "Not available."
}

// notices are what one must know before reading on; two at most.
func (d *desk) notices(r *register.Record) []notice {
	var list []notice
	switch {
	case r.Erased:
		list = append(list, notice{"", "dash", "Personal text of this record was erased", "What was done stays; who it was about does not."})
	case r.InForce != nil && r.Approval == nil:
		list = append(list, notice{"warn", "triangle", "This is a draft", "Version " + number(r.InForce.Version) + ", approved by " + d.person(r.InForce.By) + " on " + r.InForce.At.Format("2 Jan 2006") + ", stays in force until the draft is approved."})
	}
	if r.Offer != nil {
		list = append(list, notice{"now", "target", "Offered to " + d.person(r.Offer.To), d.person(r.Offer.By) + " offered this record on " + r.Offer.At.Format("2 Jan 2006") + "; it changes hands when it is accepted."})
	}
	return list[:min(len(list), 2)]
}

func (d *desk) recordStub(r *register.Record) []fact {
	state := stateMark(r)
	facts := []fact{{Label: "State", Mark: &state, Sub: "since " + r.Since.Format("2 Jan 2006")}}
	if _, ok := r.Kind.Field("owner"); ok {
		if owner := r.Owner(); owner.IsZero() {
			facts = append(facts, fact{Label: "Owner", Mark: &mark{"none", "hollow", "No owner"}})
		} else {
			facts = append(facts, fact{Label: "Owner", Value: d.person(owner)})
		}
	}
	if due := dueOf(r, d.now()); due != nil {
		m := mark{"none", "ring", due.At.Format("2 Jan 2006")}
		if due.Overdue {
			m = mark{"bad", "triangle", "Overdue since " + due.At.Format("2 Jan 2006")}
		}
		facts = append(facts, fact{Label: due.Label, Mark: &m, Sub: due.Why})
	}
	if r.Approval != nil {
		facts = append(facts, fact{Label: "Approved", Value: d.person(r.Approval.By) + ", " + r.Approval.At.Format("2 Jan 2006"), Sub: "sha256:" + r.Approval.Digest.String()[:16] + "…"})
	}
	return append(facts,
		fact{Label: "Record", Value: "Version " + number(r.Version)},
		fact{Label: "Entry", Value: number(r.Entry), Href: "/ledger/entries/" + formatIndex(r.Entry)},
	)
}

func (d *desk) section(r *register.Record, s kind.Section) shownSection {
	shown := shownSection{Title: s.Title, Help: s.Help}
	var empty []string
	for _, id := range s.Fields {
		f, ok := r.Kind.Field(id)
		if !ok {
			continue
		}
		if v := d.show(f, r.Values[id]); v.filled() {
			shown.Fields = append(shown.Fields, v)
		} else {
			empty = append(empty, v.Label)
		}
	}
	shown.Empty = strings.Join(empty, ", ")
	return shown
}

// track is the way through the states: those that moves led through, the present
// one, and what a record usually still has before it.
func track(r *register.Record) []trackStep {
	been := map[string]bool{r.Kind.Initial().ID: true}
	for id := range r.Done {
		if m, ok := r.Kind.Move(id); ok {
			been[m.To] = true
		}
	}
	var steps []trackStep
	for i := range r.Kind.States {
		s := &r.Kind.States[i]
		current := s.ID == r.State
		aside := s.Mark == "bad" || s.Mark == "none" && (s.Final || s.Ends)
		if aside && !current && !been[s.ID] && i < len(r.Kind.States)-1 {
			continue // side ways nobody took
		}
		steps = append(steps, trackStep{s.Label, been[s.ID] && !current, current})
	}
	return steps
}

func (d *desk) choices(r *register.Record, list []register.Choice) []moveChoice {
	var shown []moveChoice
	primary := true
	for _, c := range list {
		ch := moveChoice{Label: c.Move.Label, Help: c.Move.Help, Barred: c.Barred, Reasons: c.Refused, Tag: string(c.Move.Tag)}
		if c.Barred == "" && len(c.Refused) == 0 {
			ch.Href, ch.Primary = "/records/"+r.Number()+"/moves/"+c.Move.ID, primary
			primary = false
		} else if c.Barred == "" {
			ch.Ask = d.overrideHref(r, c.Move, c.Refused)
		}
		shown = append(shown, ch)
	}
	return shown
}

// links are the connected records, grouped by what connects them.
func (d *desk) links(r *register.Record) ([]linkGroup, error) {
	list, err := d.Links(d.ctx, r)
	if err != nil {
		return nil, err
	}
	return d.grouped(r, list), nil
}

// relation names a connection: the field's label where this record names the
// other, what the other's field calls it where the other names this one.
func (d *desk) relation(r *register.Record, l register.Link) string {
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

func (d *desk) versionLine(v *register.Record) versionLine {
	line := versionLine{
		Version: number(v.Version), At: v.Time, Who: d.person(v.Actor), Reason: v.Reason,
		Href: d.href("/records/" + v.Number() + "/versions/" + number(v.Version)), Entry: number(v.Entry), EntryRef: "/ledger/entries/" + formatIndex(v.Entry),
	}
	switch v.Move {
	case register.Created:
		line.Text = "began this record"
	case register.Changed:
		line.Text = "changed it"
	case register.Offered:
		line.Act, line.Text = true, "offered it to somebody"
		if v.Offer != nil {
			line.Text = "offered it to " + d.person(v.Offer.To)
		}
	case register.AcceptedOffer:
		line.Act, line.Text = true, "accepted it and owns it now"
	case register.DeclinedOffer:
		line.Act, line.Text = true, "ended the offer"
	default:
		line.Act, line.Text = true, "moved it to"
		line.Marks = append(line.Marks, stateMark(v))
	}
	if v.Late != "" {
		line.Marks = append(line.Marks, mark{"warn", "clock", "Late entry, for " + dayOf(v.Fact) + ": " + v.Late})
	}
	if v.Override != "" {
		line.Marks = append(line.Marks, mark{"warn", "triangle", "By override " + v.Override})
	}
	return line
}

// showVersion is an earlier version of a record, as it was.
func (c *Console) showVersion(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	record, err := d.recordOf(r)
	if err != nil {
		return err
	}
	n, err := parseSerial(strings.ReplaceAll(r.PathValue("version"), ",", ""))
	if err != nil {
		return notFound("There is no such version.")
	}
	version, err := d.Version(d.ctx, record.ID, n)
	if err != nil {
		return err
	}
	p := &recordPage{
		page: d.page(r, version.Number()+", version "+number(version.Version), record.Kind.Place), Kind: nameOf(record.Kind), Number: version.Number(),
		Name: version.Title(), State: stateMark(version), Version: number(version.Version), Stub: d.recordStub(version),
		Lead: "Version " + number(version.Version) + " of " + number(record.Version) + ", as " + d.person(version.Actor) + " saved it on " + stamp(version.Time) + ".",
		Whom: "This is a version of the past; open the record to change it.",
	}
	for _, s := range record.Kind.Sections {
		p.Sections = append(p.Sections, d.section(version, s))
	}
	return c.render(w, http.StatusOK, "record", p)
}

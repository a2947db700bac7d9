// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/event"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// frontPage is the first page: what waits for the person, what happens today, how
// far the organisation is, and what does not agree.
type frontPage struct {
	shell.Page
	Heading string
	Lead    string
	Views   []part.Link
	Stub    []part.Fact
	NeedsIt []needRow
	More    bool
	Past    bool
	Today   string
	Strip   []part.Figure // none in the view for leaders
	Steps   []step        // none for who may not read all records
	Clashes []clash
}

// needRow is one thing that waits.
type needRow struct {
	Text, Href, Sub string
	Why             string
	Due             *part.Due
	Since           time.Time
}

// step is one of the seven ways to the certificate, computed from records.
type step struct {
	No      string
	Title   string
	Href    string
	State   part.Mark
	Records string
	Missing []part.Link
	Current bool
}

// clash are two records that do not agree.
type clash struct {
	What      part.Link
	One, Else string
}

// show shows the records' side of today. view=lead leaves out what only those who
// operate need.
func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	lead := r.FormValue("view") == "lead"
	p := frontPage{Page: d.Page(r, "Home", "home"), Past: !d.At.IsZero()}
	p.Views = []part.Link{{Label: "Operate", Href: d.Href("/"), Current: !lead}, {Label: "Lead", Href: d.Href("/", "view", "lead"), Current: lead}}
	waiting, err := d.section.NeedsOf(d.Ctx, d.View, d.Actor)
	if err != nil {
		return err
	}
	for i := range waiting.Alarms {
		p.NeedsIt = append(p.NeedsIt, d.alarmRow(&waiting.Alarms[i]))
	}
	for i := range waiting.Duties {
		p.NeedsIt = append(p.NeedsIt, d.needRow(&waiting.Duties[i]))
	}
	p.More = waiting.More
	if len(d.Actor.Roles) > 0 {
		if err := d.fillOrganisation(&p, lead); err != nil {
			return err
		}
	}
	entries, err := d.entriesThen()
	if err != nil {
		return err
	}
	p.Stub = append(p.Stub, part.Fact{Label: "Ledger", Value: words.Counted(entries, "entry", "entries"), Href: "/ledger"})
	p.Heading, p.Lead = frontWords(&p)
	return s.Render(w, http.StatusOK, "home", &p)
}

// fillOrganisation adds what all records tell, for who may read them: to others it would
// say that there are none.
func (d *desk) fillOrganisation(p *frontPage, lead bool) (err error) {
	if p.Steps, err = d.steps(); err != nil {
		return err
	}
	if p.Clashes, err = d.clashes(); err != nil {
		return err
	}
	if p.Stub, err = d.stub(p.Steps); err != nil || lead {
		return err
	}
	p.Today = d.Now().Format("Monday 2 January 2006, 15:04")
	p.Strip, err = d.today()
	return err
}

func (d *desk) needRow(duty *register.Duty) needRow {
	r := duty.Record
	row := needRow{Text: d.Called(r), Href: d.PageOf(r), Sub: r.Kind.Title + ", " + words.Within(r.StateOf().Label), Due: shell.DueOf(r, d.Now()), Since: duty.Since}
	if duty.Due == nil {
		row.Due = nil
	}
	switch {
	case duty.Role == register.ByOffer:
		row.Text, row.Why = "Accept or decline "+d.Called(r), "It is offered to you"
		row.Href = d.RecordHref(r) + "#owner"
	case duty.Move != nil:
		row.Text, row.Href = duty.Move.Label+": "+d.Called(r), "/records/"+r.Number()+"/moves/"+duty.Move.ID
	}
	switch duty.Role {
	case register.ByOffer:
	case kind.RoleOwner:
		row.Why = "You own it"
	case kind.RoleSelf:
		row.Why = "It concerns you"
	default:
		row.Why = "You are " + standard.RoleInSentence(duty.Role)
	}
	return row
}

// frontWords are the heading, which is the finding, and what follows from it.
func frontWords(p *frontPage) (heading, lead string) {
	overdue := uint64(0)
	for _, row := range p.NeedsIt {
		if row.Due != nil && row.Due.Overdue {
			overdue++
		}
	}
	switch n := uint64(len(p.NeedsIt)); {
	case p.Past:
		heading = "What stood then"
	case n == 0:
		heading = "Nothing waits for you"
	case overdue > 0:
		heading = words.Sentence(words.Spelled(n, "thing waits", "things wait")) + " for you, " + words.Spelled(overdue, "overdue", "overdue")
	default:
		heading = words.Sentence(words.Spelled(n, "thing waits", "things wait")) + " for you"
	}
	if len(p.Steps) == 0 {
		return heading, "What you own, what concerns you and what is offered to you stands here. The organisation’s records are for whoever holds a role."
	}
	for _, s := range p.Steps {
		if s.Current {
			lead = "Step " + s.No + ", " + words.Within(s.Title) + ", comes next. "
			break
		}
	}
	if n := uint64(len(p.Clashes)); n > 0 {
		lead += words.Sentence(words.Spelled(n, "record does", "records do")) + " not agree with another."
	} else {
		lead += "No records contradict each other."
	}
	return heading, lead
}

// today are the figures of the live path since midnight, and what stands behind
// the ledger.
func (d *desk) today() ([]part.Figure, error) {
	now := d.Now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	f := d.Passed(counterfoil.ID{})
	f.From = midnight
	tallies, err := d.section.index.Tally(d.Ctx, f)
	if err != nil {
		return nil, err
	}
	all, by := uint64(0), map[counterfoil.Effect]uint64{}
	for _, t := range tallies {
		all += t.N
		by[t.Effect] += t.N
	}
	day := now.Format(time.DateOnly)
	strip := []part.Figure{{Label: "Interactions", Value: words.Number(all), Href: d.Listed(filter.Query{From: day, To: day}), Note: "since 00:00, all systems"}}
	for _, e := range []struct {
		effect counterfoil.Effect
		label  string
	}{{counterfoil.EffectRedact, "Masked"}, {counterfoil.EffectBlock, "Blocked"}, {counterfoil.EffectHold, "Held"}} {
		strip = append(strip, part.Figure{
			Label: e.label, Value: words.Number(by[e.effect]), Href: d.Listed(filter.Query{Decision: e.effect.String(), From: day, To: day}),
			Note: words.Share(by[e.effect], all) + " of " + words.Number(all),
		})
	}
	anchor, err := d.lastEvent(counterfoil.KindAnchor)
	if err != nil {
		return nil, err
	}
	check, err := d.lastEvent(counterfoil.KindSignal)
	if err != nil {
		return nil, err
	}
	last := part.Figure{Label: "Last anchor", Mark: new(part.NoData("None yet")), Note: "nobody outside has signed"}
	if anchor != nil {
		last = part.Figure{Label: "Last anchor", Value: anchor.Time.Format("15:04"), Href: anchor.Href, Note: anchor.Time.Format("2 Jan 2006")}
	}
	integrity := part.Figure{Label: "Integrity", Mark: new(part.NoData("Not checked")), Note: "first self-check at 02:00"}
	if check != nil {
		integrity = part.Figure{Label: "Integrity", Mark: check.What.Mark, Note: "self-check of " + check.Time.Format("2 Jan, 15:04")}
		if integrity.Mark == nil {
			integrity.Mark = new(part.OK("Verified"))
		}
	}
	return append(strip, last, integrity), nil
}

// lastEvent is the newest event of a kind that stood at the moment; nil without one.
func (d *desk) lastEvent(k counterfoil.Kind) (*event.Row, error) {
	f := index.EventFilter{Kinds: []counterfoil.Kind{k}, Limit: 1}
	if !d.At.IsZero() {
		f.Until = d.At.UnixMicro()
	}
	events, err := d.section.index.Events(d.Ctx, f)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	row := event.RowOf(&events[0])
	return &row, nil
}

func (d *desk) stub(steps []step) ([]part.Fact, error) {
	done := 0
	for _, s := range steps {
		if s.State.Class == "ok" {
			done++
		}
	}
	systems, err := d.tally("system")
	if err != nil {
		return nil, err
	}
	return []part.Fact{
		{Label: "Steps done", Value: words.Number(done) + " of " + words.Number(len(steps))},
		{Label: "AI systems", Value: words.Number(systems.all), Href: d.Href("/systems"), Sub: words.Number(systems.of("operating")) + " operating, " + words.Number(systems.of("piloting")) + " piloting"},
	}, nil
}

// alarmRow is an alarm among what needs a person. It leads to the requests.
func (d *desk) alarmRow(a *shell.Alarm) needRow {
	return needRow{
		Text: "Still asked while " + shell.AskedWord(a.Reason) + ": " + d.Called(a.Record), Href: d.RefusedOn(a.Record.Values.Text("slug"), a.Day),
		Sub: words.Counted(a.N, "request", "requests") + " refused on " + a.Day.Format("2 Jan 2006"), Why: a.Why, Since: a.Day,
	}
}

// entriesThen is how many entries the ledger had at the moment shown.
func (d *desk) entriesThen() (uint64, error) {
	size := d.section.ledger.Size()
	if d.At.IsZero() {
		return size, nil
	}
	return d.section.evidence.Entries(size, d.At)
}

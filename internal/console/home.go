// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// homePage is the first page: what waits for the person, what happens today, how
// far the organisation is, and what does not agree.
type homePage struct {
	page
	Heading string
	Lead    string
	Views   []link
	Stub    []fact
	NeedsIt []needRow
	More    bool
	Past    bool
	Today   string
	Strip   []figure // empty in the view for leaders
	Steps   []step
	Clashes []clash
}

// needRow is one thing that waits.
type needRow struct {
	Text, Href, Sub string
	Why             string
	Due             *due
	Since           time.Time
}

// step is one of the seven ways to the certificate, computed from records.
type step struct {
	No      string
	Title   string
	Href    string
	State   mark
	Records string
	Missing []link
	Current bool
}

// clash are two records that do not agree.
type clash struct {
	What      link
	One, Else string
}

// home shows the records' side of today. view=lead leaves out what only those who
// operate need.
func (c *Console) home(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	lead := r.FormValue("view") == "lead"
	p := homePage{page: d.page(r, "Home", "home"), Past: !d.at.IsZero()}
	p.Views = []link{{"Operate", d.href("/"), !lead}, {"Lead", d.href("/", "view", "lead"), lead}}
	waiting, err := d.needs()
	if err != nil {
		return err
	}
	for i := range waiting.alarms {
		p.NeedsIt = append(p.NeedsIt, d.alarmRow(&waiting.alarms[i]))
	}
	for i := range waiting.duties {
		p.NeedsIt = append(p.NeedsIt, d.needRow(&waiting.duties[i]))
	}
	p.More = waiting.more
	if p.Steps, err = d.steps(); err != nil {
		return err
	}
	if p.Clashes, err = d.clashes(); err != nil {
		return err
	}
	if !lead {
		if p.Strip, err = d.today(); err != nil {
			return err
		}
	}
	p.Today = d.now().Format("Monday 2 January 2006, 15:04")
	p.Heading, p.Lead = homeWords(&p)
	p.Stub, err = d.homeStub(p.Steps)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "home", &p)
}

// needs is what waits now, or what was due at the moment shown.
func (d *desk) needs() (*needs, error) {
	if d.at.IsZero() {
		return d.console.needsOf(d.ctx, d.actor)
	}
	var n needs
	var err error
	if n.duties, n.more, err = d.Duties(d.ctx); err != nil {
		return nil, err
	}
	n.alarms, err = d.console.alarmsOf(d.ctx, d.View, d.actor, d.at)
	return &n, err
}

func (d *desk) needRow(duty *register.Duty) needRow {
	r := duty.Record
	row := needRow{Text: d.called(r), Href: d.pageOf(r), Sub: r.Kind.Title + ", " + strings.ToLower(r.StateOf().Label), Due: dueOf(r, d.now()), Since: duty.Since}
	if duty.Due == nil {
		row.Due = nil
	}
	switch {
	case duty.Role == register.ByOffer:
		row.Text, row.Why = "Accept or decline "+d.called(r), "It is offered to you"
		row.Href = d.recordHref(r) + "#owner"
	case duty.Move != nil:
		row.Text, row.Href = duty.Move.Label+": "+d.called(r), "/records/"+r.Number()+"/moves/"+duty.Move.ID
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

// homeWords are the heading, which is the finding, and what follows from it.
func homeWords(p *homePage) (heading, lead string) {
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
		heading = sentence(spelled(n, "thing waits", "things wait")) + " for you, " + spelled(overdue, "overdue", "overdue")
	default:
		heading = sentence(spelled(n, "thing waits", "things wait")) + " for you"
	}
	for _, s := range p.Steps {
		if s.Current {
			lead = "Step " + s.No + ", " + strings.ToLower(s.Title[:1]) + s.Title[1:] + ", comes next. "
			break
		}
	}
	if n := uint64(len(p.Clashes)); n > 0 {
		lead += sentence(spelled(n, "record does", "records do")) + " not agree with another."
	} else {
		lead += "No records contradict each other."
	}
	return heading, lead
}

// today are the figures of the live path since midnight, and what stands behind
// the ledger.
func (d *desk) today() ([]figure, error) {
	now := d.now()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	f := d.passed(counterfoil.ID{})
	f.From = midnight
	tallies, err := d.console.index.Tally(d.ctx, f)
	if err != nil {
		return nil, err
	}
	all, by := uint64(0), map[counterfoil.Effect]uint64{}
	for _, t := range tallies {
		all += t.N
		by[t.Effect] += t.N
	}
	day := now.Format(time.DateOnly)
	strip := []figure{{Label: "Interactions", Value: number(all), Href: d.listed(query{from: day, to: day}), Note: "since 00:00, all systems"}}
	for _, e := range []struct {
		effect counterfoil.Effect
		label  string
	}{{counterfoil.EffectRedact, "Masked"}, {counterfoil.EffectBlock, "Blocked"}, {counterfoil.EffectHold, "Held"}} {
		strip = append(strip, figure{
			Label: e.label, Value: number(by[e.effect]), Href: d.listed(query{decision: e.effect.String(), from: day, to: day}),
			Note: share(by[e.effect], all) + " of " + number(all),
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
	last := figure{Label: "Last anchor", Mark: &mark{"none", "hollow", "None yet"}, Note: "nobody outside has signed"}
	if anchor != nil {
		last = figure{Label: "Last anchor", Value: anchor.Time.Format("15:04"), Href: anchor.Href, Note: anchor.Time.Format("2 Jan 2006")}
	}
	integrity := figure{Label: "Integrity", Mark: &mark{"none", "hollow", "Not checked"}, Note: "first self-check at 02:00"}
	if check != nil {
		integrity = figure{Label: "Integrity", Mark: check.What.Mark, Note: "self-check of " + check.Time.Format("2 Jan, 15:04")}
		if integrity.Mark == nil {
			integrity.Mark = &mark{"ok", "dot", "Verified"}
		}
	}
	return append(strip, last, integrity), nil
}

// lastEvent is the newest event of a kind that stood at the moment; nil without one.
func (d *desk) lastEvent(k counterfoil.Kind) (*eventRow, error) {
	f := index.EventFilter{Kinds: []counterfoil.Kind{k}, Limit: 1}
	if !d.at.IsZero() {
		f.Until = d.at.UnixMicro()
	}
	events, err := d.console.index.Events(d.ctx, f)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	row := rowOfEvent(&events[0])
	return &row, nil
}

func (d *desk) homeStub(steps []step) ([]fact, error) {
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
	entries, err := d.entriesThen()
	if err != nil {
		return nil, err
	}
	return []fact{
		{Label: "Steps done", Value: number(done) + " of " + number(len(steps))},
		{Label: "AI systems", Value: number(systems.all), Href: d.href("/systems"), Sub: number(systems.of("operating")) + " operating, " + number(systems.of("piloting")) + " piloting"},
		{Label: "Ledger", Value: counted(entries, "entry", "entries"), Href: "/ledger"},
	}, nil
}

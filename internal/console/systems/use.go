// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// systemUse is what a system's record declares beside what passed the gateway.
type systemUse struct {
	Span    string
	Version string // of the record that binds
	Rows    []useRow
	Differs int
}

// useRow is one thing that is declared and observed.
type useRow struct {
	What     string
	Declared string
	Observed []part.Link // with the interactions they count, where the list can show just these
	Agree    part.Mark
}

// useOf compares the last days of a system with what its record says of it.
func (d *desk) useOf(s *identity.System, record *register.Record, days []part.DayBar) (*systemUse, error) {
	u := &useReading{desk: d, system: s, from: days[0].Day, to: days[len(days)-1].Day, values: record.Values, days: days}
	version := record.Version
	if record.InForce != nil {
		u.values, version = record.InForce.Values, record.InForce.Version
	}
	var err error
	if u.uses, err = d.section.index.UsedOf(d.Ctx, counterfoil.ID(s.ID), u.from, d.Now()); err != nil {
		return nil, err
	}
	if err := u.countFindings(); err != nil {
		return nil, err
	}
	p := &systemUse{Span: u.from.Format("2 Jan 2006") + " to " + u.to.Format("2 Jan 2006"), Version: words.Number(version)}
	providers, err := u.providers()
	if err != nil {
		return nil, err
	}
	hours, err := u.hours()
	if err != nil {
		return nil, err
	}
	p.Rows = []useRow{u.models(), providers, u.regions(), u.people(), u.volume(), hours}
	for _, class := range usedClasses {
		p.Rows = append(p.Rows, u.class(class))
	}
	for _, row := range p.Rows {
		if row.Agree.Class == "warn" || row.Agree.Class == "bad" {
			p.Differs++
		}
	}
	return p, nil
}

// useReading holds what the rows are made of.
type useReading struct {
	*desk
	system   *identity.System
	values   kind.Values // that bind
	from, to time.Time   // the first and the last day
	uses     []index.Use
	days     []part.DayBar
	findings map[string]uint64 // interactions by type
}

// address is the list of the system's interactions in these days, narrowed further.
func (u *useReading) address(q filter.Query) string {
	q.System, q.From, q.To = u.system.Slug, u.from.Format(time.DateOnly), u.to.Format(time.DateOnly)
	return u.Listed(q)
}

// seen is what was observed in n interactions, with their list: what left, or may have.
func (u *useReading) seen(what string, n uint64, q filter.Query) part.Link {
	q.Result = filter.Left
	return part.Link{Label: what + " in " + words.Number(n), Href: u.address(q)}
}

// byProvider counts what went to each provider.
func (u *useReading) byProvider() map[string]uint64 {
	seen := map[string]uint64{}
	for _, x := range u.uses {
		seen[x.Provider] += x.Interactions
	}
	return seen
}

// agreed is how a row stands, by what was seen and what of it was not declared.
func agreed(seen bool, undeclared int) part.Mark {
	switch {
	case undeclared > 0:
		return part.Warn(words.Number(undeclared) + " not declared")
	case !seen:
		return part.NotBegun("Not seen")
	}
	return part.OK("As declared")
}

// models compares the names in requests. A system that lists no model declares none,
// and an interaction with a name that is not listed has none in the record.
func (u *useReading) models() useRow {
	row := useRow{What: "Models", Declared: cmp.Or(strings.Join(u.system.Models, ", "), "None listed")}
	seen := map[string]uint64{}
	for _, x := range u.uses {
		seen[x.Model] += x.Interactions
	}
	undeclared := 0
	for _, name := range sortedByCount(seen) {
		shown, asked := name, name
		if name == "" {
			shown, asked = "a name that is not listed", filter.Unlisted
		}
		if !slices.Contains(u.system.Models, name) {
			undeclared++
		}
		row.Observed = append(row.Observed, u.seen(shown, seen[name], filter.Query{Model: asked}))
	}
	row.Agree = agreed(len(seen) > 0, undeclared)
	return row
}

// providers compares where the requests went with where the declared models are.
func (u *useReading) providers() (useRow, error) {
	row := useRow{What: "Providers"}
	var declared []string
	for _, id := range u.values.List("models") {
		model, err := counterfoil.ParseID(id)
		if err != nil {
			continue
		}
		record, err := u.Record(u.Ctx, model)
		if shell.Unseen(err) {
			continue
		}
		if err != nil {
			return row, err
		}
		if name := record.Values.Text("provider"); name != "" && !slices.Contains(declared, name) {
			declared = append(declared, name)
		}
	}
	seen, undeclared := u.byProvider(), 0
	for _, name := range sortedByCount(seen) {
		if !slices.Contains(declared, name) {
			undeclared++
		}
		row.Observed = append(row.Observed, u.seen(name, seen[name], filter.Query{Provider: name}))
	}
	row.Declared = cmp.Or(strings.Join(declared, ", "), "None, by the records of its models")
	row.Agree = agreed(len(seen) > 0, undeclared)
	return row, nil
}

// shownPeople is how many people have a line of their own, those with the most use.
const shownPeople = 5

// people counts who used it. More than the record allows cannot have passed: the
// gateway keeps the number.
func (u *useReading) people() useRow {
	row := useRow{What: "People and programs", Declared: "No limit"}
	if n := u.values.Integer("limit_people_per_day"); n > 0 {
		row.Declared = "At most " + words.Number(n) + " people a day"
	}
	if units := u.values.List("limit_units"); len(units) > 0 {
		row.Declared += ", of " + strings.Join(units, ", ")
	}
	people, programs := map[string]uint64{}, map[string]uint64{} // by id
	for _, x := range u.uses {
		who := people
		if x.Workload {
			who = programs
		}
		who[x.Person.String()] += x.Interactions
	}
	for _, group := range []struct {
		of        map[string]uint64
		one, many string
		who       string
	}{{people, "person", "people", filter.People}, {programs, "program", "programs", filter.Programs}} {
		if len(group.of) > 0 {
			row.Observed = append(row.Observed, u.seen(words.Counted(uint64(len(group.of)), group.one, group.many), sum(group.of), filter.Query{Who: group.who}))
		}
	}
	if len(people) > 1 {
		for _, id := range sortedByCount(people)[:min(shownPeople, len(people))] {
			if person, err := counterfoil.ParseID(id); err == nil && !person.IsZero() {
				row.Observed = append(row.Observed, u.seen(words.PersonLabel(person), people[id], filter.Query{Who: id}))
			}
		}
	}
	row.Agree = agreed(len(u.uses) > 0, 0)
	if row.Declared == "No limit" && len(u.uses) > 0 {
		row.Agree = part.NotBegun("Nothing to compare with")
	}
	return row
}

func sum(counts map[string]uint64) (all uint64) {
	for _, n := range counts {
		all += n
	}
	return all
}

// volume compares the busiest day with the limit of a day.
func (u *useReading) volume() useRow {
	row := useRow{What: "Volume", Declared: "No limit", Agree: agreed(false, 0)}
	limit := u.values.Integer("limit_requests_per_day")
	if limit > 0 {
		row.Declared = "At most " + words.Number(limit) + " requests a day"
	}
	most := slices.MaxFunc(u.days, func(a, b part.DayBar) int { return cmp.Compare(a.All, b.All) })
	if most.All == 0 {
		return row
	}
	day := most.Day.Format(time.DateOnly)
	row.Observed = []part.Link{{Label: "Most in a day: " + words.Number(most.All) + ", on " + most.Day.Format("2 Jan 2006"), Href: u.Listed(filter.Query{System: u.system.Slug, From: day, To: day})}}
	switch {
	case limit == 0:
		row.Agree = part.NotBegun("Nothing to compare with")
	case most.All > uint64(limit):
		row.Agree = part.Warn("More was asked than may pass now")
	default:
		row.Agree = agreed(true, 0)
	}
	return row
}

// usedClass is a class of what the detectors find, and the class of data that declares it.
type usedClass struct{ class, declares, what string }

var usedClasses = []usedClass{
	{detect.ClassPersonal, "personal", "Personal data"},
	{detect.ClassSecret, "secret", "Passwords and keys"},
	{detect.ClassIdentifier, "", "Identifiers"},
	{detect.ClassCustom, "", "Words of the dictionary"},
}

// countFindings counts the interactions of these days by what was found in them.
func (u *useReading) countFindings() (err error) {
	types := make([]string, len(u.section.findingTypes))
	for i, t := range u.section.findingTypes {
		types[i] = t.Type
	}
	f := u.Passed(counterfoil.ID(u.system.ID))
	f.From, f.To = u.from, u.to.AddDate(0, 0, 1)
	u.findings, err = u.section.index.CountByFinding(u.Ctx, f, types)
	return err
}

// class compares what was found in requests and answers with the data it may be given.
func (u *useReading) class(c usedClass) useRow {
	row := useRow{What: c.what, Declared: "No class of data says"}
	may := slices.Contains(u.values.List("data_classes"), c.declares) || c.declares == "personal" && slices.Contains(u.values.List("data_classes"), "special")
	switch {
	case c.declares == "":
	case may:
		row.Declared = "May be given"
	default:
		row.Declared = "Not to be given"
	}
	for _, t := range u.section.findingTypes {
		if t.Class != c.class {
			continue
		}
		if n := u.findings[t.Type]; n > 0 {
			row.Observed = append(row.Observed, part.Link{Label: t.Label + " in " + words.Number(n), Href: u.address(filter.Query{Finding: t.Type})})
		}
	}
	switch {
	case c.declares == "" && len(row.Observed) > 0:
		row.Agree = part.NotBegun("Nothing to compare with")
	case may || len(row.Observed) == 0:
		row.Agree = agreed(len(row.Observed) > 0, 0)
	default:
		row.Agree = agreed(true, len(row.Observed))
	}
	return row
}

// sortedByCount are names, the most frequent first.
func sortedByCount(counts map[string]uint64) []string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return names
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Where a thing lies, as the scope says.
const (
	liesOnLine    = "undecided"
	liesOut       = "out"
	liesForbidden = "forbidden"
	liesIn        = "in"
	liesAcross    = "interface"
	liesReceives  = "receives"
)

// liesOrder is the order of the table: what has to be decided first.
var liesOrder = []string{liesOnLine, liesOut, liesForbidden, liesIn, liesAcross, liesReceives}

var liesMarks = map[string]part.Mark{
	liesOnLine:    part.Warn("Undecided"),
	liesOut:       part.NotBegun("Out"),
	liesForbidden: part.Bad("Forbidden"),
	liesIn:        part.OK("In"),
	liesAcross:    {Class: "none", Shape: "bar", Word: "Interface"},
	liesReceives:  part.Skipped("Receives"),
}

// thing is anything the map shows.
type thing struct {
	Sort     string // such as Unit, AI system
	Field    string // of the scope's record that decides on it; "" for others
	Name     string
	Href     string
	Lies     string
	Says     part.Mark
	Why      string
	State    *part.Mark // of a record
	Group    string     // of its state, for the map
	Observed bool       // use of it can be seen
	Seen     register.Passed
	Rules    string // whose findings name it
	Days     int    // since it was found, while it is undecided
	About    int64  // people, by estimate
	Choices  []shell.MoveChoice
	open     *register.Record // a system nobody has decided on
}

// Span is from when until when use was seen.
func (t *thing) Span() string {
	if t.Seen.Interactions == 0 {
		return ""
	}
	first, last := t.Seen.First.Format("2 Jan 2006"), t.Seen.Last.Format("2 Jan 2006")
	switch {
	case first == last:
		return last
	case t.Seen.First.Year() == t.Seen.Last.Year():
		first = t.Seen.First.Format("2 Jan")
	}
	return first + " to " + last
}

// Times is how often use was seen.
func (t *thing) Times() string { return words.Number(t.Seen.Interactions) }

// Who is how many people were seen; "" for none.
func (t *thing) Who() string {
	if t.Seen.People == 0 {
		return ""
	}
	return words.Counted(uint64(t.Seen.People), "person", "people")
}

// Estimate is about how many people there are; "" when nobody said.
func (t *thing) Estimate() string {
	if t.About == 0 {
		return ""
	}
	return "About " + words.Counted(uint64(t.About), "person", "people")
}

// decisions are what the scope says of systems.
func (v *view) decisions() map[counterfoil.ID]string {
	decided := map[counterfoil.ID]string{}
	for _, row := range v.shown.Values.Rows("systems") {
		if id, err := counterfoil.ParseID(rowCell(row, "system")); err == nil {
			decided[id] = rowCell(row, "decision")
		}
	}
	return decided
}

// rowCell is a text of a row.
func rowCell(row map[string]any, column string) string {
	text, _ := row[column].(string)
	return text
}

// undecidedFound are uses that were found and nobody has decided on.
func (v *view) undecidedFound() []map[string]any {
	return slices.DeleteFunc(slices.Clone(v.shown.Values.Rows("discovered")), func(row map[string]any) bool { return rowCell(row, "decision") != "" })
}

// things lists everything the map shows, in the order of the table.
func (v *view) things() ([]thing, error) {
	list := v.systemThings()
	list = append(list, v.foundThings()...)
	list = append(list, v.namedThings()...)
	across, err := v.acrossThings()
	if err != nil {
		return nil, err
	}
	list = append(list, across...)
	receives, err := v.receivers()
	if err != nil {
		return nil, err
	}
	list = append(list, receives...)
	for i := range list {
		list[i].Says = liesMarks[list[i].Lies]
	}
	slices.SortStableFunc(list, func(a, b thing) int {
		return slices.Index(liesOrder, a.Lies) - slices.Index(liesOrder, b.Lies)
	})
	return list, nil
}

// systemThings are the AI systems: decided, undecided, and what passed without any.
func (v *view) systemThings() (list []thing) {
	rules := v.rulesOf()
	for _, row := range v.shown.Values.Rows("systems") {
		id, err := counterfoil.ParseID(rowCell(row, "system"))
		if s := v.check.Systems[id]; err == nil && s != nil {
			t := v.systemThing(s, rowCell(row, "decision"), rowCell(row, "reason"))
			t.Rules = rules[id]
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b thing) int { return int(b.Seen.Interactions) - int(a.Seen.Interactions) })
	for _, s := range v.check.Undecided {
		t := v.systemThing(s, liesOnLine, words.ClipTo(s.Values.Text("found"), 200))
		t.Rules, t.Days, t.open = rules[s.ID], int(v.Now().Sub(s.Made.At).Hours()/24), s
		list = append(list, t)
	}
	for _, s := range v.check.Made {
		t := v.systemThing(s, liesOnLine, "Made by the program for first attempts; it need not be decided on")
		t.Field = ""
		list = append(list, t)
	}
	if none := v.check.Traffic.Of(counterfoil.ID{}); none.Interactions > 0 {
		list = append(list, thing{Sort: "AI system", Name: "No known system", Href: v.Href("/interactions"), Lies: liesOnLine, Observed: true, Seen: none, Why: "The key they came with belongs to no system"})
	}
	return list
}

func (v *view) systemThing(s *register.Record, lies, why string) thing {
	state := shell.StateMark(s)
	if lies == "" {
		lies = liesOnLine
	}
	return thing{
		Sort: "AI system", Field: "systems", Name: v.Called(s), Href: v.PageOf(s), Lies: lies, Why: why, State: &state, Group: groups[s.State],
		Observed: v.check.Traffic.Known, Seen: v.check.Traffic.Of(s.ID),
	}
}

// groups are the states of systems as the map groups them.
var groups = map[string]string{
	"operating": "In operation", "piloting": "On trial", "approved": "On trial", "suspended": "Stopped", "retiring": "Being retired", "retired": "Retired",
	"rejected": "Rejected", "forbidden": "Forbidden", "out_of_scope": "Out of scope",
}

const groupAssessed = "Being assessed"

// rulesOf says which rules' findings name a system.
func (v *view) rulesOf() map[counterfoil.ID]string {
	rules := map[counterfoil.ID]string{}
	for i := range v.check.Findings {
		f := &v.check.Findings[i]
		for _, r := range f.Records {
			if f.Found() {
				rules[r.ID] = strings.TrimPrefix(rules[r.ID]+", "+f.ID, ", ")
			}
		}
	}
	return rules
}

// foundThings are uses that are no registered system.
func (v *view) foundThings() (list []thing) {
	for _, row := range v.shown.Values.Rows("discovered") {
		t := thing{Sort: "Use found", Field: "discovered", Name: rowCell(row, "what"), Href: v.href("/scope/statement#discovered"), Lies: rowCell(row, "decision"), Why: rowCell(row, "reason")}
		t.About, _ = row["people"].(int64)
		if t.Lies == "" {
			t.Lies, t.Why = liesOnLine, rowCell(row, "seen")
			if since, err := time.Parse(time.DateOnly, rowCell(row, "since")); err == nil {
				t.Days = int(v.Now().Sub(since).Hours() / 24)
			}
		}
		list = append(list, t)
	}
	return list
}

// namedKinds are the fields that decide on things without a record.
var namedKinds = []struct{ field, column, sort string }{
	{"units", "unit", "Unit"}, {"sites", "site", "Site"}, {"entities", "entity", "Legal entity"}, {"processes", "process", "Process"}, {"products", "product", "Product or service"},
}

func (v *view) namedThings() (list []thing) {
	for _, of := range namedKinds {
		for _, row := range v.shown.Values.Rows(of.field) {
			t := thing{Sort: of.sort, Field: of.field, Name: rowCell(row, of.column), Href: v.href("/scope/statement#" + of.field), Lies: rowCell(row, "decision"), Why: rowCell(row, "reason")}
			t.About, _ = row["people"].(int64)
			if rowCell(row, "sort") == "virtual" {
				t.Why = strings.TrimSpace("Virtual. " + t.Why)
			}
			list = append(list, t)
		}
	}
	return list
}

// acrossThings are interfaces, and suppliers of systems inside without one.
func (v *view) acrossThings() ([]thing, error) {
	suppliers, err := v.suppliers()
	if err != nil {
		return nil, err
	}
	var list []thing
	for _, row := range v.shown.Values.Rows("interfaces") {
		t := thing{Sort: "Interface", Field: "interfaces", Name: rowCell(row, "outside"), Href: v.href("/scope/statement#interfaces"), Lies: liesAcross, Why: rowCell(row, "what")}
		if i := slices.IndexFunc(suppliers, func(s suppliedBy) bool { return strings.EqualFold(s.record.Title(), t.Name) }); i >= 0 {
			t.of(v, &suppliers[i])
			suppliers = slices.Delete(suppliers, i, i+1)
		}
		list = append(list, t)
	}
	for i := range suppliers {
		t := thing{Sort: "Supplier", Name: suppliers[i].record.Title(), Lies: liesAcross, Why: "No interface is described"}
		t.of(v, &suppliers[i])
		t.Rules = "No interface"
		list = append(list, t)
	}
	return list, nil
}

// of gives an interface what its supplier's record says.
func (t *thing) of(v *view, s *suppliedBy) {
	state := shell.StateMark(s.record)
	t.Sort, t.Href, t.State = "Supplier", v.RecordHref(s.record), &state
	t.Observed, t.Seen = v.check.Traffic.Known, s.seen
}

// suppliedBy is a supplier whose models systems inside may use, and how much they were.
type suppliedBy struct {
	record *register.Record
	seen   register.Passed
}

// suppliers are those behind the models of the systems inside.
func (v *view) suppliers() ([]suppliedBy, error) {
	var list []suppliedBy
	known := map[string]bool{}
	for id, decision := range v.decisions() {
		system := v.check.Systems[id]
		if decision != liesIn || system == nil {
			continue
		}
		for _, text := range system.Values.List("models") {
			if known[text] {
				continue
			}
			known[text] = true
			if err := v.suppliedModel(&list, text); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(list, func(a, b suppliedBy) int { return int(a.record.Serial) - int(b.record.Serial) })
	return list, nil
}

// suppliedModel adds the supplier of a model and what passed to that model.
func (v *view) suppliedModel(list *[]suppliedBy, text string) error {
	id, err := counterfoil.ParseID(text)
	if err != nil {
		return fmt.Errorf("read a model of the scope: %w", err)
	}
	model, err := v.Record(v.Ctx, id)
	if err != nil || model.Values.ID("supplier").IsZero() {
		return hidden(err)
	}
	supplier, err := v.Record(v.Ctx, model.Values.ID("supplier"))
	if err != nil {
		return hidden(err)
	}
	i := slices.IndexFunc(*list, func(s suppliedBy) bool { return s.record.ID == supplier.ID })
	if i < 0 {
		i = len(*list)
		*list = append(*list, suppliedBy{record: supplier})
	}
	for _, m := range v.check.Traffic.Models {
		if m.Provider == model.Values.Text("provider") && namesModel(model.Values.Text("name_in_requests"), m.Model) {
			(*list)[i].seen.Join(m)
		}
	}
	return nil
}

// hidden makes nothing of what the person may not see.
func hidden(err error) error {
	if fault.KindOf(err) == fault.KindNotFound {
		return nil
	}
	return err
}

// namesModel tells whether a model's name in requests stands for one that was seen.
func namesModel(name, seen string) bool {
	if prefix, open := strings.CutSuffix(name, "*"); open {
		return seen != "" && strings.HasPrefix(seen, prefix)
	}
	return name == seen && seen != ""
}

// receivers are the parties for whom something comes out.
func (v *view) receivers() ([]thing, error) {
	k, err := v.section.Kinds.Kind("party")
	if err != nil || v.May(k, nil, register.Read) != nil {
		return nil, err
	}
	page, err := v.List(v.Ctx, index.KeptFilter{Kind: "party", States: shell.OpenStates(k), Limit: partyRoles})
	if err != nil {
		return nil, err
	}
	group, _ := k.Field("group")
	var list []thing
	for _, p := range page.Records {
		state := shell.StateMark(p)
		list = append(list, thing{Sort: "Interested party", Name: v.Called(p), Href: v.RecordHref(p), Lies: liesReceives, Why: shell.OptionLabel(group, p.Values.Text("group")), State: &state})
	}
	return list, nil
}

// partyRoles is how many parties the map and its table show.
const partyRoles = 24

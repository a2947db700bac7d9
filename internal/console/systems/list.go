// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

type listPage struct {
	shell.Page
	Lead    string
	Summary string
	Stub    []part.Fact
	Saved   *shell.SavedRow
	Filters []part.FilterField
	Rows    []row
	Any     bool // there is a system at all
	First   string
	Next    string
	Export  string
	At      string // the moment shown, as the address says it
	Whom    string // who may register a system; "" when the person may
}

type row struct {
	Slug             string
	Href             string
	Name             string
	Owner            part.Fact
	Models           part.Fact
	Keys             part.Mark
	Interactions     string
	InteractionsHref string
}

func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	q := parse(r.URL.Query())
	snapshot, err := d.asked(q)
	if err != nil {
		return err
	}
	systems, err := d.chosen(q, snapshot)
	if err != nil {
		return err
	}
	p := listPage{Page: d.Page(r, "AI systems", "systems"), Filters: q.filters(), At: q.at, Any: len(snapshot.Systems()) > 0}
	p.Summary = words.Number(len(systems)) + " of " + words.Counted(uint64(len(snapshot.Systems())), "system", "systems")
	ownerless := uint64(0)
	for i := range snapshot.Systems() {
		if snapshot.Systems()[i].Owner.IsZero() {
			ownerless++
		}
	}
	shown, more := pageAfter(systems, q.after)
	if err := d.complete(shown); err != nil {
		return err
	}
	for _, listed := range shown {
		n, err := s.index.Count(r.Context(), d.Passed(counterfoil.ID(listed.ID)))
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row{
			Slug: listed.Slug, Href: d.Href("/systems/" + listed.Slug), Name: listed.Number + " " + listed.Name, Owner: ownerFact(listed.Owner), Models: modelsFact(listed.Models),
			Keys: keysMark(listed.valid, listed.keys), Interactions: words.Number(n), InteractionsHref: d.Listed(filter.Query{System: listed.Slug}),
		})
	}
	p.Lead = listLead(uint64(len(snapshot.Systems())), ownerless)
	if more {
		p.Next = query{q.text, q.keys, shown[len(shown)-1].Slug, q.at}.address("/systems")
	}
	if q.after != "" {
		p.First = query{q.text, q.keys, "", q.at}.address("/systems")
	}
	if err := d.mayBegin(); err != nil {
		p.Whom = shell.PublicText(err)
	}
	p.Export = query{q.text, q.keys, "", q.at}.address("/systems.csv")
	if p.Saved, err = d.SavedRow(r, "/systems"); err != nil {
		return err
	}
	p.Stub = []part.Fact{
		{Label: "Systems", Value: words.Number(len(snapshot.Systems())), Href: query{at: q.at}.address("/systems")},
		{Label: "Keys in force", Value: words.Number(validKeys(snapshot.Keys(), d.Now())) + ", of " + words.Number(len(snapshot.Keys())), Href: query{keys: "valid", at: q.at}.address("/systems")},
	}
	if d.At.IsZero() { // what is built for the past leaves people out
		p.Stub = append(p.Stub, part.Fact{Label: "Register", Value: "sha256:" + snapshot.Digest().String()[:16] + "…", Mono: true})
	}
	return s.Render(w, http.StatusOK, "systems", &p)
}

func listLead(systems, ownerless uint64) string {
	switch {
	case systems == 0:
		return "Nothing can pass the live path before a system is registered."
	case ownerless == 0:
		return words.Sentence(words.Spelled(systems, "system is", "systems are")) + " registered, each with an owner."
	default:
		return words.Sentence(words.Spelled(systems, "system is", "systems are")) + " registered; " + words.Spelled(ownerless, "has", "have") + " no owner."
	}
}

func keysBySystem(snapshot *identity.Snapshot) map[identity.SystemID][]identity.Key {
	keys := make(map[identity.SystemID][]identity.Key)
	for _, k := range snapshot.Keys() {
		keys[k.System] = append(keys[k.System], k)
	}
	return keys
}

func validKeys(keys []identity.Key, now time.Time) (n uint64) {
	for i := range keys {
		if keys[i].Check(now) == nil {
			n++
		}
	}
	return n
}

func keysMark(valid uint64, all int) part.Mark {
	switch {
	case all == 0:
		return part.NotBegun("None yet")
	case valid == 0:
		return part.Skipped("None in force, of " + words.Number(all))
	default:
		return part.OK(words.Number(valid) + " in force, of " + words.Number(all))
	}
}

func ownerFact(owner identity.PersonID) part.Fact {
	if owner.IsZero() {
		return part.Fact{Label: "Owner", Mark: new(part.NoData("No owner"))}
	}
	return part.Fact{Label: "Owner", Value: words.PersonLabel(counterfoil.ID(owner))}
}

// modelsFact names the first models and counts the rest.
func modelsFact(models []string) part.Fact {
	switch n := len(models); {
	case n == 0:
		return part.Fact{Label: "Models", Value: "None listed", Missing: true, Sub: "Rules that ask for listed models do not apply"}
	case n <= 3:
		return part.Fact{Label: "Models", Value: strings.Join(models, ", ")}
	default:
		return part.Fact{Label: "Models", Value: strings.Join(models[:3], ", "), Sub: "and " + words.Number(n-3) + " more"}
	}
}

type beginPage struct {
	shell.Page
	part.FormState
	Stub   []part.Fact
	Fields []part.Field
}

func (s *Section) beginPage(r *http.Request) beginPage {
	return beginPage{
		Page: s.Page(r, "Register an AI system", "systems"),
		Stub: []part.Fact{
			{Label: "Saving", Value: "Writes one entry; each version stays"},
			{Label: "Number", Value: "Given when saved, never reused"},
		},
		Fields: []part.Field{
			{Name: "name", Label: "What is the system called?", Hint: "As its users call it: Claims Letter Assistant.", Type: "text", Value: r.PostFormValue("name"), Required: true},
			{Name: "owner", Label: "Who answers for it?", Hint: "E-mail address. Somebody not registered yet is registered with it.", Type: "email", Value: r.PostFormValue("owner"), Width: "w-m", Required: true},
			{Name: "models", Label: "Which models may it use?", Hint: modelsHint, Rows: 4, Value: r.PostFormValue("models")},
		},
	}
}

const modelsHint = "One a line, exactly as clients name them. Without any, no model is refused for not being listed."

// mayBegin refuses who may not begin the record of a system.
func (d *desk) mayBegin() error {
	k, err := d.section.Kinds.Kind("system")
	if err != nil {
		return err
	}
	return d.May(k, nil, register.Create)
}

func (s *Section) begin(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	if err := d.mayBegin(); err != nil {
		return err
	}
	p := s.beginPage(r)
	return s.Render(w, http.StatusOK, "system_new", &p)
}

func (s *Section) add(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	if err := d.mayBegin(); err != nil {
		return err
	}
	p := s.beginPage(r)
	system, err := s.accounts.AddSystem(r.Context(), shell.ActorID(r), accounts.NewSystem{
		Name: r.PostFormValue("name"), OwnerEmail: r.PostFormValue("owner"), Models: shell.Lines(r.PostFormValue("models")),
	})
	if shell.FieldErrors(err, p.Fields) {
		return s.RejectForm(w, &p.FormState, p.Fields, "system_new", &p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/systems/"+system.Slug, http.StatusSeeOther)
	return nil
}

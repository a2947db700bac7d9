// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/identity"
)

type systemsPage struct {
	page
	Lead    string
	Summary string
	Stub    []fact
	Saved   *savedRow
	Filters []filterField
	Rows    []systemRow
	Any     bool // there is a system at all
	First   string
	Next    string
	Export  string
	At      string // the moment shown, as the address says it
}

type systemRow struct {
	Slug             string
	Href             string
	Name             string
	Owner            fact
	Models           fact
	Keys             mark
	Interactions     string
	InteractionsHref string
}

func (c *Console) listSystems(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	snapshot, err := d.systems()
	if err != nil {
		return err
	}
	q := parseSystemsQuery(r.URL.Query())
	systems, err := d.chosen(q, snapshot)
	if err != nil {
		return err
	}
	p := systemsPage{page: d.page(r, "AI systems", "systems"), Filters: q.filters(), At: q.at, Any: len(snapshot.Systems()) > 0}
	p.Summary = number(len(systems)) + " of " + counted(uint64(len(snapshot.Systems())), "system", "systems")
	counts, err := c.index.CountBySystem(r.Context(), d.at)
	if err != nil {
		return err
	}
	ownerless := uint64(0)
	for i := range snapshot.Systems() {
		if snapshot.Systems()[i].Owner.IsZero() {
			ownerless++
		}
	}
	shown, more := pageAfter(systems, q.after)
	for _, s := range shown {
		p.Rows = append(p.Rows, systemRow{
			Slug: s.Slug, Href: d.href("/systems/" + s.Slug), Name: s.Number + " " + s.Name, Owner: ownerFact(s.Owner), Models: modelsFact(s.Models),
			Keys: keysMark(s.valid, s.keys), Interactions: number(counts[counterfoil.ID(s.ID)]), InteractionsHref: d.listed(query{system: s.Slug}),
		})
	}
	p.Lead = systemsLead(uint64(len(snapshot.Systems())), ownerless)
	if more {
		p.Next = systemsQuery{q.text, q.keys, shown[len(shown)-1].Slug, q.at}.address("/systems")
	}
	if q.after != "" {
		p.First = systemsQuery{q.text, q.keys, "", q.at}.address("/systems")
	}
	p.Export = systemsQuery{q.text, q.keys, "", q.at}.address("/systems.csv")
	if p.Saved, err = d.savedViews(r, "/systems"); err != nil {
		return err
	}
	p.Stub = []fact{
		{Label: "Systems", Value: number(len(snapshot.Systems())), Href: systemsQuery{at: q.at}.address("/systems")},
		{Label: "Keys in force", Value: number(validKeys(snapshot.Keys(), d.now())) + ", of " + number(len(snapshot.Keys())), Href: systemsQuery{keys: "valid", at: q.at}.address("/systems")},
	}
	if d.at.IsZero() { // what is built for the past leaves people out
		p.Stub = append(p.Stub, fact{Label: "Register", Value: "sha256:" + snapshot.Digest().String()[:16] + "…", Mono: true})
	}
	return c.render(w, http.StatusOK, "systems", &p)
}

func systemsLead(systems, ownerless uint64) string {
	switch {
	case systems == 0:
		return "Nothing can pass the live path before a system is registered."
	case ownerless == 0:
		return sentence(spelled(systems, "system is", "systems are")) + " registered, each with an owner."
	default:
		return sentence(spelled(systems, "system is", "systems are")) + " registered; " + spelled(ownerless, "has", "have") + " no owner."
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

func keysMark(valid uint64, all int) mark {
	switch {
	case all == 0:
		return mark{"none", "ring", "None yet"}
	case valid == 0:
		return mark{"none", "dash", "None in force, of " + number(all)}
	default:
		return mark{"ok", "dot", number(valid) + " in force, of " + number(all)}
	}
}

func ownerFact(owner identity.PersonID) fact {
	if owner.IsZero() {
		return fact{Label: "Owner", Mark: &mark{"none", "hollow", "No owner"}}
	}
	return fact{Label: "Owner", Value: personLabel(counterfoil.ID(owner))}
}

// modelsFact names the first models and counts the rest.
func modelsFact(models []string) fact {
	switch n := len(models); {
	case n == 0:
		return fact{Label: "Models", Value: "None listed", Missing: true, Sub: "Rules that ask for listed models do not apply"}
	case n <= 3:
		return fact{Label: "Models", Value: strings.Join(models, ", ")}
	default:
		return fact{Label: "Models", Value: strings.Join(models[:3], ", "), Sub: "and " + number(n-3) + " more"}
	}
}

type systemNewPage struct {
	page
	formState
	Stub   []fact
	Fields []field
}

func (c *Console) systemNewPage(r *http.Request) systemNewPage {
	return systemNewPage{
		page: c.page(r, "Register an AI system", "systems"),
		Stub: []fact{
			{Label: "Saving", Value: "Writes one entry; each version stays"},
			{Label: "Number", Value: "Given when saved, never reused"},
		},
		Fields: []field{
			{Name: "name", Label: "What is the system called?", Hint: "As its users call it: Claims Letter Assistant.", Type: "text", Value: r.PostFormValue("name"), Required: true},
			{Name: "owner", Label: "Who answers for it?", Hint: "E-mail address. Somebody not registered yet is registered with it.", Type: "email", Value: r.PostFormValue("owner"), Width: "w-m", Required: true},
			{Name: "models", Label: "Which models may it use?", Hint: modelsHint, Rows: 4, Value: r.PostFormValue("models")},
		},
	}
}

const modelsHint = "One a line, exactly as clients name them. Without any, no model is refused for not being listed."

func (c *Console) newSystem(w http.ResponseWriter, r *http.Request) error {
	p := c.systemNewPage(r)
	return c.render(w, http.StatusOK, "system_new", &p)
}

func (c *Console) addSystem(w http.ResponseWriter, r *http.Request) error {
	p := c.systemNewPage(r)
	system, err := c.accounts.AddSystem(r.Context(), actor(r), accounts.NewSystem{
		Name: r.PostFormValue("name"), OwnerEmail: r.PostFormValue("owner"), Models: lines(r.PostFormValue("models")),
	})
	if fieldErrors(err, p.Fields) {
		return c.rejectForm(w, &p.formState, p.Fields, "system_new", &p)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/systems/"+system.Slug, http.StatusSeeOther)
	return nil
}

func actor(r *http.Request) identity.PersonID { return identity.PersonID(person(r)) }

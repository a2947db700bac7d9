// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

type systemPage struct {
	page
	formState
	Name, Number, Slug string
	Lead               string
	Stub               []fact
	InteractionsHref   string
	NewKey             *newKey
	FactsNote          string
	Facts              []fact
	KeysSummary        string
	Keys               []keyRow
	KeyForm            keyForm
	Version            string
	ModelsField        field
	Present            bool          // the page shows now, so it can be changed
	Asked              []askedDay    // though it was stopped or retired
	Record             *systemRecord // nil for somebody who may not see the record
}

// newKey is the only page that holds a secret; it is never kept by a cache.
type newKey struct {
	Notice   notice
	Secret   string
	BaseURLs []string
}

type keyRow struct {
	ID        string
	Hint      string
	Label     string
	Who       fact
	State     mark
	Created   time.Time
	Expires   fact
	Revocable bool
}

type keyForm struct{ Kind, Person, Expiry field }

func (f *keyForm) fields() []field { return []field{f.Person, f.Expiry} }

// lives are the choices of how long a key is valid, in days.
var lives = []int{30, 90, 180, 365}

const usualLife = 90

// systemOf loads the system an address names.
func (c *Console) systemOf(r *http.Request) (*identity.System, error) {
	system, ok := c.directory.Snapshot().SystemBySlug(r.PathValue("slug"))
	if !ok {
		return nil, notFound("There is no AI system with this short name.")
	}
	return system, nil
}

func (c *Console) showSystem(w http.ResponseWriter, r *http.Request) error {
	system, err := c.systemOf(r)
	if err != nil {
		return err
	}
	p, err := c.systemPage(r, system)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "system", p)
}

func (c *Console) systemPage(r *http.Request, s *identity.System) (*systemPage, error) {
	d, err := c.desk(r)
	if err != nil {
		return nil, err
	}
	record, err := d.Record(d.ctx, counterfoil.ID(s.ID))
	switch {
	case unseen(err) && !d.at.IsZero():
		return nil, notFound("There was no such AI system at this moment, or you may not see its record.")
	case unseen(err):
		record = nil // what may not be seen is not told
	case err != nil:
		return nil, err
	case !d.at.IsZero():
		if s, err = d.systemThen(s, record); err != nil {
			return nil, err
		}
	}
	keys := d.keysThen(keysBySystem(c.directory.Snapshot())[s.ID])
	n, err := c.index.Count(r.Context(), d.passed(counterfoil.ID(s.ID)))
	if err != nil {
		return nil, err
	}
	valid := validKeys(keys, d.now())
	p := &systemPage{
		page: d.page(r, s.Name, "systems"), Name: s.Name, Number: s.Number, Slug: s.Slug,
		Lead:             systemLead(s, valid, n),
		InteractionsHref: d.listed(query{system: s.Slug}),
		FactsNote:        "Version " + number(s.Version) + " of the record",
		KeysSummary:      number(valid) + " in force, of " + number(len(keys)),
		Present:          d.at.IsZero(), KeyForm: newKeyForm(r), Version: strconv.FormatUint(s.Version, 10),
		ModelsField: field{Name: "models", Label: "Which models may it use?", Hint: modelsHint, Rows: max(4, len(s.Models)+1), Value: strings.Join(s.Models, "\n")},
	}
	p.Stub = []fact{
		{Label: "Short name", Value: s.Slug, Mono: true},
		ownerFact(s.Owner),
		{Label: "Keys", Mark: new(keysMark(valid, len(keys))), Href: "#keys"},
		{Label: "Interactions", Value: number(n), Href: p.InteractionsHref},
		{Label: "Registered", Time: s.Created},
	}
	p.Facts = systemFacts(s)
	if record != nil {
		if err := d.fillSystem(p, s, record); err != nil {
			return nil, err
		}
	}
	for _, k := range slices.Backward(keys) {
		row := rowOfKey(&k, d.now())
		row.Revocable = row.Revocable && p.Present
		p.Keys = append(p.Keys, row)
	}
	return p, nil
}

// fillSystem adds what is for those who may see the system's record.
func (d *desk) fillSystem(p *systemPage, s *identity.System, record *register.Record) (err error) {
	if p.Record, err = d.recordOfSystem(s, record); err != nil {
		return err
	}
	if p.Asked, err = d.askedOf(s); err != nil {
		return err
	}
	if n := p.Record.Use.Differs; n > 0 {
		p.Lead = "Observed use differs from the record in " + spelled(uint64(n), "place", "places") + ". " + p.Lead
	}
	if len(p.Asked) > 0 {
		p.Lead = "It was asked though it was " + p.Asked[0].Word + ", last on " + p.Asked[0].Day.Format("2 Jan 2006") + ". " + p.Lead
	}
	state := stateMark(record)
	p.Stub = append([]fact{{Label: "State", Mark: &state, Sub: "since " + record.Since.Format("2 Jan 2006")}}, p.Stub...)
	first, err := d.firstUse(s)
	if err != nil {
		return err
	}
	p.Facts = append(p.Facts, first)
	d.nameOwner(s, p.Stub, p.Facts)
	return nil
}

func systemLead(s *identity.System, valid, interactions uint64) string {
	lead := sentence(spelled(valid, "key is", "keys are")) + " in force, and " + spelled(interactions, "interaction has", "interactions have") + " been recorded."
	if s.Owner.IsZero() {
		lead += " Nobody owns it yet; an auditor will ask who answers for it."
	}
	return lead
}

func systemFacts(s *identity.System) []fact {
	models := fact{Label: "Models", Value: strings.Join(s.Models, ", ")}
	if len(s.Models) == 0 {
		models = modelsFact(nil)
	}
	facts := []fact{
		{Label: "Number", Value: s.Number},
		{Label: "Name", Value: s.Name},
		ownerFact(s.Owner), models,
		{Label: "Record", Value: s.ID.String(), Mono: true},
	}
	if s.Builtin {
		facts = append(facts, fact{Label: "Origin", Value: "Made by the program, for first attempts"})
	}
	return facts
}

func rowOfKey(k *identity.Key, now time.Time) keyRow {
	row := keyRow{
		ID: k.ID.String(), Hint: "cfk_…" + k.Hint, Label: keyLabel(counterfoil.ID(k.ID)), Created: k.Created,
		Who: fact{Value: personLabel(counterfoil.ID(k.Person))}, Expires: fact{Time: k.Expires},
	}
	if k.Workload {
		row.Who.Value = "A program, " + personLabel(counterfoil.ID(k.Person)) + " answers"
		if k.ForOwner() {
			row.Who.Value = "A program, the owner of the system answers"
		}
	}
	if k.Expires.IsZero() {
		row.Expires = fact{Value: "Never", Missing: true}
	}
	switch err := k.Check(now); {
	case errors.Is(err, identity.ErrRevokedKey):
		row.State = mark{"bad", "cross", "Revoked " + stamp(k.Revoked)}
	case errors.Is(err, identity.ErrExpiredKey):
		row.State = mark{"none", "dash", "Expired"}
	default:
		row.State, row.Revocable = mark{"ok", "dot", "In force"}, true
	}
	return row
}

func newKeyForm(r *http.Request) keyForm {
	kind := r.PostFormValue("kind")
	days := r.PostFormValue("expires")
	f := keyForm{
		Kind: field{Name: "kind", Label: "Who will use it?", Options: []option{
			{"person", "A person", kind == "person"}, {"workload", "A program (workload)", kind == "workload"},
		}},
		Person: field{Name: "person", Label: "Which person?", Hint: "E-mail address of whoever uses it, or answers for the program. A program’s key may leave this to the system’s owner.", Type: "email", Value: r.PostFormValue("person"), Width: "w-m"},
		Expiry: field{Name: "expires", Label: "For how long?", Hint: "A forgotten key dies by itself."},
	}
	for _, life := range lives {
		value := strconv.Itoa(life)
		f.Expiry.Options = append(f.Expiry.Options, option{value, value + " days", value == days || days == "" && life == usualLife})
	}
	return f
}

// createKey shows the key in the answer to the form: there is no address under
// which it could be seen a second time.
func (c *Console) createKey(w http.ResponseWriter, r *http.Request) error {
	system, err := c.systemOf(r)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(r.PostFormValue("expires"))
	if err != nil || !slices.Contains(lives, days) {
		return invalid("The key’s life is not one of those offered.")
	}
	key, secret, err := c.accounts.CreateKey(r.Context(), actor(r), accounts.NewKey{
		SystemSlug: system.Slug, PersonEmail: strings.TrimSpace(r.PostFormValue("person")), Workload: r.PostFormValue("kind") == "workload",
		Expires: c.clock.Now().AddDate(0, 0, days),
	})
	form := newKeyForm(r)
	fields := form.fields()
	if fieldErrors(err, fields) {
		form.Person, form.Expiry = fields[0], fields[1]
		return c.rejectSystem(w, r, system, fields, func(p *systemPage) { p.KeyForm = form })
	}
	if err != nil {
		return err
	}
	p, err := c.systemPage(r, system)
	if err != nil {
		return err
	}
	p.NewKey = &newKey{
		Notice: notice{"ok", "dot", "Key " + keyLabel(counterfoil.ID(key.ID)) + " is in force until " + stamp(key.Expires), "Copy it now. It cannot be shown again; whoever loses it gets another."},
		Secret: secret,
	}
	for _, provider := range c.providers {
		p.NewKey.BaseURLs = append(p.NewKey.BaseURLs, c.gateway+"/"+provider.Name+basePath(provider.Dialect))
	}
	return c.render(w, http.StatusOK, "system", p)
}

// basePath is what clients of a dialect expect after the provider's name: the
// official OpenAI clients leave out the version, those of Anthropic add it.
func basePath(dialect string) string {
	if dialect == "openai" {
		return "/v1"
	}
	return ""
}

func (c *Console) rejectSystem(w http.ResponseWriter, r *http.Request, s *identity.System, fields []field, change func(*systemPage)) error {
	p, err := c.systemPage(r, s)
	if err != nil {
		return err
	}
	change(p)
	return c.rejectForm(w, &p.formState, fields, "system", p)
}

// revokeKey ends a key of this system, and of no other.
func (c *Console) revokeKey(w http.ResponseWriter, r *http.Request) error {
	system, err := c.systemOf(r)
	if err != nil {
		return err
	}
	for _, k := range keysBySystem(c.directory.Snapshot())[system.ID] {
		if k.ID.String() != r.PathValue("id") {
			continue
		}
		if _, err := c.accounts.RevokeKey(r.Context(), actor(r), k.ID.String()); err != nil {
			return err
		}
		http.Redirect(w, r, "/systems/"+system.Slug+"#keys", http.StatusSeeOther)
		return nil
	}
	return notFound("This AI system has no such key.")
}

func (c *Console) changeModels(w http.ResponseWriter, r *http.Request) error {
	system, err := c.systemOf(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseUint(r.PostFormValue("version"), 10, 64)
	if err != nil || version == 0 {
		return invalid("The form does not say which version it changes.")
	}
	models := lines(r.PostFormValue("models"))
	_, err = c.accounts.ChangeSystem(r.Context(), actor(r), system.ID, accounts.SystemChange{Version: version, Models: &models})
	fields := []field{{Name: "models"}}
	if fieldErrors(err, fields) {
		return c.rejectSystem(w, r, system, fields, func(p *systemPage) {
			p.ModelsField.Error, p.ModelsField.Value = fields[0].Error, r.PostFormValue("models")
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/systems/"+system.Slug+"#facts", http.StatusSeeOther)
	return nil
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
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

type onePage struct {
	shell.Page
	part.FormState
	Name, Number, Slug string
	Lead               string
	Stub               []part.Fact
	InteractionsHref   string
	NewKey             *newKey
	FactsNote          string
	Facts              []part.Fact
	KeysSummary        string
	Keys               []keyRow
	KeyForm            keyForm
	Version            string
	ModelsField        part.Field
	Whom               string      // who may change models and keys; "" when the person may
	Asked              []askedDay  // though it was stopped or retired
	Record             *registered // nil for somebody who may not see the record
}

// newKey is the only page that holds a secret; it is never kept by a cache.
type newKey struct {
	Notice   part.Notice
	Secret   string
	BaseURLs []string
}

type keyRow struct {
	ID        string
	Hint      string
	Label     string
	Who       part.Fact
	State     part.Mark
	Created   time.Time
	Expires   part.Fact
	Revocable bool
}

type keyForm struct{ Kind, Person, Expiry part.Field }

func (f *keyForm) fields() []part.Field { return []part.Field{f.Person, f.Expiry} }

// lives are the choices of how long a key is valid, in days.
var lives = []int{30, 90, 180, 365}

const usualLife = 90

// mayChange refuses who may not change a system's record: models and keys hang on it. In
// the past that is nobody.
func (d *desk) mayChange(record *register.Record) error {
	k, err := d.section.Kinds.Kind("system")
	if err != nil {
		return err
	}
	return d.May(k, record, register.ChangeRight)
}

// toChange is the system an address names, for somebody who may change its record.
func (s *Section) toChange(r *http.Request) (*identity.System, error) {
	system, err := s.asked(r)
	if err != nil {
		return nil, err
	}
	d, err := s.desk(r)
	if err != nil {
		return nil, err
	}
	record, err := d.Record(d.Ctx, counterfoil.ID(system.ID))
	if err != nil && !shell.Unseen(err) {
		return nil, err
	}
	return system, d.mayChange(record)
}

// asked loads the system an address names.
func (s *Section) asked(r *http.Request) (*identity.System, error) {
	system, ok := s.Directory.Snapshot().SystemBySlug(r.PathValue("slug"))
	if !ok {
		return nil, shell.NotFound("There is no AI system with this short name.")
	}
	return system, nil
}

func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	system, err := s.asked(r)
	if err != nil {
		return err
	}
	p, err := s.onePage(r, system)
	if err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "system", p)
}

func (s *Section) onePage(r *http.Request, system *identity.System) (*onePage, error) {
	d, err := s.desk(r)
	if err != nil {
		return nil, err
	}
	record, err := d.Record(d.Ctx, counterfoil.ID(system.ID))
	switch {
	case shell.Unseen(err) && !d.At.IsZero():
		return nil, shell.NotFound("There was no such AI system at this moment, or you may not see its record.")
	case shell.Unseen(err):
		record = nil // what may not be seen is not told
	case err != nil:
		return nil, err
	case !d.At.IsZero():
		if system, err = d.systemThen(system, record); err != nil {
			return nil, err
		}
	}
	keys := d.keysThen(keysBySystem(s.Directory.Snapshot())[system.ID])
	n, err := s.index.Count(r.Context(), d.Passed(counterfoil.ID(system.ID)))
	if err != nil {
		return nil, err
	}
	valid := validKeys(keys, d.Now())
	p := &onePage{
		Page: d.Page(r, system.Name, "systems"), Name: system.Name, Number: system.Number, Slug: system.Slug,
		Lead:             lead(system, valid, n),
		InteractionsHref: d.Listed(filter.Query{System: system.Slug}),
		FactsNote:        "Version " + words.Number(system.Version) + " of the record",
		KeysSummary:      words.Number(valid) + " in force, of " + words.Number(len(keys)),
		KeyForm:          newKeyForm(r), Version: strconv.FormatUint(system.Version, 10),
		ModelsField: part.Field{Name: "models", Label: "Which models may it use?", Hint: modelsHint, Rows: max(4, len(system.Models)+1), Value: strings.Join(system.Models, "\n")},
	}
	if err := d.mayChange(record); err != nil {
		p.Whom = shell.PublicText(err)
	}
	p.Stub = []part.Fact{
		{Label: "Short name", Value: system.Slug, Mono: true},
		ownerFact(system.Owner),
		{Label: "Keys", Mark: new(keysMark(valid, len(keys))), Href: "#keys"},
		{Label: "Interactions", Value: words.Number(n), Href: p.InteractionsHref},
		{Label: "Registered", Time: system.Created},
	}
	p.Facts = factsOf(system)
	if record != nil {
		if err := d.fillSystem(p, system, record); err != nil {
			return nil, err
		}
	}
	for _, k := range slices.Backward(keys) {
		row := rowOfKey(&k, d.Now())
		row.Revocable = row.Revocable && p.Whom == ""
		p.Keys = append(p.Keys, row)
	}
	return p, nil
}

// fillSystem adds what is for those who may see the system's record.
func (d *desk) fillSystem(p *onePage, s *identity.System, record *register.Record) (err error) {
	if p.Record, err = d.registered(s, record); err != nil {
		return err
	}
	if p.Asked, err = d.askedOf(s); err != nil {
		return err
	}
	if n := p.Record.Use.Differs; n > 0 {
		p.Lead = "Observed use differs from the record in " + words.Spelled(uint64(n), "place", "places") + ". " + p.Lead
	}
	if len(p.Asked) > 0 {
		p.Lead = "It was asked though it was " + p.Asked[0].Word + ", last on " + p.Asked[0].Day.Format("2 Jan 2006") + ". " + p.Lead
	}
	state := shell.StateMark(record)
	p.Stub = append([]part.Fact{{Label: "State", Mark: &state, Sub: "since " + record.Since.Format("2 Jan 2006")}}, p.Stub...)
	first, err := d.firstUse(s)
	if err != nil {
		return err
	}
	p.Facts = append(p.Facts, first)
	d.nameOwner(s, p.Stub, p.Facts)
	return nil
}

func lead(s *identity.System, valid, interactions uint64) string {
	lead := words.Sentence(words.Spelled(valid, "key is", "keys are")) + " in force, and " + words.Spelled(interactions, "interaction has", "interactions have") + " been recorded."
	if s.Owner.IsZero() {
		lead += " Nobody owns it yet; an auditor will ask who answers for it."
	}
	return lead
}

func factsOf(s *identity.System) []part.Fact {
	models := part.Fact{Label: "Models", Value: strings.Join(s.Models, ", ")}
	if len(s.Models) == 0 {
		models = modelsFact(nil)
	}
	facts := []part.Fact{
		{Label: "Number", Value: s.Number},
		{Label: "Name", Value: s.Name},
		ownerFact(s.Owner), models,
		{Label: "Record", Value: s.ID.String(), Mono: true},
	}
	if s.Builtin {
		facts = append(facts, part.Fact{Label: "Origin", Value: "Made by the program, for first attempts"})
	}
	return facts
}

func rowOfKey(k *identity.Key, now time.Time) keyRow {
	row := keyRow{
		ID: k.ID.String(), Hint: "cfk_…" + k.Hint, Label: words.KeyLabel(counterfoil.ID(k.ID)), Created: k.Created,
		Who: part.Fact{Value: words.PersonLabel(counterfoil.ID(k.Person))}, Expires: part.Fact{Time: k.Expires},
	}
	if k.Workload {
		row.Who.Value = "A program, " + words.PersonLabel(counterfoil.ID(k.Person)) + " answers"
		if k.ForOwner() {
			row.Who.Value = "A program, the owner of the system answers"
		}
	}
	if k.Expires.IsZero() {
		row.Expires = part.Fact{Value: "Never", Missing: true}
	}
	switch err := k.Check(now); {
	case errors.Is(err, identity.ErrRevokedKey):
		row.State = part.Bad("Revoked " + words.Stamp(k.Revoked))
	case errors.Is(err, identity.ErrExpiredKey):
		row.State = part.Skipped("Expired")
	default:
		row.State, row.Revocable = part.OK("In force"), true
	}
	return row
}

func newKeyForm(r *http.Request) keyForm {
	kind := r.PostFormValue("kind")
	days := r.PostFormValue("expires")
	f := keyForm{
		Kind: part.Field{Name: "kind", Label: "Who will use it?", Options: []part.Option{
			{Value: "person", Label: "A person", Selected: kind == "person"}, {Value: "workload", Label: "A program (workload)", Selected: kind == "workload"},
		}},
		Person: part.Field{Name: "person", Label: "Which person?", Hint: "E-mail address of whoever uses it, or answers for the program. A program’s key may leave this to the system’s owner.", Type: "email", Value: r.PostFormValue("person"), Width: "w-m"},
		Expiry: part.Field{Name: "expires", Label: "For how long?", Hint: "A forgotten key dies by itself."},
	}
	for _, life := range lives {
		value := strconv.Itoa(life)
		f.Expiry.Options = append(f.Expiry.Options, part.Option{Value: value, Label: value + " days", Selected: value == days || days == "" && life == usualLife})
	}
	return f
}

// createKey shows the key in the answer to the form: there is no address under
// which it could be seen a second time.
func (s *Section) createKey(w http.ResponseWriter, r *http.Request) error {
	system, err := s.toChange(r)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(r.PostFormValue("expires"))
	if err != nil || !slices.Contains(lives, days) {
		return shell.Invalid("The key’s life is not one of those offered.")
	}
	key, secret, err := s.accounts.CreateKey(r.Context(), shell.ActorID(r), accounts.NewKey{
		SystemSlug: system.Slug, PersonEmail: strings.TrimSpace(r.PostFormValue("person")), Workload: r.PostFormValue("kind") == "workload",
		Expires: s.Clock.Now().AddDate(0, 0, days),
	})
	form := newKeyForm(r)
	fields := form.fields()
	if shell.FieldErrors(err, fields) {
		form.Person, form.Expiry = fields[0], fields[1]
		return s.rejected(w, r, system, fields, func(p *onePage) { p.KeyForm = form })
	}
	if err != nil {
		return err
	}
	p, err := s.onePage(r, system)
	if err != nil {
		return err
	}
	p.NewKey = &newKey{
		Notice: part.Notice{Class: "ok", Shape: "dot", Title: "Key " + words.KeyLabel(counterfoil.ID(key.ID)) + " is in force until " + words.Stamp(key.Expires), Text: "Copy it now. It cannot be shown again; whoever loses it gets another."},
		Secret: secret,
	}
	for _, provider := range s.providers {
		p.NewKey.BaseURLs = append(p.NewKey.BaseURLs, s.gateway+"/"+provider.Name+basePath(provider.Dialect))
	}
	return s.Render(w, http.StatusOK, "system", p)
}

// basePath is what clients of a dialect expect after the provider's name: the
// official OpenAI clients leave out the version, those of Anthropic add it.
func basePath(dialect string) string {
	if dialect == "openai" {
		return "/v1"
	}
	return ""
}

func (s *Section) rejected(w http.ResponseWriter, r *http.Request, system *identity.System, fields []part.Field, change func(*onePage)) error {
	p, err := s.onePage(r, system)
	if err != nil {
		return err
	}
	change(p)
	return s.RejectForm(w, &p.FormState, fields, "system", p)
}

// revokeKey ends a key of this system, and of no other.
func (s *Section) revokeKey(w http.ResponseWriter, r *http.Request) error {
	system, err := s.toChange(r)
	if err != nil {
		return err
	}
	for _, k := range keysBySystem(s.Directory.Snapshot())[system.ID] {
		if k.ID.String() != r.PathValue("id") {
			continue
		}
		if _, err := s.accounts.RevokeKey(r.Context(), shell.ActorID(r), k.ID.String()); err != nil {
			return err
		}
		http.Redirect(w, r, "/systems/"+system.Slug+"#keys", http.StatusSeeOther)
		return nil
	}
	return shell.NotFound("This AI system has no such key.")
}

func (s *Section) changeModels(w http.ResponseWriter, r *http.Request) error {
	system, err := s.toChange(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseUint(r.PostFormValue("version"), 10, 64)
	if err != nil || version == 0 {
		return shell.Invalid("The form does not say which version it changes.")
	}
	models := shell.Lines(r.PostFormValue("models"))
	_, err = s.accounts.ChangeSystem(r.Context(), shell.ActorID(r), system.ID, accounts.SystemChange{Version: version, Models: &models})
	fields := []part.Field{{Name: "models"}}
	if shell.FieldErrors(err, fields) {
		return s.rejected(w, r, system, fields, func(p *onePage) {
			p.ModelsField.Error, p.ModelsField.Value = fields[0].Error, r.PostFormValue("models")
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/systems/"+system.Slug+"#facts", http.StatusSeeOther)
	return nil
}

// Provider is one base URL for the page that hands out a key, and where it processes by
// the configuration; Region is "" when that does not say.
type Provider struct{ Name, Dialect, Region string }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

type formPage struct {
	shell.Page
	part.FormState
	kind     *kind.Kind
	Kind     part.KindName
	Over     []part.Link
	Heading  string
	Lead     string
	Number   string
	Stub     []part.Fact
	Action   string
	Leave    string
	Version  string
	Sections []formSection
	Why      part.Field
	Fact     part.Field
	Late     part.Field
	Save     string
	After    string // what happens after saving
	Ask      string // where an override can be asked for
	Conflict *conflict
	Tag      string
}

type formSection struct {
	Title  string
	Help   string
	Fields []question
}

// formInput is what a form is filled with: the values of a record or, after a
// refusal, those just entered, except for the fields whose values are kept.
type formInput struct {
	values  kind.Values
	entered url.Values // nil the first time
	kept    map[string]bool
	wrong   fault.Fields
}

// formOf builds the questions for fields; only says which, nil for all.
func (d *desk) formOf(k *kind.Kind, sections []kind.Section, only []string, in formInput) ([]formSection, error) {
	var list []formSection
	for _, s := range sections {
		fs := formSection{Title: s.Title, Help: s.Help}
		for _, id := range s.Fields {
			f, ok := k.Field(id)
			if !ok || f.Fixed && only == nil || only != nil && !slices.Contains(only, id) {
				continue
			}
			entered := in.entered
			if in.kept[id] {
				entered = nil
			}
			q, err := d.question(f, in.values[id], entered, in.wrong)
			if err != nil {
				return nil, err
			}
			fs.Fields = append(fs.Fields, q)
		}
		if len(fs.Fields) > 0 {
			list = append(list, fs)
		}
	}
	return list, nil
}

// aboutForm are the questions every save asks.
func aboutForm(p *formPage, r *http.Request, wrong fault.Fields, reasonNeeded bool) {
	p.Why = part.Field{Name: "reason", Label: "What changed, for the history?", Hint: "Written into the ledger with your name.", Type: "text", Value: r.PostFormValue("reason"), Error: wrong["reason"], Required: reasonNeeded}
	if reasonNeeded {
		p.Why.Label = "Why?"
	}
	p.Fact = part.Field{Name: "fact", Label: "On which day did it happen?", Hint: "Only when it was not today.", Type: "date", Width: "w-s", Value: r.PostFormValue("fact"), Error: wrong["fact"]}
	p.Late = part.Field{Name: "late", Label: "Why is it recorded late?", Hint: "Only for a fact more than five working days ago. The record stays marked as a late entry.", Type: "text", Value: r.PostFormValue("late"), Error: wrong["late"]}
}

// input is a form as the register takes it.
func (d *desk) input(k *kind.Kind, only []string, r *http.Request) (register.Input, fault.Fields, error) {
	if err := r.ParseForm(); err != nil {
		return register.Input{}, nil, shell.Invalid("The form cannot be read.")
	}
	values, wrong := d.entered(k, only, r.PostForm)
	in := register.Input{Values: values, Reason: r.PostFormValue("reason"), Fact: r.PostFormValue("fact"), Late: r.PostFormValue("late")}
	if v := r.PostFormValue("version"); v != "" {
		n, err := strconv.ParseUint(v, 10, 32)
		if err != nil {
			return in, nil, shell.Invalid("The form does not say which version it changes.")
		}
		in.Version = n
	}
	return in, wrong, nil
}

// rejected shows a form again, with everything that was entered. It returns err
// when that is nothing a form can show.
func (s *Section) rejected(w http.ResponseWriter, r *http.Request, d *desk, p *formPage, sections []kind.Section, only []string, err error) error {
	var wrong fault.Fields
	if f, ok := fault.As(err); ok && f.Kind == fault.KindInvalid && f.Fields != nil {
		wrong = f.Fields
	}
	lost, isLost := errors.AsType[*register.Lost](err)
	if wrong == nil && !isLost {
		return err
	}
	form := formInput{entered: r.PostForm, wrong: wrong}
	if isLost {
		if p.Conflict, err = d.conflictOf(lost); err != nil {
			return err
		}
		form.values, form.kept = lost.Stands.Values, p.Conflict.theirs
	}
	if p.Sections, err = d.formOf(p.kind, sections, only, form); err != nil {
		return err
	}
	aboutForm(p, r, wrong, p.Why.Required)
	status := http.StatusUnprocessableEntity
	if isLost {
		status = http.StatusConflict
		p.Version = strconv.FormatUint(lost.Stands.Version, 10)
		p.Failed, p.Kept = "Not saved: "+p.Conflict.Who+" saved this record after you opened it", "Everything you wrote is still here. Compare below, change what you wrote, and save again."
	} else {
		p.FormState = part.FormState{Kept: "Everything you wrote is still here."}
		for _, name := range faultsInOrder(p.kind, wrong) {
			p.Errors = append(p.Errors, part.FormError{Field: name, Text: labelOf(p.kind, name) + ": " + wrong[name]})
		}
		p.Failed = "Not saved: " + words.Counted(uint64(len(p.Errors)), "answer needs", "answers need") + " a change"
	}
	return s.Render(w, status, "record_form", p)
}

// faultsInOrder puts faults into the order of the form.
func faultsInOrder(k *kind.Kind, wrong fault.Fields) []string {
	var names []string
	for name := range wrong {
		names = append(names, name)
	}
	place := func(name string) int {
		id, _, _ := strings.Cut(name, ".")
		return slices.IndexFunc(k.Fields, func(f kind.Field) bool { return f.ID == id })
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := place(a) - place(b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return names
}

func labelOf(k *kind.Kind, name string) string {
	id, _, _ := strings.Cut(name, ".")
	if f, ok := k.Field(id); ok {
		return strings.TrimSuffix(f.Label, "?")
	}
	return map[string]string{"reason": "Why", "fact": "Day of the fact", "late": "Why it is late"}[name]
}

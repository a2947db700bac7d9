// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"strconv"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// begin is the form that begins a record.
func (s *Section) begin(w http.ResponseWriter, r *http.Request) error {
	k, d, err := s.toCreate(r)
	if err != nil {
		return err
	}
	p := s.beginPage(r, d, k)
	// An address may fill in fields, so that a page can lead here with its own record named.
	values := kind.Values{}
	for i := range k.Fields {
		if v := d.enteredValue(&k.Fields[i], k.Fields[i].ID, r.URL.Query(), map[string]string{}); v != nil && !k.Fields[i].Fixed {
			values[k.Fields[i].ID] = v
		}
	}
	if p.Sections, err = d.formOf(k, k.Sections, nil, formInput{values: values}); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "record_form", p)
}

func (s *Section) toCreate(r *http.Request) (*kind.Kind, *desk, error) {
	k, err := s.KindOf(r)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.desk(r)
	if err != nil {
		return nil, nil, err
	}
	return k, d, d.May(k, nil, register.Create)
}

func (s *Section) beginPage(r *http.Request, d *desk, k *kind.Kind) *formPage {
	p := &formPage{
		Page: d.Page(r, "New "+words.Within(k.Title), k.Place), kind: k, Kind: shell.NameOf(k),
		Over:    []part.Link{{Label: k.Plural, Href: "/kinds/" + k.ID}},
		Heading: "New " + words.Within(k.Title), Lead: words.FirstSentence(k.Help), Number: "New", Action: "/kinds/" + k.ID, Leave: "/kinds/" + k.ID, Save: "Save the " + words.Within(k.Title),
		Stub: []part.Fact{{Label: "Saving", Value: "Writes one entry; each version stays"}, {Label: "Number", Value: "Given when saved, never reused"}, {Label: "State", Value: k.Initial().Label}},
	}
	aboutForm(p, r, nil, false)
	return p
}

// create begins a record.
func (s *Section) create(w http.ResponseWriter, r *http.Request) error {
	k, d, err := s.toCreate(r)
	if err != nil {
		return err
	}
	in, wrong, err := d.input(k, nil, r)
	if err == nil {
		err = wrong.Err()
	}
	var record *register.Record
	if err == nil {
		record, err = s.records.Create(r.Context(), d.Actor, k.ID, in)
	}
	if err != nil {
		return s.rejected(w, r, d, s.beginPage(r, d, k), k.Sections, nil, err)
	}
	if _, err := d.Record(r.Context(), record.ID); err != nil && fault.KindOf(err) == fault.KindNotFound {
		http.Redirect(w, r, "/kinds/"+k.ID+"?sent=1", http.StatusSeeOther) // begun unnamed: it is for others to see
		return nil
	}
	http.Redirect(w, r, "/records/"+record.Number(), http.StatusSeeOther)
	return nil
}

// edit is the form that changes a record.
func (s *Section) edit(w http.ResponseWriter, r *http.Request) error {
	record, d, err := s.toChange(r)
	if err != nil {
		return err
	}
	p := s.editPage(r, d, record)
	if p.Sections, err = d.formOf(record.Kind, record.Kind.Sections, nil, formInput{values: record.Values}); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "record_form", p)
}

func (s *Section) toChange(r *http.Request) (*register.Record, *desk, error) {
	d, record, err := s.at(r)
	if err != nil {
		return nil, nil, err
	}
	return record, d, d.May(record.Kind, record, register.ChangeRight)
}

func (s *Section) editPage(r *http.Request, d *desk, record *register.Record) *formPage {
	here := "/records/" + record.Number()
	p := &formPage{
		Page: d.Page(r, "Change "+record.Number(), record.Kind.Place), kind: record.Kind, Kind: shell.NameOf(record.Kind),
		Over:    []part.Link{{Label: record.Kind.Plural, Href: "/kinds/" + record.Kind.ID}, {Label: record.Number(), Href: here}},
		Heading: "Change " + record.Number(), Lead: record.Title(), Number: record.Number(), Action: here, Leave: here,
		Version: strconv.FormatUint(record.Version, 10), Save: "Save as version " + words.Number(record.Version+1), Stub: d.stub(record),
	}
	to, _ := record.Kind.State(record.Kind.ChangedTo(record.State))
	switch {
	case to == nil: // of a kind that has changed since
	case record.Approval != nil:
		p.After = "A change makes a new draft, in the state “" + to.Label + "”. What was approved stays in force until the draft is approved."
	case record.StateOf().OnChange != "" && to.ID != record.State:
		p.After = "A change takes it back to the state “" + to.Label + "”."
	}
	aboutForm(p, r, nil, false)
	return p
}

// change saves a changed record.
func (s *Section) change(w http.ResponseWriter, r *http.Request) error {
	record, d, err := s.toChange(r)
	if err != nil {
		return err
	}
	in, wrong, err := d.input(record.Kind, nil, r)
	if err == nil {
		err = wrong.Err()
	}
	if err == nil {
		_, err = s.records.Change(r.Context(), d.Actor, record.ID, in)
	}
	if err != nil {
		return s.rejected(w, r, d, s.editPage(r, d, record), record.Kind.Sections, nil, err)
	}
	http.Redirect(w, r, "/records/"+record.Number(), http.StatusSeeOther)
	return nil
}

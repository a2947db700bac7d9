// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// moveForm asks what a move needs.
func (s *Section) moveForm(w http.ResponseWriter, r *http.Request) error {
	record, m, d, err := s.toMove(r)
	if err != nil {
		return err
	}
	p := s.movePage(r, d, record, m)
	if p.Sections, err = d.formOf(record.Kind, moveSections(record.Kind, m), m.Asks, formInput{values: record.Values}); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "record_form", p)
}

func (s *Section) toMove(r *http.Request) (*register.Record, *kind.Move, *desk, error) {
	d, record, err := s.at(r)
	if err != nil {
		return nil, nil, nil, err
	}
	m, ok := record.Kind.Move(r.PathValue("move"))
	if !ok || m.Auto {
		return nil, nil, nil, shell.NotFound("There is no such move.")
	}
	return record, m, d, nil
}

// moveSections is one section with what the move asks for, if anything.
func moveSections(k *kind.Kind, m *kind.Move) []kind.Section {
	if len(m.Asks) == 0 {
		return nil
	}
	return []kind.Section{{Title: m.Label, Fields: m.Asks}}
}

func (s *Section) movePage(r *http.Request, d *desk, record *register.Record, m *kind.Move) *formPage {
	here := "/records/" + record.Number()
	to, _ := record.Kind.State(m.To)
	p := &formPage{
		Page: d.Page(r, m.Label+" · "+record.Number(), record.Kind.Place), kind: record.Kind, Kind: shell.NameOf(record.Kind),
		Over:    []part.Link{{Label: record.Kind.Plural, Href: "/kinds/" + record.Kind.ID}, {Label: record.Number(), Href: here}},
		Heading: m.Label, Lead: record.Number() + " " + record.Title(), Number: record.Number(), Action: here + "/moves/" + m.ID, Leave: here,
		Version: strconv.FormatUint(record.Version, 10), Save: m.Label, Stub: d.stub(record), Tag: string(m.Tag),
		After: "The record becomes “" + to.Label + "”.",
	}
	if m.Approves {
		p.After += " Your approval binds exactly this version; a later change makes a new draft."
	}
	aboutForm(p, r, nil, m.Reason)
	return p
}

// makeMove makes a move, or says everything that stands in its way.
func (s *Section) makeMove(w http.ResponseWriter, r *http.Request) error {
	record, m, d, err := s.toMove(r)
	if err != nil {
		return err
	}
	p := s.movePage(r, d, record, m)
	in, wrong, err := d.input(record.Kind, m.Asks, r)
	if err == nil && len(m.Asks) == 0 {
		in.Values = nil
	}
	if err == nil {
		err = wrong.Err()
	}
	if err == nil {
		_, err = s.records.Move(r.Context(), d.Actor, record.ID, m.ID, in)
	}
	if refused, ok := errors.AsType[*register.Refused](err); ok {
		if p.Sections, err = d.formOf(record.Kind, moveSections(record.Kind, m), m.Asks, formInput{entered: r.PostForm}); err != nil {
			return err
		}
		p.Failed, p.Kept = "Not available: "+words.Counted(uint64(len(refused.Reasons)), "thing stands", "things stand")+" in the way", "Nothing was changed."
		if p.Ask = d.OverrideHref(record, m, refused.Reasons); p.Ask == "" {
			p.Kept += " No override is possible: a rule in the way has a source that allows none, or you may not ask for one."
		}
		for _, reason := range refused.Reasons {
			p.Errors = append(p.Errors, part.FormError{Field: "form", Text: reason.Says + " [" + string(reason.Tag) + "]"})
		}
		return s.Render(w, http.StatusConflict, "record_form", p)
	}
	if err != nil {
		return s.rejected(w, r, d, p, moveSections(record.Kind, m), m.Asks, err)
	}
	http.Redirect(w, r, "/records/"+record.Number(), http.StatusSeeOther)
	return nil
}

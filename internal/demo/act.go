// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// create begins a record and gives it its name in the script.
func (p *play) create(a *Act) error {
	k, err := p.Kinds.Kind(a.New)
	if err != nil {
		return err
	}
	in, err := p.input(k, a)
	if err != nil {
		return err
	}
	made, err := p.Register.Create(p.ctx, p.actor(a.By, nil), a.New, in)
	if err != nil {
		return err
	}
	if a.As != "" {
		if _, twice := p.records[a.As]; twice {
			return fmt.Errorf("two records are called %q", a.As)
		}
		p.records[a.As] = made.ID
	}
	return nil
}

// change makes a move, or changes fields.
func (p *play) change(a *Act) error {
	id, err := p.record(cmp.Or(a.Of, a.Change))
	if err != nil {
		return err
	}
	stands, err := p.Register.Reader().Record(p.ctx, id)
	if err != nil {
		return err
	}
	in, err := p.input(stands.Kind, a)
	if err != nil {
		return err
	}
	in.Version = stands.Version
	if a.Move != "" {
		_, err = p.Register.Move(p.ctx, p.actor(a.By, stands), id, a.Move, in)
	} else {
		_, err = p.Register.Change(p.ctx, p.actor(a.By, stands), id, in)
	}
	return err
}

func (p *play) record(name string) (counterfoil.ID, error) {
	id, ok := p.records[name]
	if !ok {
		return id, fmt.Errorf("no record is called %q yet", name)
	}
	return id, nil
}

// nameDecisions calls each decision on a control by the control's number.
func (p *play) nameDecisions() error {
	rows, err := p.Register.Reader().All(p.ctx, "statement_row")
	for _, row := range rows {
		p.records[row.Values.Text("control")] = row.ID
	}
	return err
}

// keyLife is the longest a key may have; the history is shorter.
const keyLife = 360 * 24 * time.Hour

func (p *play) makeKey(a *Act) error {
	id, err := p.record(a.Key)
	if err != nil {
		return err
	}
	system, ok := p.People().System(identity.SystemID(id))
	if !ok {
		return fmt.Errorf("the live path does not know %q", a.Key)
	}
	in := accounts.NewKey{SystemSlug: system.Slug, Workload: a.Person == "", Expires: p.Clock.Now().Add(keyLife)}
	if a.Person != "" {
		if known, ok := p.People().Person(p.person(a.Person)); ok {
			in.PersonEmail = known.Email
		}
	}
	made, secret, err := p.Accounts.CreateKey(p.ctx, p.person(a.By), in)
	p.keys[cmp.Or(a.As, a.Key)] = key{made.ID.String(), secret}
	return err
}

// saveView saves a view of a list, and shares it.
func (p *play) saveView(a *Act) error {
	path, query, _ := strings.Cut(a.View, "?")
	s := register.Saved{Name: a.As, List: path, Query: query}
	if id, ok := strings.CutPrefix(path, "/kinds/"); ok {
		s.Records = id
	}
	actor := p.actor(a.By, nil)
	saved, err := p.Register.SaveView(p.ctx, actor, s)
	if err == nil && a.Shared {
		_, err = p.Register.ShareView(p.ctx, actor, saved.ID, saved.Version)
	}
	return err
}

func (p *play) input(k *kind.Kind, a *Act) (register.Input, error) {
	in := register.Input{Reason: a.Why, Late: a.Late}
	if a.Fact != "" {
		day, err := p.day(a.Fact)
		if err != nil {
			return in, err
		}
		in.Fact = day.Format(time.DateOnly)
	}
	loose := map[string]any{}
	for id, value := range a.Set {
		f, ok := k.Field(id)
		if !ok {
			return in, fmt.Errorf("%s has no field %q", k.ID, id)
		}
		var err error
		if loose[id], err = p.value(f, value); err != nil {
			return in, fmt.Errorf("%s.%s: %w", k.ID, id, err)
		}
	}
	raw, err := json.Marshal(loose)
	if err == nil {
		in.Values, err = k.DecodeValues(raw)
	}
	return in, err
}

// value turns names into ids or numbers, and days into dates.
func (p *play) value(f *kind.Field, value any) (any, error) {
	switch f.Type {
	case kind.Link:
		id, err := p.record(fmt.Sprint(value))
		return id.String(), err
	case kind.Date:
		day, err := p.day(fmt.Sprint(value))
		return day.Format(time.DateOnly), err
	case kind.Links:
		return p.each(value, func(name any) (any, error) {
			id, err := p.record(fmt.Sprint(name))
			return id.String(), err
		})
	case kind.Rows:
		return p.each(value, func(row any) (any, error) { return p.row(f, row) })
	case kind.Text:
		return p.number(value)
	default:
		return value, nil
	}
}

// number turns =name into the number of that record; any other text stays.
func (p *play) number(value any) (any, error) {
	text, _ := value.(string)
	name, named := strings.CutPrefix(text, "=")
	if !named {
		return value, nil
	}
	id, err := p.record(name)
	if err != nil {
		return nil, err
	}
	record, err := p.Register.Reader().Record(p.ctx, id)
	if err != nil {
		return nil, err
	}
	return record.Number(), nil
}

func (p *play) each(value any, fn func(any) (any, error)) (any, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, errors.New("a list is expected")
	}
	out := make([]any, len(list))
	for i, item := range list {
		var err error
		if out[i], err = fn(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *play) row(f *kind.Field, row any) (any, error) {
	cells, ok := row.(map[string]any)
	if !ok {
		return nil, errors.New("a row is expected")
	}
	out := map[string]any{}
	for i := range f.Fields {
		column := &f.Fields[i]
		cell, ok := cells[column.ID]
		if !ok {
			continue
		}
		var err error
		if out[column.ID], err = p.value(column, cell); err != nil {
			return nil, err
		}
	}
	if len(out) != len(cells) {
		return nil, fmt.Errorf("the row %v has unknown columns", cells)
	}
	return out, nil
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
)

// SavedViews returns the views of a list that the actor sees, and of all lists with "":
// their own by name, then the shared ones by name.
func (v *View) SavedViews(ctx context.Context, list string) ([]*Record, error) {
	own, err := v.register.savedBy(ctx, v.actor.Person, list, v.at)
	if err != nil {
		return nil, err
	}
	shared, err := v.register.savedShared(ctx, list, v.at)
	if err != nil {
		return nil, err
	}
	all := append(own, shared...)
	all = slices.DeleteFunc(all, func(record *Record) bool { return !v.register.seesSaved(v.actor, record) })
	slices.SortFunc(all, func(a, b *Record) int {
		return cmp.Or(
			strings.Compare(a.State, b.State), // "own", then "shared"
			strings.Compare(strings.ToLower(a.Values.Text("name")), strings.ToLower(b.Values.Text("name"))),
			cmp.Compare(a.Serial, b.Serial),
		)
	})
	return all, nil
}

// SavedView returns one view by its number.
func (v *View) SavedView(ctx context.Context, serial uint64) (*Record, error) {
	row, err := v.register.Store.KeptByNumber(ctx, KindSavedView, serial, v.at)
	if errors.Is(err, index.ErrNotFound) {
		return nil, errNoView
	}
	if err != nil {
		return nil, err
	}
	record, err := v.register.load(row)
	if err != nil {
		return nil, err
	}
	if !v.register.seesSaved(v.actor, record) {
		return nil, errNoView
	}
	return record, nil
}

// MayKeep tells whether the actor may rename or remove a saved view now, and MayShare
// whether they decide who sees it.
func (v *View) MayKeep(saved *Record) error {
	if !v.asOf.IsZero() {
		return errPast
	}
	return v.register.mayKeep(v.actor, saved)
}

// MayShare is described at MayKeep.
func (v *View) MayShare(saved *Record) error {
	if !v.asOf.IsZero() {
		return errPast
	}
	return v.register.mayShare(v.actor, saved)
}

var errPast = fault.Forbidden("Not available: this shows the past. Go to the present to change something.", nil)

// savedBy loads somebody's own views, of one list or with "" of all.
func (r *Register) savedBy(ctx context.Context, person counterfoil.ID, list string, m index.Moment) ([]*Record, error) {
	if person.IsZero() {
		return nil, nil
	}
	rows, err := r.Store.KeptLinksTo(ctx, person, KindSavedView, m)
	if err != nil {
		return nil, err
	}
	var found []*Record
	for i := range rows {
		record, err := r.savedOf(&rows[i].Kept, list)
		if err != nil {
			return nil, err
		}
		if record != nil {
			found = append(found, record)
		}
	}
	return found, nil
}

// savedShared loads shared views, of one list or with "" of all.
func (r *Register) savedShared(ctx context.Context, list string, m index.Moment) ([]*Record, error) {
	f := index.KeptFilter{Kind: KindSavedView, States: []string{savedShared}, At: m, Limit: savedAll}
	if list != "" {
		f.Fields = []index.KeptCondition{{Field: "list", Values: []string{list}}}
	}
	page, err := r.Store.KeptList(ctx, f)
	if err != nil {
		return nil, err
	}
	var found []*Record
	for i := range page.Rows {
		record, err := r.savedOf(&page.Rows[i], list)
		if err != nil {
			return nil, err
		}
		if record != nil {
			found = append(found, record)
		}
	}
	return found, nil
}

// savedOf loads a row when it is a view of the list that was not erased, else nil.
// Only then is what is sealed opened.
func (r *Register) savedOf(row *index.Kept, list string) (*Record, error) {
	record, err := r.bare(row)
	if err != nil || record.Erased || list != "" && record.Values.Text("list") != list {
		return nil, err
	}
	if err := r.unseal(record); err != nil || record.Erased {
		return nil, err
	}
	return record, nil
}

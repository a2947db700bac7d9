// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// KindSavedView is the inner kind of saved views. They belong to a list, which is no
// record, so they are seen by View.SavedViews and changed by what follows alone.
const KindSavedView = "saved_view"

// States of a saved view.
const (
	savedOwn     = "own"
	savedShared  = "shared"
	savedRemoved = "removed"
)

// Bounds of saved views: every list reads those of its own.
const (
	savedName   = 80   // characters
	savedQuery  = 2000 // bytes
	savedMost   = 100  // one's own
	savedOnList = 50   // shared, of one list
	savedAll    = 1000 // shared, of all lists; more are not looked at
)

// Saved is a name for what a list shows.
type Saved struct {
	Name    string
	List    string // path of the list, such as /kinds/risk
	Records string // kind of the records listed; "" when they are of none
	Query   string // filters and order as in the address, without page and moment
}

var listPath = regexp.MustCompile(`^(/[a-z0-9_-]{1,40}){1,4}$`)

// check brings the query into its canonical form; the fields of a fault are "name" and "query".
func (s *Saved) check() error {
	if !listPath.MatchString(s.List) {
		return fault.Invalid("This is not the address of a list.", nil)
	}
	wrong := make(fault.Fields)
	s.Name = checkedName(s.Name, wrong)
	values, err := url.ParseQuery(s.Query)
	s.Query = values.Encode()
	switch {
	case err != nil || !utf8.ValidString(s.Query):
		wrong["query"] = "The filters in the address are damaged."
	case len(s.Query) > savedQuery:
		wrong["query"] = fmt.Sprintf("The filters are longer than the %d bytes a view may keep.", savedQuery)
	}
	return wrong.Err()
}

// checkedName is a name without what surrounds it.
func checkedName(name string, wrong fault.Fields) string {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		wrong["name"] = "Enter a name."
	case utf8.RuneCountInString(name) > savedName:
		wrong["name"] = fmt.Sprintf("Use at most %d characters.", savedName)
	}
	return name
}

// savedFunctions say whose a saved view is.
func savedFunctions() Functions {
	return Functions{Derive: map[string]DeriveFunc{"view_whose": viewWhose}}
}

// viewWhose makes a view its maker's own, to be erased with them, until it is shared.
// Of one that is removed nothing but the list stays in the version that stands.
func viewWhose(_ context.Context, _ *Reader, record *Record) error {
	switch record.State {
	case savedOwn:
		record.Values["whose"] = record.Made.By.String()
		return nil
	case savedRemoved:
		delete(record.Values, "name")
		delete(record.Values, "query")
	}
	delete(record.Values, "whose")
	return nil
}

// SaveView keeps a view as the actor's own. Under a name they gave to one of the same
// list before, that one changes. Fields of a fault are "name" and "query".
func (r *Register) SaveView(ctx context.Context, actor Actor, s Saved) (*Record, error) {
	k, err := r.Kinds.Kind(KindSavedView)
	if err != nil {
		return nil, fmt.Errorf("save a view: %w", err)
	}
	if actor.Person.IsZero() {
		return nil, fault.Forbidden("Not available: a view is somebody's.", nil)
	}
	if err := r.Rights.check(actor, k, nil, Create); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("save a view: %w", err)
	}
	if !r.opensList(actor, s.Records) {
		return nil, fault.NotFound("There is no such list.", nil)
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	own, err := r.savedBy(ctx, actor.Person, "", index.Moment{})
	if err != nil {
		return nil, err
	}
	for _, before := range own {
		if before.Values.Text("list") == s.List && before.Values.Text("name") == s.Name {
			return r.change(ctx, For(actor.Person), before, Input{Version: before.Version, Values: kind.Values{"query": s.Query}})
		}
	}
	if len(own) >= savedMost {
		return nil, fault.Conflict(fmt.Sprintf("Not saved: you keep %d views already. Remove one first.", len(own)), nil)
	}
	fixed := kind.Values{"list": s.List}
	if s.Records != "" {
		fixed["records"] = s.Records
	}
	in := Input{Values: kind.Values{"name": s.Name, "query": s.Query}, Fixed: fixed}
	return r.create(ctx, For(actor.Person), counterfoil.NewID(), k, k.Initial().ID, in)
}

// RenameView gives a view another name. Whose it is may; of a shared one its maker, and
// whoever may change all saved views.
func (r *Register) RenameView(ctx context.Context, actor Actor, id counterfoil.ID, version uint64, name string) (*Record, error) {
	return r.onSaved(ctx, actor, id, version, r.mayKeep, func(before *Record) (*Record, error) {
		wrong := make(fault.Fields)
		name = checkedName(name, wrong)
		if err := wrong.Err(); err != nil {
			return nil, err
		}
		return r.change(ctx, For(actor.Person), before, Input{Version: version, Values: kind.Values{"name": name}})
	})
}

// RemoveView takes a view away from every list; its history stays. Who may rename it may.
func (r *Register) RemoveView(ctx context.Context, actor Actor, id counterfoil.ID, version uint64) (*Record, error) {
	return r.onSaved(ctx, actor, id, version, r.mayKeep, func(before *Record) (*Record, error) {
		return r.moveSaved(ctx, actor, before, "remove")
	})
}

// ShareView shows one's own view to everybody who may see the list. From then on it is
// the organisation's: what it says is not erased with its maker.
func (r *Register) ShareView(ctx context.Context, actor Actor, id counterfoil.ID, version uint64) (*Record, error) {
	return r.onSaved(ctx, actor, id, version, r.mayShare, func(before *Record) (*Record, error) {
		shared, err := r.savedShared(ctx, before.Values.Text("list"), index.Moment{})
		if err != nil {
			return nil, err
		}
		if len(shared) >= savedOnList {
			return nil, fault.Conflict(fmt.Sprintf("Not shared: this list has %d shared views already. Have one removed first.", len(shared)), nil)
		}
		return r.moveSaved(ctx, actor, before, "share")
	})
}

// WithdrawView makes a shared view its maker's own again. Only they may.
func (r *Register) WithdrawView(ctx context.Context, actor Actor, id counterfoil.ID, version uint64) (*Record, error) {
	return r.onSaved(ctx, actor, id, version, r.mayShare, func(before *Record) (*Record, error) {
		return r.moveSaved(ctx, actor, before, "withdraw")
	})
}

// onSaved does something to a view as it stands, when the actor may. r.saving is held meanwhile.
func (r *Register) onSaved(ctx context.Context, actor Actor, id counterfoil.ID, version uint64, may func(Actor, *Record) error, do func(*Record) (*Record, error)) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before, err := r.present(ctx, id)
	if err != nil {
		return nil, err
	}
	if !r.seesSaved(actor, before) {
		return nil, errNoView
	}
	if err := may(actor, before); err != nil {
		return nil, err
	}
	if err := lost(before, Input{Version: version}); err != nil {
		return nil, err
	}
	return do(before)
}

var errNoView = fault.NotFound("There is no such view.", nil)

// moveSaved makes a move in the actor's name.
func (r *Register) moveSaved(ctx context.Context, actor Actor, before *Record, id string) (*Record, error) {
	m, ok := before.Kind.Move(id)
	if !ok {
		return nil, fmt.Errorf("saved views have no move %q", id)
	}
	return r.move(ctx, For(actor.Person), before, m, Input{Version: before.Version})
}

// opensList tells whether the actor may open a list of records of a kind: of those with
// named people everybody sees the ones that name them.
func (r *Register) opensList(a Actor, kindID string) bool {
	if kindID == "" {
		return true
	}
	k, err := r.Kinds.Kind(kindID)
	return err == nil && !k.Inner && (k.Named != nil || a.program || r.Rights.Grants(a.roles(nil), k, Read))
}

// seesSaved tells whether an actor may know of a view: one of their own, or a shared one
// they made or whose list they may open.
func (r *Register) seesSaved(a Actor, record *Record) bool {
	if record.Kind.ID != KindSavedView || record.Erased || a.Person.IsZero() {
		return false
	}
	switch record.State {
	case savedOwn:
		return record.Values.ID("whose") == a.Person
	case savedShared:
		return record.Made.By == a.Person || r.opensList(a, record.Values.Text("records"))
	}
	return false
}

// mayKeep refuses whoever may not rename or remove a view they see.
func (r *Register) mayKeep(a Actor, record *Record) error {
	if record.Made.By == a.Person || r.Rights.Grants(a.roles(nil), record.Kind, ChangeRight) {
		return nil
	}
	whom := append([]string{"whoever shared it"}, words(r.Rights.RolesFor(record.Kind, ChangeRight))...)
	return fault.Forbidden("Not available: this view belongs to "+strings.Join(slices.DeleteFunc(whom, func(w string) bool { return w == "its owner" }), ", ")+".", nil)
}

// mayShare refuses whoever did not make a view.
func (r *Register) mayShare(a Actor, record *Record) error {
	if record.Made.By == a.Person {
		return nil
	}
	return fault.Forbidden("Not available: who sees a view is decided by whoever made it.", nil)
}

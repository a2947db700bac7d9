// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Input is what somebody entered.
type Input struct {
	Version uint64      // the version it was made from; not for Create
	Values  kind.Values // fields to set; a nil value empties the field. Others stay as they are
	Fixed   kind.Values // fixed fields, set by an act of the program; never from a form
	Reason  string
	Fact    string // the day of the fact, 2006-01-02; "" for today
	Late    string // why it is recorded late
}

// lateAfter is how many working days after the fact a record becomes a late entry.
const lateAfter = 5

// Create begins a record. Fields of a fault are the kind's; "late" and "fact" are ours.
func (r *Register) Create(ctx context.Context, actor Actor, kindID string, in Input) (*Record, error) {
	k, err := r.Kinds.Kind(kindID)
	if err != nil {
		return nil, fault.NotFound("There is no such kind of record.", err)
	}
	if k.Inner && !actor.program {
		return nil, fault.NotFound("There is no such kind of record.", nil) // begun with what it belongs to
	}
	if err := r.Rights.check(actor, k, nil, Create); err != nil {
		return nil, err
	}
	if unnamed(k, in.Values) {
		actor.Person = counterfoil.ID{}
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	return r.create(ctx, actor, counterfoil.NewID(), k, k.Initial().ID, in)
}

// unnamed tells that a record of a kind for few eyes does not say whom it is about.
// Then neither the record nor its entry names who begins it, and they do not see it
// again.
func unnamed(k *kind.Kind, v kind.Values) bool {
	return k.Named != nil && k.Subject != "" && k.Subject != kind.RoleSelf && v.Text(k.Subject) == ""
}

// SetUp is a record the program makes in a state that people come to by moves: what
// has to stand before anybody can make one. Only the program may, by itself or for
// somebody. Its history says that it began there; in a state in force the version
// counts as approved.
func (r *Register) SetUp(ctx context.Context, actor Actor, kindID, state string, in Input) (*Record, error) {
	if !actor.program {
		return nil, fault.Forbidden("Not available: this is for the program.", nil)
	}
	k, err := r.Kinds.Kind(kindID)
	if err != nil {
		return nil, fmt.Errorf("set up a record: %w", err)
	}
	if _, ok := k.State(state); !ok {
		return nil, fmt.Errorf("set up %s: there is no state %q", kindID, state)
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	return r.create(ctx, actor, counterfoil.NewID(), k, state, in)
}

func (r *Register) create(ctx context.Context, actor Actor, id counterfoil.ID, k *kind.Kind, state string, in Input) (*Record, error) {
	highest, err := r.Store.HighestSerial(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	now := r.Clock.Now()
	act := Act{By: actor.Person, At: now, Version: 1}
	record := &Record{
		Kind: k, ID: id, Serial: highest + 1, State: state, Values: kind.Values{},
		About: About{Made: act, Author: act, Authors: []Act{act}, Since: now, Done: map[string]Act{Created: act}},
	}
	if err := r.fill(ctx, actor, record, in, nil); err != nil {
		return nil, fmt.Errorf("create %s: %w", k.ID, err)
	}
	if state != k.Initial().ID {
		if err := record.bind(Created, act); err != nil {
			return nil, err
		}
	}
	if err := r.keep(ctx, actor, record, Created); err != nil {
		return nil, err
	}
	return record, r.follow(ctx, record)
}

// Change sets fields. A record that is no draft becomes one, and what was approved
// stays in force, unless only minor fields change. A change that changes nothing
// is not recorded.
func (r *Register) Change(ctx context.Context, actor Actor, id counterfoil.ID, in Input) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before, err := r.present(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := r.Rights.check(actor, before.Kind, before, ChangeRight); err != nil {
		return nil, err
	}
	if err := lost(before, in); err != nil {
		return nil, err
	}
	return r.change(ctx, actor, before, in)
}

// change sets fields of what stands. r.saving must be held.
func (r *Register) change(ctx context.Context, actor Actor, before *Record, in Input) (*Record, error) {
	record := before.next()
	if err := r.fill(ctx, actor, record, in, before); err != nil {
		return nil, fmt.Errorf("change %s: %w", before.Number(), err)
	}
	if equal(record.Values, before.Values) {
		return before, nil
	}
	if err := r.keep(ctx, actor, record, Changed); err != nil {
		return nil, err
	}
	return record, r.follow(ctx, record)
}

// next is a copy to be changed into the next version.
func (r *Record) next() *Record {
	n := *r
	n.Values = r.Values.Clone()
	n.Done = maps.Clone(r.Done)
	n.Reason, n.Fact, n.Late, n.Override = "", "", "", ""
	return &n
}

// fill takes input into a record and completes what follows from it. before is
// nil for a new record.
func (r *Register) fill(ctx context.Context, actor Actor, record *Record, in Input, before *Record) error {
	wrong := make(fault.Fields)
	set(record, in.Values, actor.program, wrong)
	for id, value := range in.Fixed {
		record.Values[id] = value
	}
	r.note(record, in, wrong)
	if before != nil {
		owned(actor, before, record, wrong)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	now := r.Clock.Now()
	if before != nil && !equal(record.Values, before.Values) {
		if err := record.written(before, Act{By: actor.Person, At: now, Version: before.Version + 1}); err != nil {
			return err
		}
		if err := reopen(before, record, now); err != nil {
			return err
		}
	}
	return r.complete(ctx, actor, record)
}

// reopen makes a draft of a record whose bound fields change: one that is approved, or
// whose state says where a change leads. They are compared with those that stood: what a
// move has asked for since the approval is in both.
func reopen(before, record *Record, now time.Time) error {
	if record.Approval == nil && record.StateOf().OnChange == "" {
		return nil
	}
	stood, err := record.Kind.Digest(before.Values)
	if err != nil {
		return err
	}
	digest, err := record.Kind.Digest(record.Values)
	if err != nil || digest == stood {
		return err
	}
	record.Approval = nil
	if to := record.Kind.ChangedTo(record.State); to != record.State {
		record.State, record.Since = to, now
	}
	return nil
}

// set puts values into a record. Fixed fields are the program's, and those of the moves
// that ask for them.
func set(record *Record, values kind.Values, fixed bool, wrong fault.Fields) {
	for id, value := range values {
		f, ok := record.Kind.Field(id)
		switch {
		case !ok || f.Fixed && !fixed:
			wrong[id] = "This cannot be entered."
		case empty(value):
			delete(record.Values, id)
		case f.Type == kind.Email:
			record.Values[id] = address(value)
		default:
			record.Values[id] = value
		}
	}
}

// address is an e-mail address in the form addresses are compared in. What is none
// stays as it is, to be refused with the other input.
func address(value any) any {
	if text, ok := value.(string); ok {
		if normal, err := identity.NormaliseEmail(text); err == nil {
			return normal
		}
	}
	return value
}

// empty values are none, so that a field is filled or it is not.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []string:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// note takes in why and when, and marks a late entry.
func (r *Register) note(record *Record, in Input, wrong fault.Fields) {
	record.Reason, record.Fact, record.Late = strings.TrimSpace(in.Reason), in.Fact, ""
	if in.Fact == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, in.Fact)
	now := r.Clock.Now()
	switch {
	case err != nil:
		wrong["fact"] = "Enter a date such as 2026-11-24."
	case day.After(now):
		wrong["fact"] = "This day has not come yet."
	case kind.WorkingDaysBetween(day, now) > lateAfter:
		record.Late = strings.TrimSpace(in.Late)
		if record.Late == "" {
			wrong["late"] = fmt.Sprintf("This is recorded more than %d working days after the fact. Say why; the record stays marked as a late entry.", lateAfter)
		}
	}
}

// complete derives what follows from the fields, validates all and computes the
// deadlines.
func (r *Register) complete(ctx context.Context, actor Actor, record *Record) error {
	scene := r.scene(ctx, r.reader(), actor, record)
	entered := record.links()
	if err := r.derive(ctx, record, scene); err != nil {
		return err
	}
	wrong := record.Kind.Validate(record.Values)
	for i := range record.Kind.Fields {
		f := &record.Kind.Fields[i]
		if record.Erased && f.Personal {
			delete(wrong, f.ID)
			continue
		}
		needed, err := record.Kind.RequiredNow(f, scene)
		if err != nil {
			return err
		}
		if _, filled := record.Values[f.ID]; needed && !filled {
			wrong[f.ID] = "Enter a value."
		}
	}
	if err := r.checkLinks(ctx, actor, record, entered, wrong); err != nil {
		return err
	}
	if r.Admit != nil {
		maps.Copy(wrong, r.Admit(record))
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return r.schedule(record, scene)
}

// derive sets the fixed fields that follow from others.
func (r *Register) derive(ctx context.Context, record *Record, scene *kind.Scene) error {
	for _, name := range record.Kind.Derives {
		if err := r.Functions.Derive[name](ctx, r.reader(), record); err != nil {
			return fmt.Errorf("derive %s of %s: %w", name, record.Number(), err)
		}
	}
	for i := range record.Kind.Fields {
		f := &record.Kind.Fields[i]
		if f.Of == "" {
			continue
		}
		value, err := record.Kind.Compute(f, scene)
		if err != nil {
			return err
		}
		if empty(value) {
			delete(record.Values, f.ID)
		} else {
			record.Values[f.ID] = value
		}
	}
	return nil
}

func (r *Register) schedule(record *Record, scene *kind.Scene) error {
	moves := make(map[string]time.Time, len(record.Done))
	for id, act := range record.Done {
		moves[id] = act.At
	}
	var err error
	record.Dues, err = record.Kind.Dues(scene, kind.Moments{Created: record.Made.At, State: record.Since, Moves: moves})
	return err
}

// checkLinks refuses new links to what does not exist for the actor, or is of
// another kind. Links that stood stay: who set them could see their ends, and who
// acts on the record now need not. Nor need they see what was derived: of the links,
// entered are theirs.
func (r *Register) checkLinks(ctx context.Context, actor Actor, record *Record, entered []index.KeptLink, wrong fault.Fields) error {
	stood, err := r.standingLinks(ctx, record)
	if err != nil {
		return err
	}
	for _, l := range record.links() {
		if slices.Contains(stood, l) {
			continue
		}
		field, _, _ := strings.Cut(l.Field, ".")
		f := record.linking(l)
		if l.Target == record.ID {
			wrong[field] = "A record cannot link to itself."
			continue
		}
		who := actor
		if !slices.Contains(entered, l) {
			who = Program
		}
		target, err := r.present(ctx, l.Target)
		switch {
		case fault.KindOf(err) == fault.KindNotFound && err != nil, err == nil && (!f.Allows(target.Kind.ID) || r.Rights.check(who, target.Kind, target, Read) != nil):
			wrong[field] = "Choose a record that exists."
		case err != nil:
			return err
		}
	}
	return nil
}

// standingLinks are the links of the version that a new one follows.
func (r *Register) standingLinks(ctx context.Context, record *Record) ([]index.KeptLink, error) {
	if record.Version == 0 {
		return nil, nil
	}
	before, err := r.present(ctx, record.ID)
	if err != nil {
		return nil, err
	}
	return before.links(), nil
}

// lost reports a change made from a version that no longer stands.
func lost(stands *Record, in Input) error {
	if in.Version == stands.Version {
		return nil
	}
	return &Lost{Stands: stands, Entered: in}
}

// Lost is a change made from a version that somebody else replaced meanwhile.
// Nothing was saved; it holds what stands and what was entered.
type Lost struct {
	Stands  *Record
	Entered Input
}

// Error implements error.
func (l *Lost) Error() string {
	return fmt.Sprintf("%s is at version %d, the change was made from %d", l.Stands.Number(), l.Stands.Version, l.Entered.Version)
}

// Unwrap is the fault surfaces show that do not show both versions.
func (l *Lost) Unwrap() error {
	return fault.Conflict("Not saved: somebody else changed this record meanwhile. Compare both and save again.", nil)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Refused is a move that may not be made now, with every reason.
type Refused struct {
	Record  *Record
	Move    *kind.Move
	Reasons []Reason
}

// Reason is one guard, missing field or separated duty.
type Reason struct {
	Guard string   // id; "" when it cannot be overridden by naming it
	Says  string   // what is missing and what to do
	Tag   kind.Tag // where the rule comes from
	Whom  []string // roles that can help; empty when anybody can
}

// Overridable tells whether an approved override would let the move pass.
func (r *Reason) Overridable() bool { return r.Guard != "" && r.Tag.Overridable() }

// Error implements error.
func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %s refused: %s", r.Record.Number(), r.Move.ID, r.text())
}

func (r *Refused) text() string {
	texts := make([]string, len(r.Reasons))
	for i := range r.Reasons {
		texts[i] = r.Reasons[i].Says
	}
	return strings.Join(texts, " ")
}

// Unwrap is the fault for surfaces that show one sentence.
func (r *Refused) Unwrap() error { return fault.Conflict("Not available: "+r.text(), nil) }

// Move makes a move of the record's kind. in.Values may set the fields the move asks for.
func (r *Register) Move(ctx context.Context, actor Actor, id counterfoil.ID, moveID string, in Input) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before, err := r.present(ctx, id)
	if err != nil {
		return nil, err
	}
	m, ok := before.Kind.Move(moveID)
	if !ok || m.Auto || !r.Rights.sees(actor, before) {
		return nil, fault.NotFound("There is no such move.", nil)
	}
	if err := lost(before, in); err != nil {
		return nil, err
	}
	record, err := r.move(ctx, actor, before, m, in)
	if err != nil {
		return nil, fmt.Errorf("move %s: %w", before.Number(), err)
	}
	return record, r.follow(ctx, record)
}

// move makes one move of what stands. r.saving must be held.
func (r *Register) move(ctx context.Context, actor Actor, before *Record, m *kind.Move, in Input) (*Record, error) {
	if !m.Leads(before.State) {
		return nil, fault.Conflict(fmt.Sprintf("Not available: %s is %s.", before.Number(), strings.ToLower(before.StateOf().Label)), nil)
	}
	if err := r.Rights.mayMove(actor, before, m); err != nil {
		return nil, err
	}
	record := before.next()
	wrong := make(fault.Fields)
	for id := range in.Values {
		if !slices.Contains(m.Asks, id) {
			wrong[id] = "This cannot be changed here."
		}
	}
	set(record, in.Values, true, wrong)
	r.note(record, in, wrong)
	owned(actor, before, record, wrong)
	if m.Reason && record.Reason == "" {
		wrong["reason"] = "Say why."
	}
	for _, id := range m.Needs {
		if _, filled := record.Values[id]; !filled && slices.Contains(m.Asks, id) {
			wrong[id] = "Enter a value."
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	refused, err := r.refusals(ctx, r.reader(), actor, record, m)
	if err != nil {
		return nil, err
	}
	var override *Record
	if len(refused) > 0 {
		if override, err = r.overrideFor(ctx, record, m, refused); err != nil {
			return nil, err
		}
		if override == nil {
			return nil, &Refused{before, m, refused}
		}
		record.Override = override.Number()
	}
	// whoever makes the move becomes an author by what its form asked, but is not kept apart from this very move for it
	if err := record.written(before, Act{By: actor.Person, At: r.Clock.Now(), Version: before.Version + 1}); err != nil {
		return nil, err
	}
	if err := r.enter(ctx, actor, record, m); err != nil {
		return nil, err
	}
	if err := r.use(ctx, override); err != nil { // before the move: one that fails after has used it up, never twice
		return nil, err
	}
	if err := r.keep(ctx, actor, record, m.ID); err != nil {
		return nil, err
	}
	return record, r.act(ctx, actor, record, m)
}

// act makes the records that follow from a move, if any.
func (r *Register) act(ctx context.Context, actor Actor, record *Record, m *kind.Move) error {
	if m.Does == "" {
		return nil
	}
	if err := r.Functions.Acts[m.Does](ctx, &Acting{r.reader(), actor.Person}, record); err != nil {
		return fmt.Errorf("%s after %s: %w", m.Does, m.ID, err)
	}
	return nil
}

// enter brings the record into the state the move leads to.
func (r *Register) enter(ctx context.Context, actor Actor, record *Record, m *kind.Move) error {
	now := r.Clock.Now()
	act := Act{By: actor.Person, At: now, Version: record.Version + 1}
	record.State, record.Since, record.Done[m.ID] = m.To, now, act
	if err := r.complete(ctx, actor, record); err != nil {
		return err
	}
	if m.Approves {
		if err := record.approve(m.ID, act); err != nil {
			return err
		}
	}
	record.enforce()
	return nil
}

// approve binds the fields as they stand.
func (r *Record) approve(move string, act Act) error {
	digest, err := r.Kind.Digest(r.Values)
	if err != nil {
		return err
	}
	r.Approval = &Approval{act, move, digest}
	return nil
}

// enforce sets what is in force after a state was entered: what was approved. What a
// move entered since in fields that approvals bind is part of the record only.
func (r *Record) enforce() {
	switch to := r.StateOf(); {
	case to.Ends:
		r.InForce = nil
	case to.InForce && r.Approval != nil:
		values := shared(r)
		if r.InForce != nil && r.InForce.Digest == r.Approval.Digest {
			r.keepBound(values)
		}
		r.InForce = &InForce{*r.Approval, values}
	}
}

// keepBound sets bound fields of values to what is in force; of rows, what stands in
// minor columns goes on to follow the record.
func (r *Record) keepBound(values kind.Values) {
	for i := range r.Kind.Fields {
		f := &r.Kind.Fields[i]
		if !f.Binds() {
			continue
		}
		approved, ok := r.InForce.Values[f.ID]
		switch {
		case !ok:
			delete(values, f.ID)
		case !reflect.DeepEqual(f.BoundPart(approved), f.BoundPart(values[f.ID])):
			values[f.ID] = approved
		}
	}
}

// bind approves a record the program sets up in a state in force.
func (r *Record) bind(move string, act Act) error {
	if !r.StateOf().InForce {
		return nil
	}
	if err := r.approve(move, act); err != nil {
		return err
	}
	r.enforce()
	return nil
}

// shared are the values without personal ones, which stay sealed.
func shared(record *Record) kind.Values {
	v := kind.Values{}
	for id, value := range record.Values {
		if f, ok := record.Kind.Field(id); !ok || !f.Personal {
			v[id] = value
		}
	}
	return v
}

// refusals lists why a move may not be made by this actor now.
func (r *Register) refusals(ctx context.Context, reader *Reader, actor Actor, record *Record, m *kind.Move) ([]Reason, error) {
	var reasons []Reason
	for _, id := range m.Needs {
		if f, _ := record.Kind.Field(id); lacks(record, f) {
			reasons = append(reasons, Reason{Guard: "needs_" + id, Says: "“" + f.Label + "” is not filled in.", Tag: m.Tag})
		}
	}
	for _, apart := range m.Apart {
		if who, says := keptApart(record, apart); !actor.program && slices.Contains(who, actor.Person) {
			reasons = append(reasons, Reason{Guard: "apart_" + apart, Says: says + ", so somebody else has to do this.", Tag: kind.TagProduct, Whom: m.Roles})
		}
	}
	scene := r.scene(ctx, reader, actor, record)
	for i := range m.Guards {
		g := &m.Guards[i]
		ok, says, err := r.holds(ctx, reader, actor, record, g, scene)
		if err != nil {
			return nil, err
		}
		if !ok {
			reasons = append(reasons, Reason{Guard: g.ID, Says: says, Tag: g.Tag})
		}
	}
	return reasons, nil
}

// lacks tells whether a field is empty, and not by an erasure.
func lacks(record *Record, f *kind.Field) bool {
	_, filled := record.Values[f.ID]
	return !filled && !(f.Personal && record.Erased)
}

// open tells whether the actor's move has no refusal among its choices. It stops at the
// first; guards that read other records come last.
func (r *Register) open(ctx context.Context, reader *Reader, actor Actor, record *Record, m *kind.Move) (bool, error) {
	for _, id := range m.Needs {
		if f, _ := record.Kind.Field(id); lacks(record, f) && !awaitsAnswer(record, m, "needs_"+id) {
			return false, nil
		}
	}
	for _, apart := range m.Apart {
		if who, _ := keptApart(record, apart); !actor.program && slices.Contains(who, actor.Person) {
			return false, nil
		}
	}
	scene := r.scene(ctx, reader, actor, record)
	for _, others := range []bool{false, true} {
		for i := range m.Guards {
			g := &m.Guards[i]
			if g.ReadsOthers() != others || awaitsAnswer(record, m, g.ID) {
				continue
			}
			if ok, _, err := r.holds(ctx, reader, actor, record, g, scene); err != nil || !ok {
				return false, err
			}
		}
	}
	return true, nil
}

func (r *Register) holds(ctx context.Context, reader *Reader, actor Actor, record *Record, g *kind.Guard, scene *kind.Scene) (ok bool, says string, err error) {
	if g.Go == "" {
		if g.ReadsTime() {
			reader.on.note(ground{of: onTime})
		}
		ok, err = record.Kind.Holds(g, scene)
		return ok, g.Says, err
	}
	ok, says, err = r.Functions.Guards[g.Go](ctx, reader, record, actor)
	if err != nil {
		return false, "", fmt.Errorf("guard %s: %w", g.Go, err)
	}
	if says == "" {
		says = g.Says
	}
	return ok, says, nil
}

// keptApart is who may not make a move, and why.
func keptApart(record *Record, apart string) (who []counterfoil.ID, says string) {
	if apart == "author" {
		return record.authors(), "You wrote this version, or part of it"
	}
	if move, ok := strings.CutPrefix(apart, "did:"); ok {
		act, done := record.Done[move]
		if !done {
			return nil, ""
		}
		return []counterfoil.ID{act.By}, "You made the move “" + strings.ReplaceAll(move, "_", " ") + "”"
	}
	f, _ := record.Kind.Field(apart)
	for _, text := range linksIn(f, record.Values[apart]) {
		if id, err := counterfoil.ParseID(text); err == nil {
			who = append(who, id)
		}
	}
	return who, "You are named as “" + f.Label + "”"
}

// autoMost bounds how many automatic moves follow one save.
const autoMost = 8

// follow makes the automatic moves whose guards hold now. r.saving must be held;
// record becomes what stands at the end.
func (r *Register) follow(ctx context.Context, record *Record) error {
	for range autoMost {
		moved, err := r.step(ctx, record)
		if err != nil || moved == nil {
			return err
		}
		*record = *moved
	}
	return nil
}

func (r *Register) step(ctx context.Context, record *Record) (*Record, error) {
	m, err := r.due(ctx, r.reader(), record)
	if err != nil || m == nil {
		return nil, err
	}
	return r.move(ctx, Program, record, m, Input{Version: record.Version, Reason: m.Label})
}

// due is the automatic move that can be made of a record; nil for none.
func (r *Register) due(ctx context.Context, reader *Reader, record *Record) (*kind.Move, error) {
	for _, m := range record.Kind.From(record.State) {
		if !m.Auto {
			continue
		}
		refused, err := r.refusals(ctx, reader, Program, record, m)
		if err != nil {
			return nil, err
		}
		if len(refused) == 0 {
			return m, nil
		}
	}
	return nil, nil
}

// Sweep makes every automatic move that is due: time passes and other records
// change without a record being saved. It returns how many were made. A record that
// cannot be moved keeps no other from it; the error names each.
func (r *Register) Sweep(ctx context.Context) (int, error) {
	made := 0
	var failed []error
	reader := r.reader()
	reader.read = map[string][]*Record{}
	for _, k := range r.Kinds.Kinds() {
		var states []string
		for i := range k.Moves {
			if k.Moves[i].Auto {
				states = append(states, k.Moves[i].From...)
			}
		}
		if len(states) == 0 {
			continue
		}
		records, err := reader.All(ctx, k.ID, states...)
		if err != nil {
			return made, errors.Join(append(failed, err)...)
		}
		for _, record := range records {
			n, err := r.sweep(ctx, reader, record)
			if made += n; err != nil {
				failed = append(failed, fmt.Errorf("sweep %s: %w", record.Number(), err))
			}
			if ctx.Err() != nil {
				return made, errors.Join(failed...)
			}
		}
	}
	return made, errors.Join(failed...)
}

// sweep makes the moves of one record that are due by what the sweep has read.
func (r *Register) sweep(ctx context.Context, reader *Reader, found *Record) (int, error) {
	if m, err := r.due(ctx, reader, found); err != nil || m == nil {
		return 0, err
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	record, err := r.present(ctx, found.ID) // it may have changed since it was listed
	if err != nil {
		return 0, err
	}
	before := record.Version
	err = r.follow(ctx, record)
	return int(record.Version - before), err
}

// Choice is a move a person could make, or why not.
type Choice struct {
	Move    *kind.Move
	Refused []Reason // empty when it may be made
	Barred  string   // why this person may never make it; "" when roles allow
}

// awaitsAnswer tells that a refusal may end with what the move's own form asks for, so
// that it is no reason not to open the form: a field it asks for, a condition on such
// a field, or a function while one of them is empty.
func awaitsAnswer(record *Record, m *kind.Move, guard string) bool {
	if field, ok := strings.CutPrefix(guard, "needs_"); ok {
		return slices.Contains(m.Asks, field)
	}
	i := slices.IndexFunc(m.Guards, func(g kind.Guard) bool { return g.ID == guard })
	if i < 0 {
		return false
	}
	return slices.ContainsFunc(m.Asks, func(field string) bool {
		if m.Guards[i].Go != "" {
			return empty(record.Values[field])
		}
		return m.Guards[i].Reads(field)
	})
}

// Choices lists the moves from the record's state, those that cannot be made with
// the reasons.
func (r *Register) Choices(ctx context.Context, actor Actor, record *Record) ([]Choice, error) {
	return r.choices(ctx, r.reader(), actor, record)
}

func (r *Register) choices(ctx context.Context, reader *Reader, actor Actor, record *Record) ([]Choice, error) {
	var list []Choice
	for _, m := range record.Kind.From(record.State) {
		if m.Auto {
			continue
		}
		c := Choice{Move: m}
		if err := r.Rights.mayMove(actor, record, m); err != nil {
			f, _ := fault.As(err)
			c.Barred = f.Public
		}
		refused, err := r.refusals(ctx, reader, actor, record, m)
		if err != nil {
			return nil, err
		}
		for _, reason := range refused {
			if !awaitsAnswer(record, m, reason.Guard) {
				c.Refused = append(c.Refused, reason)
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// overrideFor finds an approved override that covers every reason; nil without one.
func (r *Register) overrideFor(ctx context.Context, record *Record, m *kind.Move, reasons []Reason) (*Record, error) {
	for i := range reasons {
		if !reasons[i].Overridable() {
			return nil, nil
		}
	}
	list, err := r.reader().All(ctx, "override", "approved")
	if err != nil {
		return nil, err
	}
	today := r.Clock.Now().Format(time.DateOnly)
	for _, o := range list {
		passes := o.Values.List("guards")
		covers := !slices.ContainsFunc(reasons, func(x Reason) bool { return !slices.Contains(passes, x.Guard) })
		if o.Values.Text("record") == record.Number() && o.Values.Text("move") == m.ID && o.Values.Text("until") >= today && covers {
			return o, nil
		}
	}
	return nil, nil
}

// use marks an override as used by the move just made.
func (r *Register) use(ctx context.Context, override *Record) error {
	if override == nil {
		return nil
	}
	m, _ := override.Kind.Move("use")
	record := override.next()
	if err := r.enter(ctx, Program, record, m); err != nil {
		return err
	}
	return r.keep(ctx, Program, record, m.ID)
}

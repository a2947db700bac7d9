// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// organisation says how large the organisation is that is measured. Its ledger is the
// same each time: everything in it follows from these numbers.
type organisation struct {
	Records      int // of each kind
	Interactions int // over the last 90 days
}

// What the organisation is like beside its size.
const (
	begunDays   = 91  // before now: all records
	usedDays    = 90  // of interactions
	usedSystems = 500 // that have any, at most
	rewritten   = 4   // of so many records one was changed meanwhile
	bigScopes   = 10  // the last ones decide on systems and units
	scopeIn     = 100 // systems
	scopeOut    = 20
	units       = 15
	mine        = 25 // of so many records one belongs to the person who looks
	me          = 2  // that person's number
)

// largeLog makes the entries of an organisation, in order, without keeping them.
type largeLog struct {
	organisation
	now   time.Time
	kinds *kind.Set

	r    *rand.Rand
	from counterfoil.Index
	next counterfoil.Index
	each func(index.Item) error
}

// source implements index.Source.
func (l largeLog) source(ctx context.Context, from counterfoil.Index, each func(index.Item) error) error {
	return l.write(ctx, from, each)
}

// entries is how many there are.
func (l largeLog) entries() counterfoil.Index {
	_ = l.write(context.Background(), ^counterfoil.Index(0), nil) // hands out nothing, so nothing fails
	return l.next
}

// write makes all entries, and passes over those before from.
func (l *largeLog) write(ctx context.Context, from counterfoil.Index, each func(index.Item) error) error {
	l.r, l.next, l.from, l.each = rand.New(rand.NewPCG(uint64(l.Records), uint64(l.Interactions))), 0, from, each
	if err := l.records(1, 1); err != nil {
		return err
	}
	begin, step := l.now.AddDate(0, 0, -usedDays), usedDays*24*time.Hour/time.Duration(max(l.Interactions, 1))
	for i := range l.Interactions {
		if i == l.Interactions/2 {
			if err := l.records(2, rewritten); err != nil {
				return err
			}
		}
		if err := l.interaction(begin.Add(time.Duration(i) * step)); err != nil {
			return err
		}
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// add hands an entry on.
func (l *largeLog) add(e *counterfoil.Entry, body []byte) error {
	at := l.next
	if l.next++; at < l.from {
		return nil
	}
	item := index.Item{Index: at, Entry: e, Leaf: counterfoil.Hash{byte(at), byte(at >> 8), byte(at >> 16), byte(at >> 24), 1}}
	if e.Record != nil {
		var err error
		if item.Kept, err = register.Project(l.kinds, at, item.Leaf, counterfoil.ID{}, e, body); err != nil {
			return err
		}
		if item.Kept == nil {
			return fmt.Errorf("%s is no record", body)
		}
	}
	return l.each(item)
}

// idOf is the id of a record.
func idOf(kindID string, serial int) counterfoil.ID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kindID, serial))
	return counterfoil.ID(sum[:16])
}

// records writes a version of one in every so many records of each kind.
func (l *largeLog) records(version uint64, every int) error {
	at := l.now.AddDate(0, 0, -begunDays)
	if version > 1 {
		at = l.now.AddDate(0, 0, -usedDays/2)
	}
	move := register.Created
	if version > 1 {
		move = register.Changed
	}
	for _, k := range l.kinds.Kinds() {
		for serial := every; serial <= l.Records && !k.Inner; serial += every {
			e := &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: at.UnixMicro(), ID: idOf(k.ID, serial), Actor: idOf("person", me), Record: &counterfoil.Record{Type: k.ID, Version: version, Transition: move}}
			var body []byte
			if l.next >= l.from {
				var err error
				if body, err = l.body(k, serial, version); err != nil {
					return err
				}
			}
			if err := l.add(e, body); err != nil {
				return err
			}
		}
	}
	return nil
}

// body is a record with a value in each field that takes a simple one or a link.
func (l *largeLog) body(k *kind.Kind, serial int, version uint64) ([]byte, error) {
	values := l.values(k, serial, version)
	state := &k.States[serial%len(k.States)]
	begun := l.now.AddDate(0, 0, -begunDays)
	act := map[string]any{"by": idOf("person", me), "at": begun, "version": 1}
	body := map[string]any{
		"kind": k.ID, "serial": serial, "state": state.ID, "values": values, "made": act, "author": act, "since": begun, "done": map[string]any{"created": act},
	}
	if state.InForce {
		body["in_force"] = map[string]any{"by": idOf("person", me), "at": begun, "version": 1, "move": register.Created, "values": l.values(k, serial, 1)}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return append([]byte(`{"kind":"`+k.ID+`",`), raw[1:]...), nil // what a body begins with
}

func (l *largeLog) values(k *kind.Kind, serial int, version uint64) map[string]any {
	values := map[string]any{}
	for i := range k.Fields {
		f := &k.Fields[i]
		switch {
		case f.Personal:
		case f.ID == "slug":
			values[f.ID] = slugOf(serial)
		case f.ID == "unit":
			values[f.ID] = unitOf(serial)
		case f.Type == kind.Text || f.Type == kind.LongText:
			values[f.ID] = fmt.Sprintf("%s %d of %s, as of version %d", f.Label, serial, k.Plural, version)
		case f.Type == kind.Integer && len(f.Range) == 2:
			values[f.ID] = int(f.Range[0]) + serial%int(f.Range[1]-f.Range[0]+1)
		case f.Type == kind.Choice:
			values[f.ID] = f.Options[serial%len(f.Options)].ID
		case f.Type == kind.Date:
			values[f.ID] = l.now.AddDate(0, 0, serial%700-350).Format(time.DateOnly)
		case f.Type == kind.Link && slices.Contains(f.To, "person"):
			values[f.ID] = l.person(serial).String()
		case f.Type == kind.Link:
			values[f.ID] = idOf(f.To[0], 1+serial*7%l.Records).String()
		case f.Type == kind.Links && !slices.Contains(f.To, "person"):
			values[f.ID] = []string{idOf(f.To[0], 1+serial*3%l.Records).String(), idOf(f.To[0], 1+serial*11%l.Records).String()}
		}
	}
	if k.ID == "scope" && serial > l.Records-bigScopes {
		l.decide(values)
	}
	return values
}

func slugOf(system int) string { return fmt.Sprintf("system-%d", system) }

func unitOf(serial int) string { return fmt.Sprintf("Unit %d", serial%units) }

// person spreads records over all people; the one who looks has more.
func (l *largeLog) person(serial int) counterfoil.ID {
	if serial%mine == 0 {
		return idOf("person", me)
	}
	return idOf("person", 1+serial*13%l.Records)
}

// decide fills in which systems and units a scope covers.
func (l *largeLog) decide(values map[string]any) {
	var systems, within []map[string]any
	for n := range min(scopeIn+scopeOut, l.Records) {
		row := map[string]any{"system": idOf("system", n+1).String(), "decision": "in"}
		if n >= scopeIn {
			row["decision"], row["reason"] = "out", "It is on its way out."
		}
		systems = append(systems, row)
	}
	for n := range units {
		within = append(within, map[string]any{"unit": unitOf(n), "people": 100, "decision": []string{"in", "in", "out"}[n%3], "authority": true, "reason": "By decision."})
	}
	values["systems"], values["units"] = systems, within
}

// interaction is an intent, and the outcome that follows. Each person uses three systems
// of very different size, each of these two models; one interaction in five has findings, one
// in eight is masked, one in 25 blocked, some fail, or never end.
func (l *largeLog) interaction(at time.Time) error {
	r := l.r
	person, of, n := int(float64(l.Records)*r.Float64()*r.Float64()), r.IntN(3), r.IntN(1000)
	model, found, other := r.IntN(2), r.IntN(5), r.IntN(20_000)
	tail := r.Uint64()
	if l.next+1 < l.from {
		l.next++
		if n >= 50 && other > 0 {
			l.next++
		}
		return nil
	}
	u := float64(uint32(uint64(person*3+of)*0x9e3779b97f4a7c15>>32)) / (1 << 32)
	system := int(u * u * u * float64(min(usedSystems, l.Records)))
	id := counterfoil.NewTimeID(at)
	binary.BigEndian.PutUint64(id[8:], tail&^(3<<62)|2<<62) // the same each time
	in := &counterfoil.Intent{
		Key: idOf("key", person), System: idOf("system", system+1), Assurance: 3, Provider: []string{"sandbox", "anthropic"}[system%2], Dialect: "openai", Operation: "chat", Stream: true,
		Model: fmt.Sprintf("model-%d", (system+model)%40), RequestBytes: 2002, ForwardedBytes: 1950, Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow},
	}
	if found == 0 {
		in.Findings = []counterfoil.FindingCount{{Type: "email", Count: 1}, {Type: "iban", Count: 2}}
	}
	e := &counterfoil.Entry{Kind: counterfoil.KindIntent, Time: at.UnixMicro(), ID: id, Actor: idOf("person", person+1), Intent: in}
	switch {
	case n < 40:
		in.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "block-secrets"}
		e.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultBlocked, Reason: "rule", Status: 403}
		return l.add(e, nil)
	case n < 50:
		in.Decision = counterfoil.Decision{}
		e.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: []string{"system_retired", "key_revoked"}[n%2], Status: 403}
		return l.add(e, nil)
	case n < 170:
		in.Decision = counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal-data"}
	}
	if err := l.add(e, nil); err != nil || other == 0 {
		return err
	}
	out := &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Status: 200, UpstreamStatus: 200, AnswerBytes: 1024, InputTokens: 500, OutputTokens: 250, Duration: 3_000_000}
	switch {
	case n > 990:
		out.Result = counterfoil.ResultFailed
	case n > 980:
		out.Result = counterfoil.ResultCancelled
	}
	return l.add(&counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: at.Add(3 * time.Second).UnixMicro(), ID: id, Outcome: out}, nil)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// Fact is a variable of the expressions in kinds.
type Fact struct{ Name, Type, Meaning, Example string }

// Facts lists the variables, for the documentation.
func Facts() []Fact {
	return []Fact{
		{"record", "the kind", "The record as it would be saved: each field by its id, besides state, number, version, created and approved. A field without a value reads as the empty value of its type; has(record.field) tells.", "record.likelihood * record.impact >= 15"},
		{"actor", "actor", "Who acts: id and roles.", "'risk_manager' in actor.roles"},
		{"now", "timestamp", "The moment of the act.", "record.ends > now"},
		{"links", "records", "The records this one links to, and those that link to it.", "links.every('treatment', ['done', 'verified'])"},
		{"register", "records", "All records.", "register.count('scope', ['in_force']) == 1"},
		{"traffic", "traffic", "Requests that were refused because the system was stopped or retired: of the record itself, or of the systems it names. refused() is how many, last_refused() when the last one came. Both count from when the system was let run last, so they are 0 and the beginning of time again once it is.", "traffic.refused() == 0 || traffic.last_refused() < now - duration('168h')"},
	}
}

// Records answers what expressions ask about other records. States may be empty
// for all. Implementations are asked by one goroutine at a time.
type Records interface {
	// Count counts the records of a kind in one of the states.
	Count(kind string, states []string) (int64, error)
	// Newest is when the last of them entered its state; zero without any.
	Newest(kind string, states []string) (time.Time, error)
}

// Traffic answers what expressions ask about requests to a system that was stopped or
// retired. Implementations are asked by one goroutine at a time.
type Traffic interface {
	// Refused counts them, since the system was let run last.
	Refused() (int64, error)
	// LastRefused is when the last of them came; zero without any.
	LastRefused() (time.Time, error)
}

// Scene is what an expression is evaluated on.
type Scene struct {
	Record   Values
	State    string
	Number   string
	Version  uint64
	Created  time.Time
	Approved time.Time
	Actor    string
	Roles    []string
	Now      time.Time
	Links    Records
	Register Records
	Traffic  Traffic
}

var (
	actorType   = cel.ObjectType("actor")
	recordsType = cel.OpaqueType("records")
	trafficType = cel.OpaqueType("traffic")
)

// language compiles the expressions of one kind.
type language struct {
	kind *Kind
	env  *cel.Env
}

// common is what the languages of all kinds share. Programs are planned from it, so
// that the environment of a kind, with its table of all functions, can be let go.
var common = sync.OnceValues(func() (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("make type registry: %w", err)
	}
	strings := cel.ListType(cel.StringType)
	return cel.NewEnv(
		cel.CustomTypeProvider(&planner{registry}),
		cel.CustomTypeAdapter(registry),
		cel.CrossTypeNumericComparisons(true),
		ext.Math(), ext.Strings(), ext.Lists(),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateComprehensionNestingLimit(2)),
		cel.ParserExpressionSizeLimit(4096), cel.ParserRecursionLimit(64),
		cel.Variable("now", cel.TimestampType),
		cel.Variable("links", recordsType),
		cel.Variable("register", recordsType),
		cel.Variable("traffic", trafficType),
		cel.Function("refused", cel.MemberOverload("traffic_refused", []*cel.Type{trafficType}, cel.IntType, cel.UnaryBinding(refused))),
		cel.Function("last_refused", cel.MemberOverload("traffic_last_refused", []*cel.Type{trafficType}, cel.TimestampType, cel.UnaryBinding(lastRefused))),
		cel.Function("count",
			cel.MemberOverload("records_count", []*cel.Type{recordsType, cel.StringType}, cel.IntType, cel.BinaryBinding(func(r, kind ref.Val) ref.Val { return count(r, kind, nil) })),
			cel.MemberOverload("records_count_states", []*cel.Type{recordsType, cel.StringType, strings}, cel.IntType, cel.FunctionBinding(func(a ...ref.Val) ref.Val { return count(a[0], a[1], a[2]) })),
		),
		cel.Function("every", cel.MemberOverload("records_every_states", []*cel.Type{recordsType, cel.StringType, strings}, cel.BoolType, cel.FunctionBinding(func(a ...ref.Val) ref.Val { return every(a[0], a[1], a[2]) }))),
		cel.Function("newest", cel.MemberOverload("records_newest", []*cel.Type{recordsType, cel.StringType, strings}, cel.TimestampType, cel.FunctionBinding(func(a ...ref.Val) ref.Val { return newest(a[0], a[1], a[2]) }))),
	)
})

func newLanguage(k *Kind) (*language, error) {
	base, err := common()
	if err != nil {
		return nil, fmt.Errorf("make expression environment: %w", err)
	}
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("make type registry: %w", err)
	}
	env, err := base.Extend(
		cel.CustomTypeProvider(&provider{Registry: registry, objects: objectsOf(k)}),
		cel.CustomTypeAdapter(registry),
		cel.Variable("record", cel.ObjectType(k.ID)),
		cel.Variable("actor", actorType),
	)
	if err != nil {
		return nil, fmt.Errorf("make expression environment of %s: %w", k.ID, err)
	}
	return &language{kind: k, env: env}, nil
}

// compile checks an expression against the type it must have.
func (l *language) compile(text string, want *cel.Type) (cel.Program, error) {
	checked, issues := l.env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	if len(ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.KindMatcher(ast.StructKind))) > 0 {
		return nil, fmt.Errorf("objects cannot be made here; use the facts there are")
	}
	if want != nil && !checked.OutputType().IsExactType(want) {
		return nil, fmt.Errorf("must be of type %s, but is %s", want, checked.OutputType())
	}
	base, err := common()
	if err != nil {
		return nil, fmt.Errorf("make expression environment: %w", err)
	}
	return base.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(1_000_000))
}

func (k *Kind) evaluate(p cel.Program, s *Scene) (ref.Val, error) {
	value, _, err := p.Eval(map[string]any{
		"record":   &object{typ: cel.ObjectType(k.ID), get: func(field string) (any, bool) { return s.fact(k, field) }},
		"actor":    &object{typ: actorType, get: s.actorFact},
		"now":      s.Now,
		"links":    &recordsValue{s.Links},
		"register": &recordsValue{s.Register},
		"traffic":  &trafficValue{s.Traffic},
	})
	return value, err
}

func (k *Kind) truth(p cel.Program, s *Scene) (bool, error) {
	v, err := k.evaluate(p, s)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	return bool(b) && ok, nil
}

// Holds tells whether a CEL guard holds. An expression that fails does not hold,
// and its error is returned beside.
func (k *Kind) Holds(g *Guard, s *Scene) (bool, error) {
	ok, err := k.truth(g.program, s)
	if err != nil {
		return false, fmt.Errorf("guard %s of %s: %w", g.ID, k.ID, err)
	}
	return ok, nil
}

// RequiredNow tells whether a field must be filled in this scene.
func (k *Kind) RequiredNow(f *Field, s *Scene) (bool, error) {
	if f.Required || f.when == nil {
		return f.Required, nil
	}
	ok, err := k.truth(f.when, s)
	if err != nil {
		return false, fmt.Errorf("required_when of %s.%s: %w", k.ID, f.ID, err)
	}
	return ok, nil
}

// Compute evaluates a computed field to its Go value.
func (k *Kind) Compute(f *Field, s *Scene) (any, error) {
	v, err := k.evaluate(f.of, s)
	if err != nil {
		return nil, fmt.Errorf("compute %s.%s: %w", k.ID, f.ID, err)
	}
	switch v := v.(type) {
	case types.Int:
		return int64(v), nil
	case types.Double:
		return float64(v), nil
	case types.Bool:
		return bool(v), nil
	case types.String:
		return string(v), nil
	default:
		return nil, fmt.Errorf("compute %s.%s: a value of type %s", k.ID, f.ID, v.Type())
	}
}

func (s *Scene) actorFact(field string) (any, bool) {
	switch field {
	case "id":
		return s.Actor, s.Actor != ""
	default:
		return s.Roles, len(s.Roles) > 0
	}
}

// fact reads a field of the record; without a value, the empty one of its type.
func (s *Scene) fact(k *Kind, field string) (any, bool) {
	switch field {
	case "state":
		return s.State, true
	case "number":
		return s.Number, s.Number != ""
	case "version":
		return int64(s.Version), true
	case "created":
		return s.Created, !s.Created.IsZero()
	case "approved":
		return s.Approved, !s.Approved.IsZero()
	}
	f, _ := k.Field(field)
	return f.fact(s.Record[field])
}

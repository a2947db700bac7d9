// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Facts are plain variables with dotted names, so reading one is a single
// look-up without reflection. Only findings are objects; their fields are
// served by typeProvider.
var (
	findingKind = cel.ObjectType("finding")
	countsKind  = cel.MapType(cel.StringType, cel.IntType)
)

func textFact(name string, at func(*ResponseFacts) *string, meaning, example string) Fact {
	return Fact{
		Name: name, Type: "string", Phase: PhaseRequest, Meaning: meaning, Example: example, kind: cel.StringType,
		given: func(f *ResponseFacts) any { return at(f) },
		value: func(f *ResponseFacts) ref.Val { return types.String(*at(f)) },
	}
}

func textsFact(name string, at func(*ResponseFacts) *[]string, meaning, example string) Fact {
	return Fact{
		Name: name, Type: "list(string)", Phase: PhaseRequest, Meaning: meaning, Example: example, kind: cel.ListType(cel.StringType),
		given: func(f *ResponseFacts) any { return at(f) },
		value: func(f *ResponseFacts) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, *at(f)) },
	}
}

func flagFact(name string, at func(*ResponseFacts) *bool, meaning, example string) Fact {
	return Fact{
		Name: name, Type: "bool", Phase: PhaseRequest, Meaning: meaning, Example: example, kind: cel.BoolType,
		given: func(f *ResponseFacts) any { return at(f) },
		value: func(f *ResponseFacts) ref.Val { return boolean(*at(f)) },
	}
}

func numberFact(name string, at func(*ResponseFacts) *int, meaning, example string) Fact {
	return Fact{
		Name: name, Type: "int", Phase: PhaseRequest, Meaning: meaning, Example: example, kind: cel.IntType,
		given: func(f *ResponseFacts) any { return at(f) },
		value: func(f *ResponseFacts) ref.Val { return types.Int(*at(f)) },
	}
}

func findingsFact(name string, phase Phase, at func(*ResponseFacts) *[]Finding, meaning, example string) Fact {
	return Fact{
		Name: name, Type: "list(finding)", Phase: phase, Meaning: meaning, Example: example, kind: cel.ListType(findingKind),
		given: func(f *ResponseFacts) any { return at(f) },
		value: func(f *ResponseFacts) ref.Val { return findingList(*at(f)) },
	}
}

func computedFact(name, typ string, kind *cel.Type, phase Phase, value func(*ResponseFacts) ref.Val, meaning, example string) Fact {
	return Fact{Name: name, Type: typ, Phase: phase, Meaning: meaning, Example: example, kind: kind, value: value}
}

// later marks a fact that is known only once an answer arrives.
func later(f Fact) Fact {
	f.Phase = PhaseResponse
	return f
}

func boolean(b bool) ref.Val { return types.Bool(b) }

func findingList(findings []Finding) ref.Val {
	list := make([]ref.Val, len(findings))
	for i := range findings {
		list[i] = findingVal{&findings[i]}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// findingVal is a Finding as CEL sees it.
type findingVal struct{ *Finding }

func (findingVal) Type() ref.Type { return findingKind }

func (v findingVal) Value() any { return v.Finding }

func (v findingVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(findingVal)
	return types.Bool(ok && *v.Finding == *o.Finding)
}

func (findingVal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a finding cannot become %s", t)
}

func (findingVal) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return findingKind
	}
	return types.NewErr("a finding cannot become %s", t.TypeName())
}

// typeProvider adds the type finding to CEL's own.
type typeProvider struct{ types.Provider }

// findingFields are the fields of a finding, all always set.
var findingFields = map[string]*types.FieldType{
	"type":  findingField(types.StringType, func(f *Finding) any { return types.String(f.Type) }),
	"class": findingField(types.StringType, func(f *Finding) any { return types.String(f.Class) }),
	"score": findingField(types.DoubleType, func(f *Finding) any { return types.Double(f.Score) }),
	"where": findingField(types.StringType, func(f *Finding) any { return types.String(f.Where) }),
}

func findingField(kind *types.Type, get func(*Finding) any) *types.FieldType {
	return &types.FieldType{
		Type:  kind,
		IsSet: func(any) bool { return true },
		GetFrom: func(target any) (any, error) {
			f, ok := target.(*Finding)
			if !ok {
				return nil, fmt.Errorf("not a finding: %T", target)
			}
			return get(f), nil
		},
	}
}

func (p typeProvider) FindStructType(name string) (*types.Type, bool) {
	if name == findingKind.TypeName() {
		return types.NewTypeTypeWithParam(findingKind), true
	}
	return p.Provider.FindStructType(name)
}

func (p typeProvider) FindStructFieldNames(name string) ([]string, bool) {
	if name == findingKind.TypeName() {
		return []string{"type", "class", "score", "where"}, true
	}
	return p.Provider.FindStructFieldNames(name)
}

func (p typeProvider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == findingKind.TypeName() {
		f, ok := findingFields[field]
		return f, ok
	}
	return p.Provider.FindStructFieldType(name, field)
}

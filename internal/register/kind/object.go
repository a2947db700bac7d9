// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Objects are how CEL sees records, rows and the actor: their fields are served
// from Go maps, so that nothing is copied and nothing unknown can be read.
type object struct {
	typ *cel.Type
	get func(field string) (value any, set bool)
}

// ConvertToNative implements ref.Val.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be converted to %s", o.typ, t)
}

// ConvertToType implements ref.Val.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("%s cannot be converted to %s", o.typ, t.TypeName())
}

// Equal implements ref.Val: objects are the same or not comparable.
func (o *object) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(o) == other) }

// Type implements ref.Val.
func (o *object) Type() ref.Type { return o.typ }

// Value implements ref.Val.
func (o *object) Value() any { return o }

// provider adds the kind's objects to the types CEL knows.
type provider struct {
	*types.Registry
	objects map[string]map[string]*cel.Type // type name, field, type of the field
}

// FindStructType implements types.Provider.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.objects[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldType implements types.Provider.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	fields, ok := p.objects[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, field)
	}
	typ, ok := fields[field]
	if !ok {
		return nil, false
	}
	return fieldOf(typ, field), true
}

// fieldOf tells how a field of an object is read.
func fieldOf(typ *cel.Type, field string) *types.FieldType {
	return &types.FieldType{
		Type:    typ,
		IsSet:   func(target any) bool { _, set := target.(*object).get(field); return set },
		GetFrom: func(target any) (any, error) { v, _ := target.(*object).get(field); return v, nil },
	}
}

// planner knows how fields are read and not which there are: expressions that are
// planned with it were checked against their kind's own provider.
type planner struct{ *types.Registry }

// FindStructFieldType implements types.Provider.
func (p *planner) FindStructFieldType(_, field string) (*types.FieldType, bool) {
	return fieldOf(cel.DynType, field), true
}

// objectsOf lists the objects an expression of the kind may meet.
func objectsOf(k *Kind) map[string]map[string]*cel.Type {
	record := map[string]*cel.Type{
		"state": cel.StringType, "number": cel.StringType, "version": cel.IntType, "created": cel.TimestampType, "approved": cel.TimestampType,
	}
	objects := map[string]map[string]*cel.Type{
		k.ID:                 record,
		actorType.TypeName(): {"id": cel.StringType, "roles": cel.ListType(cel.StringType)},
	}
	for i := range k.Fields {
		f := &k.Fields[i]
		if f.Personal {
			continue // what may be erased decides nothing
		}
		record[f.ID] = f.celType(k.ID)
		if f.Type == Rows {
			row := map[string]*cel.Type{}
			for j := range f.Fields {
				row[f.Fields[j].ID] = f.Fields[j].celType("")
			}
			objects[k.ID+"."+f.ID] = row
		}
	}
	return objects
}

// FieldNames that the engine serves beside the kind's own.
var served = []string{"state", "number", "version", "created", "approved"}

func (f *Field) celType(kind string) *cel.Type {
	switch f.Type {
	case Integer:
		return cel.IntType
	case Number:
		return cel.DoubleType
	case Truth:
		return cel.BoolType
	case Date:
		return cel.TimestampType
	case Choices, Texts, Links, Controls:
		return cel.ListType(cel.StringType)
	case Rows:
		return cel.ListType(cel.ObjectType(kind + "." + f.ID))
	default:
		return cel.StringType
	}
}

// fact turns a stored value into what CEL sees.
func (f *Field) fact(value any) (any, bool) {
	switch f.Type {
	case Integer:
		v, ok := value.(int64)
		return v, ok
	case Number:
		v, ok := value.(float64)
		return v, ok
	case Truth:
		v, ok := value.(bool)
		return v, ok
	case Date:
		text, _ := value.(string)
		v, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return time.Time{}, false
		}
		return v, true
	case Choices, Texts, Links, Controls:
		v, ok := value.([]string)
		return v, ok && len(v) > 0
	case Rows:
		rows, _ := value.([]map[string]any)
		list := make([]ref.Val, len(rows))
		for i, row := range rows {
			list[i] = f.rowObject(row)
		}
		return types.NewRefValList(types.DefaultTypeAdapter, list), len(rows) > 0
	default:
		v, ok := value.(string)
		return v, ok && v != ""
	}
}

func (f *Field) rowObject(row map[string]any) ref.Val {
	return &object{typ: cel.ObjectType("row"), get: func(column string) (any, bool) {
		i := slices.IndexFunc(f.Fields, func(c Field) bool { return c.ID == column })
		return f.Fields[i].fact(row[column])
	}}
}

// recordsValue is a Records as CEL sees it.
type recordsValue struct{ records Records }

// ConvertToNative implements ref.Val.
func (r *recordsValue) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("records cannot be converted to %s", t)
}

// ConvertToType implements ref.Val.
func (r *recordsValue) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("records cannot be converted to %s", t.TypeName())
}

// Equal implements ref.Val.
func (r *recordsValue) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(r) == other) }

// Type implements ref.Val.
func (r *recordsValue) Type() ref.Type { return recordsType }

// Value implements ref.Val.
func (r *recordsValue) Value() any { return r }

func asked(r, kind, states ref.Val) (Records, string, []string) {
	records, _ := r.(*recordsValue)
	id, _ := kind.(types.String)
	var list []string
	if lister, ok := states.(traits.Lister); ok {
		for it := lister.Iterator(); it.HasNext() == types.True; {
			if s, ok := it.Next().(types.String); ok {
				list = append(list, string(s))
			}
		}
	}
	if records == nil {
		return nil, string(id), list
	}
	return records.records, string(id), list
}

func count(r, kind, states ref.Val) ref.Val {
	records, id, list := asked(r, kind, states)
	n, err := records.Count(id, list)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Int(n)
}

// every holds when there is at least one and each is in one of the states.
func every(r, kind, states ref.Val) ref.Val {
	records, id, list := asked(r, kind, states)
	of, err := records.Count(id, nil)
	if err != nil {
		return types.WrapErr(err)
	}
	n, err := records.Count(id, list)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(of > 0 && n == of)
}

func newest(r, kind, states ref.Val) ref.Val {
	records, id, list := asked(r, kind, states)
	t, err := records.Newest(id, list)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Timestamp{Time: t}
}

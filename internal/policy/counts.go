// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// counts is a map of numbers in which everything absent counts 0, so that a
// condition never fails for want of a key. There are few names, so a list is
// both smaller and quicker than a map.
type counts []count

type count struct {
	name string
	n    int64
}

func tally(findings []Finding, key func(*Finding) string) ref.Val {
	var c counts
	for i := range findings {
		c = c.add(key(&findings[i]))
	}
	return &c
}

func (c counts) add(name string) counts {
	for i := range c {
		if c[i].name == name {
			c[i].n++
			return c
		}
	}
	if c == nil {
		c = make(counts, 0, 4)
	}
	return append(c, count{name, 1})
}

func (c counts) of(key ref.Val) int64 {
	name, ok := key.(types.String)
	if !ok {
		return 0 // the checker lets no other key pass, except through dyn()
	}
	for i := range c {
		if c[i].name == string(name) {
			return c[i].n
		}
	}
	return 0
}

// Contains implements traits.Container: was there any.
func (c *counts) Contains(key ref.Val) ref.Val { return types.Bool(c.of(key) > 0) }

// Get implements traits.Indexer.
func (c *counts) Get(key ref.Val) ref.Val { return types.Int(c.of(key)) }

// Find implements traits.Mapper.
func (c *counts) Find(key ref.Val) (ref.Val, bool) { return types.Int(c.of(key)), true }

// Size implements traits.Sizer: how many names there are.
func (c *counts) Size() ref.Val { return types.Int(len(*c)) }

// Iterator implements traits.Iterable.
func (c *counts) Iterator() traits.Iterator { return c.plain().Iterator() }

// Equal implements ref.Val.
func (c *counts) Equal(other ref.Val) ref.Val {
	if o, ok := other.(*counts); ok {
		other = o.plain()
	}
	return c.plain().Equal(other)
}

// ConvertToNative implements ref.Val.
func (c *counts) ConvertToNative(t reflect.Type) (any, error) { return c.plain().ConvertToNative(t) }

// ConvertToType implements ref.Val.
func (c *counts) ConvertToType(t ref.Type) ref.Val { return c.plain().ConvertToType(t) }

// Type implements ref.Val.
func (*counts) Type() ref.Type { return types.MapType }

// Value implements ref.Val.
func (c *counts) Value() any { return c }

// plain is an ordinary map of what was counted, for what rules seldom do.
func (c *counts) plain() traits.Mapper {
	m := make(map[ref.Val]ref.Val, len(*c))
	for _, entry := range *c {
		m[types.String(entry.name)] = types.Int(entry.n)
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, m)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package strictyaml

import (
	"encoding"
	"math"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Defaulter is implemented by elements of lists that do not start as zero.
type Defaulter interface {
	// SetDefaults fills in what stands when the file says nothing. It is
	// called on the fresh element, before the file's values.
	SetDefaults()
}

// Into reads a node into what into points to: structs by yaml tags, slices,
// strings, booleans, integers, floats, encoding.TextUnmarshaler, and yaml.Node
// for parts that are read later. Faults name paths below path. Decode calls it
// for the whole file; other callers hand in a yaml.Node they kept.
func (d *Document) Into(n *yaml.Node, path string, into any) {
	d.value(n, path, reflect.ValueOf(into).Elem())
}

var nodeType = reflect.TypeFor[yaml.Node]()

func (d *Document) value(n *yaml.Node, path string, v reflect.Value) {
	switch {
	case n.Kind == yaml.AliasNode: // refused already
		return
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(*n))
		return
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
		return // a key without a value says nothing
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(n, path, text)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, path, v)
	case reflect.Slice:
		d.list(n, path, v)
	default:
		d.scalar(n, path, v)
	}
}

func (d *Document) structure(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.Faultf(path, "must be a set of keys: %s", strings.Join(keys(v.Type()), ", "))
		return
	}
	done := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !plainKey(key) || done[key.Value] {
			continue // refused already
		}
		done[key.Value] = true
		field, ok := fieldFor(v, key.Value)
		if !ok {
			d.Faultf(member(path, key.Value), "unknown key; known are %s", strings.Join(keys(v.Type()), ", "))
			continue
		}
		d.value(n.Content[i+1], member(path, key.Value), field)
	}
}

func (d *Document) list(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.Faultf(path, "must be a list")
		return
	}
	items := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		if fresh, ok := items.Index(i).Addr().Interface().(Defaulter); ok {
			fresh.SetDefaults()
		}
		d.value(item, Element(path, i), items.Index(i))
	}
	v.Set(items)
}

func (d *Document) text(n *yaml.Node, path string, into encoding.TextUnmarshaler) {
	if n.Kind != yaml.ScalarNode {
		d.Faultf(path, "must be a single value")
		return
	}
	if err := into.UnmarshalText([]byte(n.Value)); err != nil {
		d.Faultf(path, "%s", err)
	}
}

func (d *Document) scalar(n *yaml.Node, path string, v reflect.Value) {
	tag := ""
	if n.Kind == yaml.ScalarNode {
		tag = n.ShortTag()
	}
	switch v.Kind() {
	case reflect.String:
		switch tag {
		case "!!str", "!!int", "!!float", "!!timestamp": // gpt-4 or 4, the person meant the characters
			v.SetString(n.Value)
		default:
			d.Faultf(path, "must be text; put it in quotes if it looks like something else")
		}
	case reflect.Bool:
		if tag != "!!bool" {
			d.Faultf(path, "must be true or false")
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Int, reflect.Int64:
		var number int64
		if tag != "!!int" || n.Decode(&number) != nil || v.OverflowInt(number) {
			d.Faultf(path, "must be a whole number")
			return
		}
		v.SetInt(number)
	case reflect.Float64:
		var number float64
		if (tag != "!!int" && tag != "!!float") || n.Decode(&number) != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			d.Faultf(path, "must be a number")
			return
		}
		v.SetFloat(number)
	default:
		panic("strictyaml: cannot read into " + v.Type().String())
	}
}

// fieldFor finds the field tagged with a key, looking into embedded structs.
func fieldFor(v reflect.Value, key string) (reflect.Value, bool) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		if tagged(f) == key {
			return v.FieldByIndex(f.Index), true
		}
	}
	return reflect.Value{}, false
}

// keys lists the keys of a struct in the order of its fields.
func keys(t reflect.Type) []string {
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if name := tagged(f); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// tagged is the key of a field; empty when it has none.
func tagged(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if !f.IsExported() || name == "-" {
		return ""
	}
	return name
}

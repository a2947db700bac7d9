// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// Bounds of what people enter.
const (
	maxText     = 300    // characters of a line
	maxLongText = 40_000 // characters
	maxItems    = 500    // of a list
	maxRows     = 300
)

// Schema is the JSON Schema (2020-12) of a record's values, for validation and
// for whoever reads or writes records from outside.
func (k *Kind) Schema() map[string]any {
	s := object2020(k.Fields)
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = "urn:counterfoil:kind:" + k.ID
	s["title"] = k.Title
	if k.Help != "" {
		s["description"] = k.Help
	}
	return s
}

func object2020(fields []Field) map[string]any {
	properties := map[string]any{}
	required := []any{}
	for i := range fields {
		properties[fields[i].ID] = fields[i].schema()
		if fields[i].Required && !fields[i].Fixed {
			required = append(required, fields[i].ID)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func (f *Field) schema() map[string]any {
	s := f.typeSchema()
	s["title"] = f.Label
	if f.Help != "" {
		s["description"] = f.Help
	}
	if f.Fixed {
		s["readOnly"] = true
	}
	return s
}

const (
	idPattern   = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
	datePattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
	linePattern = "^[^\\x00-\\x08\\n\\r\\x0b-\\x1f\\x7f]*$"
	webPattern  = "^https?://"
)

// patterns are compiled once for all fields of all kinds.
var patterns = func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, p := range []string{idPattern, datePattern, linePattern, webPattern} {
		m[p] = regexp.MustCompile(p)
	}
	return m
}()

// pattern is the engine of regular expressions for the validators.
func pattern(text string) (jsonschema.Regexp, error) {
	if p, ok := patterns[text]; ok {
		return p, nil
	}
	return regexp.Compile(text)
}

func (f *Field) typeSchema() map[string]any {
	text := func(limit int) map[string]any {
		return map[string]any{"type": "string", "minLength": 1, "maxLength": limit}
	}
	list := func(items map[string]any) map[string]any {
		return map[string]any{"type": "array", "items": items, "uniqueItems": true, "maxItems": maxItems}
	}
	id := map[string]any{"type": "string", "pattern": idPattern}
	switch f.Type {
	case LongText:
		return text(maxLongText)
	case Integer, Number:
		s := map[string]any{"type": map[FieldType]string{Integer: "integer", Number: "number"}[f.Type]}
		if len(f.Range) == 2 {
			s["minimum"], s["maximum"] = f.Range[0], f.Range[1]
		}
		return s
	case Truth:
		return map[string]any{"type": "boolean"}
	case Date:
		return map[string]any{"type": "string", "format": "date", "pattern": datePattern}
	case Email:
		return map[string]any{"type": "string", "format": "email", "maxLength": 254}
	case URL:
		return map[string]any{"type": "string", "format": "uri", "pattern": webPattern, "maxLength": 2000}
	case Choice:
		return map[string]any{"type": "string", "enum": f.optionIDs()}
	case Choices:
		return list(map[string]any{"type": "string", "enum": f.optionIDs()})
	case Texts, Controls:
		return list(text(maxText))
	case Link:
		return id
	case Links:
		return list(id)
	case Rows:
		return map[string]any{"type": "array", "items": object2020(f.Fields), "maxItems": maxRows}
	default:
		s := text(maxText)
		s["pattern"] = linePattern
		return s
	}
}

func (f *Field) optionIDs() []any {
	ids := make([]any, len(f.Options))
	for i := range f.Options {
		ids[i] = f.Options[i].ID
	}
	return ids
}

// compileSchema makes the validator of the kind.
func (k *Kind) compileSchema() (*jsonschema.Schema, error) {
	raw, err := json.Marshal(k.Schema())
	if err != nil {
		return nil, fmt.Errorf("encode schema of %s: %w", k.ID, err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return nil, fmt.Errorf("read schema of %s: %w", k.ID, err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	compiler.UseRegexpEngine(pattern)
	url := "urn:counterfoil:kind:" + k.ID
	if err := compiler.AddResource(url, doc); err != nil {
		return nil, fmt.Errorf("add schema of %s: %w", k.ID, err)
	}
	return compiler.Compile(url)
}

// Validate checks values against the kind. What is wrong stands at the field's
// id, in rows at field.row.column with rows from 0.
func (k *Kind) Validate(v Values) fault.Fields {
	wrong := make(fault.Fields)
	raw, err := json.Marshal(v)
	if err == nil {
		var doc any
		if doc, err = jsonschema.UnmarshalJSON(strings.NewReader(string(raw))); err == nil {
			err = k.schema.Validate(doc)
		}
	}
	if err == nil {
		return wrong
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		wrong[""] = "This cannot be read: " + err.Error() + "."
		return wrong
	}
	k.explain(invalid, wrong)
	return wrong
}

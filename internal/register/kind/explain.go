// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	keyword "github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// explain says of each fault of a validation which field it concerns and what to
// change there. The leaves of the error name the fields.
func (k *Kind) explain(e *jsonschema.ValidationError, wrong fault.Fields) {
	for _, cause := range e.Causes {
		k.explain(cause, wrong)
	}
	if len(e.Causes) > 0 {
		return
	}
	at := func(names ...string) string {
		return strings.Join(append(slices.Clone(e.InstanceLocation), names...), ".")
	}
	switch kind := e.ErrorKind.(type) {
	case *keyword.Required:
		for _, name := range kind.Missing {
			put(wrong, at(name), "Enter a value.")
		}
	case *keyword.AdditionalProperties:
		for _, name := range kind.Properties {
			put(wrong, at(name), "There is no such field.")
		}
	default:
		put(wrong, at(), k.complaint(e.InstanceLocation, e.ErrorKind))
	}
}

func put(wrong fault.Fields, at, text string) {
	if _, already := wrong[at]; !already {
		wrong[at] = text
	}
}

func (k *Kind) complaint(at []string, fault jsonschema.ErrorKind) string {
	f := k.at(at)
	switch v := fault.(type) {
	case *keyword.MinLength:
		return "Enter a value."
	case *keyword.MaxLength:
		return fmt.Sprintf("Use at most %d characters; these are %d.", v.Want, v.Got)
	case *keyword.MaxItems:
		return fmt.Sprintf("Give at most %d; these are %d.", v.Want, v.Got)
	case *keyword.UniqueItems:
		return "The same stands here twice."
	case *keyword.Enum:
		return "Choose one of the answers offered."
	case *keyword.Minimum, *keyword.Maximum:
		if f != nil && len(f.Range) == 2 {
			return fmt.Sprintf("Enter a number from %s to %s.", decimal(f.Range[0]), decimal(f.Range[1]))
		}
	case *keyword.Type:
		if f != nil && (f.Type == Integer || f.Type == Number) {
			return map[FieldType]string{Integer: "Enter a whole number.", Number: "Enter a number."}[f.Type]
		}
	}
	if f == nil {
		return "This does not fit here."
	}
	switch f.Type {
	case Date:
		return "Enter a date such as 2026-11-24."
	case Email:
		return "Enter an e-mail address such as name@example.com."
	case URL:
		return "Enter an address that begins with https:// or http://."
	case Link, Links:
		return "Choose a record."
	case Text:
		return "Remove line breaks and characters that cannot be seen."
	default:
		return "This does not fit here."
	}
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// at finds the field an instance location lies in: "field", "field/0" or
// "field/0/column".
func (k *Kind) at(location []string) *Field {
	if len(location) == 0 {
		return nil
	}
	f, ok := k.Field(location[0])
	if !ok || f.Type != Rows || len(location) < 3 {
		return f
	}
	for i := range f.Fields {
		if f.Fields[i].ID == location[2] {
			return &f.Fields[i]
		}
	}
	return f
}

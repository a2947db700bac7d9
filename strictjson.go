// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// strictJSON decodes raw into a pointer to a struct. Beside what encoding/json refuses,
// it refuses an object with a member missing, twice, or not spelled as the struct's tags
// spell it, null, bytes that are not UTF-8, and anything behind the value: no two readers
// may understand what was signed in two ways.
func strictJSON(raw []byte, into any) error {
	if !utf8.Valid(raw) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := checkShape(d, reflect.TypeOf(into).Elem()); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the value")
	}
	return json.Unmarshal(raw, into)
}

// checkShape reads one value and compares its objects with what decodes them.
func checkShape(d *json.Decoder, t reflect.Type) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case token == nil:
		return errors.New("a value is null")
	case token == json.Delim('{') && t.Kind() == reflect.Struct:
		return checkMembers(d, t)
	case token == json.Delim('[') && t.Kind() == reflect.Slice:
		for d.More() {
			if err := checkShape(d, t.Elem()); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	if _, nested := token.(json.Delim); nested {
		return errors.New("an object or array stands where none belongs")
	}
	return nil
}

// checkMembers reads the rest of an object.
func checkMembers(d *json.Decoder, t reflect.Type) error {
	left := make(map[string]reflect.StructField, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		left[name] = t.Field(i)
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		field, ok := left[name]
		if !ok {
			return fmt.Errorf("the member %q does not belong there, or is there twice", clip(name))
		}
		delete(left, name)
		if err := checkShape(d, field.Type); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, field := range left {
		if !strings.HasSuffix(field.Tag.Get("json"), ",omitempty") {
			return fmt.Errorf("the member %q is missing", name)
		}
	}
	_, err := d.Token()
	return err
}

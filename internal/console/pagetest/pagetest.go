// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pagetest

import (
	"reflect"
	"regexp"
	"strings"
	"time"
)

// Hostile are texts that a page must never show as they are, by what they try.
var Hostile = map[string]string{
	"script":     `<script>alert(1)</script>`,
	"attribute":  `" onmouseover="alert(1)`,
	"single":     `' onfocus='alert(1)' autofocus='`,
	"address":    `javascript:alert(1)`,
	"tag":        `</title></textarea></style><img src=x onerror=alert(1)>`,
	"right":      "\u202eevil\u2066 שלום مرحبا",
	"long":       strings.Repeat("unbreakable", 1000),
	"template":   `{{.Me}}`,
	"empty":      "",
	"bad":        "\xff\xfe\x00",
	"references": "&lt;script&gt;",
}

// fill sets everything a page can hold: every string to text, every list to two
// items, every pointer to something.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), text)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 14, 20, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() || v.Type().Field(i).Anonymous {
				fill(settable(v.Field(i)), text)
			}
		}
	}
}

// settable reaches into an embedded struct whose type is not exported.
func settable(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

// Tag is one tag of a page.
var Tag = regexp.MustCompile(`<[^>]*>`)

// Unsafe returns the first tag that a page must never contain.
func Unsafe(page string) string {
	for _, found := range Tag.FindAllString(page, -1) {
		if found == `<script src="/static/keys.js" defer>` {
			continue // the one script, which the policy allows by its place
		}
		outside := quoted.ReplaceAllString(found, `""`)
		if strings.HasPrefix(found, "<script") || strings.HasPrefix(found, "<img") || strings.HasPrefix(found, "<style") ||
			inline.MatchString(outside) || scriptLink.MatchString(found) {
			return found
		}
	}
	return ""
}

var (
	scriptLink = regexp.MustCompile(`\s(href|src|action|formaction)="javascript:`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
	inline     = regexp.MustCompile(`\s(on[a-z]+|style|autofocus)\s*=`)
)

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestNormaliseEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Ann.Example@Example.COM ": "ann.example@example.com",
		"admin@localhost":           "admin@localhost",
		"a+b@example.com":           "a+b@example.com",
		"JÜRGEN@example.de":         "jürgen@example.de",
		"ju\u0308rgen@example.de":   "jürgen@example.de",
	} {
		if got, err := NormaliseEmail(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "ann", "@example.com", "ann@", "Ann <ann@example.com>", `"a b"@example.com`, "a b@example.com", "a@b@example.com",
		"ann@example.com.", "ann@example.com, bob@example.com", "ann@example.com\nbcc: x@example.com", "a\u200b@example.com",
		strings.Repeat("a", 250) + "@example.com", "ann@[127.0.0.1]",
	} {
		if got, err := NormaliseEmail(in); !errors.Is(err, ErrBadEmail) {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestSlug(t *testing.T) {
	none := func(string) bool { return false }
	for name, want := range map[string]string{
		"Customer Helpdesk":         "customer-helpdesk",
		"  --R&D / Labs!  ":         "r-d-labs",
		"Größenprüfung Łódź":        "grossenprufung-lodz",
		"ＦＵＬＬ width":                "full-width",
		"客服系统":                      "system",
		"":                          "system",
		"GPT-4o mini":               "gpt-4o-mini",
		strings.Repeat("long ", 20): "long-long-long-long-long-long-long-long",
		"../../etc":                 "etc",
	} {
		if got := Slug(name, none); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	used := map[string]bool{"helpdesk": true, "helpdesk-2": true}
	if got := Slug("Helpdesk", func(s string) bool { return used[s] }); got != "helpdesk-3" {
		t.Errorf("%q, want helpdesk-3", got)
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Größe 1")
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	f.Fuzz(func(t *testing.T, name string) {
		if slug := Slug(name, func(string) bool { return false }); !form.MatchString(slug) || len(slug) > maxSlug {
			t.Errorf("%q became %q", name, slug)
		}
	})
}

func FuzzNormaliseEmail(f *testing.F) {
	f.Add("Ann@Example.com")
	f.Fuzz(func(t *testing.T, in string) {
		once, err := NormaliseEmail(in)
		if err != nil {
			return
		}
		if twice, err := NormaliseEmail(once); err != nil || twice != once {
			t.Errorf("%q became %q, then %q, %v", in, once, twice, err)
		}
	})
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMapNumbersByFirstAppearance(t *testing.T) {
	text := "please keep [EMAIL_2] as it is"
	m := NewMap(func(p string) bool { return strings.Contains(text, p) })
	var got []string
	for _, v := range []struct{ label, value string }{
		{"EMAIL", "ann@example.com"},
		{"PHONE", "+1 555 0100"},
		{"EMAIL", "bob@example.com"}, // [EMAIL_2] is taken
		{"EMAIL", "ann@example.com"}, // known
		{"PHONE", "ann@example.com"}, // another label, another placeholder
		{"code name", "Blue \"Heron\""},
		{"", "x"},
	} {
		got = append(got, m.Placeholder(v.label, v.value))
	}
	want := []string{"[EMAIL_1]", "[PHONE_1]", "[EMAIL_3]", "[EMAIL_1]", "[PHONE_2]", "[CODE_NAME_1]", "[VALUE_1]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("placeholders (-want +got):\n%s", diff)
	}
	wantEntries := []Entry{
		{"[EMAIL_1]", "EMAIL", "ann@example.com", 2},
		{"[PHONE_1]", "PHONE", "+1 555 0100", 1},
		{"[EMAIL_3]", "EMAIL", "bob@example.com", 1},
		{"[PHONE_2]", "PHONE", "ann@example.com", 1},
		{"[CODE_NAME_1]", "CODE_NAME", "Blue \"Heron\"", 1},
		{"[VALUE_1]", "VALUE", "x", 1},
	}
	if diff := cmp.Diff(wantEntries, m.Entries()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if m.Len() != len(wantEntries) {
		t.Errorf("Len = %d, want %d", m.Len(), len(wantEntries))
	}
	if v, ok := m.Lookup("[EMAIL_3]"); !ok || v != "bob@example.com" {
		t.Errorf("Lookup([EMAIL_3]) = %q, %v", v, ok)
	}
	if v, ok := m.Lookup("[EMAIL_2]"); ok {
		t.Errorf("Lookup([EMAIL_2]) = %q, want none", v)
	}
}

func TestMapPlaceholdersStayDistinct(t *testing.T) {
	m := NewMap(nil)
	seen := make(map[string]string)
	for _, label := range []string{"A_1", "A", "a", "A-1", "A_1_1"} {
		for _, value := range []string{"u", "v", "w"} {
			p := m.Placeholder(label, value)
			if v, ok := m.Lookup(p); !ok || v != value {
				t.Errorf("%s stands for %q, want %q", p, v, value)
			}
			if v, ok := seen[p]; ok && v != value {
				t.Errorf("%s stands for %q and %q", p, v, value)
			}
			seen[p] = value
		}
	}
}

func TestRestored(t *testing.T) {
	m := testMap()
	for _, c := range []struct {
		text, want string
		count      int
	}{
		{"", "", 0},
		{"nothing here", "nothing here", 0},
		{"[EMAIL_1]", "ann@example.com", 1},
		{"to [EMAIL_1], cc [EMAIL_12]!", "to ann@example.com, cc zoë@example.com!", 2},
		{"[EMAIL_1][EMAIL_1]", "ann@example.comann@example.com", 2},
		{"[[EMAIL_1]]", "[ann@example.com]", 1},
		{"[EMAIL_[EMAIL_1]", "[EMAIL_ann@example.com", 1},
		{"[EMAIL_99] [email_1] [EMAIL_1 ] [EMAIL_1", "[EMAIL_99] [email_1] [EMAIL_1 ] [EMAIL_1", 0},
		{"[LOOP_1]", "see [EMAIL_1]", 1}, // values are not searched
		{"$1 [NAME_1] $0", "$1 Ann \"$1\" O\\Neil\nJr.\t $0", 1},
	} {
		got, n := m.Restored(c.text)
		if got != c.want || n != c.count {
			t.Errorf("Restored(%q) = %q, %d, want %q, %d", c.text, got, n, c.want, c.count)
		}
	}
}

func TestMapsDoNotMix(t *testing.T) {
	a, b := NewMap(nil), NewMap(nil)
	a.Placeholder("EMAIL", "ann@example.com")
	b.Placeholder("EMAIL", "bob@example.com")
	b.Placeholder("EMAIL", "eve@example.com")
	got, _ := a.Restored("[EMAIL_1] [EMAIL_2]")
	if want := "ann@example.com [EMAIL_2]"; got != want {
		t.Errorf("first map restores %q, want %q", got, want)
	}
	got, _ = b.Restored("[EMAIL_1] [EMAIL_2]")
	if want := "bob@example.com eve@example.com"; got != want {
		t.Errorf("second map restores %q, want %q", got, want)
	}
}

func TestHold(t *testing.T) {
	m := testMap()
	for text, want := range map[string]int{
		"":                  0,
		"abc":               3,
		"abc[":              3,
		"abc[EM":            3,
		"abc[EMAIL_1":       3, // also the beginning of [EMAIL_12]
		"abc[EMAIL_12":      3,
		"abc[EMAIL_1]":      12,
		"abc[EMAIL_2":       11, // not live
		"abc[[":             4,
		"[EMAIL_1] and [NA": 14,
		"[E[X":              4,
	} {
		if got := m.hold(text, 0); got != want {
			t.Errorf("hold(%q) = %d, want %d", text, got, want)
		}
	}
	if got := NewMap(nil).hold("[", 0); got != 1 {
		t.Errorf("empty map holds from %d", got)
	}
}

// testMap has values that are hard on JSON, and placeholders that begin alike.
func testMap() *Map {
	m := NewMap(func(p string) bool { return strings.HasPrefix(p, "[EMAIL_") && p != "[EMAIL_1]" && p != "[EMAIL_12]" })
	m.Placeholder("EMAIL", "ann@example.com")
	m.Placeholder("EMAIL", "zoë@example.com")
	m.Placeholder("NAME", "Ann \"$1\" O\\Neil\nJr.\t")
	m.Placeholder("LOOP", "see [EMAIL_1]")
	m.Placeholder("CITY", "東京 🗼 </script>&\u2028")
	m.Placeholder("EMPTY", "")
	return m
}

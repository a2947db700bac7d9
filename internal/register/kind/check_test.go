// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// known is what the kinds of the tests may refer to.
func known() kind.Known {
	return kind.Known{Roles: []string{"auditor"}, Functions: []string{"slug", "is_old"}, Requirements: []string{"9.2"}, Places: []string{"audits"}}
}

// load reads one file as an organisation's kind beside one it builds on.
func load(t testing.TB, text string) (*kind.Set, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "visit.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, faults := kind.Load(dir, known())
	var own []string
	for _, f := range faults {
		if line := f.String(); strings.HasPrefix(line, dir) {
			own = append(own, strings.TrimPrefix(line, filepath.Join(dir, "visit.yaml")+":"))
		}
	}
	return set, strings.Join(own, "\n")
}

func sound(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/sound.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestSoundKind(t *testing.T) {
	if _, faults := load(t, sound(t)); faults != "" {
		t.Error(faults)
	}
}

// TestBrokenKinds: each fault is found, with its line and what to do.
func TestBrokenKinds(t *testing.T) {
	raw, err := os.ReadFile("testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Old, New, Want string }
	if err := yaml.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	base := sound(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if strings.Count(base, c.Old) == 0 {
				t.Fatalf("sound.yaml does not say %q", c.Old)
			}
			_, faults := load(t, strings.Replace(base, c.Old, c.New, 1))
			for line := range strings.SplitSeq(faults, "\n") {
				if strings.Contains(line, c.Want) {
					return
				}
			}
			t.Errorf("want %q among:\n%s", c.Want, faults)
		})
	}
}

// FuzzKind: no file makes the parser fail otherwise than with faults, and one
// without faults has a schema.
func FuzzKind(f *testing.F) {
	f.Add(sound(f))
	f.Add("extends: risk\nfields:\n  - {id: colour, type: text, label: Colour}\nsections:\n  - {title: More, fields: [colour]}\n")
	f.Add("kind: x\nfields: [{}]\nstates: [{}]\nmoves: [{}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		set, faults := kind.Parse("fuzz.yaml", []byte(text), known())
		if (set == nil) != (faults.Err() != nil) {
			t.Fatalf("a set and faults together: %v", faults)
		}
		if set == nil {
			return
		}
		for _, k := range set.Kinds() {
			if k.Schema()["$schema"] == nil {
				t.Errorf("%s has no schema", k.ID)
			}
		}
	})
}

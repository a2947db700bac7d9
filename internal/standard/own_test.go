// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const parent = `
id: parent-company
title: Rules of the parent company
entries:
  - id: P.1
    title: Register of models
    summary: Every model is registered before use.
    questions: ["Is every model in the register?"]
    map: ["A.4.2", "8.1"]
`

func TestOwnFramework(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "parent.yaml"), []byte(parent), 0o600); err != nil {
		t.Fatal(err)
	}
	list, faults := LoadFrameworks(dir)
	if len(faults) > 0 || len(list) != 4 {
		t.Fatalf("%d frameworks, %v", len(list), faults)
	}
	own := Serving(list[3:], "A.4.2")
	if len(own) != 1 || own[0].Item.ID != "P.1" || !own[0].Framework.Own || own[0].Framework.Source != "parent.yaml" || own[0].Item.Questions[0] != "Is every model in the register?" {
		t.Errorf("%+v", own)
	}
}

func TestOwnFrameworkFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown requirement": {`"8.1"`, `"8.9"`, `there is no requirement "8.9"`},
		"twice":               {`"8.1"`, `"A.4.2"`, "A.4.2 stands twice"},
		"unknown field":       {"summary:", "sumary:", "sumary"},
		"id of another":       {"parent-company", "eu-ai-act", `another framework has the id "eu-ai-act"`},
		"no id":               {"id: parent-company", "id: ../x", "small letters"},
		"no title":            {"title: Rules of the parent company", "title: ''", "needs a title"},
		"no entry id":         {"id: P.1", "id: ''", "an id of its own"},
		"no entry title":      {"title: Register of models", "title: ''", "the entry needs a title"},
		"no entries":          {parent[strings.Index(parent, "entries"):], "entries: []\n", "has no entries"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "own.yaml"), []byte(strings.Replace(parent, c.from, c.to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			list, faults := LoadFrameworks(dir)
			if err := faults.Err(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "own.yaml") || len(list) != 3 {
				t.Errorf("%d frameworks: %v", len(list), err)
			}
		})
	}
	if _, faults := LoadFrameworks(filepath.Join(t.TempDir(), "missing")); faults.Err() == nil {
		t.Error("a folder that is not there is no fault")
	}
}

func FuzzParseFramework(f *testing.F) {
	f.Add([]byte(parent))
	f.Add([]byte("entries: [{map: [x]}]"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, faults := parseFramework(raw, nil)
		if faults.Err() == nil && (got.ID == "" || len(got.Items) == 0) {
			t.Errorf("accepted without id or entries: %+v", got)
		}
	})
}

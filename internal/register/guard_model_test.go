// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// What a system was approved with is not renamed under it.
func TestModelOfAnApprovedSystemKeepsItsName(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "engineering_lead")
	m := w.create(register.Program, "model", kind.Values{"name": "Small", "name_in_requests": "small-1"})
	rename := func(m *register.Record, name string) (*register.Record, error) {
		return w.Change(t.Context(), ann, m.ID, register.Input{Version: m.Version, Values: kind.Values{"name_in_requests": name}})
	}
	m, err := rename(m, "small-2")
	if err != nil {
		t.Fatalf("before a system uses it: %v", err)
	}
	if _, err := w.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Letters", "models": []string{m.ID.String()}}}); err != nil {
		t.Fatal(err)
	}
	_, err = rename(m, "*")
	if f, ok := fault.As(err); !ok || !strings.Contains(f.Fields["name_in_requests"], "SYS-001 was approved with this name") {
		t.Errorf("renamed under an approved system: %v", err)
	}
	if _, err := w.Change(t.Context(), ann, m.ID, register.Input{Version: m.Version, Values: kind.Values{"limits": "Not for law"}}); err != nil {
		t.Errorf("another change: %v", err)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/control"
)

// TestOlderKeysAreErasedAgain: a copy of the keys made before an erasure is put
// back. What the ledger states is carried out again before anything is served.
func TestOlderKeysAreErasedAgain(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	hers, his := converse(t, a, ada, "hers"), converse(t, a, bob, "his")
	h.close(a)
	keys := filepath.Join(h.data, "keys")
	older, err := os.ReadFile(filepath.Join(keys, "wrap.db"))
	if err != nil {
		t.Fatal(err)
	}

	a = h.open()
	erase(t, a, control.NewErasure{Person: ada.String()})
	h.close(a)
	if err := os.WriteFile(filepath.Join(keys, "wrap.db"), older, 0o600); err != nil {
		t.Fatal(err)
	}

	a = h.open()
	if !strings.Contains(h.log.String(), "erasures of an earlier process were carried out") {
		t.Error("the log does not tell")
	}
	if got := states(t, a, hers); got != erased {
		t.Errorf("hers: %+v", got)
	}
	if got := states(t, a, his); got != readable {
		t.Errorf("his: %+v", got)
	}
	h.close(a)
	h.verify()
}

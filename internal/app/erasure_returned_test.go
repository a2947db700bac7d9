// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
)

// TestOlderPayloadsAreOverwrittenAgain: a copy of the payloads made before one
// interaction was erased is put back, and nothing else. The keys still open it, so the
// next start overwrites it again, and leaves its neighbours alone.
func TestOlderPayloadsAreOverwrittenAgain(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	kept, gone := converse(t, a, ada, "kept"), converse(t, a, ada, "gone")
	h.close(a)
	segment := filepath.Join(h.data, "payload", counterfoil.SegmentName(0))
	older, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}

	a = h.open()
	erase(t, a, control.NewErasure{Interaction: gone.String()})
	h.close(a)
	putBack(t, segment, older)

	a = h.open()
	if !strings.Contains(h.log.String(), "payloads that were erased had come back") {
		t.Error("the log does not tell")
	}
	if got := states(t, a, gone); got != erased {
		t.Errorf("gone: %+v", got)
	}
	if got := states(t, a, kept); got != readable {
		t.Errorf("kept: %+v", got)
	}
	h.close(a)
	if r := h.verify(); r.Erased != 2 {
		t.Errorf("the verifier counts %d payloads as erased", r.Erased)
	}
	told := strings.Count(h.log.String(), "payloads that were erased had come back")
	h.close(h.open())
	if now := strings.Count(h.log.String(), "payloads that were erased had come back"); now != told {
		t.Error("a start without anything to overwrite tells of it")
	}
}

// putBack writes what an older copy of a payload segment holds over the newer one, whose
// later payloads stay.
func putBack(t *testing.T, segment string, older []byte) {
	t.Helper()
	now, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range older {
		if b != 0 {
			now[i] = b
		}
	}
	if err := os.WriteFile(segment, now, 0o600); err != nil {
		t.Fatal(err)
	}
}

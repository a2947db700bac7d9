// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind_test

import (
	"os"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestFacts: every variable of conditions is documented, and its example type-checks or
// is refused as the check refuses what does not exist.
func TestFacts(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/kinds.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range kind.Facts() {
		if !strings.Contains(string(raw), "| `"+f.Name+"` |") {
			t.Errorf("docs/kinds.md does not say what %s is", f.Name)
		}
	}
	guarded := func(cel string) string {
		_, faults := load(t, strings.Replace(sound(t), "cel: \"has(record.size)\"", "cel: \""+cel+"\"", 1))
		return faults
	}
	if faults := guarded("traffic.refused() == 0 || traffic.last_refused() < now - duration('168h')"); faults != "" {
		t.Error(faults)
	}
	for _, wrong := range []string{"traffic.refused() == ''", "traffic.refused", "traffic.allowed() > 0", "record.refused() > 0"} {
		if faults := guarded(wrong); !strings.Contains(faults, "guards[0].cel") {
			t.Errorf("%s is not refused: %q", wrong, faults)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Records that exist have no value in a field that is added, so it is not required.
func TestAddedFieldsAreNotRequired(t *testing.T) {
	dir := t.TempDir()
	text := "extends: risk\nfields:\n  - {id: cost, type: text, label: Cost, required: true}\nsections:\n  - {title: Costs, fields: [cost]}\n"
	for required, refused := range map[string]bool{text: true, strings.Replace(text, ", required: true", "", 1): false} {
		if err := os.WriteFile(filepath.Join(dir, "cost.yaml"), []byte(required), 0o600); err != nil {
			t.Fatal(err)
		}
		_, faults := Load(dir, Known{})
		if got := strings.Contains(faults.String(), "cannot be required"); got != refused {
			t.Errorf("refused %v for:\n%s", got, required)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// RejectForm shows a form again, with what to change on top and 422.
func (s *Shell) RejectForm(w http.ResponseWriter, state *part.FormState, fields []part.Field, name string, page any) error {
	*state = part.Failed("Not saved", fields...)
	return s.Render(w, http.StatusUnprocessableEntity, name, page)
}

// FieldErrors puts what the register would not accept beside its fields and
// tells whether there was any. A complaint about no field stands at the first.
func FieldErrors(err error, fields []part.Field) bool {
	invalid, ok := fault.As(err)
	if !ok || invalid.Kind != fault.KindInvalid && invalid.Kind != fault.KindConflict {
		return false
	}
	placed := false
	for i := range fields {
		if text := invalid.Fields[fields[i].Name]; text != "" {
			fields[i].Error, placed = words.Sentence(strings.TrimSuffix(text, ".")), true
		}
	}
	if !placed && len(fields) > 0 {
		fields[0].Error = words.Sentence(invalid.Public)
	}
	return true
}

// Lines splits a text area into its lines, without blanks and repetitions.
func Lines(text string) []string {
	var list []string
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !seen[line] {
			seen[line] = true
			list = append(list, line)
		}
	}
	return list
}

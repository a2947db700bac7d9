// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// rejectForm shows a form again, with what to change on top and 422.
func (c *Console) rejectForm(w http.ResponseWriter, state *formState, fields []field, name string, page any) error {
	*state = failed("Not saved", fields...)
	return c.render(w, http.StatusUnprocessableEntity, name, page)
}

// fieldErrors puts what the register would not accept beside its fields and
// tells whether there was any. A complaint about no field stands at the first.
func fieldErrors(err error, fields []field) bool {
	invalid, ok := fault.As(err)
	if !ok || invalid.Kind != fault.KindInvalid && invalid.Kind != fault.KindConflict {
		return false
	}
	placed := false
	for i := range fields {
		if text := invalid.Fields[fields[i].Name]; text != "" {
			fields[i].Error, placed = sentence(strings.TrimSuffix(text, ".")), true
		}
	}
	if !placed && len(fields) > 0 {
		fields[0].Error = sentence(invalid.Public)
	}
	return true
}

// lines splits a text area into its lines, without blanks and repetitions.
func lines(text string) []string {
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

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package part

import (
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// Field is one question of a form.
type Field struct {
	Name         string
	Label        string
	Hint         string
	Error        string
	Value        string
	Type         string // of the input; unused with Rows
	Rows         int    // above 0: a text area
	Width        string // "w-s", "w-m" or empty
	Autocomplete string
	Required     bool
	Options      []Option // of a choice
}

// Option is one answer to choose.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

// FormState is the top of a form that was not accepted.
type FormState struct {
	Failed string
	Errors []FormError
	Kept   string
}

// FormError names a field and what to change.
type FormError struct {
	Field string
	Text  string
}

// Failed fills the summary from the fields' errors.
func Failed(what string, fields ...Field) FormState {
	state := FormState{Kept: "Everything you wrote is still here."}
	for _, f := range fields {
		if f.Error != "" {
			state.Errors = append(state.Errors, FormError{f.Name, f.Error})
		}
		if f.Type == "password" {
			state.Kept = "Everything you wrote is still here, except passwords."
		}
	}
	state.Failed = what + ": " + words.Counted(uint64(len(state.Errors)), "answer needs", "answers need") + " a change"
	return state
}

// FilterField is one filter above a list.
type FilterField struct {
	Name, Label, Value string
	Options            []Option // none: a text to look for
}

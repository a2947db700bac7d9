// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"time"
)

// page is what every page shows around its own content. Pages embed it.
type page struct {
	Title        string
	Organisation string
	Invented     bool   // the ledger says that it holds a demonstration
	Place        string // which entry of the navigation is current
	Me           *account
	Foot         *foot
	AsOf         *asOf  // nil while the present is shown
	Needs        string // how much waits for the person; "" for nothing
	PickMoment   string // address to choose another moment; "" on pages that show the present only
}

// place is an entry of the navigation; Key leads there after "g".
type place struct{ ID, Label, Href, Key string }

// places are the nine entries and the settings, always in this order.
func places() []place {
	return []place{
		{"home", "Home", "/", "h"},
		{"scope", "Scope", "/scope", "s"},
		{"systems", "AI systems", "/systems", "a"},
		{"interactions", "Live path", "/interactions", "l"},
		{"risk", "Risk", "/risk", "r"},
		{"controls", "Controls", "/controls", "c"},
		{"ledger", "Evidence", "/ledger", "e"},
		{"documents", "Documents", "/documents", "d"},
		{"audits", "Audits", "/audits", "u"},
		{"settings", "Settings", "/settings", "t"},
	}
}

// account is the signed-in person.
type account struct{ Name string }

// foot is the line that says which program and which ledger answered.
type foot struct {
	Version string
	Node    string
	Ledger  string
	Lag     string
}

// mark is a status: shape and word first, colour (class) last.
type mark struct {
	Class string // "ok", "warn", "bad", "none", "now"
	Shape string // see templates/parts.html
	Word  string
}

// fact is a label and a value, with at most one way to show the value.
type fact struct {
	Label   string
	Value   string
	Sub     string // explains the value
	Href    string
	Mono    bool
	Missing bool // the value says why there is none
	Time    time.Time
	Mark    *mark
}

// link is an act or a place to go.
type link struct {
	Label   string
	Href    string
	Current bool
}

// notice is what just happened or needs attention.
type notice struct {
	Class string // "", "ok", "warn", "bad"
	Shape string
	Title string
	Text  string
}

// field is one question of a form.
type field struct {
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
	Options      []option // of a choice
}

// option is one answer to choose.
type option struct {
	Value    string
	Label    string
	Selected bool
}

// formState is the top of a form that was not accepted.
type formState struct {
	Failed string
	Errors []formError
	Kept   string
}

// formError names a field and what to change.
type formError struct {
	Field string
	Text  string
}

// failed fills the summary from the fields' errors.
func failed(what string, fields ...field) formState {
	state := formState{Kept: "Everything you wrote is still here."}
	for _, f := range fields {
		if f.Error != "" {
			state.Errors = append(state.Errors, formError{f.Name, f.Error})
		}
		if f.Type == "password" {
			state.Kept = "Everything you wrote is still here, except passwords."
		}
	}
	state.Failed = what + ": " + counted(uint64(len(state.Errors)), "answer needs", "answers need") + " a change"
	return state
}

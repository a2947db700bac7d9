// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Limits of what people enter. Model names may stand in an entry of the ledger,
// whose size is bounded.
const (
	maxName      = 100 // characters
	maxModels    = 200
	maxModelName = 200 // bytes
)

// form checks input and collects what must be corrected.
type form struct{ fields fault.Fields }

func newForm() *form { return &form{make(fault.Fields)} }

func (f *form) wrong(field, text string) {
	if _, already := f.fields[field]; !already {
		f.fields[field] = text
	}
}

// name returns s without space around it; it must not be empty, unless optional.
func (f *form) name(field, s string, optional bool) string {
	s = strings.TrimSpace(s)
	switch {
	case s == "" && !optional:
		f.wrong(field, "Enter a name.")
	case utf8.RuneCountInString(s) > maxName:
		f.wrong(field, fmt.Sprintf("Use at most %d characters.", maxName))
	case !utf8.ValidString(s) || strings.ContainsFunc(s, invisible):
		f.wrong(field, "Remove line breaks and characters that cannot be seen.")
	}
	return s
}

// invisible also catches the marks that turn the direction of text: a name must
// not make the rest of a page read otherwise.
func invisible(r rune) bool { return !unicode.IsPrint(r) }

// email returns the normalised address.
func (f *form) email(field, s string) string {
	address, err := identity.NormaliseEmail(s)
	if err != nil {
		f.wrong(field, "Enter an e-mail address such as name@example.com.")
	}
	return address
}

// models returns the names without repetitions, in the order given.
func (f *form) models(field string, names []string) []string {
	list := make([]string, 0, len(names))
	for _, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
			f.wrong(field, "Remove the empty model name.")
		case len(name) > maxModelName:
			f.wrong(field, fmt.Sprintf("A model name has at most %d bytes.", maxModelName))
		case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return invisible(r) || unicode.IsSpace(r) }):
			f.wrong(field, "A model name has no spaces and only characters that can be seen.")
		case !slices.Contains(list, name):
			list = append(list, name)
		}
	}
	if len(list) > maxModels {
		f.wrong(field, fmt.Sprintf("List at most %d models.", maxModels))
	}
	return list
}

// password checks the rule for passwords.
func (f *form) password(field, password, email string) {
	if err := identity.CheckPassword(password, email); err != nil {
		f.wrong(field, identity.PasswordRule)
	}
}

func (f *form) err() error { return f.fields.Err() }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/httpx"
)

type errorPage struct {
	Page
	Status  int
	Heading string
	Text    string
	Next    string
	Stub    []part.Fact
}

// NotFound is the error of what is not there.
func NotFound(text string) error { return fault.NotFound(text, nil) }

// Invalid is the error of what cannot be understood.
func Invalid(text string) error { return &fault.Error{Kind: fault.KindInvalid, Public: text} }

// nowhere answers every address that is no route.
func (s *Shell) nowhere(http.ResponseWriter, *http.Request) error {
	return NotFound("There is no page at this address.")
}

// foreignForm answers a form that another site sent in the person's name.
func foreignForm(http.ResponseWriter, *http.Request) error {
	return fault.Forbidden("This form was sent from another site, so nothing was done.", nil)
}

var failures = map[int]struct{ heading, text, next string }{
	http.StatusNotFound:              {"Not found", "There is nothing at this address.", "The address may be mistyped, or the object belongs to another ledger."},
	http.StatusForbidden:             {"Not available", "You may not do this.", "Open the page in this console and try from there."},
	http.StatusConflict:              {"Not saved", "Somebody else was faster.", "Open the page again and look at what changed."},
	http.StatusUnprocessableEntity:   {"Not understood", "The request cannot be read.", "Go back and change what is named above."},
	http.StatusRequestEntityTooLarge: {"Too large", "The request is larger than any form of this console.", "Go back and shorten it."},
	http.StatusServiceUnavailable:    {"Not available now", "The record cannot be written or read at the moment, so nothing was done.", "The operator's log has the cause under the number on the left. Try again when it is mended."},
}

// fail is the page of an error. It tells what a person may know, and a number
// under which the log has the rest.
func (s *Shell) fail(w http.ResponseWriter, r *http.Request, f httpx.Failure) {
	wording, ok := failures[f.Status]
	if !ok {
		wording.heading, wording.text, wording.next = "Something failed here", "This is a fault of the program, not of what you did.", "The operator's log has the cause under the number on the left."
	}
	if f.Public != "" {
		wording.text = words.Sentence(strings.TrimPrefix(f.Public, wording.heading+": "))
	}
	if session, err := s.Session(r); err == nil && session != nil { // errors arise outside signedIn too
		r = r.WithContext(context.WithValue(r.Context(), sessionKey{}, session))
	}
	p := errorPage{
		Page: s.Page(r, wording.heading, ""), Status: f.Status, Heading: wording.heading, Text: wording.text, Next: wording.next,
		Stub: []part.Fact{{Label: "Number of this error", Value: f.ID, Mono: true}, {Label: "At", Time: s.Clock.Now()}},
	}
	if err := s.Render(w, f.Status, "error", &p); err != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, wording.heading, f.Status)
	}
}

// PublicText is what an error says to people.
func PublicText(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Public
	}
	return "Not available."
}

// Unseen tells that a record is not there for the person: what may not be seen is not told.
func Unseen(err error) bool { return err != nil && fault.KindOf(err) == fault.KindNotFound }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/httpx"
)

type errorPage struct {
	page
	Status  int
	Heading string
	Text    string
	Next    string
	Stub    []fact
}

func notFound(text string) error { return fault.NotFound(text, nil) }

func invalid(text string) error { return &fault.Error{Kind: fault.KindInvalid, Public: text} }

// nowhere answers every address that is no route.
func (c *Console) nowhere(http.ResponseWriter, *http.Request) error {
	return notFound("There is no page at this address.")
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
func (c *Console) fail(w http.ResponseWriter, r *http.Request, f httpx.Failure) {
	words, ok := failures[f.Status]
	if !ok {
		words.heading, words.text, words.next = "Something failed here", "This is a fault of the program, not of what you did.", "The operator's log has the cause under the number on the left."
	}
	if f.Public != "" {
		words.text = f.Public
	}
	if session, err := c.session(r); err == nil && session != nil { // errors arise outside signedIn too
		r = r.WithContext(context.WithValue(r.Context(), sessionKey{}, session))
	}
	p := errorPage{
		page: c.page(r, words.heading, ""), Status: f.Status, Heading: words.heading, Text: words.text, Next: words.next,
		Stub: []fact{{Label: "Number of this error", Value: f.ID, Mono: true}, {Label: "At", Time: c.clock.Now()}},
	}
	if err := c.render(w, f.Status, "error", &p); err != nil {
		c.log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, words.heading, f.Status)
	}
}

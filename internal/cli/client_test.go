// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/control"
)

// answering is a client of a server that always answers so.
func answering(status int, body string) *client {
	return &client{http: control.Local(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))}
}

// TestACutListIsNoWholeList: only a last line that says so ends a list well.
func TestACutListIsNoWholeList(t *testing.T) {
	const one, two = `{"interaction":{"id":"one"}}` + "\n", `{"interaction":{"id":"two"}}` + "\n"
	for name, test := range map[string]struct {
		body, says string
		code, seen int
	}{
		"whole":           {one + two + `{"done":true}` + "\n", "", exitDone, 2},
		"empty and whole": {`{"done":true}`, "", exitDone, 0},
		"cut between":     {one, "broke off", exitFailed, 1},
		"cut within":      {one + two[:9], "broke off", exitFailed, 1},
		"nothing":         {"", "broke off", exitFailed, 0},
		"no JSON":         {"<html>", "broke off", exitFailed, 0},
		"a problem":       {one + `{"problem":{"kind":"internal","message":"Internal error."}}`, "Internal error.", exitFailed, 1},
		"wrong input":     {`{"problem":{"kind":"invalid","message":"No."}}`, "No.", exitUsage, 0},
	} {
		seen := 0
		err := answering(http.StatusOK, test.body).lines(t.Context(), http.MethodGet, "/v1/interactions", func(control.Line) error { seen++; return nil })
		if code(err) != test.code || seen != test.seen || (err != nil && !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %d lines, exit code %d, %v", name, seen, code(err), err)
		}
	}
}

// code is the exit code err leads to.
func code(err error) int {
	if err == nil {
		return exitDone
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	return exitFailed
}

func TestProblemsAreToldInFull(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		code   int
		want   string
	}{
		"fields in order": {422, `{"kind":"invalid","message":"Correct it.","fields":{"owner":"Enter an owner.","name":"Enter a name."}}`, exitUsage, "Correct it.\n  name: Enter a name.\n  owner: Enter an owner."},
		"not found":       {404, `{"kind":"not_found","message":"No such key."}`, exitFailed, "No such key."},
		"no problem":      {404, "404 page not found\n", exitFailed, "the server answered 404"},
		"an empty one":    {500, `{}`, exitFailed, "the server answered 500"},
		"a cut answer":    {200, `{"slug":"help`, exitFailed, "read answer: unexpected EOF"},
	} {
		var s control.System
		err := answering(test.status, test.body).call(t.Context(), http.MethodGet, "/v1/systems", nil, &s)
		if err == nil || err.Error() != test.want || code(err) != test.code {
			t.Errorf("%s: exit code %d, %v", name, code(err), err)
		}
	}
}

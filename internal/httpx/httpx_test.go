// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package httpx

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// serve runs one handler and returns the answer and what was logged.
func serve(h Handler) (*httptest.ResponseRecorder, string) {
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	fail := func(w http.ResponseWriter, _ *http.Request, f Failure) {
		w.WriteHeader(f.Status)
		fmt.Fprintf(w, "%s|%s", f.ID, f.Public)
	}
	w := httptest.NewRecorder()
	Careful(Serve(h, log, fail), true).ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	return w, logged.String()
}

func TestErrorsGetTheirStatus(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		public string
	}{
		"not found":   {&fault.Error{Kind: fault.KindNotFound, Public: "no such system"}, 404, "no such system"},
		"conflict":    {&fault.Error{Kind: fault.KindConflict}, 409, ""},
		"invalid":     {fmt.Errorf("save: %w", &fault.Error{Kind: fault.KindInvalid, Public: "name it"}), 422, "name it"},
		"forbidden":   {&fault.Error{Kind: fault.KindForbidden}, 403, ""},
		"unavailable": {&fault.Error{Kind: fault.KindUnavailable, Err: errors.New("disk secret")}, 503, ""},
		"internal":    {errors.New("password=secret"), 500, ""},
		"too large":   {fmt.Errorf("parse form: %w", &http.MaxBytesError{Limit: 10}), 413, "The request is larger than 10 bytes."},
	} {
		t.Run(name, func(t *testing.T) {
			w, logged := serve(func(http.ResponseWriter, *http.Request) error { return c.err })
			id, public, _ := strings.Cut(w.Body.String(), "|")
			if w.Code != c.status || public != c.public {
				t.Errorf("answered %d %q, want %d %q", w.Code, public, c.status, c.public)
			}
			if len(id) != 36 || !strings.Contains(logged, id) {
				t.Errorf("id %q of the answer is not in the log: %s", id, logged)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("the answer tells what is inside: %s", w.Body)
			}
			if got := strings.Contains(logged, "level=ERROR"); got != (c.status >= 500) {
				t.Errorf("logged as %s", logged)
			}
		})
	}
}

func TestPanicIsAnswered(t *testing.T) {
	w, logged := serve(func(http.ResponseWriter, *http.Request) error { panic("boom") })
	if w.Code != 500 || strings.Contains(w.Body.String(), "boom") || !strings.Contains(logged, "boom") {
		t.Errorf("answered %d %s, logged %s", w.Code, w.Body, logged)
	}
}

// An answer that has begun is cut, so that it cannot be taken for a whole one.
func TestLateErrorCutsTheAnswer(t *testing.T) {
	for name, h := range map[string]Handler{
		"error after the first byte": func(w http.ResponseWriter, _ *http.Request) error {
			fmt.Fprint(w, "half")
			return errors.New("late")
		},
		"handler aborts": func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler {
					t.Errorf("recovered %v", p)
				}
			}()
			serve(h)
		})
	}
}

func TestHeaders(t *testing.T) {
	w, _ := serve(func(w http.ResponseWriter, _ *http.Request) error { return nil })
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Strict-Transport-Security", "Cache-Control"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("policy %s", policy)
	}
}

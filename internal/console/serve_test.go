// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

var (
	serveAt    = flag.String("serve", "", "serve the console with sample data at this address, signed in")
	serveEmpty = flag.Bool("empty", false, "with -serve: no interactions")
)

// TestServe lets people look at the pages: go test ./internal/console -run Serve -serve 127.0.0.1:8499 -timeout 0
func TestServe(t *testing.T) {
	if *serveAt == "" {
		t.Skip("no -serve")
	}
	w := consoletest.New(t)
	admin := w.SignIn()
	shown := map[string]counterfoil.ID{}
	if !*serveEmpty {
		shown = w.Sample(admin)
		w.Speak()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("as") != "stranger" {
			for name, value := range w.Cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
		}
		w.Handler.ServeHTTP(rw, r)
	})
	shown["hostile"] = hostile(w, shown)
	mux.HandleFunc("/sample/{kind}", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/interactions/"+shown[r.PathValue("kind")].String(), http.StatusSeeOther)
	})
	// A form's answer, reached by a link: /post/systems?name=x
	mux.HandleFunc("/post/{path...}", func(rw http.ResponseWriter, r *http.Request) {
		form, path := r.URL.Query(), "/"+r.PathValue("path")
		post := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if form.Get("as") != "stranger" {
			for name, value := range w.Cookies {
				post.AddCookie(&http.Cookie{Name: name, Value: value})
			}
		}
		w.Handler.ServeHTTP(rw, post)
	})
	t.Fatal(http.ListenAndServe(*serveAt, mux))
}

// hostile is an interaction in which every text is as wide as it can be.
func hostile(w *consoletest.World, ids map[string]counterfoil.ID) counterfoil.ID {
	v, ok := w.Views[ids["stopped"]]
	if !ok {
		return counterfoil.ID{}
	}
	bad := strings.Repeat("unbreakable", 40)
	v.Model, v.Message = bad, bad
	v.Findings = []evidence.Finding{{Phase: evidence.PhaseAnswer, Type: bad, Where: bad, Detector: bad, Action: "recorded"}}
	v.Decision.Rule, v.Decision.Reasons = bad, []string{bad}
	v.Guards = append(v.Guards, evidence.Guard{Name: bad, Version: bad, Reason: bad, Status: counterfoil.GuardFailed})
	w.Texts[v.ID].Request.Body = []byte(`{"messages":[{"content":"` + bad + ` \u202e שלום [EMAIL_1] ` + bad + `"}]}`)
	return v.ID
}

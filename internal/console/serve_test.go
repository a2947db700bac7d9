// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"flag"
	"net/http"
	"testing"

	"github.com/counterfoil/counterfoil"
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
	w := newWorld(t)
	admin := w.signIn()
	shown := map[string]counterfoil.ID{}
	if !*serveEmpty {
		shown = w.sample(admin)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("as") != "stranger" {
			for name, value := range w.cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
		}
		w.handler.ServeHTTP(rw, r)
	})
	mux.HandleFunc("/sample/{kind}", func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, "/interactions/"+shown[r.PathValue("kind")].String(), http.StatusSeeOther)
	})
	t.Fatal(http.ListenAndServe(*serveAt, mux))
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

// TestProviderErrorsPassUnchanged: refusals of the provider reach the client as
// they are, and the record says that the provider failed.
func TestProviderErrorsPassUnchanged(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for model, status := range map[string]int{"429": 429, "500": 500, "529": 529} {
			for _, stream := range []bool{false, true} {
				a := in.post(t, d, d.body(model, prompt, stream))
				if a.status != status || d.message(t, a) == "" {
					t.Errorf("%s %s: status %d: %s", d.name, model, a.status, a.body)
				}
				if model == "429" && a.header.Get("Retry-After") != "1" {
					t.Errorf("%s: Retry-After is %q", d.name, a.header.Get("Retry-After"))
				}
				in.checkRecord(t, a.interaction, record{Result: "failed"})
			}
		}
	}
}

// TestProviderCuts: a plain answer cut midway becomes a clear error; a stream
// cut midway must not look complete.
func TestProviderCuts(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		a := in.post(t, d, d.body("cut", prompt, false))
		if a.status != http.StatusBadGateway || d.message(t, a) == "" {
			t.Errorf("%s, plain: status %d: %s", d.name, a.status, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "failed"})

		a = in.post(t, d, d.body("cut", prompt, true))
		if _, ended := a.text(); ended {
			t.Errorf("%s, streamed: the cut stream looks complete: %s", d.name, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "failed"})
	}
}

// TestProviderTalksGarbage: what is no JSON cannot be scanned, so it is not
// passed on.
func TestProviderTalksGarbage(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, stream := range []bool{false, true} {
			a := in.post(t, d, d.body("garbage", prompt, stream))
			if bytes.Contains(a.body, []byte("upstream says")) || bytes.Contains(a.body, []byte("not JSON at all")) {
				t.Errorf("%s, stream %t: garbage was passed on: %s", d.name, stream, a.body)
			}
			if !stream && (a.status != http.StatusBadGateway || d.message(t, a) == "") {
				t.Errorf("%s: status %d: %s", d.name, a.status, a.body)
			}
			in.checkRecord(t, a.interaction, record{Result: "failed"})
		}
	}
}

// TestProviderAbsent: nobody listens at the origin.
func TestProviderAbsent(t *testing.T) {
	in := prepare(t, options{})
	in.ProviderURL = "http://" + freeAddress(t)
	in.write("counterfoil.yaml", in.configuration(""))
	in.launch()
	in.Key = in.newKey("Tests", "zoe@counterfoil.example", models...)
	for _, d := range dialects {
		a := in.post(t, d, d.body(d.model, prompt, true))
		if a.status != http.StatusBadGateway || d.message(t, a) == "" {
			t.Errorf("%s: status %d: %s", d.name, a.status, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "failed"})
	}
}

// TestProviderRedirects: a redirect would carry the prompt elsewhere, so it is
// not followed.
func TestProviderRedirects(t *testing.T) {
	elsewhere := fakeprovider.New(fakeprovider.Config{Record: true})
	in := start(t, options{Upstream: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			r.URL.Path = "/v1/chat/completions"
			elsewhere.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})})
	a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, false))
	if n := len(elsewhere.Dumps()); n != 0 || a.status < 300 {
		t.Errorf("status %d, %d requests were redirected", a.status, n)
	}
	in.checkRecord(t, a.interaction, record{Result: "failed"})
}

// TestProviderStallsAndTheClientLeaves: a client that gives up ends the
// provider's work too, and the record says so.
func TestProviderStallsAndTheClientLeaves(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, stream := range []bool{false, true} {
			in.Provider.Reset()
			left := in.Provider.Left()
			ctx, leave := context.WithCancel(t.Context())
			req := in.request(t, d, bytes.NewReader(d.body("stall", prompt, stream))).WithContext(ctx)
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				send(req)
			}()
			in.eventually("the request reaches the provider", func() bool { return len(in.Provider.Dumps()) == 1 })
			leave()
			<-gone
			in.eventually("the provider sees the client leave", func() bool { return in.Provider.Left() > left })
			list := in.interactions()
			in.checkRecord(t, list[0].ID, record{Result: "cancelled"})
		}
	}
}

// TestHugeAnswers: an answer of many megabytes arrives whole, and the program
// does not hold it in memory when it is streamed.
func TestHugeAnswers(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		a := in.post(t, d, d.body("huge", "hello", true))
		if text, ended := a.text(); len(text) != fakeprovider.HugeBytes || !ended {
			t.Errorf("%s: %d bytes, ended %t", d.name, len(text), ended)
		}
		in.checkRecord(t, a.interaction, record{Result: "answered"})
		a = in.post(t, d, d.body("huge", "hello", false))
		if a.status != http.StatusOK || a.err != nil || len(a.body) < fakeprovider.HugeBytes {
			t.Errorf("%s: status %d, %d bytes, %v", d.name, a.status, len(a.body), a.err)
		}
		in.checkRecord(t, a.interaction, record{Result: "answered"})
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var setupLink = regexp.MustCompile(`https?://\S+/setup\?token=\S+`)

// TestConsole goes the way of a new user: from the link the program prints to
// the page of one interaction, in a real browser.
func TestConsole(t *testing.T) {
	in := start(t, options{})
	a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, true))
	blocked := in.post(t, anthropic, anthropic.body(anthropic.model, "<em>use</em> "+secretToken, false))
	in.checkRecord(t, a.interaction, record{Result: "answered"})
	in.checkRecord(t, blocked.interaction, record{Result: "blocked"})

	link := setupLink.FindString(in.output.String())
	if link == "" {
		t.Fatalf("no set-up link in:\n%s", in.output)
	}
	const mail, password = "ada@counterfoil.example", "a long passphrase nobody used 42"
	b := openBrowser(t)
	b.open(link)
	b.look("setup")
	b.fill("email", mail, "name", "Ada Example", "password", password, "again", password)
	b.submit()
	if strings.Contains(b.path(), "setup") {
		t.Fatalf("set-up went nowhere: %s", b.text())
	}
	if resp, err := http.Get(link); err != nil || resp.StatusCode == http.StatusOK {
		t.Errorf("the set-up link works twice: %v, %v", resp.Status, err)
	}

	b.open(in.Console + "/login")
	if strings.Contains(b.path(), "login") {
		b.look("login")
		b.fill("email", mail, "password", password)
		b.submit()
	}
	b.open(in.Console + "/interactions")
	b.look("interactions")
	for _, id := range []string{a.interaction, blocked.interaction} {
		if !strings.Contains(b.html(), id) {
			t.Errorf("the list lacks interaction %s:\n%s", id, b.text())
		}
	}
	b.leave(`a[href*="` + a.interaction + `"]`)
	b.look("interaction")
	for _, word := range []string{a.interaction, "gpt-4o-mini", "mask-personal-data"} {
		if !strings.Contains(b.html(), word) {
			t.Errorf("the interaction's page lacks %q:\n%s", word, b.text())
		}
	}
	for kind, value := range originals {
		if holds(b.html(), value) {
			t.Errorf("the interaction's page shows the value of %s", kind)
		}
	}
	b.open(in.Console + "/interactions/" + blocked.interaction)
	b.look("blocked")
	if holds(b.html(), secretToken) {
		t.Error("the page shows the secret that was blocked")
	}
	b.checkQuiet()
}

// TestConsoleAsksForSignIn: without a session no page shows anything.
func TestConsoleAsksForSignIn(t *testing.T) {
	in := start(t, options{})
	a := in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, false))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{"/", "/interactions", "/interactions/" + a.interaction, "/systems"} {
		resp, err := client.Get(in.Console + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 300 || resp.StatusCode == http.StatusNotFound {
			t.Errorf("%s: status %d without a session", path, resp.StatusCode)
		}
	}
}

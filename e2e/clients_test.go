// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// scenarios are run by every client, directly and through the gateway; what an
// application sees must not differ.
var scenarios = []struct {
	name     string
	model    string // empty means the dialect's own
	dialect  string // empty means both
	requests int
}{
	{name: "plain", requests: 1},
	{name: "plain", model: "escaped", requests: 1},
	{name: "plain", model: "gzip", requests: 1},
	{name: "stream", requests: 1},
	{name: "stream", model: "echo-1", requests: 1},
	{name: "stream", model: "escaped-2", requests: 1},
	{name: "stream", model: "crlf", requests: 1},
	{name: "stream", model: "shred", requests: 1},
	{name: "stream", model: "gzip", requests: 1},
	{name: "tools", model: "tool", requests: 2},
	{name: "tools-stream", model: "tool", requests: 2},
	{name: "count", dialect: "anthropic", requests: 1},
	{name: "models", requests: 1},
}

// answersOnly leaves out what tells a gateway's answer from a provider's.
var answersOnly = cmpopts.IgnoreFields(call{}, "Interaction")

func TestNodeClients(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, s := range scenarios {
			if s.dialect != "" && s.dialect != d.name {
				continue
			}
			model := s.model
			if model == "" {
				model = d.model
			}
			t.Run(strings.Join([]string{d.name, s.name, model}, "/"), func(t *testing.T) {
				in.Provider.Reset()
				want := runNode(t, d, s.name, in.ProviderURL+d.direct, providerSecret, model, prompt)
				direct := in.Provider.Dumps()

				in.Provider.Reset()
				got := runNode(t, d, s.name, in.Gateway+d.base, in.Key, model, prompt)
				if diff := cmp.Diff(want, got, answersOnly); diff != "" {
					t.Errorf("the application sees something else (-direct +gateway):\n%s", diff)
				}
				checkDumps(t, direct, in.Provider.Dumps())

				ids := got.interactions(t)
				if len(ids) != s.requests {
					t.Errorf("%d interactions for %d requests", len(ids), s.requests)
				}
				for _, id := range ids {
					in.checkRecord(t, id, record{Result: "answered"})
				}
			})
		}
	}
}

func TestNodeClientsBlocked(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, scenario := range []string{"plain", "stream"} {
			t.Run(d.name+"/"+scenario, func(t *testing.T) {
				in.Provider.Reset()
				got := runNode(t, d, scenario, in.Gateway+d.base, in.Key, d.model, "use "+secretToken)
				if got.Error == nil || got.Error.Class != "PermissionDeniedError" || got.Error.Status != 403 {
					t.Fatalf("a blocked request gave %+v", got)
				}
				if !strings.Contains(got.Error.Message, "password or key") {
					t.Errorf("the message does not say why: %q", got.Error.Message)
				}
				if len(got.Calls) != 1 {
					t.Errorf("the client tried %d times", len(got.Calls))
				}
				if n := len(in.Provider.Dumps()); n != 0 {
					t.Errorf("%d requests reached the provider", n)
				}
				in.checkRecord(t, got.interactions(t)[0], record{Result: "blocked", Effect: "block"})
			})
		}
	}
}

func TestNodeClientsWrongKey(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			in.Provider.Reset()
			got := runNode(t, d, "plain", in.Gateway+d.base, "cf_wrong", d.model, prompt)
			if got.Error == nil || got.Error.Class != "AuthenticationError" || got.Error.Status != 401 || len(got.Calls) != 1 {
				t.Fatalf("a wrong key gave %+v, %+v", got, got.Error)
			}
			if n := len(in.Provider.Dumps()); n != 0 {
				t.Errorf("%d requests reached the provider", n)
			}
			in.checkRecord(t, got.interactions(t)[0], record{Result: "refused"})
		})
	}
}

func TestNodeClientsAbort(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			left := in.Provider.Left()
			got := runNode(t, d, "abort", in.Gateway+d.base, in.Key, "stall", prompt)
			if got.Error != nil || got.Text == "" {
				t.Fatalf("the aborted stream gave %+v", got)
			}
			in.eventually("the provider sees the client leave", func() bool { return in.Provider.Left() > left })
			in.checkRecord(t, got.interactions(t)[0], record{Result: "cancelled"})
		})
	}
}

// TestNodeClientsSeeTheProvidersErrors: an error of the provider reaches the
// application as it would directly, with the client's own retries.
func TestNodeClientsSeeTheProvidersErrors(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, model := range []string{"429", "500"} {
			t.Run(fmt.Sprint(d.name, "/", model), func(t *testing.T) {
				want := runNode(t, d, "plain", in.ProviderURL+d.direct, providerSecret, model, prompt)
				got := runNode(t, d, "plain", in.Gateway+d.base, in.Key, model, prompt)
				if diff := cmp.Diff(want, got, answersOnly); diff != "" {
					t.Errorf("the application sees something else (-direct +gateway):\n%s", diff)
				}
				for _, id := range got.interactions(t) {
					in.checkRecord(t, id, record{Result: "failed"})
				}
			})
		}
	}
}

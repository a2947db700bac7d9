// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/policy"
)

const provider = `providers:
  - {name: openai, dialect: openai, origin: "https://provider.example", secret: "file:provider.key"}
`

func TestReloadTakesOverAChange(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", provider)
	h.write("provider.key", "first")
	a := h.open()
	s := addSystem(t, a, "Helpdesk")
	before := a.state.Load()
	connections := before.Providers["openai"].Transport

	rules := strings.Replace(string(policy.Starter()), "Mask personal data before it leaves", "Mask it", 1)
	h.write("rules.yaml", rules)
	h.write("counterfoil.yaml", provider+"rules: rules.yaml\nlimits: {request_bytes: 1MiB}\n")
	out, err := a.Reload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	after := a.state.Load()
	if !out.Changed || out.Config != after.Config.String() || out.Policy != after.Policy.Digest().String() || len(out.Notes) != 0 {
		t.Errorf("%+v", out)
	}
	if after.Config == before.Config || after.Policy.Digest() == before.Policy.Digest() {
		t.Error("the digests stay")
	}
	if after.Limits.RequestBytes != 1<<20 {
		t.Errorf("limit %d", after.Limits.RequestBytes)
	}
	if _, ok := after.Snapshot.SystemBySlug(s.Slug); !ok {
		t.Error("the register is lost")
	}
	if after.Providers["openai"].Transport != connections {
		t.Error("connections to an unchanged provider are dropped")
	}

	found := entries(t, a, counterfoil.KindConfig)
	if len(found) != 1 {
		t.Fatalf("%d entries", len(found))
	}
	if c := found[0].Config; c.Config != after.Config || c.Policy != after.Policy.Digest() || c.Reason != "reload" {
		t.Errorf("%+v", c)
	}

	if out, err := a.Reload(t.Context()); err != nil || out.Changed {
		t.Errorf("the same again: %+v, %v", out, err)
	}
	if n := len(entries(t, a, counterfoil.KindConfig)); n != 1 {
		t.Errorf("%d entries after a reload of the same", n)
	}
}

// TestReloadOfAFaultyFile: what was in force stays in force, nothing is
// recorded, and the operator is told the line.
func TestReloadOfAFaultyFile(t *testing.T) {
	for name, test := range map[string]struct{ config, rules, says string }{
		"no YAML":         {"providers: [", "", "counterfoil.yaml:1"},
		"an unknown key":  {"limits: {}\ncolour: red\n", "", "counterfoil.yaml:2: colour"},
		"faulty rules":    {"rules: rules.yaml\n", "version: 1\nrules:\n  - id: x\n", "rules.yaml:3: rules[0]"},
		"no rules":        {"rules: none.yaml\n", "", "none.yaml"},
		"no secret":       {strings.Replace(provider, "provider.key", "none.key", 1), "", "none.key"},
		"an unknown type": {"rules: rules.yaml\n", strings.Replace(string(policy.Starter()), "mask: [personal,", "mask: [personnel,", 1), "personnel"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.config = h.write("counterfoil.yaml", "")
			a := h.open()
			before, size := a.state.Load(), a.ledger.Size()
			h.write("counterfoil.yaml", test.config)
			h.write("rules.yaml", test.rules)
			_, err := a.Reload(t.Context())
			if text := public(err); fault.KindOf(err) != fault.KindInvalid || !strings.Contains(text, "stays in force") || !strings.Contains(text, test.says) {
				t.Errorf("%v", err)
			}
			if a.state.Load() != before || a.ledger.Size() != size {
				t.Error("something changed")
			}
		})
	}
}

func TestReloadSaysWhatNeedsARestart(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", "")
	a := h.open()
	h.write("counterfoil.yaml", "gateway: {listen: \"127.0.0.1:8410\"}\nledger: {segment_bytes: 128MiB}\n")
	out, err := a.Reload(t.Context())
	if err != nil || !out.Changed || len(out.Notes) != 2 {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestReloadAfterCloseChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", "")
	a := h.open()
	before := a.state.Load()
	h.close(a)
	h.write("counterfoil.yaml", "limits: {request_bytes: 1MiB}\n")
	if _, err := a.Reload(t.Context()); fault.KindOf(err) != fault.KindUnavailable {
		t.Errorf("%v", err)
	}
	if a.state.Load() != before {
		t.Error("in force without a record")
	}
}

// TestReloadTakesOverASecret: a provider's new key leaves no trace in the
// digest, and is used nevertheless.
func TestReloadTakesOverASecret(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", provider)
	h.write("provider.key", "first")
	a := h.open()
	size := a.ledger.Size()
	h.write("provider.key", "second")
	out, err := a.Reload(t.Context())
	if err != nil || !out.Changed {
		t.Errorf("%+v, %v", out, err)
	}
	if got := a.state.Load().Providers["openai"].Secret; got != "second" {
		t.Errorf("the provider's key is still the %s", got)
	}
	if a.ledger.Size() != size {
		t.Error("an entry says that another configuration is in force")
	}
}

// TestReloadsTakeTurns: what the ledger names last is what is in force.
func TestReloadsTakeTurns(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", "")
	a := h.open()
	done := make(chan error)
	texts := []string{"limits: {request_bytes: 1MiB}\n", "limits: {request_bytes: 2MiB}\n"}
	const turns = 20
	for range 3 {
		go func() {
			var first error
			for range turns {
				if _, err := a.Reload(t.Context()); err != nil && first == nil {
					first = err
				}
			}
			done <- first
		}()
	}
	for running := 3; running > 0; {
		select {
		case err := <-done:
			if running--; err != nil {
				t.Error(err)
			}
		default:
			h.replace("counterfoil.yaml", texts[0])
			texts[0], texts[1] = texts[1], texts[0]
		}
	}
	found := entries(t, a, counterfoil.KindConfig)
	if len(found) == 0 {
		t.Fatal("no reload took hold")
	}
	if last := found[len(found)-1].Config.Config; last != a.state.Load().Config {
		t.Error("the ledger's last configuration is not the one in force")
	}
	for i := 1; i < len(found); i++ {
		if found[i].Config.Config == found[i-1].Config.Config {
			t.Fatal("a change to what was in force already")
		}
	}
}

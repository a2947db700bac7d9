// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// wantProblem checks that a view is not verified and says why.
func wantProblem(t *testing.T, v *View, text string) {
	t.Helper()
	if v.Proof.Verified || !strings.Contains(strings.Join(v.Proof.Problems, "\n"), text) {
		t.Errorf("verified %t, problems %q; want one about %q", v.Proof.Verified, v.Proof.Problems, text)
	}
}

// TestErased keeps the proof and the counts; places and texts are gone.
func TestErased(t *testing.T) {
	h := build(t)
	id := h.answered()
	h.erase()
	v := h.view(id)
	if v.Payload != (PayloadState{StateErased, StateErased}) || len(v.Findings) != 0 || len(v.Counts) != 1 {
		t.Errorf("payload %+v, findings %+v, counts %+v", v.Payload, v.Findings, v.Counts)
	}
	checkProof(t, h, v)
}

func TestDamagedPayload(t *testing.T) {
	h := build(t)
	id := h.answered()
	for name, change := range map[string]func([]byte) ([]byte, error){
		"a bit":     func(b []byte) ([]byte, error) { b[len(b)/2] ^= 1; return b, nil },
		"cut":       func(b []byte) ([]byte, error) { return b[:10], nil },
		"not there": func([]byte) ([]byte, error) { return nil, ledger.ErrNotFound },
	} {
		t.Run(name, func(t *testing.T) {
			h.Ledger = forger{Ledger: h.ledger, payload: change}
			v := h.view(id)
			if v.Payload != (PayloadState{StateDamaged, StateDamaged}) {
				t.Errorf("payload %+v", v.Payload)
			}
			wantProblem(t, v, "payload of entry 0")
			wantProblem(t, v, "payload of entry 1")
		})
	}
}

// TestOtherText seals another text properly, for the same entry: only the
// commitment tells.
func TestOtherText(t *testing.T) {
	h := build(t)
	id := h.open(intent(), request())
	other := request()
	other.Body = []byte(`{"harmless":true}`)
	raw, err := interaction.Encode(other)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := h.vault.Seal(vault.Scope{Subject: person, Class: "interaction"}, id, counterfoil.KindIntent, raw)
	if err != nil {
		t.Fatal(err)
	}
	h.Ledger = forger{Ledger: h.ledger, payload: func([]byte) ([]byte, error) { return sealed.Bytes, nil }}
	wantProblem(t, h.view(id), "not what the entry commits to")
}

// TestChangedEntry rewrites an entry on the disk: its hash no longer leads to
// the signed root.
func TestChangedEntry(t *testing.T) {
	h := build(t)
	id := h.answered()
	h.Ledger = forger{Ledger: h.ledger, read: func(s ledger.Stored) ledger.Stored {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == counterfoil.KindIntent {
			e.Intent.Decision.Effect = counterfoil.EffectAllow
		}
		if s.Raw, err = counterfoil.AppendEntry(nil, e); err != nil {
			t.Fatal(err)
		}
		return s
	}}
	wantProblem(t, h.view(id), "verify proof of entry 0")
}

func TestPayloadWithoutCommitment(t *testing.T) {
	h := build(t)
	id := h.open(intent(), request())
	without := h.open(intent(), nil)
	ref := func(id counterfoil.ID) ledger.PayloadRef {
		s, err := h.ledger.Read(h.places[id].intent)
		if err != nil {
			t.Fatal(err)
		}
		return s.Payload
	}
	foreign := ref(id)
	for name, c := range map[string]struct {
		id   counterfoil.ID
		ref  ledger.PayloadRef
		text string
	}{
		"added":   {without, foreign, "commits to none"},
		"removed": {id, ledger.PayloadRef{}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Ledger = forger{Ledger: h.ledger, read: func(s ledger.Stored) ledger.Stored { s.Payload = c.ref; return s }}
			wantProblem(t, h.view(c.id), c.text)
		})
	}
}

func TestRedactionRoot(t *testing.T) {
	h := build(t)
	for name, change := range map[string]func(*interaction.Request){
		"another value": func(r *interaction.Request) { r.Redactions[0].Value = "bob@example.com" },
		"one left out":  func(r *interaction.Request) { r.Redactions = nil },
		"short key":     func(r *interaction.Request) { r.Redactions[0].Key = bytes.Repeat([]byte{7}, 31) },
	} {
		t.Run(name, func(t *testing.T) {
			payload := request()
			change(payload)
			wantProblem(t, h.view(h.open(intent(), payload)), "redaction")
		})
	}
}

func TestUnreadablePayload(t *testing.T) {
	h := build(t)
	id := h.open(intent(), "not a map")
	v := h.view(id)
	if v.Payload.Request != StateDamaged {
		t.Errorf("payload %+v", v.Payload)
	}
	wantProblem(t, v, "decode request payload")
}

// TestWrongIndex pairs entries that do not belong together,
// as a wrong index would.
func TestWrongIndex(t *testing.T) {
	h := build(t)
	first, second := h.answered(), h.answered()
	for name, p := range map[string]place{
		"intent of another":  {h.places[second].intent, h.places[first].outcome, true},
		"outcome of another": {h.places[first].intent, h.places[second].outcome, true},
		"kinds exchanged":    {h.places[first].outcome, h.places[first].intent, true},
		"beyond the end":     {99, 99, true},
	} {
		t.Run(name, func(t *testing.T) {
			h.Index = places{first: p}
			_, err := h.Interaction(t.Context(), first)
			if err == nil || fault.KindOf(err) == fault.KindNotFound {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestFaultsOfTheKeyStore are not damage: the state is not known.
func TestFaultsOfTheKeyStore(t *testing.T) {
	h := build(t)
	id := h.answered()
	h.vault.Close()
	if v, err := h.Interaction(t.Context(), id); err == nil {
		t.Errorf("payload %+v without a key store", v.Payload)
	}
}

func TestCancelled(t *testing.T) {
	h := build(t)
	id := h.answered()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Interaction(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

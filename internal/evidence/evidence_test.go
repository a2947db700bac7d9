// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

const original = "ann.example@example.com" // what was masked

var (
	noon   = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	person = counterfoil.ID{0x9E}
	system = identity.System{ID: identity.SystemID{0x55}, Slug: "helpdesk", Number: "SYS-01", Name: "Helpdesk"}
)

// house is a data directory with a reader over it.
type house struct {
	*Reader
	t      *testing.T
	dir    string
	clock  *clock.Set
	ledger *ledger.Ledger
	vault  *vault.Vault
	places places
}

// places is an index that knows nothing but where entries are.
type places map[counterfoil.ID]place

type place struct {
	intent, outcome counterfoil.Index
	closed          bool
}

func (p places) Locate(_ context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error) {
	at, ok := p[id]
	if !ok {
		return 0, 0, false, index.ErrNotFound
	}
	return at.intent, at.outcome, at.closed, nil
}

type names struct{ now *identity.Snapshot }

func (n names) Snapshot() *identity.Snapshot { return n.now }

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), clock: clock.NewSet(noon), places: places{}}
	var err error
	h.ledger, err = ledger.Open(t.Context(), ledger.Config{
		Dir: h.in("ledger"), PayloadDir: h.in("payload"), HeadsPath: h.in("heads.db"), KeyPath: h.in("keys/node.key"),
		SegmentBytes: 64 << 10, FillAhead: 128 << 10, HeadEvery: -1, Clock: h.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.ledger.Close() })
	h.openVault()
	h.Reader = &Reader{
		Ledger: h.ledger, Vault: h.vault, Index: h.places,
		Names: names{identity.NewSnapshot([]identity.System{system}, nil, nil)},
	}
	return h
}

func (h *house) in(name string) string { return filepath.Join(h.dir, name) }

func (h *house) openVault() {
	h.t.Helper()
	v, err := vault.Open(vault.Config{Dir: h.in("keys"), Origin: h.ledger.Origin(), Clock: h.clock})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { v.Close() })
	h.vault = v
}

// append writes an entry as the gateway would.
func (h *house) append(e *counterfoil.Entry, payload any) counterfoil.Index {
	h.t.Helper()
	e.Time, e.Actor = h.clock.Now().UnixMicro(), person
	var sealed []byte
	if payload != nil {
		raw, err := interaction.Encode(payload)
		if err != nil {
			h.t.Fatal(err)
		}
		s, err := h.vault.Seal(vault.Scope{Subject: person, Class: "interaction"}, e.ID, e.Kind, raw)
		if err != nil {
			h.t.Fatal(err)
		}
		e.Commitment, sealed = s.Commitment[:], s.Bytes
	}
	receipt, err := h.ledger.Append(h.t.Context(), e, sealed)
	if err != nil {
		h.t.Fatal(err)
	}
	return receipt.Index
}

// request is the payload of every test intent, and intent its entry's body.
func request() *interaction.Request {
	return &interaction.Request{
		Method: "POST", Path: "/v1/chat/completions", Model: "gpt-4o", UserAgent: "test",
		Body:     []byte(`{"model":"gpt-4o","messages":[{"role":"user","content":"write to [EMAIL_1]"}]}`),
		Findings: []interaction.Finding{{Type: "email", Where: "messages[0].content", Start: 9, End: 32, Score: 0.95, Detector: "email", Action: "masked"}},
		Redactions: []interaction.Redaction{
			{Placeholder: "[EMAIL_1]", Type: "email", Value: original, Key: bytes.Repeat([]byte{7}, 32), Count: 1},
		},
	}
}

func intent() *counterfoil.Intent {
	return &counterfoil.Intent{
		Key: counterfoil.ID{0x4E}, System: counterfoil.ID(system.ID), Assurance: 3,
		Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "gpt-4o", Stream: true,
		RequestBytes: 120, ForwardedBytes: 106,
		Config: counterfoil.Hash{1}, Policy: counterfoil.Hash{2}, Snapshot: counterfoil.Hash{3},
		Decision:   counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal", Reasons: []string{"mask-personal"}},
		Findings:   []counterfoil.FindingCount{{Type: "email", Count: 1}},
		Guards:     []counterfoil.GuardRun{{Name: "detect", Status: counterfoil.GuardRan, Version: "1", Micros: 12}},
		Redactions: 1, RedactionRoot: interaction.RedactionRoot(request().Redactions),
	}
}

func outcome() *counterfoil.Outcome {
	return &counterfoil.Outcome{
		Result: counterfoil.ResultAnswered, Status: 200, UpstreamStatus: 200, AnswerBytes: 50, InputTokens: 9, OutputTokens: 4,
		FirstByte: 1500, Duration: 2500, Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow},
		Guards: []counterfoil.GuardRun{{Name: "watch", Status: counterfoil.GuardSkipped, Reason: "no_text"}},
	}
}

func answer() *interaction.Answer {
	return &interaction.Answer{Model: "gpt-4o-2024", ID: "chatcmpl-1", MediaType: "text/event-stream", Body: []byte("data: sent to [EMAIL_1]\n\n")}
}

// open records an interaction that has not ended.
func (h *house) open(in *counterfoil.Intent, payload any) counterfoil.ID {
	id := counterfoil.NewTimeID(h.clock.Now())
	at := h.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id, Intent: in}, payload)
	h.places[id] = place{intent: at}
	return id
}

// answered records a whole one.
func (h *house) answered() counterfoil.ID {
	id := h.open(intent(), request())
	h.clock.Advance(2500 * time.Microsecond)
	at := h.append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id, Outcome: outcome()}, answer())
	h.places[id] = place{h.places[id].intent, at, true}
	return id
}

func (h *house) view(id counterfoil.ID) *View {
	h.t.Helper()
	v, err := h.Interaction(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// erase deletes all wrapping keys and opens the vault anew.
func (h *house) erase() {
	h.t.Helper()
	db, err := sql.Open("sqlite", h.in("keys/wrap.db"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`DELETE FROM wrapping_key`); err != nil {
		h.t.Fatal(err)
	}
	h.openVault()
	h.Vault = h.vault
}

// forger is a ledger somebody changed.
type forger struct {
	Ledger
	read    func(ledger.Stored) ledger.Stored
	payload func([]byte) ([]byte, error)
}

func (f forger) Read(i counterfoil.Index) (ledger.Stored, error) {
	s, err := f.Ledger.Read(i)
	if err == nil && f.read != nil {
		s = f.read(s)
	}
	return s, err
}

func (f forger) Payload(ref ledger.PayloadRef) ([]byte, error) {
	b, err := f.Ledger.Payload(ref)
	if err == nil && f.payload != nil {
		return f.payload(b)
	}
	return b, err
}

// What a Reader is made of in the program.
var (
	_ Ledger = (*ledger.Ledger)(nil)
	_ Vault  = (*vault.Vault)(nil)
	_ Index  = (*index.Index)(nil)
	_ Names  = (*accounts.Roll)(nil)
)

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

func filled(b byte) (h counterfoil.Hash) {
	for i := range h {
		h[i] = b
	}
	return h
}

// newKey makes the same key for the same name each time.
func newKey(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	seed := [32]byte{}
	copy(seed[:], name)
	private, verifier, err := note.GenerateKey(rand.NewChaCha8(seed), name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// named is an entry with a name for the vectors.
type named struct {
	Name  string
	Entry counterfoil.Entry
}

// samples are entries of every kind, with every field.
func samples() []named {
	id, actor := counterfoil.ID{1, 2, 3}, counterfoil.ID{15: 9}
	decision := counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal", Reasons: []string{"mask-personal", "warn"}, Shadow: []string{"next"}}
	findings := []counterfoil.FindingCount{{Type: "email", Count: 2}, {Type: "staff_number"}}
	guards := []counterfoil.GuardRun{
		{Name: "detect", Status: counterfoil.GuardRan, Version: "1", Micros: 300},
		{Name: "watch", Status: counterfoil.GuardSkipped, Reason: "rule"},
	}
	intent := counterfoil.Intent{
		Key: counterfoil.ID{7}, System: counterfoil.ID{8}, Workload: true, Assurance: 2, Provider: "sandbox", Dialect: "openai", Operation: "chat",
		Model: "größe-1", Stream: true, RequestBytes: 2048, ForwardedBytes: 70000, Config: filled(1), Policy: filled(2),
		Snapshot: filled(3), Decision: decision, Findings: findings, Guards: guards, Redactions: 3, RedactionRoot: filled(4),
	}
	outcome := counterfoil.Outcome{
		Intent: 5_000_000_000, Result: counterfoil.ResultStopped, Reason: "rule", Status: 200, UpstreamStatus: 200, Decision: decision,
		Findings: findings, Guards: guards, AnswerBytes: 1024, InputTokens: 23, OutputTokens: 24, FirstByte: 255, Duration: 256, Truncated: true,
	}
	inline := outcome
	inline.Intent = 0
	return []named{
		{"boot", counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 1, Boot: &counterfoil.Boot{Version: "0.1.0", Binary: filled(5), Config: filled(1), Policy: filled(2), NodeKey: "counterfoil/0badcafe+00000000+AAAA", PrevSize: 65536, PrevRoot: filled(6)}}},
		{"boot without fields", counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{}}},
		{"intent", counterfoil.Entry{Kind: counterfoil.KindIntent, Time: 1_790_000_000_000_000, ID: id, Commitment: bytes.Repeat([]byte{9}, 32), Intent: &intent}},
		{"intent without fields", counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id, Intent: &counterfoil.Intent{}}},
		{"intent with its outcome", counterfoil.Entry{Kind: counterfoil.KindIntent, Time: 24, ID: id, Intent: &intent, Outcome: &inline}},
		{"outcome", counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: 1 << 40, ID: id, Commitment: make([]byte, 32), Outcome: &outcome}},
		{"outcome of entry 0", counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: 2, ID: id, Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAbandoned}}},
		{"record", counterfoil.Entry{Kind: counterfoil.KindRecord, Time: 3, ID: id, Actor: actor, Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"}}},
		{"transition", counterfoil.Entry{Kind: counterfoil.KindTransition, Time: 6}},
		{"signal", counterfoil.Entry{Kind: counterfoil.KindSignal, Time: 6, Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictFailed, Count: 900, Faults: 1, Micros: 70_000, Digest: filled(7)}}},
		{"drill", counterfoil.Entry{Kind: counterfoil.KindDrill, Time: 6}},
		{"access", counterfoil.Entry{Kind: counterfoil.KindAccess, Time: 4, Actor: actor, Access: &counterfoil.Access{Action: "text_shown", Target: id}}},
		{"config", counterfoil.Entry{Kind: counterfoil.KindConfig, Time: 5, Config: &counterfoil.ConfigChange{Config: filled(1), Policy: filled(2), Reason: "reload"}}},
		{"key", counterfoil.Entry{Kind: counterfoil.KindKey, Time: 7, Key: &counterfoil.KeyEvent{
			Event: counterfoil.KeyRotated, Origin: "counterfoil/0badcafe", Key: "new", Former: "old", Size: 65536, Root: filled(8),
			Signature: bytes.Repeat([]byte{1}, 64), FormerSignature: bytes.Repeat([]byte{2}, 64),
		}}},
	}
}

func encoded(t testing.TB) (list [][]byte) {
	t.Helper()
	for _, s := range append(samples(), others()...) {
		raw, err := counterfoil.AppendEntry(nil, &s.Entry)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		list = append(list, raw)
	}
	return list
}

// others are the entries in which a ledger speaks of itself, but for keys.
func others() []named {
	id, actor := counterfoil.ID{1, 2, 3}, counterfoil.ID{15: 9}
	return []named{
		{"key retired", counterfoil.Entry{Kind: counterfoil.KindKey, Time: 7, Key: &counterfoil.KeyEvent{Event: counterfoil.KeyRetired, Former: "old"}}},
		{"erasure", counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 8, ID: id, Actor: actor, Erasure: &counterfoil.Erasure{
			Scope: counterfoil.ErasePerson, Basis: "data_subject_request", Subject: counterfoil.ID{4}, Class: "interaction", Before: 1_790_000_000_000_000, Payloads: 12,
			Request: counterfoil.ID{5}, Approver: counterfoil.ID{6}, Keys: []counterfoil.ID{{1}, {2}, {2, 1}}, Targets: []counterfoil.ID{id}, Segments: []uint64{0, 1, 300},
		}}},
		{"gap", counterfoil.Entry{Kind: counterfoil.KindGap, Time: 9, Gap: &counterfoil.Gap{Provider: "openai", From: 100, To: 300, Requests: 3, Limit: 50, Reason: "ledger_full"}}},
		{"anchor", counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 10, Anchor: &counterfoil.Anchor{
			Type: counterfoil.AnchorHead, Origin: "counterfoil/0badcafe", Size: 9, Root: filled(9), Time: 99, Data: []byte("note"),
		}}},
		{"seal", counterfoil.Entry{Kind: counterfoil.KindSeal, Time: 11, Seal: &counterfoil.Seal{Epoch: "2026q4", Size: 100, Root: filled(3), First: 40, Intents: 20, Outcomes: 20, Gaps: 1}}},
	}
}

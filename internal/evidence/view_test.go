// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

func TestAnswered(t *testing.T) {
	h := build(t)
	h.answered() // something before
	id := h.answered()
	got := h.view(id)
	answered, two, closed := counterfoil.ResultAnswered, counterfoil.Index(3), noon.Add(5*time.Millisecond)
	want := &View{
		ID: id, Opened: noon.Add(2500 * time.Microsecond), Closed: &closed, DurationMS: 2.5, FirstMS: 1.5,
		System: System{counterfoil.ID(system.ID), "helpdesk", "Helpdesk"}, Person: Ref{person}, Key: Ref{counterfoil.ID{0x4E}}, Assurance: 3,
		Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "gpt-4o", ModelListed: true, Stream: true,
		Result: &answered, Status: 200, UpstreamStatus: 200, RequestBytes: 120, ForwardedBytes: 106, AnswerBytes: 50, Usage: Usage{9, 4},
		Decision:       Decision{counterfoil.EffectRedact, "mask-personal", []string{"mask-personal"}, []string{}},
		AnswerDecision: &Decision{counterfoil.EffectAllow, "", []string{}, []string{}},
		Findings:       []Finding{{PhaseRequest, "email", "messages[0].content", 9, 32, 0.95, "email", "masked"}},
		Counts:         []Count{{PhaseRequest, "email", 1}},
		Guards: []Guard{
			{PhaseRequest, "detect", counterfoil.GuardRan, "1", "", 12},
			{PhaseAnswer, "watch", counterfoil.GuardSkipped, "", "no_text", 0},
		},
		Redactions: 1, Digests: Digests{counterfoil.Hash{1}, counterfoil.Hash{2}, counterfoil.Hash{3}},
		Payload: PayloadState{StateReadable, StateReadable}, Indexes: Indexes{2, &two},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(View{}, "Entries", "Proof")); diff != "" {
		t.Errorf("view (-want +got):\n%s", diff)
	}
	if len(got.Entries) != 2 || got.Entries[0].Kind != counterfoil.KindIntent || got.Entries[1].Index != 3 {
		t.Errorf("entries %+v", got.Entries)
	}
	checkProof(t, h, got)
}

// checkProof checks a proof as the auditor's program would, from its text alone.
func checkProof(t *testing.T, h *house, v *View) {
	t.Helper()
	if !v.Proof.Verified || len(v.Proof.Problems) != 0 {
		t.Fatalf("not verified: %q", v.Proof.Problems)
	}
	for i, text := range []string{v.Proof.Intent, v.Proof.Outcome}[:len(v.Entries)] {
		var proof counterfoil.Proof
		if err := proof.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		raw, err := h.Raw(t.Context(), v.Entries[i].Index)
		if err != nil {
			t.Fatal(err)
		}
		head, err := proof.Verify(counterfoil.LeafHash(raw), h.ledger.VerifierKey())
		if err != nil {
			t.Fatal(err)
		}
		if head.Size != h.ledger.Size() || head.Size != v.Proof.TreeSize || head.Root != v.Proof.Root || head.Origin != v.Proof.Origin {
			t.Errorf("the proof leads to %+v, the view says %+v", head, v.Proof)
		}
	}
}

// TestContract holds the names scripts rely on.
func TestContract(t *testing.T) {
	h := build(t)
	raw, err := json.Marshal(h.view(h.answered()))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte(original)) {
		t.Error("the view holds what was masked")
	}
	var view map[string]any
	if err := json.Unmarshal(raw, &view); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"": {
			"id", "opened", "closed", "duration_ms", "system", "person", "key", "workload", "assurance", "provider", "dialect", "operation",
			"model", "model_listed", "stream", "result", "reason", "status", "upstream_status", "request_bytes", "forwarded_bytes", "answer_bytes",
			"usage", "decision", "answer_decision", "message", "findings", "guards", "redactions", "digests", "payload", "entry_indexes", "entries", "proof",
		},
		"system":        {"id", "slug", "name"},
		"person":        {"id"},
		"key":           {"id"},
		"usage":         {"input_tokens", "output_tokens"},
		"decision":      {"effect", "rule", "reasons", "shadow"},
		"digests":       {"config", "policy", "snapshot"},
		"payload":       {"request", "answer"},
		"entry_indexes": {"intent", "outcome"},
		"proof":         {"verified", "origin", "tree_size", "root", "intent", "outcome"},
		"findings":      {"phase", "type", "where", "start", "end", "score", "detector", "action"},
		"guards":        {"phase", "name", "status", "version", "reason", "micros"},
		"entries":       {"index", "kind", "leaf", "time", "bytes"},
	} {
		object := view
		switch v := view[path].(type) {
		case map[string]any:
			object = v
		case []any:
			object = v[0].(map[string]any)
		}
		for _, name := range want {
			if _, ok := object[name]; !ok {
				t.Errorf("%s has %q, but not %q", path, slices.Sorted(maps.Keys(object)), name)
			}
		}
	}
	if view["result"] != "answered" || view["decision"].(map[string]any)["effect"] != "redact" {
		t.Errorf("words: %v, %v", view["result"], view["decision"])
	}
	var back View
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Errorf("the view does not read back: %v", err)
	}
}

func TestOpen(t *testing.T) {
	h := build(t)
	v := h.view(h.open(intent(), request()))
	if v.Closed != nil || v.Result != nil || v.AnswerDecision != nil || v.Indexes.Outcome != nil || v.Proof.Outcome != "" || v.Payload.Answer != StateNone {
		t.Errorf("an open interaction reads as closed: %+v", v)
	}
	checkProof(t, h, v)
}

// TestCombined is a refusal: intent and outcome in one entry.
func TestCombined(t *testing.T) {
	h := build(t)
	in, out, payload := intent(), outcome(), request()
	in.Model, in.Key, in.System = "", counterfoil.ID{}, counterfoil.ID{}
	in.Redactions, in.RedactionRoot, payload.Redactions = 0, counterfoil.Hash{}, nil
	out.Result, out.Reason, out.Status, out.UpstreamStatus = counterfoil.ResultBlocked, "rule", 403, 0
	payload.Model, payload.Message = "unlisted-model", "Blocked by rule no-secrets."
	id := counterfoil.NewTimeID(noon)
	at := h.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id, Intent: in, Outcome: out}, payload)
	h.places[id] = place{at, at, true}
	v := h.view(id)
	if v.Indexes.Intent != at || *v.Indexes.Outcome != at || len(v.Entries) != 1 || v.Proof.Intent != v.Proof.Outcome {
		t.Errorf("indexes %+v, %d entries", v.Indexes, len(v.Entries))
	}
	if *v.Result != counterfoil.ResultBlocked || v.Message != payload.Message || v.Model != "unlisted-model" || v.ModelListed {
		t.Errorf("result %s, message %q, model %q", v.Result, v.Message, v.Model)
	}
	if v.Payload != (PayloadState{StateReadable, StateNone}) {
		t.Errorf("payload %+v", v.Payload)
	}
	checkProof(t, h, v)
	if raw, _ := json.Marshal(v); !bytes.Contains(raw, []byte(`"key":{}`)) {
		t.Errorf("an unknown key has an id: %s", raw)
	}
}

func TestText(t *testing.T) {
	h := build(t)
	id := h.answered()
	got, err := h.Text(t.Context(), id)
	want := &Text{
		Request: Body{State: StateReadable, Body: request().Body},
		Answer:  Body{State: StateReadable, MediaType: "text/event-stream", Body: answer().Body},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	h.erase()
	got, err = h.Text(t.Context(), id)
	if diff := cmp.Diff(&Text{Request: Body{State: StateErased}, Answer: Body{State: StateErased}}, got); err != nil || diff != "" {
		t.Errorf("after erasure: %v (-want +got):\n%s", err, diff)
	}
}

func TestUnknown(t *testing.T) {
	h := build(t)
	h.answered()
	_, view := h.Interaction(t.Context(), counterfoil.ID{1})
	_, text := h.Text(t.Context(), counterfoil.ID{1})
	_, raw := h.Raw(t.Context(), 99)
	for what, err := range map[string]error{"view": view, "text": text, "entry": raw} {
		if fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package consoletest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Sample fills a world with invented systems, keys and interactions, and returns
// the ids of the interactions by what they show.
func (w *World) Sample(admin identity.Person) map[string]counterfoil.ID {
	w.T.Helper()
	ctx := w.T.Context()
	if _, err := w.Reg.EnsureBuiltinPlayground(ctx, []string{"sandbox-1"}); err != nil {
		w.T.Fatal(err)
	}
	var systems []identity.System
	for _, in := range []accounts.NewSystem{
		{Name: "Claims Letter Assistant", OwnerEmail: "a.castellanos@example.com", Models: []string{"mistral-large-2411", "mistral-small-2506"}},
		{Name: "Contact Centre Copilot", OwnerEmail: "j.mbeki@example.com", Models: []string{"gpt-5.1", "gpt-5.1-mini", "claude-sonnet-5", "claude-opus-5"}},
		{Name: "Code Assistant", OwnerEmail: AdminEmail, Models: nil},
	} {
		s, err := w.Reg.AddSystem(ctx, admin.ID, in)
		if err != nil {
			w.T.Fatal(err)
		}
		systems = append(systems, s)
	}
	key, _, err := w.Reg.CreateKey(ctx, admin.ID, accounts.NewKey{SystemSlug: systems[0].Slug, PersonEmail: "p.raman@example.com"})
	if err != nil {
		w.T.Fatal(err)
	}
	old, _, err := w.Reg.CreateKey(ctx, admin.ID, accounts.NewKey{SystemSlug: systems[0].Slug, Workload: true, Expires: w.Clock.Now().Add(time.Hour)})
	if err != nil {
		w.T.Fatal(err)
	}
	if _, err := w.Reg.RevokeKey(ctx, admin.ID, old.ID.String()); err != nil {
		w.T.Fatal(err)
	}
	ids := map[string]counterfoil.ID{}
	for i, kind := range []string{"allowed", "open", "refused", "failed", "stopped", "blocked", "masked", "erased"} {
		system := systems[i%len(systems)]
		if kind == "masked" || kind == "blocked" {
			system = systems[0]
		}
		ids[kind] = w.interaction(kind, system, key, time.Duration(i)*47*time.Second)
	}
	return ids
}

// interaction writes one interaction and the view evidence gives of it.
func (w *World) interaction(kind string, system identity.System, key identity.Key, after time.Duration) counterfoil.ID {
	opened := w.Clock.Now().Add(-10*time.Minute + after)
	model := "mistral-large-2411"
	e := &counterfoil.Entry{
		Kind: counterfoil.KindIntent, Time: opened.UnixMicro(), ID: counterfoil.NewTimeID(opened), Actor: counterfoil.ID(key.Person),
		Intent: &counterfoil.Intent{
			Key: counterfoil.ID(key.ID), System: counterfoil.ID(system.ID), Assurance: 3, Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: model, Stream: true,
			RequestBytes: 1284, ForwardedBytes: 1251, Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow},
			Guards: []counterfoil.GuardRun{
				{Name: "schema", Status: counterfoil.GuardRan, Micros: 21},
				{Name: "identity", Status: counterfoil.GuardRan, Micros: 3},
				{Name: "detect", Status: counterfoil.GuardRan, Version: "2026.11-4f0c11aa", Micros: 118},
				{Name: "policy", Status: counterfoil.GuardRan, Version: "5b1c9a", Micros: 9},
				{Name: "redact", Status: counterfoil.GuardSkipped, Reason: "nothing_to_mask"},
			},
		},
	}
	out := &counterfoil.Outcome{
		Result: counterfoil.ResultAnswered, Status: 200, UpstreamStatus: 200, AnswerBytes: 1906, InputTokens: 312, OutputTokens: 96, FirstByte: 611_000, Duration: 2_413_000,
		Guards: []counterfoil.GuardRun{{Name: "watch", Status: counterfoil.GuardRan, Version: "2026.11-4f0c11aa", Micros: 140}, {Name: "restore", Status: counterfoil.GuardRan, Micros: 12}},
	}
	var findings []evidence.Finding
	message := ""
	switch kind {
	case "masked", "erased":
		e.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal-data", Reasons: []string{"mask-personal-data"}, Shadow: []string{"policy-numbers"}}
		e.Intent.Findings = []counterfoil.FindingCount{{Type: "email", Count: 2}, {Type: "iban", Count: 1}}
		e.Intent.Redactions = 3
		e.Intent.Guards[4] = counterfoil.GuardRun{Name: "redact", Status: counterfoil.GuardRan, Micros: 14}
		findings = []evidence.Finding{
			{Phase: evidence.PhaseRequest, Type: "email", Where: "messages[1].content", Start: 18, End: 39, Score: 0.95, Detector: "email/1", Action: "masked"},
			{Phase: evidence.PhaseRequest, Type: "iban", Where: "messages[1].content", Start: 212, End: 234, Score: 0.97, Detector: "iban/1", Action: "masked"},
			{Phase: evidence.PhaseRequest, Type: "email", Where: "messages[1].content", Start: 250, End: 271, Score: 0.95, Detector: "email/1", Action: "masked"},
			{Phase: evidence.PhaseAnswer, Type: "ip", Where: "choices[0].delta.content", Start: 5, End: 17, Score: 0.5, Detector: "ip.private/1", Action: "recorded"},
		}
	case "blocked":
		e.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "block-secrets", Reasons: []string{"block-secrets", "mask-personal-data"}}
		e.Intent.Findings = []counterfoil.FindingCount{{Type: "github_token", Count: 1}}
		e.Intent.ForwardedBytes = 0
		findings = []evidence.Finding{{Phase: evidence.PhaseRequest, Type: "github_token", Where: "messages[0].content", Start: 30, End: 70, Score: 0.99, Detector: "github_token.checksum/1", Action: "blocked"}}
		out = &counterfoil.Outcome{Result: counterfoil.ResultBlocked, Reason: "rule", Status: 403, Duration: 812}
		message = "The request contains a password or key, so it was not sent. Take it out and try again."
	case "refused":
		e.Actor, e.Intent.Key, e.Intent.System, e.Intent.Model, e.Intent.ForwardedBytes = counterfoil.ID{}, counterfoil.ID{}, counterfoil.ID{}, "", 0
		e.Intent.Assurance, e.Intent.Guards, e.Intent.Decision = 0, e.Intent.Guards[:2], counterfoil.Decision{}
		e.Intent.Guards = []counterfoil.GuardRun{{Name: "schema", Status: counterfoil.GuardRan, Micros: 18}, {Name: "identity", Status: counterfoil.GuardFailed, Reason: "unknown_key", Micros: 2}}
		out = &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401, Duration: 402}
		message = "This key is not known here."
	case "failed":
		out.Result, out.Reason, out.Status, out.UpstreamStatus, out.Duration, out.OutputTokens = counterfoil.ResultFailed, "upstream_stalled", 504, 0, 60_000_000, 0
	case "stopped":
		out.Result, out.Reason = counterfoil.ResultStopped, "rule"
		out.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "block-secrets-back", Reasons: []string{"block-secrets-back"}}
		out.Findings = []counterfoil.FindingCount{{Type: "private_key", Count: 1}}
	case "open":
		out = nil
	}
	return w.record(kind, e, out, system, findings, message)
}

func (w *World) record(kind string, e *counterfoil.Entry, out *counterfoil.Outcome, system identity.System, findings []evidence.Finding, message string) counterfoil.ID {
	combined := kind == "blocked" || kind == "refused"
	if combined {
		e.Outcome = out
	}
	intent := w.Append(e)
	in := e.Intent
	closed := time.UnixMicro(e.Time).UTC()
	v := &evidence.View{
		ID: e.ID, Opened: closed, System: evidence.System{ID: in.System, Slug: system.Slug, Name: system.Name}, Person: evidence.Ref{ID: e.Actor}, Key: evidence.Ref{ID: in.Key},
		Assurance: in.Assurance, Provider: in.Provider, Dialect: in.Dialect, Operation: in.Operation, Model: in.Model, ModelListed: in.Model != "", Stream: in.Stream,
		RequestBytes: in.RequestBytes, ForwardedBytes: in.ForwardedBytes, Message: message, Findings: findings, Redactions: in.Redactions,
		Decision: evidence.Decision{Effect: in.Decision.Effect, Rule: in.Decision.Rule, Reasons: in.Decision.Reasons, Shadow: in.Decision.Shadow},
		Indexes:  evidence.Indexes{Intent: intent},
		Digests:  evidence.Digests{Config: counterfoil.LeafHash([]byte("c")), Policy: counterfoil.LeafHash([]byte("p")), Snapshot: counterfoil.LeafHash([]byte("s"))},
		Payload:  evidence.PayloadState{Request: evidence.StateReadable, Answer: evidence.StateReadable},
		Entries:  []evidence.Entry{{Index: intent, Kind: e.Kind, Leaf: w.Log[intent].Leaf, Time: closed, Bytes: 438}},
		Proof: evidence.Proof{
			Verified: true, Origin: w.Origin(), VerifierKey: w.Origin() + "+7c2f0e91+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh", TreeSize: uint64(intent) + 33, Root: counterfoil.LeafHash([]byte("root")),
			Intent: fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\nh0Bq0bmqNqJpzQp5GvVbCcG2yUfSL4bxVqoSnQ8SkXo=\n\n%s\n%d\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— %s fC8OkWFz\n", intent, w.Origin(), intent+33, w.Origin()),
		},
	}
	for _, f := range in.Findings {
		v.Counts = append(v.Counts, evidence.Count{Phase: evidence.PhaseRequest, Type: f.Type, Count: f.Count})
	}
	for _, g := range in.Guards {
		v.Guards = append(v.Guards, evidence.Guard{Phase: evidence.PhaseRequest, Name: g.Name, Status: g.Status, Version: g.Version, Reason: g.Reason, Micros: g.Micros})
	}
	if in.System.IsZero() {
		v.System = evidence.System{}
	}
	if out != nil {
		w.finish(v, e, out, combined)
	}
	w.addText(kind, v)
	w.Views[e.ID] = v
	return e.ID
}

func (w *World) finish(v *evidence.View, e *counterfoil.Entry, out *counterfoil.Outcome, combined bool) {
	closed := v.Opened.Add(time.Duration(out.Duration) * time.Microsecond)
	outcome := v.Indexes.Intent
	if !combined {
		out.Intent = v.Indexes.Intent
		outcome = w.Append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: closed.UnixMicro(), ID: e.ID, Outcome: out})
		v.Entries = append(v.Entries, evidence.Entry{Index: outcome, Kind: counterfoil.KindOutcome, Leaf: w.Log[outcome].Leaf, Time: closed, Bytes: 211})
	}
	v.Proof.Outcome = strings.Replace(v.Proof.Intent, fmt.Sprintf("index %d\n", v.Indexes.Intent), fmt.Sprintf("index %d\n", outcome), 1)
	v.Indexes.Outcome, v.Closed, v.Result, v.DurationMS = &outcome, &closed, &out.Result, float64(out.Duration)/1000
	v.Reason, v.Status, v.UpstreamStatus, v.AnswerBytes = out.Reason, out.Status, out.UpstreamStatus, out.AnswerBytes
	v.Usage = evidence.Usage{InputTokens: out.InputTokens, OutputTokens: out.OutputTokens}
	v.AnswerDecision = &evidence.Decision{Effect: out.Decision.Effect, Rule: out.Decision.Rule, Reasons: out.Decision.Reasons, Shadow: out.Decision.Shadow}
	for _, g := range out.Guards {
		v.Guards = append(v.Guards, evidence.Guard{Phase: evidence.PhaseAnswer, Name: g.Name, Status: g.Status, Version: g.Version, Reason: g.Reason, Micros: g.Micros})
	}
}

func (w *World) addText(kind string, v *evidence.View) {
	t := &evidence.Text{Request: evidence.Body{State: evidence.StateReadable}, Answer: evidence.Body{State: evidence.StateReadable}}
	w.Texts[v.ID] = t
	prompt := "Write a letter to [EMAIL_1] about claim 88213. The surveyor found that the damage to the kitchen floor began before the cover started on 3 June. We cannot pay for the floor. We can pay for the drying of the hall, £1,140, into account [IBAN_1]. Say that [EMAIL_1] can ask for a review within eight weeks, and how."
	switch kind {
	case "refused":
		t.Request.State, t.Answer.State = evidence.StateNone, evidence.StateNone
		v.Payload = evidence.PayloadState{Request: evidence.StateNone, Answer: evidence.StateNone}
		return
	case "erased":
		t.Request.State, t.Answer.State = evidence.StateErased, evidence.StateErased
		v.Payload = evidence.PayloadState{Request: evidence.StateErased, Answer: evidence.StateErased}
		v.Findings = nil
		return
	case "blocked":
		prompt = "Why does this fail? The token is [GITHUB_TOKEN_1], and I pasted it as it was."
	}
	t.Request.Body, _ = json.Marshal(map[string]any{
		"model": v.Model, "stream": true,
		"messages": []any{map[string]any{"role": "system", "content": "You write letters for a mutual insurer. Be plain and kind."}, map[string]any{"role": "user", "content": prompt}},
	})
	if v.AnswerBytes == 0 {
		return
	}
	var b strings.Builder
	for word := range strings.SplitSeq("Dear [EMAIL_1], thank you for sending us the surveyor’s report on your claim 88213. We have read it with care. We will pay £1,140 for the drying of the hall into your account [IBAN_1] within five working days.", " ") {
		chunk, _ := json.Marshal(map[string]any{"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": word + " "}}}})
		fmt.Fprintf(&b, "data: %s\n\n", chunk)
	}
	b.WriteString("data: [DONE]\n\n")
	t.Answer.Body, t.Answer.MediaType = []byte(b.String()), "text/event-stream"
}

// Speak appends an entry of each kind in which a ledger speaks of itself.
func (w *World) Speak() map[counterfoil.Kind]counterfoil.Index {
	at := make(map[counterfoil.Kind]counterfoil.Index)
	now := w.Clock.Now().UnixMicro()
	for _, e := range []*counterfoil.Entry{
		{Boot: &counterfoil.Boot{Version: "<script>alert(1)</script>", NodeKey: "k"}, Kind: counterfoil.KindBoot},
		{Config: &counterfoil.ConfigChange{Reason: "reload", Policy: counterfoil.Hash{7}}, Kind: counterfoil.KindConfig},
		{Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictPassed, Count: 41}, Kind: counterfoil.KindSignal},
		{Key: &counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Key: "new", Former: "old", Signature: make([]byte, 64)}, Kind: counterfoil.KindKey},
		{Erasure: &counterfoil.Erasure{Scope: counterfoil.ErasePerson, Basis: "data_subject_request", Payloads: 12, Keys: []counterfoil.ID{{1}, {2}}}, Kind: counterfoil.KindErasure},
		{Gap: &counterfoil.Gap{Provider: "sandbox", From: 1, To: 2, Requests: 3, Reason: "ledger_full"}, Kind: counterfoil.KindGap},
		{Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorRegistry, Origin: "o", Size: 9, Data: []byte(strings.Repeat("a signed note\n", 9))}, Kind: counterfoil.KindAnchor},
		{Seal: &counterfoil.Seal{Epoch: "2026q3", Intents: 4}, Kind: counterfoil.KindSeal},
	} {
		e.Time, e.ID = now, counterfoil.NewID()
		at[e.Kind] = w.Append(e)
	}
	return at
}

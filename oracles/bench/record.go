// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/counterfoil/counterfoil"
)

var (
	hash    = counterfoil.LeafHash([]byte("what is in force"))
	key     = counterfoil.NewID()
	system  = counterfoil.NewID()
	person  = counterfoil.NewID()
	vocable = strings.Fields("the report shows that our customer asked for a refund of an order which was delivered late and " +
		"the agent promised to answer before friday because policy allows compensation in such a case while supply contracts regulate " +
		"penalties differently across regions model temperature context system prompt evaluation document summary invoice payment")
)

// intent is one of a request in which two things were found and masked: about
// 0.4 KB.
func intent(id counterfoil.ID) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id, Actor: person, Intent: &counterfoil.Intent{
		Key: key, System: system, Assurance: 2, Provider: "openai", Dialect: "openai", Operation: "chat", Model: "gpt-4o-mini", Stream: true,
		RequestBytes: 4096, ForwardedBytes: 4120, Config: hash, Policy: hash, Snapshot: hash,
		Decision:   counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal-data", Reasons: []string{"mask-personal-data"}},
		Findings:   []counterfoil.FindingCount{{Type: "email", Count: 1}, {Type: "card", Count: 1}},
		Guards:     guards("schema", "identity", "detect", "policy", "redact"),
		Redactions: 2, RedactionRoot: hash,
	}}
}

// outcome is that of an answer in which one thing was found.
func outcome(id counterfoil.ID) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id, Actor: person, Outcome: &counterfoil.Outcome{
		Result: counterfoil.ResultAnswered, Status: 200, UpstreamStatus: 200,
		Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow},
		Findings: []counterfoil.FindingCount{{Type: "email", Count: 1}}, Guards: guards("detect", "policy", "restore"),
		AnswerBytes: 3950, InputTokens: 900, OutputTokens: 700, FirstByte: 420_000, Duration: 3_100_000,
	}}
}

func guards(names ...string) []counterfoil.GuardRun {
	var list []counterfoil.GuardRun
	for _, name := range names {
		list = append(list, counterfoil.GuardRun{Name: name, Status: counterfoil.GuardRan, Version: "1", Micros: 120})
	}
	return list
}

// texts are payloads in the clear: prompts of words in random order with some
// numbers between, which is about as compressible as a prompt is, or noise.
func (b *bench) texts() [][]byte {
	texts := make([][]byte, 64)
	for i := range texts {
		texts[i] = prompt(b.seed+uint64(i), b.payload)
		if b.random {
			texts[i] = randomBytes(b.seed+uint64(i), b.payload)
		}
	}
	return texts
}

func prompt(seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var s strings.Builder
	s.WriteString(`{"model":"gpt-4o-mini","messages":[{"role":"user","content":"`)
	for s.Len() < size-4 {
		fmt.Fprintf(&s, "%s ", vocable[r.IntN(len(vocable))])
		if r.IntN(6) == 0 {
			fmt.Fprintf(&s, "%d ", r.IntN(100_000))
		}
	}
	return append([]byte(s.String())[:size-4], `"}]}`...)
}

func randomBytes(seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, 2))
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	return noise
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "testing"

// BenchmarkStarter measures one decision of the starter set over a request with
// three findings, and over its answer.
func BenchmarkStarter(b *testing.B) {
	set, faults := Load("", Options{})
	if err := faults.Err(); err != nil {
		b.Fatal(err)
	}
	f := ResponseFacts{RequestFacts: RequestFacts{
		System:    System{Slug: "playground", Models: []string{"gpt-4o", "sandbox-*"}},
		Principal: Principal{Known: true, Assurance: 3},
		Request:   Request{Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "sandbox-1", Bytes: 2048},
		Findings: []Finding{
			{Type: "email", Class: "personal", Score: 0.95, Where: "messages[0].content"},
			{Type: "card", Class: "personal", Score: 0.99, Where: "messages[0].content"},
			{Type: "aws_access_key_id", Class: "identifier", Score: 0.95, Where: "messages[0].content"},
		},
	}}
	b.Run("request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			set.Request(&f.RequestFacts)
		}
	})
	b.Run("response", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			set.Response(&f)
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			Parse(starter, Options{})
		}
	})
}

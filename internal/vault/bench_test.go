// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

var words = strings.Fields("the report shows that our customer asked for a refund of an order which was delivered late and " +
	"the agent promised to answer before friday because policy allows compensation in such a case while supply contracts regulate " +
	"penalties differently across regions model temperature context system prompt evaluation document summary invoice payment")

// prompt is JSON about as compressible as a prompt: words in random order, some numbers.
func prompt(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString(`{"model":"gpt-4o-mini","messages":[{"role":"user","content":"`)
	for b.Len() < size-4 {
		fmt.Fprintf(&b, "%s ", words[r.IntN(len(words))])
		if r.IntN(6) == 0 {
			fmt.Fprintf(&b, "%d ", r.IntN(100_000))
		}
	}
	b.WriteString(`"}]}`)
	return []byte(b.String())
}

// stream is an answer as server-sent events, a word an event.
func stream(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, `data: {"id":"chatcmpl-9aBcDe","object":"chat.completion.chunk","created":1790000000,"model":"gpt-4o-mini",`+
			`"choices":[{"index":0,"delta":{"content":"%s "},"finish_reason":null}]}`+"\n\n", words[r.IntN(len(words))])
	}
	return []byte(b.String())
}

// BenchmarkSeal seals texts within the budget for compression and beyond it.
func BenchmarkSeal(b *testing.B) {
	v := open(b, b.TempDir(), clock.System{})
	for name, text := range map[string][]byte{"json-3KB": prompt(3000), "stream-8KB": stream(8000)} {
		for codec, rate := range map[string]int64{"compressed": math.MaxInt64, "stored": 1} {
			b.Run(name+"/"+codec, func(b *testing.B) {
				v.compression = newBudget(1)
				v.compression.rate = rate
				v.compression.grant(len(text))
				b.ReportAllocs()
				var size int
				for b.Loop() {
					sealed, err := v.Seal(scope, entry, counterfoil.KindIntent, text)
					if err != nil {
						b.Fatal(err)
					}
					size = len(sealed.Bytes)
				}
				b.ReportMetric(float64(size), "sealed-bytes")
			})
		}
	}
}

func BenchmarkBudget(b *testing.B) {
	budget := newBudget(1)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			budget.grant(1)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	v := open(b, b.TempDir(), clock.System{})
	for name, text := range map[string][]byte{"json-3KB": prompt(3000), "stream-8KB": stream(8000)} {
		sealed := seal(b, v, text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Open(entry, counterfoil.KindIntent, sealed.Bytes); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

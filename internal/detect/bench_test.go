// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"
	"strings"
	"testing"
)

// prose and code hold nothing to find but most bytes that trigger a look.
const (
	prose = "The board met on 12 March 2026 and noted that revenue grew by 14.2 % to 1,234,567 units; see page 17 of the report. " +
		"Questions about the outlook (chapters 3-5) should go to the usual desk before 17:30. Nothing else was decided, and the next meeting is in May.\n"
	code = "func (t *Table) Lookup(key uint64) (value []byte, ok bool) {\n\tfor i := key & t.mask; t.slots[i].used; i = (i + 1) & t.mask {\n" +
		"\t\tif t.slots[i].hash == 0x9e3779b97f4a7c15 { return t.slots[i].value, true } // https://example.com/wiki\n\t}\n\treturn nil, false\n}\n"
)

func BenchmarkScan(b *testing.B) {
	mixed := strings.Repeat(prose+code, 2000)
	prompt := strings.Repeat(prose, 8)[:1900] + " mail ann@example.com, card 4111 1111 1111 1111, key AK" + "IAIOSFODNN7EXAMPLE."
	terms := make([]string, 100_000)
	for i := range terms {
		terms[i] = fmt.Sprintf("Customer %x Ltd", i*7919)
	}
	for _, bench := range []struct {
		name, text string
		cfg        Config
	}{
		{"mixed without findings", mixed, Config{}},
		{"prompt of 2 KB with 3 findings", prompt, Config{}},
		{"prompt of 2 KB with a phone", prompt + " call +49 30 901820", Config{}},
		{"digits", strings.Repeat("1234 5678 ", 20_000), Config{}},
		{"base64", strings.Repeat("aGVsbG8gd29ybGQ4Zm9vYmFyMTIzNDU2Nzg5MA+/", 5000), Config{}},
		{"at signs", strings.Repeat("a.b@", 50_000), Config{}},
		{"dictionary of 100,000", mixed, Config{Dictionary: []Term{{Type: "customer", Values: terms}}}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := newScanner(b, bench.cfg)
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			var found []Finding
			for b.Loop() {
				found = s.Scan(found[:0], bench.text)
			}
		})
	}
}

func BenchmarkHold(b *testing.B) {
	s := newScanner(b, Config{Dictionary: []Term{{Type: "project", Values: []string{"Blue Heron"}}}})
	text := strings.Repeat(prose, 4) + "and then she"
	for b.Loop() {
		s.Hold(text)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package sse

import (
	"bytes"
	"errors"
	"testing"
)

const sample = "event: a\ndata: {\"x\":1}\n\n: comment\n\ndata:[DONE]\r\n\r\nid: 3\ndata: {\ndata: \"y\":2}\n\n"

func TestEveryCutYieldsTheSameEvents(t *testing.T) {
	type event struct{ name, data string }
	want := []event{{"a", `{"x":1}`}, {"", ""}, {"", "[DONE]"}, {"", `{ "y":2}`}}
	for cut := 0; cut <= len(sample); cut++ {
		var s Splitter
		var got []event
		for _, part := range []string{sample[:cut], sample[cut:]} {
			s.Write([]byte(part))
			for {
				e, ok, err := s.Next()
				if err != nil {
					t.Fatal(err)
				}
				if !ok {
					break
				}
				if e.Data != nil && !bytes.Equal(e.Raw[e.At:e.At+len(e.Data)], e.Data) {
					t.Fatalf("data of %q is not at %d", e.Raw, e.At)
				}
				got = append(got, event{string(e.Name), string(e.Data)})
			}
		}
		if len(got) != len(want) || len(s.Rest()) != 0 {
			t.Fatalf("cut at %d: %q, rest %q", cut, got, s.Rest())
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("cut at %d: event %d is %q", cut, i, got[i])
			}
		}
	}
}

func TestBareCarriageReturnIsRefused(t *testing.T) {
	var s Splitter
	s.Write([]byte("data: 1\rdata: 2\n\n"))
	if _, _, err := s.Next(); !errors.Is(err, ErrLineEnd) {
		t.Errorf("got %v", err)
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte(sample), 7)
	f.Fuzz(func(t *testing.T, raw []byte, cut int) {
		if cut < 0 || cut > len(raw) {
			return
		}
		var s Splitter
		total := 0
		for _, part := range [][]byte{raw[:cut], raw[cut:]} {
			s.Write(part)
			for {
				e, ok, err := s.Next()
				if err != nil {
					return
				}
				if !ok {
					break
				}
				total += len(e.Raw)
			}
		}
		if !bytes.Contains(raw, []byte("\ndata")) && total+len(s.Rest()) != len(raw) {
			t.Fatalf("%d of %d bytes", total+len(s.Rest()), len(raw))
		}
	})
}

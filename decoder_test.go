// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDecoder: what lies in the memory of an entry before does not show in the next.
func TestDecoder(t *testing.T) {
	var d Decoder
	for first, a := range samples() {
		for second, b := range samples() {
			for _, want := range []*Entry{a, b} {
				raw, err := AppendEntry(nil, want)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := d.Decode(raw); err != nil || !cmp.Equal(want, got) {
					t.Fatalf("%s, then %s: %v, %s", first, second, err, cmp.Diff(want, got))
				}
			}
		}
	}
}

// TestPeekKind is the kind of all that decodes, and 0 of what does not begin so.
func TestPeekKind(t *testing.T) {
	for name, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if got := PeekKind(raw); got != e.Kind {
			t.Errorf("%s: %v", name, got)
		}
		for n := range 5 {
			if got := PeekKind(raw[:n]); got != 0 {
				t.Errorf("%s, the first %d bytes: %v", name, n, got)
			}
		}
	}
	if got := PeekKind([]byte{0x83, 1, 1, 2, 2}); got != 0 {
		t.Errorf("a list: %v", got)
	}
}

// FuzzDecoder: one Decoder for all inputs judges each as DecodeEntry does.
func FuzzDecoder(f *testing.F) {
	for _, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, raw []byte) {
		want, wantErr := DecodeEntry(raw)
		got, err := d.Decode(raw)
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("%v, and one by one %v", err, wantErr)
		}
		if err == nil && !cmp.Equal(want, got) {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	raw, err := AppendEntry(nil, samples()["intent"])
	if err != nil {
		b.Fatal(err)
	}
	var d Decoder
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPeek: kind and time in front of an entry are those it decodes to.
func TestPeek(t *testing.T) {
	for name, e := range samples() {
		raw, err := AppendEntry(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if at, ok := PeekTime(raw); !ok || at != e.Time || PeekKind(raw) != e.Kind {
			t.Errorf("%s: kind %s at %d, %v", name, PeekKind(raw), at, ok)
		}
		for n := range 7 {
			if at, ok := PeekTime(raw[:n]); ok {
				t.Errorf("%s: %d bytes of it state the time %d", name, n, at)
			}
		}
	}
}

func BenchmarkPeekTime(b *testing.B) {
	raw, err := AppendEntry(nil, samples()["intent"])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, ok := PeekTime(raw); !ok {
			b.Fatal("no time")
		}
	}
}

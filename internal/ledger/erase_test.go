// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"errors"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// erasure is the entry that must stand before payloads go.
func erasure() *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindErasure, ID: counterfoil.NewID(), Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseInteraction, Basis: "court_order", Targets: []counterfoil.ID{{1}},
	}}
}

func refOf(t *testing.T, l *Ledger, i counterfoil.Index) PayloadRef {
	t.Helper()
	s, err := l.Read(i)
	if err != nil {
		t.Fatal(err)
	}
	return s.Payload
}

// TestOverwrite erases the newest payload, which no head covers yet, and starts
// again as after a crash: the zeros are no batch that was cut short.
func TestOverwrite(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testConfig(dir))
	texts := [][]byte{randomPayload(700), randomPayload(300_000), randomPayload(900)}
	var refs []PayloadRef
	for n, text := range texts {
		refs = append(refs, refOf(t, l, mustAppend(t, l, record(uint64(n+1)), text).Index))
	}
	mustAppend(t, l, erasure(), nil)
	gone := []PayloadRef{refs[2], refs[1]}
	for range 2 { // again is the same
		if err := l.Overwrite(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	again := mustOpen(t, crashed(t, dir))
	if again.Size() != 4 {
		t.Fatalf("%d entries after the start, want 4", again.Size())
	}
	for n, want := range [][]byte{texts[0], make([]byte, len(texts[1])), make([]byte, len(texts[2]))} {
		if got, err := again.Payload(refs[n]); err != nil || !bytes.Equal(got, want) {
			t.Errorf("payload %d: %d bytes, as wanted: %t, %v", n, len(got), bytes.Equal(got, want), err)
		}
	}
	mustAppend(t, again, record(9), randomPayload(100))
	for name, ref := range map[string]PayloadRef{
		"the header":      {Segment: 0, Offset: 0, Length: 80},
		"behind the file": {Segment: 0, Offset: 1 << 30, Length: 80},
	} {
		if err := again.Overwrite(t.Context(), []PayloadRef{ref}); err == nil {
			t.Errorf("%s was overwritten", name)
		}
	}
	if err := again.Overwrite(t.Context(), []PayloadRef{{Segment: 77, Offset: 100, Length: 80}}); err != nil {
		t.Errorf("in a segment that is gone: %v", err)
	}
}

func TestDeletePayloads(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testConfig(dir))
	var refs []PayloadRef
	for n := range 6 {
		refs = append(refs, refOf(t, l, mustAppend(t, l, record(uint64(n+1)), randomPayload(40_000)).Index))
	}
	current := l.WrittenPayloads()
	if current < 3 || refs[5].Segment != current {
		t.Fatalf("segment %d is written, the last payload lies in %d", current, refs[5].Segment)
	}
	if err := l.DeletePayloads(t.Context(), []uint32{current}); !errors.Is(err, ErrConflict) {
		t.Errorf("the segment that is written: %v", err)
	}
	mustAppend(t, l, erasure(), nil)
	if _, err := l.Payload(refs[0]); err != nil { // so that it is open for reading
		t.Fatal(err)
	}
	for range 2 {
		if err := l.DeletePayloads(t.Context(), []uint32{0, 2}); err != nil {
			t.Fatal(err)
		}
	}
	again := mustOpen(t, crashed(t, dir))
	for _, ref := range refs {
		_, err := again.Payload(ref)
		if deleted := ref.Segment == 0 || ref.Segment == 2; deleted != errors.Is(err, ErrNotFound) {
			t.Errorf("payload in segment %d: %v", ref.Segment, err)
		}
	}
	mustAppend(t, again, record(9), randomPayload(40_000))
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
)

// FuzzTail writes foreign bytes behind the last head. A start refuses them as
// damage or comes to a log that has everything the head covers and verifies.
func FuzzTail(f *testing.F) {
	dir := f.TempDir()
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead = 64<<10, 4<<10
	l := mustOpen(f, cfg)
	for range 3 {
		mustAppend(f, l, record(1), randomPayload(200))
	}
	if err := l.Close(); err != nil {
		f.Fatal(err)
	}
	g := &grown{}
	signed := l.signed
	next := counterfoil.Index(signed.Size)
	tail := counterfoil.AppendEntryFrame(nil, PayloadRef{}, []byte{0xa0})
	f.Add(uint16(0), tail)
	f.Add(uint16(0), counterfoil.AppendTrailer(tail, counterfoil.Trailer{Count: 1, First: next, Size: signed.Size + 1}))
	f.Add(uint16(500), []byte{1})
	f.Fuzz(func(t *testing.T, at uint16, foreign []byte) {
		cfg := crashed(t, dir)
		cfg.Disk = faulty.New(1) // does not wait for the machine's
		if err := cfg.setDefaults(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(g.segment(cfg))
		if err != nil {
			t.Fatal(err)
		}
		if from := signed.End.Offset + int64(at); from < int64(len(b)) {
			copy(b[from:], foreign)
		}
		if err := os.WriteFile(g.segment(cfg), b, 0o600); err != nil {
			t.Fatal(err)
		}
		again := &Ledger{cfg: cfg, log: cfg.Log, origin: l.Origin(), entryShelf: newShelf(cfg.Disk, cfg.Dir), payloadShelf: newShelf(cfg.Disk, cfg.PayloadDir)}
		again.open.open = make(map[counterfoil.ID]openState)
		err = errors.Join(again.recover(t.Context(), signed), again.release())
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if again.Size() < signed.Size {
			t.Fatalf("size %d, and %d were signed", again.Size(), signed.Size)
		}
		verified(t, cfg)
	})
}

// FuzzHead reads the stored parts of a head.
func FuzzHead(f *testing.F) {
	var tree counterfoil.Tree
	tree.Append(nil, counterfoil.Hash{1})
	tree.Append(nil, counterfoil.Hash{2})
	tree.Append(nil, counterfoil.Hash{3})
	root := tree.Root()
	f.Add(uint64(3), root[:], joinHashes(tree.Edge(nil)), []byte(firstKey("log+1+2").text()))
	f.Add(uint64(1<<63), root[:], []byte{}, []byte("{}"))
	f.Fuzz(func(t *testing.T, size uint64, root, edge, keys []byte) {
		h := head{Size: size}
		if err := h.parse(root, edge, keys); err != nil {
			return
		}
		if tree, err := counterfoil.NewTree(h.Size, h.Edge); err == nil {
			tree.Root()
		}
		if again, err := parseKeyHistory([]byte(h.Keys.text())); err != nil || again.text() != h.Keys.text() {
			t.Fatalf("%q does not come back: %v", h.Keys.text(), err)
		}
		h.Keys.inForce()
	})
}

// FuzzKeyFile reads a signing key: what is accepted signs, and its verifier key
// agrees.
func FuzzKeyFile(f *testing.F) {
	k, err := newKey("log")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(k.file)
	f.Add([]byte("PRIVATE+KEY+log+00000000+AAAA\nlog+00000000+AAAA"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := parseKeyFile(b)
		if err != nil {
			return
		}
		signature, err := k.signer.Sign([]byte("text"))
		if err != nil {
			t.Fatal(err)
		}
		check, err := note.NewVerifier(k.verifier)
		if err != nil || !check.Verify([]byte("text"), signature) {
			t.Fatalf("key %q does not verify what it signs: %v", k.verifier, err)
		}
	})
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

const origin = "counterfoil/00c0ffee"

// history writes a data directory byte by byte, so that it may also hold what no
// node would write.
type history struct {
	t        testing.TB
	dir      string
	signer   note.Signer
	verifier string
	tree     counterfoil.Tree
	segment  []byte
	payloads []byte
}

func newHistory(t testing.TB) *history {
	t.Helper()
	private, verifier, err := note.GenerateKey(rand.NewChaCha8([32]byte{1}), origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	h := &history{t: t, dir: t.TempDir(), signer: signer, verifier: verifier}
	digest := counterfoil.OriginDigest(origin)
	h.segment = counterfoil.AppendSegmentHeader(nil, counterfoil.SegmentHeader{Kind: counterfoil.LedgerSegment, Origin: digest})
	h.payloads = counterfoil.AppendSegmentHeader(nil, counterfoil.SegmentHeader{Kind: counterfoil.PayloadSegment, Origin: digest})
	return h
}

// entry appends a batch of one entry, with a payload if there is one.
func (h *history) entry(e *counterfoil.Entry, sealed string) {
	h.t.Helper()
	raw, err := counterfoil.AppendEntry(nil, e)
	if err != nil {
		h.t.Fatal(err)
	}
	h.raw(raw, sealed)
}

func (h *history) raw(raw []byte, sealed string) {
	var ref counterfoil.PayloadRef
	if sealed != "" {
		ref = counterfoil.PayloadRef{Offset: uint32(len(h.payloads)), Length: uint32(len(sealed)), CRC: counterfoil.Checksum([]byte(sealed))}
		h.payloads = append(h.payloads, sealed...)
	}
	first := counterfoil.Index(h.tree.Size())
	h.segment = counterfoil.AppendEntryFrame(h.segment, ref, raw)
	h.tree.Append(nil, counterfoil.LeafHash(raw))
	h.segment = counterfoil.AppendTrailer(h.segment, counterfoil.Trailer{Count: 1, First: first, Size: h.tree.Size(), Root: h.tree.Root()})
}

func (h *history) boot() {
	h.entry(&counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 1, Boot: &counterfoil.Boot{
		Version: "0.1.0", NodeKey: h.verifier, PrevSize: h.tree.Size(), PrevRoot: h.tree.Root(),
	}}, "")
}

func (h *history) intent(id byte, sealed string) counterfoil.Index {
	index := counterfoil.Index(h.tree.Size())
	e := &counterfoil.Entry{Kind: counterfoil.KindIntent, Time: 2, ID: counterfoil.ID{id}, Intent: &counterfoil.Intent{Provider: "sandbox"}}
	if sealed != "" {
		sum := sha256.Sum256([]byte(sealed))
		e.Commitment = sum[:]
	}
	h.entry(e, sealed)
	return index
}

func (h *history) outcome(id byte, intent counterfoil.Index) {
	h.entry(&counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: 3, ID: counterfoil.ID{id}, Outcome: &counterfoil.Outcome{
		Intent: intent, Result: counterfoil.ResultAnswered, Status: 200,
	}}, "")
}

// gap states three requests that went out unrecorded.
func (h *history) gap() {
	h.entry(&counterfoil.Entry{Kind: counterfoil.KindGap, Time: 9, Gap: &counterfoil.Gap{Provider: "openai", From: 7, To: 8, Requests: 3, Limit: 50, Reason: "ledger_busy"}}, "")
}

// head signs what there is.
func (h *history) head() []byte {
	h.t.Helper()
	signed, err := counterfoil.Checkpoint{Origin: origin, Size: h.tree.Size(), Root: h.tree.Root()}.Sign(h.signer)
	if err != nil {
		h.t.Fatal(err)
	}
	return signed
}

// files are what a directory consists of, by path.
type files map[string][]byte

func (h *history) files() files {
	return files{
		"ledger/0000000000.seg":  append(append([]byte{}, h.segment...), make([]byte, 4096)...),
		"payload/0000000000.seg": append(append([]byte{}, h.payloads...), make([]byte, 4096)...),
		"ledger/checkpoint":      h.head(),
		"ledger/verifier":        []byte(h.verifier + "\n"),
	}
}

func (f files) write(t testing.TB, dir string) {
	t.Helper()
	for name, content := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// ordinary is a small sound history.
func ordinary(t testing.TB) *history {
	h := newHistory(t)
	h.boot()
	for i := range byte(4) {
		index := h.intent(i+1, "a sealed prompt that is longer than a word")
		h.outcome(i+1, index)
	}
	h.boot()
	h.intent(9, "still open")
	return h
}

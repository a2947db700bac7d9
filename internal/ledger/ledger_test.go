// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/verify"
)

// testConfig is a small ledger in dir: segments of 64 KiB, so that tests cross
// their borders, and no heads but those a test asks for.
func testConfig(dir string) Config {
	return Config{
		Dir:          filepath.Join(dir, "ledger"),
		PayloadDir:   filepath.Join(dir, "payload"),
		HeadsPath:    filepath.Join(dir, "heads.db"),
		KeyPath:      filepath.Join(dir, "keys", "node.key"),
		SegmentBytes: 64 << 10,
		FillAhead:    128 << 10,
		HeadEvery:    -1,
		Clock:        clock.NewSet(time.UnixMicro(1_790_000_000_000_000)),
		Log:          slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func mustOpen(t testing.TB, cfg Config) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustAppend(t testing.TB, l *Ledger, e *counterfoil.Entry, payload []byte) Receipt {
	t.Helper()
	r, err := l.Append(context.Background(), committed(e, payload), payload)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// committed gives e a commitment if it has a payload. The ledger does not look
// what it commits to.
func committed(e *counterfoil.Entry, payload []byte) *counterfoil.Entry {
	if len(payload) > 0 {
		sum := sha256.Sum256(payload)
		e.Commitment = sum[:]
	}
	return e
}

func record(version uint64) *counterfoil.Entry {
	return &counterfoil.Entry{
		Kind: counterfoil.KindRecord, ID: counterfoil.NewID(),
		Record: &counterfoil.Record{Type: "system", Version: version, Transition: "created"},
	}
}

func intent(id counterfoil.ID) *counterfoil.Entry {
	return &counterfoil.Entry{
		Kind: counterfoil.KindIntent, ID: id,
		Intent: &counterfoil.Intent{Provider: "sandbox", Dialect: "openai", Operation: "chat"},
	}
}

func outcome(id counterfoil.ID) *counterfoil.Entry {
	return &counterfoil.Entry{
		Kind: counterfoil.KindOutcome, ID: id,
		Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Status: 200},
	}
}

func randomPayload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	if n > 0 {
		b[0] |= 1 // zeros alone would be an erased payload
	}
	return b
}

// journal is what a test knows it appended, by index.
type journal struct {
	mu       sync.Mutex
	leaves   map[counterfoil.Index]counterfoil.Hash
	payloads map[counterfoil.Index][]byte
}

func newJournal() *journal {
	return &journal{leaves: map[counterfoil.Index]counterfoil.Hash{}, payloads: map[counterfoil.Index][]byte{}}
}

func (j *journal) add(r Receipt, payload []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.leaves[r.Index], j.payloads[r.Index] = r.Leaf, payload
}

// check compares the whole ledger with the journal: entries, payloads, single
// reads, the root against a plain tree, and some proofs.
func (j *journal) check(t testing.TB, l *Ledger) {
	t.Helper()
	if int(l.Size()) != len(j.leaves) {
		t.Fatalf("size %d, want %d", l.Size(), len(j.leaves))
	}
	var next counterfoil.Index
	var leaves []counterfoil.Hash
	err := l.Scan(t.Context(), 0, func(s Stored) error {
		if s.Index != next || s.Leaf != j.leaves[s.Index] {
			return fmt.Errorf("entry %d has leaf %s, want entry %d with %s", s.Index, s.Leaf, next, j.leaves[next])
		}
		next++
		leaves = append(leaves, s.Leaf)
		if len(j.payloads[s.Index]) == 0 {
			return nil
		}
		if sealed, err := l.Payload(s.Payload); err != nil || !bytes.Equal(sealed, j.payloads[s.Index]) {
			return fmt.Errorf("payload of entry %d differs: %v", s.Index, err)
		}
		return nil
	})
	if err != nil || int(next) != len(j.leaves) {
		t.Fatalf("scanned %d of %d: %v", next, len(j.leaves), err)
	}
	if len(leaves) > 0 {
		j.checkProofs(t, l, leaves)
	}
}

func (j *journal) checkProofs(t testing.TB, l *Ledger, leaves []counterfoil.Hash) {
	t.Helper()
	signed, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := counterfoil.VerifyCheckpoint(signed, l.VerifierKey())
	if err != nil || c.Size != uint64(len(leaves)) || c.Root != plainRoot(leaves) {
		t.Fatalf("checkpoint %+v: %v; want root %s", c, err, plainRoot(leaves))
	}
	for range 8 {
		i := counterfoil.Index(rand.IntN(len(leaves)))
		p, err := l.Prove(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Verify(leaves[i], l.VerifierKey()); err != nil {
			t.Fatal(err)
		}
		s, err := l.Read(i)
		if err != nil || s.Leaf != leaves[i] {
			t.Fatalf("read %d: %v", i, err)
		}
		old := uint64(i) + 1
		path, err := l.ProveConsistency(t.Context(), old, c.Size)
		if err != nil {
			t.Fatal(err)
		}
		prev := counterfoil.Checkpoint{Origin: c.Origin, Size: old, Root: plainRoot(leaves[:old])}
		if err := counterfoil.CheckConsistency(prev, c, path); err != nil {
			t.Fatal(err)
		}
	}
}

// verified runs the public verifier and wants a sound report.
func verified(t testing.TB, cfg Config) verify.Report {
	t.Helper()
	r, err := verify.Dir(t.Context(), verify.Options{LedgerDir: cfg.Dir, PayloadDir: cfg.PayloadDir})
	if err != nil || r.Integrity != verify.IntegrityOK {
		t.Fatalf("verify: %v, %+v", err, r.Problems)
	}
	return r
}

// plainRoot computes a root the recursive way, from the definition.
func plainRoot(leaves []counterfoil.Hash) counterfoil.Hash {
	switch len(leaves) {
	case 0:
		return counterfoil.EmptyRoot()
	case 1:
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return counterfoil.Hash(tlog.NodeHash(tlog.Hash(plainRoot(leaves[:k])), tlog.Hash(plainRoot(leaves[k:]))))
}

func TestAppendReadProveReopen(t *testing.T) {
	t.Parallel()
	cfg := testConfig(t.TempDir())
	j := newJournal()
	for round := range 5 {
		l := mustOpen(t, cfg)
		j.check(t, l)
		var writers sync.WaitGroup
		for range 8 {
			writers.Go(func() {
				for i := range 40 {
					payload := randomPayload(rand.IntN(3000))
					r, err := l.Append(context.Background(), committed(record(uint64(i+1)), payload), payload)
					if err != nil {
						t.Error(err)
						return
					}
					j.add(r, payload)
				}
			})
		}
		writers.Wait()
		j.check(t, l)
		if round == 2 {
			payload := randomPayload(300 << 10) // larger than a segment
			j.add(mustAppend(t, l, record(1), payload), payload)
		}
		verified(t, cfg)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if r := verified(t, cfg); r.Signed != uint64(len(j.leaves)) {
			t.Fatalf("head covers %d of %d after Close", r.Signed, len(j.leaves))
		}
	}
}

func TestInteractionsHaveOneOutcome(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	id, other := counterfoil.NewID(), counterfoil.NewID()
	first := mustAppend(t, l, intent(id), nil)
	mustAppend(t, l, intent(other), nil)
	if _, err := l.Append(t.Context(), intent(id), nil); !errors.Is(err, ErrConflict) {
		t.Errorf("second intent: %v", err)
	}
	e := outcome(id)
	mustAppend(t, l, e, nil)
	if e.Outcome.Intent != first.Index {
		t.Errorf("outcome names intent %d, want %d", e.Outcome.Intent, first.Index)
	}
	for _, wrong := range []counterfoil.ID{id, counterfoil.NewID()} {
		if _, err := l.Append(t.Context(), outcome(wrong), nil); !errors.Is(err, ErrConflict) {
			t.Errorf("outcome without open intent: %v", err)
		}
	}
	whole := intent(counterfoil.NewID())
	whole.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultBlocked, Reason: "rule", Status: 403}
	mustAppend(t, l, whole, nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, cfg)
	open := l.OpenIntents()
	if len(open) != 1 || open[0].ID != other || open[0].Index != 1 {
		t.Fatalf("open intents %+v", open)
	}
	closing := outcome(other)
	closing.Outcome.Result, closing.Outcome.Reason = counterfoil.ResultAbandoned, "crash"
	mustAppend(t, l, closing, nil)
	if open := l.OpenIntents(); len(open) != 0 {
		t.Fatalf("still open: %+v", open)
	}
}

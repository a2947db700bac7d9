// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// testLog is a directory with a short history of every kind of entry.
type testLog struct {
	*builder
	signer   note.Signer
	verifier string
	keys     map[string][32]byte // commitment keys by sealed payload
}

func newTestLog(t testing.TB) *testLog {
	const origin = "counterfoil/00c0ffee"
	l := &testLog{builder: newBuilder(t, origin), keys: make(map[string][32]byte)}
	l.signer, l.verifier = testKey(t, origin)
	l.write(filepath.Join(l.dir, "ledger", "verifier"), []byte(l.verifier+"\n"))
	l.start()
	for i := range byte(3) {
		l.batch(nil, l.sealed(entryOf(KindIntent, i), "prompt"), l.sealed(entryOf(KindIntent, i+100), "prompt"))
		l.batch(nil, l.sealed(l.outcomeOf(i, 2), "answer"), item{entry: l.outcomeOf(i+100, 2)})
	}
	l.batch(nil, item{entry: refused(50)}, item{entry: record(1)})
	l.start()
	return l
}

func entryOf(kind Kind, id byte) *Entry {
	return &Entry{Kind: kind, Time: 1, ID: ID{0: 7, 15: id}, Intent: &Intent{Provider: "sandbox"}}
}

func refused(id byte) *Entry {
	e := entryOf(KindIntent, id)
	e.Outcome = &Outcome{Result: ResultRefused, Reason: "unknown_key", Status: 401}
	return e
}

// outcomeOf closes the intent that lies back entries before the next batch's start.
func (l *testLog) outcomeOf(id byte, back uint64) *Entry {
	intent := l.tree.Size() - back
	if id >= 100 {
		intent++
	}
	return &Entry{Kind: KindOutcome, Time: 2, ID: ID{0: 7, 15: id}, Outcome: &Outcome{Intent: Index(intent), Result: ResultAnswered, Status: 200}}
}

func (l *testLog) start() {
	l.batch(nil, item{entry: &Entry{Kind: KindBoot, Time: 1, Boot: &Boot{
		Version: "0.1.0", NodeKey: l.verifier, PrevSize: l.tree.Size(), PrevRoot: l.tree.Root(),
	}}})
}

// sealed gives e a payload. "Sealed" here is the plaintext behind a mark.
func (l *testLog) sealed(e *Entry, text string) item {
	key := sha256.Sum256([]byte(e.ID.String()))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(text))
	e.Commitment = mac.Sum(nil)
	sealed := "sealed " + e.ID.String() + " " + text
	l.keys[sealed] = key
	return item{entry: e, sealed: []byte(sealed)}
}

func (l *testLog) openPayload(e *Entry, sealed []byte) ([]byte, [32]byte, error) {
	key, found := l.keys[string(sealed)]
	if !found {
		return nil, key, errors.New("does not open")
	}
	if e.ID[15] == 1 {
		return nil, key, ErrErased
	}
	return sealed[len("sealed ")+37:], key, nil
}

// sign publishes a head of the present size.
func (l *testLog) sign() []byte {
	l.t.Helper()
	signed, err := Checkpoint{Origin: l.origin, Size: l.tree.Size(), Root: l.tree.Root()}.Sign(l.signer)
	if err != nil {
		l.t.Fatal(err)
	}
	l.write(filepath.Join(l.dir, "ledger", "checkpoint"), signed)
	return signed
}

func (l *testLog) verify(change func(*Options)) Report {
	l.t.Helper()
	o := DirOptions(l.dir)
	o.OpenPayload = l.openPayload
	if change != nil {
		change(&o)
	}
	r, err := VerifyDir(l.t.Context(), o)
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

func TestVerifySoundLog(t *testing.T) {
	l := newTestLog(t)
	old := l.sign()
	l.batch(nil, item{entry: entryOf(KindIntent, 60)})
	l.flush()
	var seen uint64
	r := l.verify(func(o *Options) {
		o.Heads = [][]byte{old}
		o.VerifierKey = l.verifier
		o.Progress = func(n uint64) { seen = n }
	})
	if r.Integrity != IntegrityOK || len(r.Problems) != 0 {
		t.Fatalf("problems %v", r.Problems)
	}
	if r.Entries != 17 || r.Intents != 8 || r.Outcomes != 7 || r.Open != 1 || r.Payloads != 9 || r.Erased != 2 || r.Signed != 16 || seen != 17 {
		t.Errorf("report %+v, progress %d", r, seen)
	}
	if text := strings.Join(r.Unchecked, " "); !strings.Contains(text, "1 interactions are open") || !strings.Contains(text, "1 entries are newer") {
		t.Errorf("unchecked %q", r.Unchecked)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"integrity":"ok"`) || !strings.Contains(string(b), `"problems":[]`) {
		t.Errorf("%s, %v", b, err)
	}
}

// TestVerifyFindsTampering: every manipulation is found, under its class.
func TestVerifyFindsTampering(t *testing.T) {
	tests := []struct {
		name  string
		class string
		harm  func(l *testLog)
	}{
		{"flipped entry", ProblemSegment, func(l *testLog) { l.sign(); l.segment[l.starts[3]+40] ^= 1 }},
		{"deleted batch", ProblemSegment, func(l *testLog) {
			l.sign()
			l.segment = append(l.segment[:l.starts[3]:l.starts[3]], l.segment[l.starts[4]:]...)
		}},
		{"cut tail", ProblemMissing, func(l *testLog) { l.sign(); l.segment = l.segment[:l.starts[5]] }},
		{"everything gone", ProblemMissing, func(l *testLog) { l.sign(); l.segment = nil }},
		{"rewritten history", ProblemHead, func(l *testLog) {
			signed := l.sign()
			l.builder = newBuilder(l.t, l.origin)
			l.write(filepath.Join(l.dir, "ledger", "verifier"), []byte(l.verifier))
			l.write(filepath.Join(l.dir, "ledger", "checkpoint"), signed)
			for range 16 {
				l.batch(nil, item{entry: record(1)})
			}
		}},
		{"head of another key", ProblemHead, func(l *testLog) { l.signer, _ = testKey(l.t, l.origin); l.sign() }},
		{"no head", ProblemHead, func(*testLog) {}},
		{"wrong root in a trailer", ProblemRoot, func(l *testLog) {
			l.batch(func(t *Trailer) { t.Root[0] ^= 1 }, item{entry: record(2)})
			l.sign()
		}},
		{"wrong count in a trailer", ProblemSegment, func(l *testLog) {
			l.batch(func(t *Trailer) { t.Count = 2 }, item{entry: record(2)})
			l.sign()
		}},
		{"non-canonical entry", ProblemEncoding, func(l *testLog) {
			l.batch(nil, item{raw: []byte{0xa3, 1, 1, 2, 14, 3, 0x18, 3}})
			l.sign()
		}},
		{"outcome of nothing", ProblemOutcome, func(l *testLog) {
			l.batch(nil, item{entry: &Entry{Kind: KindOutcome, ID: ID{9}, Outcome: &Outcome{Intent: 15, Result: ResultFailed}}})
			l.sign()
		}},
		{"second outcome", ProblemOutcome, func(l *testLog) {
			l.batch(nil, item{entry: entryOf(KindIntent, 70)})
			l.batch(nil, item{entry: l.outcomeOf(70, 1)})
			l.batch(nil, item{entry: l.outcomeOf(70, 2)})
			l.sign()
		}},
		{"outcome of another interaction", ProblemOutcome, func(l *testLog) {
			l.batch(nil, item{entry: entryOf(KindIntent, 70)})
			l.batch(nil, item{entry: l.outcomeOf(71, 1)})
			l.sign()
		}},
		{"start on another log", ProblemBoot, func(l *testLog) {
			l.batch(nil, item{entry: &Entry{Kind: KindBoot, Boot: &Boot{NodeKey: l.verifier, PrevSize: 3, PrevRoot: filled(1)}}})
			l.sign()
		}},
		{"start with another key", ProblemBoot, func(l *testLog) { l.verifier += "x"; l.start(); l.sign() }},
		{"flipped payload", ProblemPayload, func(l *testLog) { l.sign(); l.payloads[100] ^= 1 }},
		{"cut payloads", ProblemPayload, func(l *testLog) { l.sign(); l.payloads = l.payloads[:300] }},
		{"payload without commitment", ProblemPayload, func(l *testLog) {
			l.batch(nil, item{entry: record(2), sealed: []byte("loose")})
			l.sign()
		}},
		{"commitment without payload", ProblemPayload, func(l *testLog) {
			e := record(2)
			e.Commitment = make([]byte, 32)
			l.batch(nil, item{entry: e})
			l.sign()
		}},
		{"swapped payload", ProblemCommitment, func(l *testLog) {
			first, second := l.sealed(entryOf(KindIntent, 80), "one"), l.sealed(entryOf(KindIntent, 81), "two")
			first.sealed, second.sealed = second.sealed, first.sealed
			l.batch(nil, first, second)
			l.sign()
		}},
		{"payload that does not open", ProblemCommitment, func(l *testLog) {
			it := l.sealed(entryOf(KindIntent, 80), "one")
			it.sealed = []byte("nonsense")
			l.batch(nil, it)
			l.sign()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newTestLog(t)
			tt.harm(l)
			l.flush()
			r := l.verify(nil)
			found := slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Class == tt.class })
			if r.Integrity != IntegrityBroken || !found {
				t.Errorf("integrity %s, problems %v, want class %s", r.Integrity, r.Problems, tt.class)
			}
		})
	}
}

func TestVerifyHeadsFromOutside(t *testing.T) {
	l := newTestLog(t)
	l.sign()
	kept := l.sign()
	l.builder = newBuilder(t, l.origin) // a shorter log, signed again
	l.write(filepath.Join(l.dir, "ledger", "verifier"), []byte(l.verifier))
	l.start()
	l.sign()
	l.flush()
	if r := l.verify(nil); r.Integrity != IntegrityOK {
		t.Fatalf("by itself: %v", r.Problems)
	}
	r := l.verify(func(o *Options) { o.Heads = [][]byte{kept} })
	if r.Integrity != IntegrityBroken || r.Problems[0].Class != ProblemMissing {
		t.Fatalf("with the kept head: %v", r.Problems)
	}
}

func TestVerifyUnfinishedTail(t *testing.T) {
	l := newTestLog(t)
	l.sign()
	l.batch(nil, item{entry: record(5)})
	l.segment = l.segment[:len(l.segment)-10]
	l.flush()
	r := l.verify(nil)
	if r.Integrity != IntegrityOK || r.Entries != 16 || !strings.Contains(strings.Join(r.Unchecked, " "), "unfinished batch") {
		t.Fatalf("report %+v", r)
	}
}

func TestVerifyManyProblems(t *testing.T) {
	l := newTestLog(t)
	for range 150 {
		l.batch(nil, item{entry: record(2), sealed: []byte("loose")})
	}
	l.sign()
	l.flush()
	if r := l.verify(nil); len(r.Problems) != maxProblems+1 {
		t.Fatalf("%d problems", len(r.Problems))
	}
}

func TestVerifyCannotBeMade(t *testing.T) {
	if _, err := VerifyDir(t.Context(), DirOptions(t.TempDir())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("empty directory: %v", err)
	}
	l := newTestLog(t)
	l.flush()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := VerifyDir(ctx, DirOptions(l.dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// BenchmarkVerifyDir checks a log of 20,000 interactions without payloads.
func BenchmarkVerifyDir(b *testing.B) {
	l := newTestLog(b)
	intent := *samples()["intent"].Intent
	for range 1000 {
		var items []item
		for i := range byte(20) {
			e := entryOf(KindIntent, i)
			e.Intent = &intent
			items = append(items, item{entry: e})
		}
		first := Index(l.tree.Size())
		for i := range byte(20) {
			e := l.outcomeOf(i, 0)
			e.Outcome.Intent = first + Index(i)
			items = append(items, item{entry: e})
		}
		l.batch(nil, items...)
	}
	l.sign()
	l.flush()
	for b.Loop() {
		if r := l.verify(nil); r.Integrity != IntegrityOK {
			b.Fatal(r.Problems)
		}
	}
	b.ReportMetric(float64(l.tree.Size())*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

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

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// testLog is a directory with a short history of every kind of entry.
type testLog struct {
	*logtest.Builder
	signer   note.Signer
	verifier string
	keys     map[string][32]byte // commitment keys by sealed payload
}

func newTestLog(t testing.TB) *testLog {
	const origin = "counterfoil/00c0ffee"
	l := &testLog{Builder: logtest.NewBuilder(t, origin), keys: make(map[string][32]byte)}
	l.signer, l.verifier = logtest.NewKey(t, origin)
	l.Write(filepath.Join(l.Dir, "ledger", "verifier"), []byte(l.verifier+"\n"))
	l.start()
	for i := range byte(3) {
		l.Batch(nil, l.sealed(entryOf(counterfoil.KindIntent, i), "prompt"), l.sealed(entryOf(counterfoil.KindIntent, i+100), "prompt"))
		l.Batch(nil, l.sealed(l.outcomeOf(i, 2), "answer"), logtest.Item{Entry: l.outcomeOf(i+100, 2)})
	}
	l.Batch(nil, logtest.Item{Entry: refused(50)}, logtest.Item{Entry: erasure(counterfoil.ID{0: 7, 15: 1})})
	l.start()
	return l
}

func entryOf(kind counterfoil.Kind, id byte) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: kind, Time: 1, ID: counterfoil.ID{0: 7, 15: id}, Intent: &counterfoil.Intent{Provider: "sandbox"}}
}

func refused(id byte) *counterfoil.Entry {
	e := entryOf(counterfoil.KindIntent, id)
	e.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401}
	return e
}

// outcomeOf closes the intent that lies back entries before the next batch's start.
func (l *testLog) outcomeOf(id byte, back uint64) *counterfoil.Entry {
	intent := l.Tree.Size() - back
	if id >= 100 {
		intent++
	}
	return &counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: 2, ID: counterfoil.ID{0: 7, 15: id}, Outcome: &counterfoil.Outcome{Intent: counterfoil.Index(intent), Result: counterfoil.ResultAnswered, Status: 200}}
}

func (l *testLog) start() {
	l.Batch(nil, logtest.Item{Entry: &counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 1, Boot: &counterfoil.Boot{
		Version: "0.1.0", NodeKey: l.verifier, PrevSize: l.Tree.Size(), PrevRoot: l.Tree.Root(),
	}}})
}

// sealed gives e a payload. "Sealed" here is the plaintext behind a head whose
// wrapping key has the id of the entry.
func (l *testLog) sealed(e *counterfoil.Entry, text string) logtest.Item {
	key := sha256.Sum256([]byte(e.ID.String()))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(text))
	e.Commitment = mac.Sum(nil)
	sealed := "\xc1" + string(e.ID[:]) + " " + text
	l.keys[sealed] = key
	return logtest.Item{Entry: e, Sealed: []byte(sealed)}
}

func (l *testLog) openPayload(e *counterfoil.Entry, sealed []byte) ([]byte, [32]byte, error) {
	key, found := l.keys[string(sealed)]
	if !found {
		return nil, key, errors.New("does not open")
	}
	if e.ID[15] == 1 || e.ID[15] == 91 {
		return nil, key, ErrErased
	}
	return sealed[18:], key, nil
}

// sign publishes a head of the present size.
func (l *testLog) sign() []byte {
	l.T.Helper()
	signed, err := counterfoil.Checkpoint{Origin: l.Origin, Size: l.Tree.Size(), Root: l.Tree.Root()}.Sign(l.signer)
	if err != nil {
		l.T.Fatal(err)
	}
	l.Write(filepath.Join(l.Dir, "ledger", "checkpoint"), signed)
	return signed
}

func (l *testLog) verify(change func(*Options)) Report {
	l.T.Helper()
	o := DirOptions(l.Dir)
	o.OpenPayload = l.openPayload
	if change != nil {
		change(&o)
	}
	r, err := Dir(l.T.Context(), o)
	if err != nil {
		l.T.Fatal(err)
	}
	return r
}

func TestVerifySoundLog(t *testing.T) {
	l := newTestLog(t)
	old := l.sign()
	l.Batch(nil, logtest.Item{Entry: entryOf(counterfoil.KindIntent, 60)})
	l.Flush()
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
		{"flipped entry", ProblemSegment, func(l *testLog) { l.sign(); l.Segment[l.Starts[3]+40] ^= 1 }},
		{"deleted batch", ProblemSegment, func(l *testLog) {
			l.sign()
			l.Segment = append(l.Segment[:l.Starts[3]:l.Starts[3]], l.Segment[l.Starts[4]:]...)
		}},
		{"cut tail", ProblemMissing, func(l *testLog) { l.sign(); l.Segment = l.Segment[:l.Starts[5]] }},
		{"everything gone", ProblemMissing, func(l *testLog) { l.sign(); l.Segment = nil }},
		{"rewritten history", ProblemHead, func(l *testLog) {
			signed := l.sign()
			l.Builder = logtest.NewBuilder(l.T, l.Origin)
			l.Write(filepath.Join(l.Dir, "ledger", "verifier"), []byte(l.verifier))
			l.Write(filepath.Join(l.Dir, "ledger", "checkpoint"), signed)
			for range 16 {
				l.Batch(nil, logtest.Item{Entry: record(1)})
			}
		}},
		{"head of another key", ProblemHead, func(l *testLog) { l.signer, _ = logtest.NewKey(l.T, l.Origin); l.sign() }},
		{"no head", ProblemHead, func(*testLog) {}},
		{"wrong root in a trailer", ProblemRoot, func(l *testLog) {
			l.Batch(func(t *counterfoil.Trailer) { t.Root[0] ^= 1 }, logtest.Item{Entry: record(2)})
			l.sign()
		}},
		{"wrong count in a trailer", ProblemSegment, func(l *testLog) {
			l.Batch(func(t *counterfoil.Trailer) { t.Count = 2 }, logtest.Item{Entry: record(2)})
			l.sign()
		}},
		{"non-canonical entry", ProblemEncoding, func(l *testLog) {
			l.Batch(nil, logtest.Item{Raw: []byte{0xa3, 1, 1, 2, 14, 3, 0x18, 3}})
			l.sign()
		}},
		{"outcome of nothing", ProblemOutcome, func(l *testLog) {
			l.Batch(nil, logtest.Item{Entry: &counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: counterfoil.ID{9}, Outcome: &counterfoil.Outcome{Intent: 15, Result: counterfoil.ResultFailed}}})
			l.sign()
		}},
		{"second outcome", ProblemOutcome, func(l *testLog) {
			l.Batch(nil, logtest.Item{Entry: entryOf(counterfoil.KindIntent, 70)})
			l.Batch(nil, logtest.Item{Entry: l.outcomeOf(70, 1)})
			l.Batch(nil, logtest.Item{Entry: l.outcomeOf(70, 2)})
			l.sign()
		}},
		{"outcome of another interaction", ProblemOutcome, func(l *testLog) {
			l.Batch(nil, logtest.Item{Entry: entryOf(counterfoil.KindIntent, 70)})
			l.Batch(nil, logtest.Item{Entry: l.outcomeOf(71, 1)})
			l.sign()
		}},
		{"start on another log", ProblemBoot, func(l *testLog) {
			l.Batch(nil, logtest.Item{Entry: &counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{NodeKey: l.verifier, PrevSize: 3, PrevRoot: counterfoil.Hash{1}}}})
			l.sign()
		}},
		{"start with another key", ProblemBoot, func(l *testLog) { l.verifier += "x"; l.start(); l.sign() }},
		{"flipped payload", ProblemPayload, func(l *testLog) { l.sign(); l.Payloads[100] ^= 1 }},
		{"cut payloads", ProblemPayload, func(l *testLog) { l.sign(); l.Payloads = l.Payloads[:250] }},
		{"payload without commitment", ProblemPayload, func(l *testLog) {
			l.Batch(nil, logtest.Item{Entry: record(2), Sealed: []byte("loose")})
			l.sign()
		}},
		{"commitment without payload", ProblemPayload, func(l *testLog) {
			e := record(2)
			e.Commitment = make([]byte, 32)
			l.Batch(nil, logtest.Item{Entry: e})
			l.sign()
		}},
		{"swapped payload", ProblemCommitment, func(l *testLog) {
			first, second := l.sealed(entryOf(counterfoil.KindIntent, 80), "one"), l.sealed(entryOf(counterfoil.KindIntent, 81), "two")
			first.Sealed, second.Sealed = second.Sealed, first.Sealed
			l.Batch(nil, first, second)
			l.sign()
		}},
		{"payload that does not open", ProblemCommitment, func(l *testLog) {
			it := l.sealed(entryOf(counterfoil.KindIntent, 80), "one")
			it.Sealed = []byte("nonsense")
			l.Batch(nil, it)
			l.sign()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newTestLog(t)
			tt.harm(l)
			l.Flush()
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
	l.Builder = logtest.NewBuilder(t, l.Origin) // a shorter log, signed again
	l.Write(filepath.Join(l.Dir, "ledger", "verifier"), []byte(l.verifier))
	l.start()
	l.sign()
	l.Flush()
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
	l.Batch(nil, logtest.Item{Entry: record(5)})
	l.Segment = l.Segment[:len(l.Segment)-10]
	l.Flush()
	r := l.verify(nil)
	if r.Integrity != IntegrityOK || r.Entries != 16 || !strings.Contains(strings.Join(r.Unchecked, " "), "unfinished batch") {
		t.Fatalf("report %+v", r)
	}
}

func TestVerifyManyProblems(t *testing.T) {
	l := newTestLog(t)
	for range 150 {
		l.Batch(nil, logtest.Item{Entry: record(2), Sealed: []byte("loose")})
	}
	l.sign()
	l.Flush()
	if r := l.verify(nil); len(r.Problems) != maxProblems+1 {
		t.Fatalf("%d problems", len(r.Problems))
	}
}

func TestVerifyCannotBeMade(t *testing.T) {
	if _, err := Dir(t.Context(), DirOptions(t.TempDir())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("empty directory: %v", err)
	}
	l := newTestLog(t)
	l.Flush()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dir(ctx, DirOptions(l.Dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// BenchmarkDir checks a log of 20,000 interactions without payloads.
func BenchmarkDir(b *testing.B) {
	l := newTestLog(b)
	intent := counterfoil.Intent{
		Key: counterfoil.ID{7}, System: counterfoil.ID{8}, Assurance: 2, Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "model-1",
		RequestBytes: 2048, ForwardedBytes: 2040, Config: counterfoil.Hash{1}, Policy: counterfoil.Hash{2}, Snapshot: counterfoil.Hash{3},
		Decision: counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal", Reasons: []string{"mask-personal"}},
		Findings: []counterfoil.FindingCount{{Type: "email", Count: 2}},
		Guards: []counterfoil.GuardRun{
			{Name: "schema", Status: counterfoil.GuardRan, Micros: 21},
			{Name: "detect", Status: counterfoil.GuardRan, Version: "1", Micros: 300},
			{Name: "policy", Status: counterfoil.GuardRan, Micros: 9},
			{Name: "redact", Status: counterfoil.GuardRan, Micros: 12},
		},
		Redactions: 2, RedactionRoot: counterfoil.Hash{4},
	}
	for range 1000 {
		var items []logtest.Item
		for i := range byte(20) {
			e := entryOf(counterfoil.KindIntent, i)
			e.Intent = &intent
			items = append(items, logtest.Item{Entry: e})
		}
		first := counterfoil.Index(l.Tree.Size())
		for i := range byte(20) {
			e := l.outcomeOf(i, 0)
			e.Outcome.Intent = first + counterfoil.Index(i)
			items = append(items, logtest.Item{Entry: e})
		}
		l.Batch(nil, items...)
	}
	l.sign()
	l.Flush()
	for b.Loop() {
		if r := l.verify(nil); r.Integrity != IntegrityOK {
			b.Fatal(r.Problems)
		}
	}
	b.ReportMetric(float64(l.Tree.Size())*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

func erasure(keys ...counterfoil.ID) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 1, Erasure: &counterfoil.Erasure{Scope: counterfoil.ErasePerson, Basis: "data_subject_request", Keys: keys, Payloads: 2}}
}

func record(version uint64) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: 1, ID: counterfoil.ID{1}, Record: &counterfoil.Record{Type: "system", Version: version, Transition: "created"}}
}

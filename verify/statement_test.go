// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// seal is a right seal of everything in l up to here.
func (l *testLog) seal(epoch string) *counterfoil.Seal {
	return &counterfoil.Seal{Epoch: epoch, Size: l.Tree.Size(), Root: l.Tree.Root(), Intents: 7, Outcomes: 7}
}

func (l *testLog) add(e *counterfoil.Entry) { l.Batch(nil, logtest.Item{Entry: e}) }

// payloadOf is where the payload of the entry lies that was sealed as the n-th.
func (l *testLog) payloadOf(n int) []byte {
	return l.Payloads[counterfoil.SegmentHeaderBytes+n*24:][:24]
}

// TestStatements: what a ledger says of itself is compared with what it holds.
func TestStatements(t *testing.T) {
	other := counterfoil.ID{0: 7, 15: 2}
	tests := []struct {
		name  string
		class string // "" for sound
		index int64
		do    func(l *testLog)
	}{
		{"key erased twice over", "", 0, func(l *testLog) { l.add(erasure(counterfoil.ID{0: 7, 15: 1})) }},
		{"erased and opens", ProblemErasure, 9, func(l *testLog) { l.add(erasure(other)) }},
		{"erased before it was written", ProblemErasure, 17, func(l *testLog) {
			late := l.sealed(entryOf(counterfoil.KindIntent, 90), "prompt")
			l.add(erasure(late.Entry.ID))
			l.Batch(nil, late)
			l.add(l.outcomeOf(90, 1))
		}},
		{"overwritten by an entry", "", 0, func(l *testLog) {
			clear(l.payloadOf(6))
			clear(l.payloadOf(8))
			l.add(&counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Basis: "recorded_in_error", Targets: []counterfoil.ID{other}}})
		}},
		{"overwritten by an entry alone", ProblemErasure, 10, func(l *testLog) {
			l.add(&counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Basis: "recorded_in_error", Targets: []counterfoil.ID{{0: 7, 15: 102}}}})
		}},
		{"overwritten by nobody", ProblemPayload, 11, func(l *testLog) { clear(l.payloadOf(8)) }},
		{"overwritten in part", ProblemPayload, 11, func(l *testLog) {
			clear(l.payloadOf(6))
			clear(l.payloadOf(8)[:20])
			l.add(&counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Basis: "recorded_in_error", Targets: []counterfoil.ID{other}}})
		}},

		{"seal", "", 0, func(l *testLog) { l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: l.seal("2026q3")}) }},
		{"two seals", "", 0, func(l *testLog) {
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: l.seal("2026q3")})
			l.add(&counterfoil.Entry{Kind: counterfoil.KindGap, Gap: &counterfoil.Gap{Provider: "p", Requests: 4, Reason: "ledger_full"}})
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: &counterfoil.Seal{Epoch: "2026q4", First: 17, Size: 18, Root: l.Tree.Root(), Gaps: 4}})
		}},
		{"seal that leaves out an intent", ProblemSeal, 16, func(l *testLog) {
			s := l.seal("2026q3")
			s.Intents--
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: s})
		}},
		{"seal of another root", ProblemSeal, 16, func(l *testLog) {
			s := l.seal("2026q3")
			s.Root[3]++
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: s})
		}},
		{"seal of another size", ProblemSeal, 16, func(l *testLog) {
			s := l.seal("2026q3")
			s.Size++
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: s})
		}},
		{"seal that begins late", ProblemSeal, 16, func(l *testLog) {
			s := l.seal("2026q3")
			s.First = 1
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: s})
		}},
		{"epoch sealed twice", ProblemSeal, 17, func(l *testLog) {
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: l.seal("2026q3")})
			l.add(&counterfoil.Entry{Kind: counterfoil.KindSeal, Seal: &counterfoil.Seal{Epoch: "2026q3", First: 17, Size: 17, Root: l.Tree.Root()}})
		}},
		{"anchor of an unknown type", ProblemAnchor, 16, func(l *testLog) {
			l.add(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: &counterfoil.Anchor{Type: "beacon", Data: []byte{1}}})
		}},
		{"former head", "", 0, func(l *testLog) { l.cosigned(l.Tree.Size(), l.Tree.Root()) }},
		{"former head of another root", ProblemAnchor, 16, func(l *testLog) { l.cosigned(12, counterfoil.Hash{1}) }},
		{"former head that is no former one", ProblemAnchor, 16, func(l *testLog) { l.cosigned(40, counterfoil.Hash{1}) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newTestLog(t)
			tt.do(l)
			l.sign()
			l.Flush()
			r := l.verify(nil)
			if tt.class == "" {
				if r.Integrity != IntegrityOK {
					t.Fatalf("problems %v", r.Problems)
				}
				return
			}
			if len(r.Problems) != 1 || r.Problems[0].Class != tt.class || r.Problems[0].Index == nil || *r.Problems[0].Index != uint64(tt.index) {
				t.Errorf("problems %v, want one of class %s at entry %d", r.Problems, tt.class, tt.index)
			}
		})
	}
}

// cosigned takes in a former head of the log, signed by its key.
func (l *testLog) cosigned(size uint64, root counterfoil.Hash) {
	signed, err := counterfoil.Checkpoint{Origin: l.Origin, Size: size, Root: root}.Sign(l.signer)
	if err != nil {
		l.T.Fatal(err)
	}
	l.add(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorCosigned, Origin: l.Origin, Size: size, Root: root, Data: signed}})
}

// TestMissingSegment: payloads may be gone whole when an entry says so.
func TestMissingSegment(t *testing.T) {
	for _, stated := range []bool{true, false} {
		l := newTestLog(t)
		if stated {
			l.add(&counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseSegments, Basis: "retention", Segments: []uint64{0}}})
		}
		l.sign()
		l.Flush()
		if err := os.Remove(l.Path("payload", 0)); err != nil {
			t.Fatal(err)
		}
		r := l.verify(nil)
		if sound := r.Integrity == IntegrityOK; sound != stated || stated && r.Erased != 9 || !stated && len(r.Problems) != 9 {
			t.Errorf("stated %v: %+v", stated, r)
		}
	}
}

// registryOf makes a registry beside l that takes in heads of these sizes and roots.
func registryOf(t *testing.T, l *testLog, heads ...counterfoil.Checkpoint) *testLog {
	t.Helper()
	const origin = "counterfoil/00c0ffee/registry"
	r := &testLog{Builder: logtest.NewBuilder(t, origin), keys: map[string][32]byte{}}
	r.signer, r.verifier = logtest.NewKey(t, origin)
	r.start()
	enrolled := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: l.Origin, Key: l.verifier}
	signature, err := l.signer.Sign([]byte(enrolled.Text()))
	if err != nil {
		t.Fatal(err)
	}
	enrolled.Signature = signature
	r.add(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &enrolled})
	for _, h := range heads {
		signed, err := h.Sign(l.signer)
		if err != nil {
			t.Fatal(err)
		}
		r.add(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorHead, Origin: h.Origin, Size: h.Size, Root: h.Root, Data: signed}})
	}
	r.Write(filepath.Join(r.Dir, "ledger", "verifier"), []byte(r.verifier+"\n"))
	r.sign()
	r.Flush()
	if err := os.Rename(filepath.Join(r.Dir, "ledger"), filepath.Join(l.Dir, "registry")); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegistry(t *testing.T) {
	build := func() (*testLog, counterfoil.Checkpoint) {
		l := newTestLog(t)
		l.sign()
		l.Flush()
		return l, counterfoil.Checkpoint{Origin: l.Origin, Size: l.Tree.Size(), Root: l.Tree.Root()}
	}
	l, head := build()
	registryOf(t, l, head)
	r := l.verify(nil)
	if r.Integrity != IntegrityOK || r.Registry == nil || r.Registry.Heads != 1 || r.Registry.Entries != 3 {
		t.Fatalf("report %+v, registry %+v", r, r.Registry)
	}
	if text := strings.Join(r.Unchecked, " "); !strings.Contains(text, "Witnesses were not checked") {
		t.Errorf("unchecked %q", text)
	}

	tests := []struct {
		name, class string
		changes     []func(*counterfoil.Checkpoint) // of the right head, one a head taken in
	}{
		{"a head of another history", ProblemRegistry, []func(*counterfoil.Checkpoint){func(c *counterfoil.Checkpoint) { c.Root[0]++ }}},
		{"a head the log does not reach", ProblemRegistry, []func(*counterfoil.Checkpoint){func(c *counterfoil.Checkpoint) { c.Size += 5 }}},
		{"heads that shrink", ProblemAnchor, []func(*counterfoil.Checkpoint){func(*counterfoil.Checkpoint) {}, func(c *counterfoil.Checkpoint) { c.Size-- }}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, head := build()
			var heads []counterfoil.Checkpoint
			for _, change := range tt.changes {
				c := head
				change(&c)
				heads = append(heads, c)
			}
			registryOf(t, l, heads...)
			r := l.verify(nil)
			if len(r.Problems) != 1 || r.Problems[0].Class != tt.class {
				t.Errorf("problems %v, want one of class %s", r.Problems, tt.class)
			}
		})
	}

	l, head = build()
	reg := registryOf(t, l, head)
	segment := filepath.Join(l.Dir, "registry", counterfoil.SegmentName(0))
	b := append([]byte(nil), reg.Segment...)
	b[reg.Starts[2]+200] ^= 1
	reg.Write(segment, b)
	if r := l.verify(nil); len(r.Problems) == 0 || r.Problems[0].Log != "registry" || r.Problems[0].Class != ProblemSegment {
		t.Errorf("a changed registry: %v", r.Problems)
	}
}

func TestPolicy(t *testing.T) {
	l := newTestLog(t)
	l.sign()
	l.Flush()
	r := registryOf(t, l, counterfoil.Checkpoint{Origin: l.Origin, Size: l.Tree.Size(), Root: l.Tree.Root()})
	private, public, err := counterfoil.GenerateCosignerKey(rand.Reader, "witness.example")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := counterfoil.ParsePolicy([]byte("log " + r.verifier + "\nwitness w " + public + "\nquorum w\n"))
	if err != nil {
		t.Fatal(err)
	}
	under := func(o *Options) { o.Policy = policy }
	bare := newTestLog(t)
	bare.sign()
	bare.Flush()
	if got := bare.verify(under); len(got.Problems) != 1 || got.Problems[0].Class != ProblemCosignature || got.Problems[0].Where != "registry" {
		t.Errorf("no registry: %v", got.Problems)
	}
	if got := l.verify(under); len(got.Problems) != 1 || got.Problems[0].Class != ProblemCosignature {
		t.Errorf("no cosignature: %v", got.Problems)
	}
	cosigner, err := counterfoil.NewCosigner(private, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := counterfoil.Checkpoint{Origin: r.Origin, Size: r.Tree.Size(), Root: r.Tree.Root()}.Sign(r.signer, cosigner)
	if err != nil {
		t.Fatal(err)
	}
	r.Write(filepath.Join(l.Dir, "registry", "cosigned"), signed)
	if got := l.verify(under); got.Integrity != IntegrityOK || got.Witnessed != l.Tree.Size() {
		t.Errorf("cosigned: %+v", got)
	}
}

// TestErasureBesideAServer: an erasure may be recorded and carried out while the
// walk is under way. What is gone is explained by the entry behind it, and what was
// opened before the entry is no fault.
func TestErasureBesideAServer(t *testing.T) {
	late := time.Now().Add(time.Hour).UnixMicro() // after the run began
	for _, tt := range []struct {
		name   string
		keys   []counterfoil.ID
		broken bool
	}{
		{"gone, and an entry recorded meanwhile says so", []counterfoil.ID{{0: 7, 15: 91}}, false},
		{"opened, and erased meanwhile", []counterfoil.ID{{0: 7, 15: 2}, {0: 7, 15: 91}}, false},
		{"gone, and nothing says so", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newTestLog(t)
			l.Batch(nil, l.sealed(entryOf(counterfoil.KindIntent, 91), "prompt"))
			l.add(l.outcomeOf(91, 1))
			l.sign()
			for n := range byte(3) { // batches of their own, all recorded meanwhile
				e := record(uint64(n) + 1)
				e.Time = late
				l.add(e)
			}
			if tt.keys != nil {
				e := erasure(tt.keys...)
				e.Time = late
				l.add(e)
			}
			l.Flush()
			lock, err := durable.LockFile(filepath.Join(l.Dir, "lock"))
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Unlock()
			if r := l.verify(nil); (r.Integrity == IntegrityBroken) != tt.broken {
				t.Errorf("problems %v", r.Problems)
			}
		})
	}
}

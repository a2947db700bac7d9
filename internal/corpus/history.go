// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// Entries of the node's log that cases speak of.
const (
	atBoot, atIntent, atOutcome, atRecord, atConfig, atAccess, atRefused = 0, 1, 3, 5, 6, 7, 8
	atGap, atErasure, atSignal, atKey, atSecondBoot, atOverwritten       = 9, 10, 11, 12, 13, 14
	atTargets, atAnchor, atSeal, atTransition, atDrill                   = 16, 17, 18, 21, 22
)

func id(n byte) counterfoil.ID { return counterfoil.ID{0: 7, 15: n} }

// wrapping is the id of the wrapping key of interaction n.
func wrapping(n byte) counterfoil.ID { return counterfoil.ID{0: 9, 15: n} }

func (l *Log) boot(key string) {
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 1, Boot: &counterfoil.Boot{Version: "0.1.0", NodeKey: key, PrevSize: l.size(), PrevRoot: l.tree.Root()}})
}

func intent(n byte) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindIntent, Time: 3, ID: id(n), Intent: &counterfoil.Intent{Provider: "sandbox", Dialect: "openai", Operation: "chat", RequestBytes: 512, Policy: counterfoil.Hash{2}}}
}

func outcome(n byte, of uint64) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: 4, ID: id(n), Outcome: &counterfoil.Outcome{Intent: counterfoil.Index(of), Result: counterfoil.ResultAnswered, Status: 200}}
}

// sealed gives e a payload under the wrapping key n.
func sealed(e *counterfoil.Entry, n byte, text string) logtest.Item {
	commitment := counterfoil.LeafHash([]byte(text))
	e.Commitment = commitment[:]
	key := wrapping(n)
	return logtest.Item{Entry: e, Sealed: append(append([]byte{0xc1}, key[:]...), text...)}
}

// before is the history until the key is rotated.
func (l *Log) before(key string) {
	l.boot(key)
	l.add(sealed(intent(1), 1, "first question"), sealed(intent(2), 2, "second question"))
	l.add(sealed(outcome(1, 1), 1, "first answer"), sealed(outcome(2, 2), 2, "second answer"))
	record := &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: 5, ID: id(40), Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"}}
	l.add(sealed(record, 40, "a system"))
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindConfig, Time: 5, Config: &counterfoil.ConfigChange{Config: counterfoil.Hash{1}, Policy: counterfoil.Hash{2}, Reason: "reload"}})
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindAccess, Time: 5, Actor: id(60), Access: &counterfoil.Access{Action: "reveal", Target: id(1)}})
	refused := intent(3)
	refused.Outcome = &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401}
	l.entry(refused)
	l.Batches[len(l.Batches)-1].Roll = true
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindGap, Time: 6, Gap: &counterfoil.Gap{Provider: "sandbox", From: 5, To: 6, Requests: 4, Limit: 10, Reason: "ledger_full"}})
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 7, Erasure: &counterfoil.Erasure{
		Scope: counterfoil.ErasePerson, Basis: "data_subject_request", Subject: id(61), Payloads: 2, Keys: []counterfoil.ID{wrapping(1)},
	}})
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindSignal, Time: 8, Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictPassed, Count: 11, Digest: counterfoil.Hash{5}}})
}

// after is the history from there on.
func (l *Log) after(former, key string, by, next note.Signer, registry *counterfoil.Entry) {
	event := counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: l.Origin, Key: key, Former: former, Size: l.size(), Root: l.tree.Root()}
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 9, Key: signedEvent(l.t, event, next, by)})
	l.boot(key)
	l.add(sealed(intent(4), 4, "by mistake"))
	l.Batches[len(l.Batches)-1].Frames[0].Overwritten = true
	l.entry(outcome(4, atOverwritten))
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 10, Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseInteraction, Basis: "recorded_in_error", Payloads: 1, Targets: []counterfoil.ID{id(4)},
	}})
	l.entry(registry)
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindSeal, Time: 11, Seal: &counterfoil.Seal{Epoch: "2026q3", Size: l.size(), Root: l.tree.Root(), Intents: 4, Outcomes: 4, Gaps: 4}})
	l.Batches[len(l.Batches)-1].Roll = true
	l.add(sealed(intent(5), 5, "third question"))
	l.entry(outcome(5, 19))
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindTransition, Time: 12, ID: id(40)})
	l.entry(&counterfoil.Entry{Kind: counterfoil.KindDrill, Time: 12})
}

// anchor takes in a note about the present state of a log.
func anchor(kind string, of *Log, signed []byte) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 8, Anchor: &counterfoil.Anchor{Type: kind, Origin: of.Origin, Size: of.tree.Size(), Root: of.tree.Root(), Data: signed}}
}

func signedEvent(t testing.TB, e counterfoil.KeyEvent, by, former note.Signer) *counterfoil.KeyEvent {
	t.Helper()
	var err error
	if e.Signature, err = by.Sign([]byte(e.Text())); err != nil {
		t.Fatal(err)
	}
	if former != nil {
		if e.FormerSignature, err = former.Sign([]byte(e.Text())); err != nil {
			t.Fatal(err)
		}
	}
	return &e
}

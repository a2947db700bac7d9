// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// keyEvent adds an event about the keys of l, signed by both.
func (l *testLog) keyEvent(event string, size uint64, root counterfoil.Hash, key, former note.Signer, keyText, formerText string) {
	l.T.Helper()
	b := counterfoil.KeyEvent{Event: event, Origin: l.Origin, Key: keyText, Former: formerText, Size: size, Root: root}
	for _, s := range []struct {
		by   note.Signer
		into *[]byte
	}{{key, &b.Signature}, {former, &b.FormerSignature}} {
		signature, err := s.by.Sign([]byte(b.Text()))
		if err != nil {
			l.T.Fatal(err)
		}
		*s.into = signature
	}
	l.add(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &b})
}

// rotate puts a new key in force and returns the old one.
func (l *testLog) rotate() (former note.Signer, formerText string) {
	l.T.Helper()
	former, formerText = l.signer, l.verifier
	l.signer, l.verifier = logtest.NewKey(l.T, l.Origin)
	l.keyEvent(counterfoil.KeyRotated, l.Tree.Size(), l.Tree.Root(), l.signer, former, l.verifier, formerText)
	l.Write(l.Dir+"/ledger/verifier", []byte(l.verifier+"\n"))
	return former, formerText
}

// TestCompromisedKey: a head above the size a compromise names no longer counts,
// one below does, and so does one that another key signed too.
func TestCompromisedKey(t *testing.T) {
	tests := []struct {
		name  string
		upTo  func(kept uint64) uint64
		sound bool
	}{
		{"from behind the kept head on", func(kept uint64) uint64 { return kept }, true},
		{"from before the kept head on", func(kept uint64) uint64 { return kept - 1 }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newTestLog(t)
			kept, size := l.sign(), l.Tree.Size()
			former, formerText := l.rotate()
			l.keyEvent(counterfoil.KeyCompromised, tt.upTo(size), counterfoil.Hash{}, l.signer, former, l.verifier, formerText)
			l.sign()
			l.Flush()
			r := l.verify(func(o *Options) { o.Heads = [][]byte{kept} })
			if sound := r.Integrity == IntegrityOK; sound != tt.sound || !sound && r.ExitCode() != exitCodes[ProblemHead] || r.Signed != l.Tree.Size() {
				t.Errorf("signed %d, problems %v", r.Signed, r.Problems)
			}
		})
	}
}

// TestRotatedKeepsOrigin: a key of another name does not follow.
func TestRotatedKeepsOrigin(t *testing.T) {
	l := newTestLog(t)
	other, otherText := logtest.NewKey(t, "counterfoil/another")
	l.keyEvent(counterfoil.KeyRotated, l.Tree.Size(), l.Tree.Root(), other, l.signer, otherText, l.verifier)
	l.sign()
	l.Flush()
	if r := l.verify(nil); r.ExitCode() != exitCodes[ProblemKey] {
		t.Errorf("problems %v", r.Problems)
	}
}

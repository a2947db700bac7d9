// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// newOrigin is what the log goes on as, atSuccession the entry that says so.
const (
	newOrigin    = "counterfoil/00c0ffef"
	atSuccession = atEnd
)

// signer is a key of a log.
type signer struct {
	note.Signer
	text string
}

func newSigner(w *World, origin string) signer {
	s, text := logtest.NewKey(w.t, origin)
	return signer{s, text}
}

// present are the keys that sign the node's log, the newest first.
func (w *World) present() (newest, former signer) {
	return signer{w.Node.Signers[0], w.second()}, signer{w.Node.Signers[1], w.Key}
}

// goOn makes the node's log go on under the name of a key. change falsifies the event
// before it is signed.
func (w *World) goOn(next, former signer, change func(e *counterfoil.KeyEvent)) {
	w.t.Helper()
	e := counterfoil.KeyEvent{
		Event: counterfoil.KeySucceeded, Origin: next.Name(), Key: next.text, Former: former.text, Size: w.Node.size(), Root: w.Node.tree.Root(),
	}
	if change != nil {
		change(&e)
	}
	w.Node.Origin = next.Name()
	w.Node.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, e, next, former.Signer)})
	w.signAs(next)
}

// signAs starts again, goes on for an entry and signs.
func (w *World) signAs(by signer) {
	w.Node.boot(by.text)
	w.Node.entry(intent(91))
	w.Node.Signers, w.Node.Verifier, w.Node.Checkpoint = []note.Signer{by.Signer}, by.text+"\n", w.Node.head(by)
	w.Key = by.text
}

// enter lets the registry take in what the node's log goes on as.
func (w *World) enter(by signer) {
	e := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: w.Node.Origin, Key: by.text, Size: w.Node.size(), Root: w.Node.tree.Root()}
	w.Registry.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 21, Key: signedEvent(w.t, e, by, nil)})
	w.take(w.Node.Checkpoint)
}

// take lets the registry take in a head of the node.
func (w *World) take(signed []byte) {
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Registry.entry(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 21, Anchor: &counterfoil.Anchor{
		Type: counterfoil.AnchorHead, Origin: c.Origin, Size: c.Size, Root: c.Root, Data: signed,
	}})
	w.Registry.Checkpoint = w.Registry.head(w.Registry.Signers...)
}

// succeed is an honest succession of the world as it is, which the registry sees, but
// for what change does to the event. It returns the key before it.
func (w *World) succeed(change func(e *counterfoil.KeyEvent)) (former signer) {
	former, _ = w.present()
	next := newSigner(w, newOrigin)
	w.goOn(next, former, change)
	w.enter(next)
	return former
}

// beyond is a head by which the log had n more entries than it has.
func (w *World) beyond(n int, by signer) []byte {
	tree, err := counterfoil.NewTree(w.Node.size(), w.Node.tree.Edge(nil))
	if err != nil {
		w.t.Fatal(err)
	}
	for range n {
		tree.Append(nil, counterfoil.LeafHash([]byte("lost")))
	}
	lost := Log{Origin: by.Name(), tree: *tree, t: w.t}
	return lost.head(by)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// atEnd is the index of the first entry a case adds.
const atEnd = 23

// rules adds entries that contradict the ones before, rightly signed.
func rules() []Case {
	var all []Case
	add := func(name, class string, index int, e func(w *World) *counterfoil.Entry) {
		all = append(all, Case{Name: name, Class: class, Index: index, Change: func(w *World) {
			w.Node.entry(e(w))
			w.Node.Checkpoint = w.Node.head(w.Node.Signers...)
		}})
	}
	add("a second outcome", "outcome", atEnd, func(*World) *counterfoil.Entry { return outcome(5, 19) })
	add("an outcome of nothing", "outcome", atEnd, func(*World) *counterfoil.Entry { return outcome(5, 500) })
	add("an outcome of an entry of another kind", "outcome", atEnd, func(*World) *counterfoil.Entry { return outcome(40, atRecord) })
	add("an outcome of a closed intent", "outcome", atEnd, func(*World) *counterfoil.Entry { return outcome(3, atRefused) })
	add("a start on another root", "boot", atEnd, func(w *World) *counterfoil.Entry {
		return &counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 20, Boot: &counterfoil.Boot{NodeKey: w.Key, PrevSize: atEnd, PrevRoot: counterfoil.Hash{1}}}
	})
	add("a start on another size", "boot", atEnd, func(w *World) *counterfoil.Entry {
		return &counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 20, Boot: &counterfoil.Boot{NodeKey: w.Key, PrevSize: 3, PrevRoot: w.Node.tree.Root()}}
	})
	add("a start with an unknown key", "boot", atEnd, func(w *World) *counterfoil.Entry {
		_, key := logtest.NewKey(w.t, origin)
		return &counterfoil.Entry{Kind: counterfoil.KindBoot, Time: 20, Boot: &counterfoil.Boot{NodeKey: key, PrevSize: atEnd, PrevRoot: w.Node.tree.Root()}}
	})
	for name, change := range map[string]func(s *counterfoil.Seal){
		"of an intent too many":  func(s *counterfoil.Seal) { s.Intents++ },
		"of an outcome too few":  func(s *counterfoil.Seal) { s.Outcomes-- },
		"of gaps nobody stated":  func(s *counterfoil.Seal) { s.Gaps = 9 },
		"that begins late":       func(s *counterfoil.Seal) { s.First++ },
		"of another root":        func(s *counterfoil.Seal) { s.Root[0] ^= 1 },
		"of another size":        func(s *counterfoil.Seal) { s.Size-- },
		"of the epoch before":    func(s *counterfoil.Seal) { s.Epoch = "2026q2" },
		"of the same epoch over": func(s *counterfoil.Seal) { s.Epoch = "2026q3" },
	} {
		add("a seal "+name, "seal", atEnd, func(w *World) *counterfoil.Entry {
			s := &counterfoil.Seal{Epoch: "2026q4", Size: atEnd, Root: w.Node.tree.Root(), First: atSeal + 1, Intents: 1, Outcomes: 1}
			change(s)
			return &counterfoil.Entry{Kind: counterfoil.KindSeal, Time: 20, Seal: s}
		})
	}
	for name, change := range map[string]func(e *counterfoil.KeyEvent){
		"of another size":         func(e *counterfoil.KeyEvent) { e.Size-- },
		"of another root":         func(e *counterfoil.KeyEvent) { e.Root[0] ^= 1 },
		"with another signature":  func(e *counterfoil.KeyEvent) { e.Signature[5] ^= 1 },
		"the former did not sign": func(e *counterfoil.KeyEvent) { e.FormerSignature[5] ^= 1 },
	} {
		add("a key "+name, "key", atEnd, func(w *World) *counterfoil.Entry {
			next, key := logtest.NewKey(w.t, origin)
			e := counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: origin, Key: key, Former: w.Key, Size: atEnd, Root: w.Node.tree.Root()}
			if name[:3] == "of " { // the text is signed as changed
				change(&e)
				return &counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, e, next, w.Node.Signers[1])}
			}
			signed := signedEvent(w.t, e, next, w.Node.Signers[1])
			change(signed)
			return &counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signed}
		})
	}
	add("a key that follows an unknown one", "key", atEnd, func(w *World) *counterfoil.Entry {
		next, key := logtest.NewKey(w.t, origin)
		stranger, former := logtest.NewKey(w.t, origin)
		e := counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: origin, Key: key, Former: former, Size: atEnd, Root: w.Node.tree.Root()}
		return &counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, e, next, stranger)}
	})
	add("an anchor of a type nobody knows", "anchor", atEnd, func(*World) *counterfoil.Entry {
		return &counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 20, Anchor: &counterfoil.Anchor{Type: "beacon", Data: []byte{1}}}
	})
	add("an anchor that says another size than its note", "anchor", atEnd, func(w *World) *counterfoil.Entry {
		e := anchor(counterfoil.AnchorRegistry, w.Registry, w.Registry.Checkpoint)
		e.Anchor.Size++
		return e
	})
	add("a registry head by a stranger", "anchor", atEnd, func(w *World) *counterfoil.Entry {
		stranger, _ := logtest.NewKey(w.t, w.Registry.Origin)
		return anchor(counterfoil.AnchorRegistry, w.Registry, w.Registry.head(stranger))
	})
	add("a commitment without a payload", "payload", atEnd, func(*World) *counterfoil.Entry {
		return sealed(intent(91), 91, "x").Entry
	})
	return all
}

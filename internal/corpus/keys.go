// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// keys states that the former key of the log was compromised, and signs heads with one or the other.
func keys() []Case {
	end := func(size uint64, head ...int) func(w *World) {
		return func(w *World) {
			second, first := w.Node.Signers[0], w.Node.Signers[1]
			e := counterfoil.KeyEvent{Event: counterfoil.KeyCompromised, Origin: origin, Key: w.second(), Former: w.Key, Size: size}
			w.Node.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, e, second, nil)})
			var by []note.Signer
			for _, n := range head {
				by = append(by, []note.Signer{first, second}[n])
			}
			w.Node.Checkpoint = w.Node.head(by...)
		}
	}
	// kept is a head of the size before, by the former key alone.
	kept := func(change func(w *World)) func(w *World) {
		return func(w *World) {
			w.Heads = [][]byte{w.Node.head(w.Node.Signers[1])}
			change(w)
		}
	}
	return []Case{
		{Name: "former key compromised, head by the new one", Index: -1, Change: end(15, 1)},
		{Name: "former key compromised, head by both", Index: -1, Change: end(15, 0, 1)},
		{Name: "former key compromised, head by it alone", Class: "head", Index: -1, Where: at("checkpoint"), Change: end(15, 0)},
		{Name: "former key compromised below a kept head by it alone", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: kept(end(15, 1))},
		{Name: "former key compromised behind a kept head", Index: -1, Head: true, Change: kept(end(atEnd, 1))},
		{Name: "former key compromised below a kept head by both", Index: -1, Head: true, Change: end(15, 1)},
	}
}

// second is the newest verifier key of the node's log.
func (w *World) second() string { return strings.SplitN(w.Node.Verifier, "\n", 2)[0] }

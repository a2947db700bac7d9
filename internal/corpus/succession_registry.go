// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// reachedBack are registries that learn of a compromise behind the cosigned heads it
// reaches back over.
func reachedBack() []Case {
	end := func(size uint64, both bool) func(w *World) {
		return func(w *World) {
			r, former := w.Registry, signer{w.Registry.Signers[0], strings.TrimSpace(w.Registry.Verifier)}
			next := newSigner(w, r.Origin)
			rotated := counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: r.Origin, Key: next.text, Former: former.text, Size: r.size(), Root: r.tree.Root()}
			r.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, rotated, next, former)})
			by := []note.Signer{former}
			if both {
				by = append(by, next)
			}
			r.entry(anchor(counterfoil.AnchorCosigned, r, r.head(by...)))
			ended := counterfoil.KeyEvent{Event: counterfoil.KeyCompromised, Origin: r.Origin, Key: next.text, Former: former.text, Size: size}
			r.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 21, Key: signedEvent(w.t, ended, next, nil)})
			r.Signers, r.Verifier, r.Checkpoint, w.Cosigned = []note.Signer{next}, next.text+"\n", r.head(next), r.head(next)
		}
	}
	return []Case{
		{Name: "registry key compromised behind all that was cosigned", Index: -1, Change: end(6, false)},
		{Name: "registry key compromised below a cosigned head by both", Index: -1, Change: end(4, true)},
		{Name: "registry key compromised below a cosigned head", Class: "anchor", Log: "registry", Index: 6, Change: end(5, false)},
		{Name: "registry key compromised below two cosigned heads", Class: "anchor", Log: "registry", Index: 4, Change: end(3, true)},
	}
}

// formerHeads are registries that went on themselves, and take in heads from before it.
func formerHeads() []Case {
	after := func(stamped string, newer bool) func(w *World) {
		return func(w *World) {
			r := w.Registry
			former := signer{r.Signers[0], strings.TrimSpace(r.Verifier)}
			cosigned := anchor(counterfoil.AnchorCosigned, r, r.head(former))
			next := newSigner(w, newOrigin+"/registry")
			e := counterfoil.KeyEvent{Event: counterfoil.KeySucceeded, Origin: next.Name(), Key: next.text, Former: former.text, Size: r.size(), Root: r.tree.Root()}
			r.Origin = next.Name()
			r.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 20, Key: signedEvent(w.t, e, next, former)})
			r.entry(cosigned)
			size, root := e.Size, e.Root
			if newer {
				size, root = r.size(), r.tree.Root()
			}
			r.entry(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 20, Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorTimestamp, Origin: stamped, Size: size, Root: root, Data: []byte("token")}})
			r.Signers, r.Verifier, r.Checkpoint, w.Cosigned = []note.Signer{next}, next.text+"\n", r.head(next), r.head(next)
		}
	}
	return []Case{
		{Name: "registry succession, then a cosigned head and a stamp from before", Index: -1, Change: after(origin+"/registry", false)},
		{Name: "registry succession, then a stamp of the new log", Index: -1, Change: after(newOrigin+"/registry", true)},
		{Name: "registry succession, then a stamp of the former log over more", Class: "anchor", Log: "registry", Index: 7, Change: after(origin+"/registry", true)},
		{Name: "registry succession, then a stamp of the new log over less", Class: "anchor", Log: "registry", Index: 7, Change: after(newOrigin+"/registry", false)},
	}
}

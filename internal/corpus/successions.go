// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"slices"

	"github.com/counterfoil/counterfoil"
)

// successions are logs that go on under another origin.
func successions() []Case {
	honestly := func(w *World) { w.succeed(nil) }
	return slices.Concat(goneOn(honestly), forged(), lost(honestly), reachedBack(), formerHeads())
}

func goneOn(honestly func(w *World)) []Case {
	return []Case{
		{Name: "succession", Index: -1, Change: honestly},
		{Name: "succession, the former key given", Index: -1, Change: func(w *World) { key := w.Key; w.succeed(nil); w.Key = key }},
		{Name: "succession, a kept head of the former log", Index: -1, Head: true, Change: honestly},
		{Name: "succession, a receipt of the former log", Index: -1, Change: honestly, Receipt: formerReceipt(atIntent)},
		{Name: "succession without the former key", Index: -1, Change: func(w *World) {
			former, _ := w.present()
			former.Signer = nil
			w.goOn(newSigner(w, newOrigin), former, nil)
		}},
		{Name: "two successions", Index: -1, Head: true, Change: func(w *World) {
			w.succeed(nil)
			former := signer{w.Node.Signers[0], w.Key}
			next := newSigner(w, "counterfoil/00c0fff0")
			w.goOn(next, former, nil)
			w.enter(next)
		}},
	}
}

// forged are successions that do not hold.
func forged() []Case {
	event := func(name string, change func(w *World, e *counterfoil.KeyEvent)) Case {
		return Case{Name: "succession " + name, Class: "key", Index: atSuccession, Change: func(w *World) {
			w.succeed(func(e *counterfoil.KeyEvent) { change(w, e) })
		}}
	}
	return []Case{
		event("of another root", func(_ *World, e *counterfoil.KeyEvent) { e.Root[0] ^= 1 }),
		event("of another size", func(_ *World, e *counterfoil.KeyEvent) { e.Size-- }),
		event("of a key that never signed", func(w *World, e *counterfoil.KeyEvent) { e.Former = newSigner(w, origin).text }),
		{Name: "succession by a key of the same origin", Class: "key", Index: atSuccession, Change: func(w *World) {
			former, _ := w.present()
			w.goOn(newSigner(w, origin), former, nil)
		}},
		{Name: "succession back to the former origin", Class: "key", Index: atSuccession + 3, Change: func(w *World) {
			w.succeed(nil)
			w.goOn(newSigner(w, origin), signer{w.Node.Signers[0], w.Key}, nil)
		}},
		{Name: "succession without the former key, which is given", Class: "key", Index: atSuccession, Change: func(w *World) {
			former, _ := w.present()
			key := w.Key
			former.Signer = nil
			w.goOn(newSigner(w, newOrigin), former, nil)
			w.Key = key
		}},
		{Name: "succession nobody entered", Class: "boot", Index: atBoot, Change: func(w *World) {
			w.Node.Origin = newOrigin
			w.signAs(newSigner(w, newOrigin))
		}},
		{Name: "succession nobody entered, the former key given", Class: "segment", Index: -1, Where: at("0000000000.seg at byte 0"), Change: func(w *World) {
			key := w.Key
			w.Node.Origin = newOrigin
			w.signAs(newSigner(w, newOrigin))
			w.Key = key
		}},
		{Name: "succession, the segments of the former origin", Class: "segment", Index: -1, Where: at("0000000000.seg at byte 0"), Change: func(w *World) {
			w.succeed(nil)
			w.Node.Origin = origin
		}},
		{Name: "succession, a start by the former key", Class: "boot", Index: atSuccession + 3, Change: func(w *World) {
			former := w.succeed(nil)
			w.Node.boot(former.text)
			w.Node.Checkpoint = w.Node.head(w.Node.Signers...)
		}},
		{Name: "succession, an entry before it altered, its root mended", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: func(w *World) {
			flip(w.Node, atTransition, 2)
			w.Node.Recompute()
			w.succeed(nil)
		}},
		{Name: "succession, an entry before it altered, seen by the registry", Class: "registry", Log: "registry", Index: 3, Change: func(w *World) {
			flip(w.Node, atTransition, 2)
			w.Node.Recompute()
			w.succeed(nil)
		}},
		{Name: "succession, an entry before it altered afterwards", Class: "key", Index: atSuccession, Change: func(w *World) {
			w.succeed(nil)
			flip(w.Node, atRecord, 2)
			w.Node.Resign()
		}},
		{Name: "succession, a head of the new log from before it", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: func(w *World) {
			next := newSigner(w, newOrigin)
			early := *w.Node
			early.Origin = newOrigin
			w.Heads = [][]byte{early.head(next)}
			former, _ := w.present()
			w.goOn(next, former, nil)
		}},
		{Name: "succession, the registry saw another end", Class: "registry", Log: "registry", Index: 6, Change: func(w *World) {
			former, _ := w.present()
			next := newSigner(w, newOrigin)
			w.goOn(next, former, nil)
			longer := *w.Node
			w.Node.Checkpoint = w.beyond(2, next)
			w.enter(next)
			w.Node.Checkpoint = longer.head(next)
		}},
	}
}

// lost are heads and receipts of the former log for what was not taken over.
func lost(honestly func(w *World)) []Case {
	kept := func(n int, by func(newest, former signer) signer) func(w *World) {
		return func(w *World) {
			w.Heads = [][]byte{w.beyond(n, by(w.present()))}
			w.succeed(nil)
		}
	}
	newest := func(newest, _ signer) signer { return newest }
	return []Case{
		{Name: "succession, the registry took in entries that are lost", Index: -1, Change: func(w *World) {
			_, by := w.present() // whom the registry knows
			w.take(w.beyond(40, by))
			w.succeed(nil)
		}},
		{Name: "succession, a kept head over an entry that is lost", Class: "missing", Index: atSuccession, Head: true, Change: kept(1, newest)},
		{Name: "succession, a kept head over many that are lost", Class: "missing", Index: atSuccession, Head: true, Change: kept(40, newest)},
		{Name: "succession, the same by the key before", Class: "missing", Index: atSuccession, Head: true, Change: kept(40, func(_, former signer) signer { return former })},
		{Name: "succession, a kept head over lost entries by a stranger", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: func(w *World) {
			w.Heads = [][]byte{w.beyond(40, newSigner(w, origin))}
			w.succeed(nil)
		}},
		{Name: "succession, the former log signs on", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: func(w *World) {
			former := w.succeed(nil)
			w.Heads = [][]byte{w.beyond(0, former)}
		}},
		{Name: "succession, the former log signs on and publishes", Class: "head", Index: -1, Where: at("checkpoint"), Change: func(w *World) {
			former := w.succeed(nil)
			w.Node.Checkpoint = w.beyond(0, former)
		}},
		{Name: "succession, a receipt of an entry that is lost", Class: "receipt", Index: -1, Where: at("receipt 1, entry 23"), Change: honestly, Receipt: formerReceipt(atSuccession)},
	}
}

// formerReceipt is a receipt that the log gave under its former name.
func formerReceipt(at int) func(w *World) []byte {
	return func(w *World) []byte {
		b, n := w.Node.Frame(atIntent)
		raw := w.Node.Batches[b].Frames[n].Raw
		e, err := counterfoil.DecodeEntry(raw)
		if err != nil {
			w.t.Fatal(err)
		}
		r := counterfoil.Receipt{Origin: origin, Interaction: e.ID, Index: counterfoil.Index(at), Leaf: counterfoil.LeafHash(raw), Time: e.Time}
		signed, err := r.Sign(w.founding)
		if err != nil {
			w.t.Fatal(err)
		}
		return signed
	}
}

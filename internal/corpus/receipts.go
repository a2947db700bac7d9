// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// receipts are promises the log has to bear out.
func receipts() []Case {
	promise := func(at int, change func(r *counterfoil.Receipt)) func(w *World) []byte {
		return func(w *World) []byte {
			b, n := w.Node.Frame(at)
			raw := w.Node.Batches[b].Frames[n].Raw
			e, err := counterfoil.DecodeEntry(raw)
			if err != nil {
				w.t.Fatal(err)
			}
			r := counterfoil.Receipt{Origin: origin, Interaction: e.ID, Index: counterfoil.Index(at), Leaf: counterfoil.LeafHash(raw), Time: e.Time}
			if change != nil {
				change(&r)
			}
			signed, err := r.Sign(w.Node.Signers[1])
			if err != nil {
				w.t.Fatal(err)
			}
			return signed
		}
	}
	return []Case{
		{Name: "receipt of an intent", Index: -1, Receipt: promise(atIntent, nil)},
		{Name: "receipt of a closed intent", Index: -1, Receipt: promise(atRefused, nil)},
		{Name: "receipt of another entry", Class: "receipt", Index: -1, Where: at("receipt 1, entry 1"), Receipt: promise(atIntent, func(r *counterfoil.Receipt) { r.Leaf[0] ^= 1 })},
		{Name: "receipt at another place", Class: "receipt", Index: -1, Where: at("receipt 1, entry 2"), Receipt: promise(atIntent, func(r *counterfoil.Receipt) { r.Index++ })},
		{Name: "receipt of another interaction", Class: "receipt", Index: -1, Where: at("receipt 1, entry 1"), Receipt: promise(atIntent, func(r *counterfoil.Receipt) { r.Interaction = id(99) })},
		{Name: "receipt of another time", Class: "receipt", Index: -1, Where: at("receipt 1, entry 1"), Receipt: promise(atIntent, func(r *counterfoil.Receipt) { r.Time++ })},
		{Name: "receipt of an entry that is no intent", Class: "receipt", Index: -1, Where: at("receipt 1, entry 5"), Receipt: promise(atRecord, nil)},
		{Name: "receipt behind the end of the log", Class: "receipt", Index: -1, Where: at("receipt 1, entry 500"), Receipt: promise(atIntent, func(r *counterfoil.Receipt) { r.Index = 500 })},
		{Name: "receipt by a stranger", Class: "receipt", Index: -1, Where: at("receipt 1"), Receipt: func(w *World) []byte {
			stranger, _ := logtest.NewKey(w.t, origin)
			signed, err := counterfoil.Receipt{Origin: origin, Interaction: id(1), Index: atIntent, Leaf: counterfoil.Hash{1}, Time: 3}.Sign(stranger)
			if err != nil {
				w.t.Fatal(err)
			}
			return signed
		}},
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// registry tells what the registry sees, and what may be done to it.
func registry() []Case {
	const log = "registry"
	var all []Case
	for entry := range 5 {
		for part := range 5 {
			name := fmt.Sprintf("registry entry %d, bit in part %d of 5", entry, part+1)
			all = append(
				all,
				Case{Name: name + ", checksum mended", Class: "root", Log: log, Index: -1, Where: func(w *World) string { return "registry, " + w.Registry.batchAt(entry).String() }, Change: func(w *World) { flip(w.Registry, entry, part) }},
				Case{Name: name + ", trailers mended", Class: "head", Log: log, Index: -1, Where: at("registry, checkpoint"), Change: func(w *World) { flip(w.Registry, entry, part); w.Registry.Recompute() }},
			)
		}
	}
	for _, k := range kinds {
		if k.at == atDrill {
			continue
		}
		all = append(all, Case{Name: k.name + ", last of the log, signed again, seen by the registry", Class: "registry", Log: log, Index: 3, Change: func(w *World) { cut(w.Node, k.at); w.Node.Resign() }})
	}
	add := func(c Case) { c.Log = log; all = append(all, c) }
	entry := func(w *World, e *counterfoil.Entry) {
		w.Registry.entry(e)
		w.Registry.Checkpoint = w.Registry.head(w.Registry.Signers...)
	}
	add(Case{Name: "a node head by a stranger", Class: "anchor", Index: 5, Change: func(w *World) {
		stranger, _ := logtest.NewKey(w.t, origin)
		entry(w, anchor(counterfoil.AnchorHead, w.Node, w.Node.head(stranger)))
	}})
	add(Case{Name: "a node head that shrinks", Class: "anchor", Index: 5, Change: func(w *World) {
		b := &w.Registry.Batches[2].Frames[0]
		e, err := counterfoil.DecodeEntry(b.Raw)
		if err != nil {
			w.t.Fatal(err)
		}
		entry(w, e)
	}})
	add(Case{Name: "a former registry head of another root", Class: "anchor", Index: 5, Change: func(w *World) {
		c := counterfoil.Checkpoint{Origin: w.Registry.Origin, Size: 3, Root: counterfoil.Hash{1}}
		signed, err := c.Sign(w.Registry.Signers...)
		if err != nil {
			w.t.Fatal(err)
		}
		entry(w, &counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 20, Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorCosigned, Origin: c.Origin, Size: c.Size, Root: c.Root, Data: signed}})
	}})
	all = append(all, Case{Name: "a head of a history the log does not have", Class: "registry", Log: log, Index: 5, Change: func(w *World) {
		c := counterfoil.Checkpoint{Origin: origin, Size: atEnd, Root: counterfoil.Hash{1}}
		signed, err := c.Sign(w.Node.Signers[1])
		if err != nil {
			w.t.Fatal(err)
		}
		entry(w, &counterfoil.Entry{Kind: counterfoil.KindAnchor, Time: 20, Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorHead, Origin: origin, Size: c.Size, Root: c.Root, Data: signed}})
	}})
	add(Case{Name: "cosigned head by a stranger", Class: "head", Index: -1, Where: at("registry, cosigned"), Change: func(w *World) {
		stranger, _ := logtest.NewKey(w.t, w.Registry.Origin)
		w.Cosigned = w.Registry.head(stranger)
	}})
	add(Case{Name: "cosignatures taken off everywhere", Class: "cosignature", Index: -1, Where: at("registry, cosigned"), Policy: true, Change: func(w *World) {
		takeOut(w.Registry, 4)
		w.Registry.Resign()
		w.Cosigned = w.Registry.Checkpoint
	}})
	add(Case{Name: "cosigned head of another root, by the registry", Class: "head", Index: -1, Where: at("registry, cosigned"), Change: func(w *World) {
		signed, err := counterfoil.Checkpoint{Origin: w.Registry.Origin, Size: 3, Root: counterfoil.Hash{1}}.Sign(w.Registry.Signers...)
		if err != nil {
			w.t.Fatal(err)
		}
		w.Cosigned = signed
	}})
	add(Case{Name: "cosigned head of a longer registry", Class: "missing", Index: -1, Where: at("registry, entry 5"), Change: func(w *World) {
		signed, err := counterfoil.Checkpoint{Origin: w.Registry.Origin, Size: 9, Root: counterfoil.Hash{1}}.Sign(w.Registry.Signers...)
		if err != nil {
			w.t.Fatal(err)
		}
		w.Cosigned = signed
	}})
	add(Case{Name: "cosigned head is no note", Class: "head", Index: -1, Where: at("registry, cosigned"), Change: func(w *World) { w.Cosigned = []byte("x\n") }})
	add(Case{Name: "cosigned head taken away, the registry has one", Index: -1, Policy: true, Files: remove("registry/cosigned")})
	add(Case{Name: "cosignatures taken off the newest head, the registry has one", Index: -1, Policy: true, Change: func(w *World) { w.Cosigned = w.Registry.Checkpoint }})
	add(Case{Name: "cosigned by a stranger under the witness's name", Class: "cosignature", Index: -1, Where: at("registry, cosigned"), Policy: true, Change: func(w *World) {
		takeOut(w.Registry, 4)
		w.Registry.Resign()
		stranger, _ := newWitness(w.t)
		w.Cosigned = w.Registry.head(w.Registry.Signers[0], stranger)
	}})
	add(Case{Name: "no registry head", Class: "head", Index: -1, Where: at("registry, checkpoint"), Files: remove("registry/checkpoint")})
	add(Case{Name: "registry signed again after an entry was taken out", Class: "anchor", Index: 3, Change: func(w *World) {
		takeOut(w.Registry, 3)
		w.Registry.Resign()
	}})
	return all
}

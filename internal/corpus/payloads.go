// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"testing"

	"github.com/counterfoil/counterfoil"
)

const payloadFile = "payload/0000000000.seg"

// payloads harms what lies beside the log.
func payloads() []Case {
	var all []Case
	for _, p := range []struct {
		text string
		at   int
	}{{"first question", 1}, {"second question", 2}, {"first answer", 3}, {"second answer", 4}, {"a system", atRecord}, {"third question", 19}} {
		for _, h := range []struct {
			name string
			do   func(b []byte) // of the payload's text, in place
		}{
			{"a bit changed", func(b []byte) { b[len(b)/2] ^= 1 }},
			{"first byte changed", func(b []byte) { b[0] ^= 0x80 }},
			{"last byte zeroed", func(b []byte) { b[len(b)-1] = 0 }},
			{"overwritten in part", func(b []byte) { clear(b) }},
		} {
			all = append(all, Case{Name: "payload of " + p.text + ", " + h.name, Class: "payload", Index: p.at, Files: edit(payloadFile, func(b []byte) []byte {
				at := bytes.Index(b, []byte(p.text))
				h.do(b[at : at+len(p.text)])
				return b
			})})
		}
		all = append(
			all,
			Case{Name: "payload of " + p.text + ", overwritten by nobody", Class: "payload", Index: p.at, Change: func(w *World) {
				b, at := w.Node.Frame(p.at)
				w.Node.Batches[b].Frames[at].Overwritten = true
			}},
			Case{Name: "payload of " + p.text + ", taken off its entry", Class: "payload", Index: p.at, Change: func(w *World) {
				b, at := w.Node.Frame(p.at)
				w.Node.Batches[b].Frames[at].Sealed = nil
			}},
			Case{Name: "payload of " + p.text + ", cut off", Class: "payload", Index: p.at, Files: edit(payloadFile, func(b []byte) []byte {
				return b[:bytes.Index(b, []byte(p.text))]
			})},
		)
	}
	return append(
		all,
		Case{Name: "no payload segment", Class: "payload", Index: 1, Files: remove(payloadFile)},
		Case{Name: "overwritten payload put back in part", Class: "payload", Index: atOverwritten, Files: edit(payloadFile, func(b []byte) []byte {
			key := wrapping(40)
			b[bytes.Index(b, key[:])+len(key)+len("a system")] = 1
			return b
		})},
		Case{Name: "payload of an entry that commits to none", Class: "payload", Index: atSignal, Change: func(w *World) {
			b, at := w.Node.Frame(atSignal)
			w.Node.Batches[b].Frames[at].Sealed = []byte("loose")
		}},
		Case{Name: "overwritten by an entry alone", Class: "erasure", Index: 2, Change: func(w *World) {
			b, at := w.Node.Frame(2)
			e, err := counterfoil.DecodeEntry(w.Node.Batches[b].Frames[at].Raw)
			if err != nil {
				panic(err) // the honest log decodes
			}
			w.Node.entry(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 20, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Basis: "recorded_in_error", Targets: []counterfoil.ID{e.ID}}})
			w.Node.Checkpoint = w.Node.head(w.Node.Signers...)
		}},
		Case{Name: "segment gone, and an entry says so", Index: -1, Change: func(w *World) {
			w.Node.entry(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 20, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseSegments, Basis: "retention", Segments: []uint64{0}}})
			w.Node.Checkpoint = w.Node.head(w.Node.Signers...)
		}, Files: func(t testing.TB, dir string) { remove(payloadFile)(t, dir) }},
	)
}

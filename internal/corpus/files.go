// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// files harms segments and heads as files.
func files() []Case {
	var all []Case
	for n := range uint32(3) {
		name := "ledger/" + counterfoil.SegmentName(n)
		header := at(counterfoil.SegmentName(n) + " at byte 0")
		for _, place := range []int{0, 9, 12, 18, 30, 50, 65} {
			all = append(all, Case{Name: fmt.Sprintf("segment %d, byte %d of the header", n, place), Class: "segment", Index: -1, Where: header, Files: flipAt(name, place)})
		}
		gone := at(fmt.Sprintf("entry %d", []int{0, 9, 19}[n]))
		cut, behind := "segment", at(counterfoil.SegmentName(n+1)+" at byte 0")
		if n == 2 {
			cut, behind = "missing", gone
		}
		all = append(
			all,
			Case{Name: fmt.Sprintf("segment %d is gone", n), Class: "missing", Index: -1, Where: gone, Files: remove(name)},
			Case{Name: fmt.Sprintf("segment %d is zeros", n), Class: "missing", Index: -1, Where: gone, Files: edit(name, func(b []byte) []byte { clear(b); return b })},
			Case{Name: fmt.Sprintf("segment %d is cut behind its header", n), Class: cut, Index: -1, Where: behind, Files: edit(name, func(b []byte) []byte { return b[:counterfoil.SegmentHeaderBytes] })},
		)
	}
	return append(
		all,
		Case{Name: "segments exchanged", Class: "segment", Index: -1, Where: at("0000000000.seg at byte 0"), Files: func(t testing.TB, dir string) {
			one, two := filepath.Join(dir, "ledger", counterfoil.SegmentName(0)), filepath.Join(dir, "ledger", counterfoil.SegmentName(1))
			a, b := read(t, one), read(t, two)
			write(t, one, b)
			write(t, two, a)
		}},
		Case{Name: "no head", Class: "head", Index: -1, Where: at("checkpoint"), Files: remove("ledger/checkpoint")},
		Case{Name: "an empty head", Class: "head", Index: -1, Where: at("checkpoint"), Files: edit("ledger/checkpoint", func([]byte) []byte { return []byte("\n") })},
		Case{Name: "a head of another origin", Class: "head", Index: -1, Where: at("checkpoint"), Files: flipAt("ledger/checkpoint", len(origin)-1)},
		Case{Name: "a head of another root", Class: "head", Index: -1, Where: at("checkpoint"), Files: flipAt("ledger/checkpoint", len(origin)+6)},
		Case{Name: "a head without signatures", Class: "head", Index: -1, Where: at("checkpoint"), Files: edit("ledger/checkpoint", func(b []byte) []byte { return b[:bytes.Index(b, []byte("\n\n"))+2] })},
		Case{Name: "a head by a stranger", Class: "head", Index: -1, Where: at("checkpoint"), Change: func(w *World) {
			stranger, _ := logtest.NewKey(w.t, origin)
			w.Node.Checkpoint = w.Node.head(stranger)
		}},
		Case{Name: "another log altogether, signed by its own key", Class: "boot", Index: 0, Change: func(w *World) {
			other := newWorld(w.t, newKeys(w.t))
			w.Node = other.Node
		}},
		Case{Name: "nothing left of the log", Class: "missing", Index: -1, Where: at("entry 0"), Files: func(t testing.TB, dir string) {
			for n := range uint32(3) {
				if err := os.Remove(filepath.Join(dir, "ledger", counterfoil.SegmentName(n))); err != nil {
					t.Fatal(err)
				}
			}
		}},
	)
}

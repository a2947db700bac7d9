// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
)

// flips changes one bit in five regions of an entry of every kind, as four people
// would: one who edits the file, one who mends the checksum of the frame, one who
// mends the trailers as well, and one who signs it all again.
func flips() []Case {
	var all []Case
	for _, k := range kinds {
		for part := range 5 {
			name := fmt.Sprintf("%s, bit in part %d of 5", k.name, part+1)
			all = append(
				all,
				Case{Name: name + ", in the file", Class: "segment", Index: -1, Where: frameOf(k.at), Files: flipInFile(k.at, part)},
				Case{Name: name + ", checksum mended", Class: "root", Index: -1, Where: batchOf(k.at), Change: func(w *World) { flip(w.Node, k.at, part) }},
				Case{Name: name + ", trailers mended", Class: "head", Index: -1, Where: at("checkpoint"), Change: func(w *World) { flip(w.Node, k.at, part); w.Node.Recompute() }},
				Case{Name: name + ", signed again", Class: "head", Index: -1, Where: at("given head 1"), Head: true, Change: func(w *World) { flip(w.Node, k.at, part); w.Node.Resign() }},
			)
		}
	}
	return all
}

// at is a place that can be named beforehand.
func at(where string) func(*World) string { return func(*World) string { return where } }

// frameOf and batchOf are the places of an entry of the node's log in its segments.
func frameOf(entry int) func(*World) string {
	return func(w *World) string { return w.Node.frameAt(entry).String() }
}

func batchOf(entry int) func(*World) string {
	return func(w *World) string { return w.Node.batchAt(entry).String() }
}

// atTheEnd is the first entry the node's log does not have.
func atTheEnd(w *World) string { return fmt.Sprintf("entry %d", w.Node.size()) }

// place is a byte of part 0 to 4 of an entry.
func place(raw []byte, part int) int { return part * (len(raw) - 1) / 4 }

func flip(l *Log, entry, part int) {
	b, at := l.Frame(entry)
	f := &l.Batches[b].Frames[at]
	f.Raw = bytes.Clone(f.Raw)
	f.Raw[place(f.Raw, part)] ^= 1
}

// flipInFile finds the entry on disk by its frame's place in the segments.
func flipInFile(entry, part int) func(testing.TB, string) {
	return func(t testing.TB, dir string) {
		path, at, length := locate(t, filepath.Join(dir, "ledger"), entry)
		b := read(t, path)
		b[at+place(b[at:at+length], part)] ^= 1
		write(t, path, b)
	}
}

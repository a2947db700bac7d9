// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import "slices"

// moves takes entries out, doubles them and puts them in another order, with the
// trailers mended, and signed again where a head kept elsewhere must tell.
func moves() []Case {
	var all []Case
	for _, k := range kinds {
		for _, m := range []struct {
			name  string
			do    func(l *Log, entry int)
			class string
		}{
			{"taken out", takeOut, "missing"},
			{"doubled", double, "head"},
			{"behind the next batch", swap, "head"},
			{"last of the log", cut, "missing"},
		} {
			if k.at == atDrill && (m.name == "last of the log" || m.name == "doubled") {
				continue // it is the last: nothing changes, or the log goes on
			}
			own, kept := at("checkpoint"), at("given head 1")
			if m.class == "missing" {
				own, kept = atTheEnd, atTheEnd
			}
			all = append(
				all,
				Case{Name: k.name + ", " + m.name, Class: m.class, Index: -1, Where: own, Change: func(w *World) { m.do(w.Node, k.at); w.Node.Recompute() }},
				Case{Name: k.name + ", " + m.name + ", signed again", Class: m.class, Index: -1, Where: kept, Head: true, Change: func(w *World) { m.do(w.Node, k.at); w.Node.Resign() }},
			)
		}
	}
	return all
}

func takeOut(l *Log, entry int) {
	b, at := l.Frame(entry)
	l.Batches[b].Frames = slices.Delete(slices.Clone(l.Batches[b].Frames), at, at+1)
	if len(l.Batches[b].Frames) == 0 {
		l.Batches = slices.Delete(l.Batches, b, b+1)
	}
}

func double(l *Log, entry int) {
	b, at := l.Frame(entry)
	f := l.Batches[b].Frames
	l.Batches[b].Frames = slices.Insert(slices.Clone(f), at, f[at])
}

// swap exchanges the entry with that of another batch next to its own.
func swap(l *Log, entry int) {
	b, at := l.Frame(entry)
	other := b + 1
	if other == len(l.Batches) {
		other = b - 1
	}
	one, two := &l.Batches[b].Frames[at], &l.Batches[other].Frames[0]
	*one, *two = *two, *one
}

// cut ends the log behind the batch of an entry.
func cut(l *Log, entry int) {
	b, _ := l.Frame(entry)
	l.Batches = l.Batches[:b+1]
}

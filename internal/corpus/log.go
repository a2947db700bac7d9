// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// Frame is an entry with its sealed payload.
type Frame struct {
	Raw, Sealed []byte
	Overwritten bool // the payload is zeros on disk
}

// Batch is some entries and the trailer that was written behind them.
type Batch struct {
	Frames  []Frame
	Trailer counterfoil.Trailer
	Roll    bool // a segment begins behind it
}

// Log is one log before it is written.
type Log struct {
	Origin     string
	Batches    []Batch
	Signers    []note.Signer // of the head
	Verifier   string        // content of the file of that name
	Checkpoint []byte

	t      testing.TB
	tree   counterfoil.Tree
	places []counterfoil.Position // of the batches, once they are written
}

// size is the index of the next entry.
func (l *Log) size() uint64 { return l.tree.Size() }

// add writes a batch honestly.
func (l *Log) add(items ...logtest.Item) {
	l.t.Helper()
	b := Batch{Trailer: counterfoil.Trailer{Count: uint32(len(items)), First: counterfoil.Index(l.size())}}
	for _, it := range items {
		raw, err := counterfoil.AppendEntry(nil, it.Entry)
		if err != nil {
			l.t.Fatal(err)
		}
		l.tree.Append(nil, counterfoil.LeafHash(raw))
		b.Frames = append(b.Frames, Frame{Raw: raw, Sealed: it.Sealed})
	}
	b.Trailer.Size, b.Trailer.Root = l.tree.Size(), l.tree.Root()
	l.Batches = append(l.Batches, b)
}

func (l *Log) entry(e *counterfoil.Entry) { l.add(logtest.Item{Entry: e}) }

// head signs the present state.
func (l *Log) head(signers ...note.Signer) []byte {
	signed, err := counterfoil.Checkpoint{Origin: l.Origin, Size: l.tree.Size(), Root: l.tree.Root()}.Sign(signers...)
	if err != nil {
		l.t.Fatal(err)
	}
	return signed
}

// Frame finds entry i and the batch it is in.
func (l *Log) Frame(i int) (batch, at int) {
	for n := range l.Batches {
		if i < len(l.Batches[n].Frames) {
			return n, i
		}
		i -= len(l.Batches[n].Frames)
	}
	l.t.Fatalf("no entry %d", i)
	return 0, 0
}

// batchAt is where the batch of an entry lies.
func (l *Log) batchAt(entry int) counterfoil.Position {
	b, _ := l.Frame(entry)
	return l.places[b]
}

// frameAt is where the frame of an entry lies.
func (l *Log) frameAt(entry int) counterfoil.Position {
	b, at := l.Frame(entry)
	p := l.places[b]
	for _, f := range l.Batches[b].Frames[:at] {
		p.Offset += int64(len(counterfoil.AppendEntryFrame(nil, counterfoil.PayloadRef{}, f.Raw)))
	}
	return p
}

// Recompute makes all trailers those of the entries, as anybody can who has the files.
func (l *Log) Recompute() {
	l.tree = counterfoil.Tree{}
	for n := range l.Batches {
		b := &l.Batches[n]
		b.Trailer.Count, b.Trailer.First = uint32(len(b.Frames)), counterfoil.Index(l.tree.Size())
		for _, f := range b.Frames {
			l.tree.Append(nil, counterfoil.LeafHash(f.Raw))
		}
		b.Trailer.Size, b.Trailer.Root = l.tree.Size(), l.tree.Root()
	}
}

// Resign recomputes and signs the head again, as whoever holds the keys can.
func (l *Log) Resign() {
	l.Recompute()
	l.Checkpoint = l.head(l.Signers...)
}

// write puts the log into dir/name, its payloads into dir/payload.
func (l *Log) write(dir, name string) {
	l.t.Helper()
	b := logtest.NewBuilder(l.t, l.Origin)
	for n, batch := range l.Batches {
		var items []logtest.Item
		for _, f := range batch.Frames {
			items = append(items, logtest.Item{Raw: f.Raw, Sealed: f.Sealed})
		}
		l.places = append(l.places, counterfoil.Position{Segment: b.Number, Offset: int64(len(b.Segment))})
		if len(items) > 0 {
			b.Batch(func(t *counterfoil.Trailer) { *t = batch.Trailer }, items...)
		}
		for _, f := range batch.Frames {
			if f.Overwritten {
				at := bytes.LastIndex(b.Payloads, f.Sealed)
				clear(b.Payloads[at : at+len(f.Sealed)])
			}
		}
		if batch.Roll && n < len(l.Batches)-1 {
			b.Roll()
		}
	}
	b.Flush()
	b.Write(filepath.Join(b.Dir, "ledger", "verifier"), []byte(l.Verifier))
	b.Write(filepath.Join(b.Dir, "ledger", "checkpoint"), l.Checkpoint)
	rename(l.t, filepath.Join(b.Dir, "ledger"), filepath.Join(dir, name))
	if name == "ledger" {
		rename(l.t, filepath.Join(b.Dir, "payload"), filepath.Join(dir, "payload"))
	}
}

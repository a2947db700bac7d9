// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// examiner looks at entries one by one: what can be said of an entry without the log
// before it. Several work at the same time, each on a stretch of its own; what they
// find is taken in in the order of the log.
type examiner struct {
	options  *Options
	payloads payloadFiles
	batch    counterfoil.Batch // scratch
	decoder  counterfoil.Decoder
}

// batchFacts is what an examiner found in one batch, or in one bundle of a published log.
type batchFacts struct {
	start    counterfoil.Position
	first    counterfoil.Index
	root     counterfoil.Hash   // of the trailer
	entries  []entryFacts       // empty where only hashes are checked and no entry needs more
	leaves   []counterfoil.Hash // of all entries
	subtrees []counterfoil.Hash // counterfoil.Subtrees of the leaves
	ordered  bool               // an entry speaks of the tree before it
}

// entryFacts is what an examiner found in one entry.
type entryFacts struct {
	err     error // it is not in its one encoding, and nothing else is known
	kind    counterfoil.Kind
	ended   bool // it has an outcome
	result  counterfoil.Result
	time    int64
	id      counterfoil.ID
	intent  counterfoil.Index  // of an outcome in its own entry
	about   *counterfoil.Entry // the entry itself, of the kinds in which the ledger speaks of itself
	payload payloadFacts
}

// reset empties f for another batch and keeps its memory.
func (f *batchFacts) reset(start counterfoil.Position, first counterfoil.Index, root counterfoil.Hash) {
	*f = batchFacts{start: start, first: first, root: root, entries: f.entries[:0], leaves: f.leaves[:0], subtrees: f.subtrees[:0]}
}

// examine looks at the entries of b. Of a batch in memory of ours, data is where it
// begins there.
func (x *examiner) examine(f *batchFacts, b *counterfoil.Batch, data []byte) {
	f.reset(b.Start, b.Trailer.First, b.Trailer.Root)
	for k := range b.Entries {
		f.leaves = append(f.leaves, leafHash(&b.Entries[k], b.Start, data))
	}
	f.subtrees = counterfoil.Subtrees(f.subtrees, uint64(f.first), f.leaves)
	if x.options.HashesOnly && !slices.ContainsFunc(b.Entries, aboutKeys) {
		return
	}
	for k := range b.Entries {
		f.entries = append(f.entries, x.entry(b.Entries[k:]))
		f.ordered = f.ordered || f.entries[k].about != nil
	}
}

// aboutKeys tells which entries a check of hashes looks into all the same: they say
// whose signature on a head counts.
func aboutKeys(e counterfoil.BatchEntry) bool {
	kind := counterfoil.PeekKind(e.Raw)
	return kind == counterfoil.KindBoot || kind == counterfoil.KindKey
}

// leafHash hashes an entry where it lies: the byte before it becomes, for as long as
// that takes, the zero byte that belongs there.
func leafHash(e *counterfoil.BatchEntry, start counterfoil.Position, data []byte) counterfoil.Hash {
	if data == nil {
		return counterfoil.LeafHash(e.Raw)
	}
	at := e.Offset - start.Offset + counterfoil.FrameHeadBytes + counterfoil.PayloadRefBytes - 1
	return counterfoil.LeafHashInPlace(data[at : at+1+int64(len(e.Raw))])
}

// entry looks at the first of the entries; those behind it say what will be read next.
func (x *examiner) entry(entries []counterfoil.BatchEntry) entryFacts {
	if x.options.HashesOnly && !aboutKeys(entries[0]) {
		return entryFacts{}
	}
	e, err := x.decoder.Decode(entries[0].Raw)
	if err != nil {
		return entryFacts{err: err}
	}
	f := entryFacts{kind: e.Kind, time: e.Time, id: e.ID}
	if e.Outcome != nil {
		f.ended, f.result, f.intent = true, e.Outcome.Result, e.Outcome.Intent
	}
	switch e.Kind {
	case counterfoil.KindBoot, counterfoil.KindKey, counterfoil.KindErasure, counterfoil.KindGap, counterfoil.KindAnchor, counterfoil.KindSeal:
		if f.about, err = counterfoil.DecodeEntry(entries[0].Raw); err != nil { // one to keep
			return entryFacts{err: err}
		}
	}
	if !x.options.published && !x.options.HashesOnly {
		f.payload = x.payload(e, entries)
	}
	return f
}

// take takes in what was found in the next batch. An error means that something could
// not be read.
func (v *verification) take(f *batchFacts) error {
	v.later = v.behindEnd(f)
	end := v.tree.Size() + uint64(len(f.leaves))
	byEntry := f.ordered || v.due < len(v.heads) && v.heads[v.due].size < end
	for k := range f.leaves {
		if k < len(f.entries) {
			if err := v.entry(f.first+counterfoil.Index(k), &f.entries[k]); err != nil {
				return err
			}
		}
		if byEntry {
			v.nodes = v.tree.Append(v.nodes[:0], f.leaves[k])
			v.checkHeads()
		}
	}
	if !byEntry {
		if err := v.tree.AppendRange(uint64(len(f.leaves)), f.subtrees); err != nil {
			return fmt.Errorf("batch from entry %d: %w", f.first, err)
		}
		v.checkHeads()
	}
	v.batches++
	return nil
}

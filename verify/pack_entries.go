// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// entries walks the contained entries in order: rules 4 and 5.
func (p *packCheck) entries(ctx context.Context) error {
	p.beginRows()
	if p.manifest.Form == counterfoil.PackRangeForm {
		if err := p.bundles(ctx); err != nil || p.ended {
			return err
		}
	}
	return p.proved(ctx, "log", p.manifest.Log.Verifier, p.headNote, func(i counterfoil.Index, raw []byte) {
		e, err := counterfoil.DecodeEntry(raw)
		switch {
		case err != nil:
			p.problem(ProblemEncoding, i, "%v", err)
		case i < p.manifest.Range.From && p.before == nil && p.manifest.Registry != nil && e.Anchor != nil && e.Anchor.Type == counterfoil.AnchorRegistry:
			p.before, p.beforeAt = e.Anchor, i
		case p.selects(i, e):
			p.contained(i, e)
		default:
			p.pack(entryName("log", i), "the pack does not contain this entry by its form")
		}
	})
}

// selects tells whether an entry is one a selection contains: an intent of its system, or
// an outcome that names one.
func (p *packCheck) selects(i counterfoil.Index, e *counterfoil.Entry) bool {
	m := &p.manifest
	if m.System == nil || i < m.Range.From || i >= m.Range.To {
		return false
	}
	if e.Kind == counterfoil.KindOutcome {
		return p.rows.intents[e.Outcome.Intent]
	}
	return e.Kind == counterfoil.KindIntent && e.Intent.System == m.System.ID
}

// tiles lets package tlog read hash tiles of the pack.
type tiles struct{ p *packCheck }

// Height, SaveTiles and ReadTiles implement tlog.TileReader.
func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, one := range list {
		name := "log/" + counterfoil.Tile{Level: one.L, N: uint64(one.N), Width: one.W}.Path()
		if !t.p.found[name] {
			return nil, fmt.Errorf("%s is missing", name)
		}
		b := t.p.read(name)
		if len(b) != one.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", name, len(b))
		}
		out[i] = b
	}
	return out, nil
}

// bundles reads the entries of form range, each under the leaf hash its tile holds.
// Tiles that do not lead to the head, and an entry that is not the one in its tile, end
// the check.
func (p *packCheck) bundles(ctx context.Context) error {
	from, to, size := uint64(p.manifest.Range.From), uint64(p.manifest.Range.To), p.head.Size
	reader := tlog.TileHashReader(tlog.Tree{N: int64(size), Hash: tlog.Hash(p.head.Root)}, tiles{p})
	for n := from / counterfoil.TileWidth; n <= (to-1)/counterfoil.TileWidth && !p.ended; n++ {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		t, _ := counterfoil.TileAt(counterfoil.EntriesLevel, n, size)
		p.bundle(reader, t)
		if p.Progress != nil {
			p.Progress(p.counts.Entries)
		}
	}
	return nil
}

func (p *packCheck) bundle(reader tlog.HashReader, t counterfoil.Tile) {
	name := "log/" + t.Path()
	at := make([]int64, t.Width)
	for k := range at {
		at[k] = tlog.StoredHashIndex(0, int64(t.N*counterfoil.TileWidth)+int64(k))
	}
	leaves, err := reader.ReadHashes(at)
	if err != nil {
		p.report.problem(ProblemRoot, "log/tile", "the tiles do not lead to the head: %v", err)
		p.ended = true
		return
	}
	entries, err := counterfoil.SplitBundle(p.read(name), t.Width)
	if err != nil {
		p.pack(name, "%v", err)
		p.ended = true
		return
	}
	for k, raw := range entries {
		i := counterfoil.Index(t.N*counterfoil.TileWidth + uint64(k))
		if counterfoil.Hash(leaves[k]) != counterfoil.LeafHash(raw) {
			p.problem(ProblemRoot, i, "the tree holds another entry there")
			p.ended = true
			return
		}
		if i < p.manifest.Range.From || i >= p.manifest.Range.To {
			continue
		}
		e, err := counterfoil.DecodeEntry(raw)
		if err != nil {
			p.problem(ProblemEncoding, i, "%v", err)
			continue
		}
		p.contained(i, e)
		p.ownPlace(reader, i, e)
	}
}

// ownPlace compares what an entry says of the log before it with the pack's tiles.
func (p *packCheck) ownPlace(reader tlog.HashReader, i counterfoil.Index, e *counterfoil.Entry) {
	var size uint64
	var root counterfoil.Hash
	var class string
	switch {
	case e.Boot != nil:
		size, root, class = e.Boot.PrevSize, e.Boot.PrevRoot, ProblemBoot
	case e.Seal != nil:
		size, root, class = e.Seal.Size, e.Seal.Root, ProblemSeal
	case e.Key != nil && e.Key.Size == uint64(i) && (e.Key.Event == counterfoil.KeyRotated || e.Key.Event == counterfoil.KeySucceeded):
		size, root, class = e.Key.Size, e.Key.Root, ProblemKey
	default:
		return
	}
	before, err := tlog.TreeHash(int64(i), reader)
	if err != nil {
		p.report.problem(ProblemRoot, "log/tile", "the root before entry %d cannot be computed: %v", i, err)
	} else if size != uint64(i) || root != counterfoil.Hash(before) {
		p.problem(class, i, "it names a log of %d entries with another root than lies before it", size)
	}
}

// proved calls each for every entry with a proof, in order, its proof checked.
func (p *packCheck) proved(ctx context.Context, folder, key string, signed []byte, each func(counterfoil.Index, []byte)) error {
	for _, name := range p.names {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		file, ok := strings.CutPrefix(name, folder+"/entry/")
		n, isEntry := numberOf(file, ".cbor")
		if !ok || !isEntry {
			continue
		}
		i, raw := counterfoil.Index(n), p.read(name)
		var proof counterfoil.Proof
		err := proof.UnmarshalText(p.read(partner(name)))
		if err == nil && (proof.Index != i || !bytes.Equal(proof.Checkpoint, signed) || len(proof.Extra) != 0) {
			err = errors.New("it is the proof of another entry or under another head")
		}
		if err == nil {
			_, err = proof.Verify(counterfoil.LeafHash(raw), key)
		}
		if err != nil {
			p.report.problem(ProblemRoot, name, "%v", err)
			continue
		}
		each(i, raw)
	}
	return nil
}

// contained checks one contained entry and what belongs to it.
func (p *packCheck) contained(i counterfoil.Index, e *counterfoil.Entry) {
	p.counts.Entries++
	if e.Gap != nil {
		p.counts.Unrecorded += e.Gap.Requests
	}
	if e.Key != nil {
		if err := e.Key.CheckSignatures(); err != nil {
			p.problem(ProblemKey, i, "%v", err)
		} else {
			p.link(e.Key)
		}
	}
	if e.Outcome != nil && e.Outcome.Result == counterfoil.ResultAbandoned {
		p.report.Abandoned++
	}
	state := p.payloadState(i, e)
	switch e.Kind {
	case counterfoil.KindIntent:
		p.counts.Intents++
		if e.Outcome != nil {
			p.counts.Outcomes++
		}
		p.intentRow(i, e, state)
	case counterfoil.KindOutcome:
		p.counts.Outcomes++
		if e.Outcome.Intent < p.manifest.Range.From {
			p.counts.Earlier++
		} else if !p.outcomeRow(i, e, state) {
			p.problem(ProblemOutcome, i, "its intent, entry %d, is no open intent of interaction %s", e.Outcome.Intent, e.ID)
		}
	}
}

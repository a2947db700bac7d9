// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// maxHeads is how many heads within the range a pack holds.
const maxHeads = 256

// registryPart is what of the registry a pack holds.
type registryPart struct {
	entries  []counterfoil.Index // rising
	heads    []uint64            // sizes of the log's heads in them, above 0
	states   []uint64            // sizes of the registry's own heads in them, above 0
	enrolled []string            // verifier keys of the log
	covering []byte              // the note of the first head that covers the range
	head     signedHead          // registry/checkpoint
	absent   []string
}

// seen is an anchor of the registry.
type seen struct {
	at   counterfoil.Index
	size uint64
}

// anchors are the entries of the registry by what they are.
type anchors struct {
	keys                    []counterfoil.Index
	heads, stamps, cosigned []seen
	enrolled                []string
}

// findWitnesses chooses the entries of the registry by docs/pack-format.md, section 9.
func (p *packing) findWitnesses(ctx context.Context) error {
	if p.Registry == nil {
		p.registry.absent = []string{"registry"}
		return nil
	}
	all, err := p.readRegistry(ctx)
	if err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	r := &p.registry
	r.enrolled = all.enrolled
	chosen := r.choose(all, uint64(p.survey.from), uint64(p.survey.to), p.survey.registry)
	r.entries = slices.Compact(slices.Sorted(slices.Values(append(chosen, all.keys...))))
	if err := r.takeSizes(p.Registry); err != nil {
		return err
	}
	if p.survey.registry > 0 {
		r.states = append(r.states, p.survey.registry)
	}
	return p.registryHead(ctx, all)
}

// readRegistry lists the registry's anchors about this log, and its key entries.
func (p *packing) readRegistry(ctx context.Context) (anchors, error) {
	var all anchors
	err := p.Registry.Scan(ctx, 0, func(st ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(st.Raw)
		if err != nil {
			return fmt.Errorf("entry %d: %w", st.Index, err)
		}
		switch {
		case e.Key != nil:
			all.keys = append(all.keys, st.Index)
			if e.Key.Origin == p.Log.Origin() && e.Key.Key != "" {
				all.enrolled = append(all.enrolled, e.Key.Key)
			}
		case e.Anchor == nil:
		case e.Anchor.Type == counterfoil.AnchorHead && e.Anchor.Origin == p.Log.Origin():
			all.heads = append(all.heads, seen{st.Index, e.Anchor.Size})
		case e.Anchor.Type == counterfoil.AnchorTimestamp:
			all.stamps = append(all.stamps, seen{st.Index, e.Anchor.Size})
		case e.Anchor.Type == counterfoil.AnchorCosigned:
			all.cosigned = append(all.cosigned, seen{st.Index, e.Anchor.Size})
		}
		return nil
	})
	return all, err
}

// choose returns the anchors of the pack, by the numbers of section 9. named is the
// size of the registry's head the log took in before the range.
func (r *registryPart) choose(all anchors, from, to, named uint64) []counterfoil.Index {
	var chosen []counterfoil.Index
	first, end, covered := counterfoil.Index(0), counterfoil.Index(math.MaxInt64), false // of what is "between"
	var within []seen
	for _, h := range all.heads { // 2 and 3
		switch {
		case h.size <= from:
			first = h.at
		case h.size < to:
			within = append(within, h)
		case !covered:
			end, covered = h.at, true
		}
	}
	if i := slices.IndexFunc(all.heads, func(h seen) bool { return h.at == first && h.size <= from }); i >= 0 {
		chosen = append(chosen, first)
	}
	if covered {
		chosen = append(chosen, end)
	} else {
		r.absent = append(r.absent, "registry_head")
	}
	for j := range min(len(within), maxHeads) {
		chosen = append(chosen, within[j*max(len(within), maxHeads)/maxHeads].at)
	}
	after := false
	for _, s := range all.stamps { // 4
		if behind := covered && s.size > uint64(end); s.at >= first && s.at < end || behind && !after {
			chosen = append(chosen, s.at)
			after = after || behind
		}
	}
	if !after {
		r.absent = append(r.absent, "timestamp_after")
	}
	before := false
	for _, s := range slices.Backward(all.stamps) { // 5
		if uint64(s.at) < named {
			chosen, before = append(chosen, s.at), true
			break
		}
	}
	if !before {
		r.absent = append(r.absent, "timestamp_before")
	}
	for _, s := range all.cosigned { // 6
		if covered && s.size > uint64(end) {
			chosen = append(chosen, s.at)
			break
		}
	}
	return chosen
}

// takeSizes notes which heads the chosen entries are about, and the covering one.
func (r *registryPart) takeSizes(registry *ledger.Ledger) error {
	last := !slices.Contains(r.absent, "registry_head")
	for _, i := range slices.Backward(r.entries) {
		a, err := anchorAt(registry, i)
		if err != nil {
			return err
		}
		switch {
		case a == nil || a.Size == 0:
		case a.Type == counterfoil.AnchorHead:
			r.heads = append(r.heads, a.Size)
			if last { // sizes do not fall, so the last one is the covering one
				r.covering, last = a.Data, false
			}
		default:
			r.states = append(r.states, a.Size)
		}
	}
	return nil
}

func anchorAt(l *ledger.Ledger, i counterfoil.Index) (*counterfoil.Anchor, error) {
	st, err := l.Read(i)
	if err != nil {
		return nil, err
	}
	e, err := counterfoil.DecodeEntry(st.Raw)
	if err != nil {
		return nil, err
	}
	return e.Anchor, nil
}

// registryHead chooses the head the registry's entries lie under: the lowest one
// with cosignatures that the registry took in and that covers them; else the newest.
func (p *packing) registryHead(ctx context.Context, all anchors) error {
	r := &p.registry
	needed := uint64(0)
	if len(r.entries) > 0 {
		needed = uint64(r.entries[len(r.entries)-1]) + 1
	}
	for _, s := range r.states {
		needed = max(needed, s)
	}
	signed, cosigned, err := p.coveringRegistry(ctx, all, needed)
	if err != nil {
		return err
	}
	if !cosigned {
		r.absent = append(r.absent, "cosignatures")
	}
	if r.head, err = openHead(signed, []string{p.Registry.VerifierKey()}); err != nil {
		return fmt.Errorf("open the registry's head: %w", err)
	}
	return nil
}

func (p *packing) coveringRegistry(ctx context.Context, all anchors, needed uint64) (signed []byte, cosigned bool, err error) {
	best := seen{size: math.MaxUint64}
	for _, s := range all.cosigned {
		if s.size >= needed && s.size < best.size {
			best = s
		}
	}
	if best.size != math.MaxUint64 {
		a, err := anchorAt(p.Registry, best.at)
		if err != nil {
			return nil, false, err
		}
		return a.Data, true, nil
	}
	if c, err := counterfoil.ParseCheckpoint(p.Cosigned); err == nil && c.Size >= needed {
		return p.Cosigned, true, nil
	}
	signed, err = p.Registry.Checkpoint(ctx)
	return signed, false, err
}

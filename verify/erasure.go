// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// A sealed payload begins with this byte and the id of its wrapping key (section
// 2 of docs/ledger-format.md).
const (
	sealedVersion  = 0xC1
	sealedKeyStart = 1
	sealedKeyEnd   = sealedKeyStart + len(counterfoil.ID{})
)

// erasures follows rule 7 of section 4: which payloads were erased by an entry
// that says so, and which only look like it. It holds one record for each
// wrapping key, each overwritten entry and each missing segment, not for each
// payload.
type erasures struct {
	entries uint64 // that state an erasure

	keys     map[counterfoil.ID]counterfoil.Index // named as deleted, and where
	late     map[counterfoil.ID]bool              // of these, those that were perhaps not deleted when the run began
	targets  map[counterfoil.ID]counterfoil.Index // entries named as overwritten
	segments map[uint32]counterfoil.Index         // payload segments named as deleted

	used    map[counterfoil.ID]*keyUse
	zeroed  map[counterfoil.ID]sighting // payloads found overwritten, by the id of their entry
	absent  map[uint32]sighting         // payloads whose segment is not there
	keyless []counterfoil.Index         // closed, and without the id of a key; at most a few
}

// keyUse is what was found of the payloads under one wrapping key.
type keyUse struct {
	sighting
	opened counterfoil.Index // an entry whose payload opens, when some is set
	open   bool
	closed bool
}

// sighting is where something was found: the first entry, how many, and the first
// of them one by one, as many as a report lists.
type sighting struct {
	first counterfoil.Index
	n     uint64
	list  []counterfoil.Index
}

func (p *sighting) add(i counterfoil.Index) {
	if p.n == 0 {
		p.first = i
	}
	p.n++
	if len(p.list) <= maxProblems {
		p.list = append(p.list, i)
	}
}

func newErasures() erasures {
	return erasures{
		keys: make(map[counterfoil.ID]counterfoil.Index), late: make(map[counterfoil.ID]bool), targets: make(map[counterfoil.ID]counterfoil.Index), segments: make(map[uint32]counterfoil.Index),
		used: make(map[counterfoil.ID]*keyUse), zeroed: make(map[counterfoil.ID]sighting), absent: make(map[uint32]sighting),
	}
}

// state takes in an erasure entry. One that a running server had not carried out when
// the run began says nothing about payloads that were opened before it did.
func (x *erasures) state(i counterfoil.Index, b *counterfoil.Erasure, late bool) {
	x.entries++
	for _, id := range b.Keys {
		if _, stated := x.keys[id]; !stated && late {
			x.late[id] = true
		}
		x.keys[id] = i
	}
	for _, id := range b.Targets {
		x.targets[id] = i
	}
	for _, n := range b.Segments {
		x.segments[uint32(n)] = i
	}
}

// wrappingKey is the id of the key a payload is sealed under; false when it bears none.
func wrappingKey(sealed []byte) (counterfoil.ID, bool) {
	if len(sealed) < sealedKeyEnd || sealed[0] != sealedVersion {
		return counterfoil.ID{}, false
	}
	return counterfoil.ID(sealed[sealedKeyStart:sealedKeyEnd]), true
}

// use notes a payload under its wrapping key; nil when it bears none.
func (x *erasures) use(f *payloadFacts, i counterfoil.Index) *keyUse {
	if !f.keyed {
		return nil
	}
	u := x.used[f.key]
	if u == nil {
		u = new(keyUse)
		x.used[f.key] = u
	}
	if u.n == 0 {
		u.first = i
	}
	u.n++
	return u
}

func (x *erasures) sealed(f *payloadFacts, i counterfoil.Index) { x.use(f, i) }

func (x *erasures) opened(f *payloadFacts, i counterfoil.Index) {
	if u := x.use(f, i); u != nil && !u.open {
		u.open, u.opened = true, i
	}
}

func (x *erasures) closed(f *payloadFacts, i counterfoil.Index) {
	if u := x.use(f, i); u != nil {
		u.closed = true
	} else if len(x.keyless) < maxProblems {
		x.keyless = append(x.keyless, i)
	}
}

func (x *erasures) overwritten(entry counterfoil.ID, i counterfoil.Index) {
	p := x.zeroed[entry]
	p.add(i)
	x.zeroed[entry] = p
}

func (x *erasures) missing(segment uint32, i counterfoil.Index) {
	p := x.absent[segment]
	p.add(i)
	x.absent[segment] = p
}

// unexplained tells whether a payload is gone, and no entry yet says why.
func (x *erasures) unexplained() bool {
	for id, u := range x.used {
		if _, stated := x.keys[id]; u.closed && !stated {
			return true
		}
	}
	for id := range x.zeroed {
		if _, stated := x.targets[id]; !stated {
			return true
		}
	}
	for n := range x.absent {
		if _, stated := x.segments[n]; !stated {
			return true
		}
	}
	return false
}

// concludeErasures sets what was found against what was stated.
func (v *verification) concludeErasures() {
	x, r := &v.erased, &v.report
	for _, i := range x.keyless {
		v.problem(ProblemErasure, i, "its payload does not open and bears no key that was erased")
	}
	for id, u := range sorted(x.used) {
		_, stated := x.keys[id]
		switch {
		case stated && u.open && !x.late[id]:
			v.problem(ProblemErasure, u.opened, "its payload was erased by entry %d, and it opens", x.keys[id])
		case stated:
			r.Erased += u.n
		case u.closed:
			v.problem(ProblemErasure, u.first, "the key of its payload, and of %d in all, is gone, and no entry says that it was erased", u.n)
		}
	}
	for id, p := range sortedPlaces(x.zeroed) {
		if _, stated := x.targets[id]; !stated {
			for _, i := range p.list {
				v.problem(ProblemPayload, i, "its payload was overwritten, and no entry says that it was erased")
			}
			continue
		}
		r.Payloads, r.Erased = r.Payloads+p.n, r.Erased+p.n
	}
	for n, p := range sortedPlaces(x.absent) {
		if _, stated := x.segments[n]; !stated {
			for _, i := range p.list {
				v.problem(ProblemPayload, i, "its payload is missing in payload segment %s", counterfoil.SegmentName(n))
			}
			continue
		}
		r.Payloads, r.Erased = r.Payloads+p.n, r.Erased+p.n
	}
	if x.entries > 0 {
		r.checked("%d erasures: what they name is erased, and nothing else is.", x.entries)
	}
}

// compareTargets walks the log once more, if an erasure names entries, and demands
// that their payloads are overwritten: the first walk passed them before it knew.
// Beside a running server it is left out, which may be about to overwrite them.
func (v *verification) compareTargets(ctx context.Context) error {
	if len(v.erased.targets) == 0 || v.running || v.stopped {
		return nil
	}
	r := counterfoil.NewReader(v.LedgerDir, v.digest(), counterfoil.Position{}, 0)
	defer r.Close()
	payloads := payloadFiles{dir: v.PayloadDir}
	defer payloads.close()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := r.Next()
		if err != nil {
			return nil // the end, or what the first walk has reported
		}
		payloads.stale = true
		for i := range b.Entries {
			v.compareTarget(&payloads, b.Trailer.First+counterfoil.Index(i), &b.Entries[i])
		}
		if rest := v.resting(); rest != nil {
			rest(0)
		}
	}
}

func (v *verification) compareTarget(payloads *payloadFiles, i counterfoil.Index, s *counterfoil.BatchEntry) {
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil || s.Payload.Length == 0 {
		return
	}
	at, named := v.erased.targets[e.ID]
	if !named {
		return
	}
	sealed, err := payloads.read(s.Payload, nil)
	if err == nil && counterfoil.Checksum(sealed) == s.Payload.CRC {
		v.problem(ProblemErasure, i, "entry %d says that its payload was overwritten, and it is still there", at)
	}
}

// sorted walks wrapping keys in the order of their first payloads.
func sorted(used map[counterfoil.ID]*keyUse) func(yield func(counterfoil.ID, *keyUse) bool) {
	order := slices.SortedFunc(maps.Keys(used), func(a, b counterfoil.ID) int {
		return cmp.Or(cmp.Compare(used[a].first, used[b].first), bytes.Compare(a[:], b[:]))
	})
	return func(yield func(counterfoil.ID, *keyUse) bool) {
		for _, id := range order {
			if !yield(id, used[id]) {
				return
			}
		}
	}
}

func sortedPlaces[K comparable](all map[K]sighting) func(yield func(K, sighting) bool) {
	order := slices.SortedFunc(maps.Keys(all), func(a, b K) int { return cmp.Compare(all[a].first, all[b].first) })
	return func(yield func(K, sighting) bool) {
		for _, k := range order {
			if !yield(k, all[k]) {
				return
			}
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"math"

	"github.com/counterfoil/counterfoil"
)

// keyLink says that a key follows another from a size of the log on: rule 3 of
// section 10 in docs/pack-format.md.
type keyLink struct {
	former, key string
	size        uint64 // of the log when the key followed
}

// link remembers an event whose signatures verified. Only what both keys signed ties
// them: anybody can make a registry that enrols his own key, or has it succeed.
func (p *packCheck) link(k *counterfoil.KeyEvent) {
	if (k.Event == counterfoil.KeyRotated || k.Event == counterfoil.KeySucceeded) && len(k.FormerSignature) > 0 {
		p.links = append(p.links, keyLink{k.Former, k.Key, k.Size})
	}
}

// reach is which heads count under which keys for whoever trusts one of them. A later
// key counts behind the place where it followed, a former one up to there: else whoever
// stole a key that was retired since could sign what he likes, and leave out the entry
// that retired it.
type reach struct {
	given string
	above map[string]uint64 // later keys: larger heads count
	upTo  map[string]uint64 // former keys: heads of this size and smaller ones count
}

// reachOf follows the links from a key, all on or all back. On the way to a key the
// closest bound holds, and of several ways the widest.
func (p *packCheck) reachOf(given string) reach {
	r := reach{given: given, above: map[string]uint64{given: 0}, upTo: map[string]uint64{given: math.MaxUint64}}
	for grown := true; grown; {
		grown = false
		for _, l := range p.links {
			if bound, ok := r.above[l.former]; ok {
				bound = max(bound, l.size)
				if known, ok := r.above[l.key]; !ok || bound < known {
					r.above[l.key], grown = bound, true
				}
			}
			if bound, ok := r.upTo[l.key]; ok {
				bound = min(bound, l.size)
				if known, ok := r.upTo[l.former]; !ok || bound > known {
					r.upTo[l.former], grown = bound, true
				}
			}
		}
	}
	return r
}

// counts tells whether a head of a size counts under a key.
func (r reach) counts(key string, size uint64) bool {
	above, later := r.above[key]
	upTo, former := r.upTo[key]
	return key == r.given || later && size > above || former && size <= upTo
}

// follows tells whether a key is the given one or came after it. So a manifest may be
// signed by a later key than its head, and never by a former one.
func (r reach) follows(key string) bool {
	_, later := r.above[key]
	return later
}

// keys are those under which a head of a size counts.
func (r reach) keys(size uint64) map[string]bool {
	keys := make(map[string]bool)
	for _, side := range []map[string]uint64{r.above, r.upTo} {
		for key := range side {
			if r.counts(key, size) {
				keys[key] = true
			}
		}
	}
	return keys
}

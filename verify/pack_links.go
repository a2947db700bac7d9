// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import "github.com/counterfoil/counterfoil"

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

// speaksFor tells whether a head of a size counts under a key, for whoever trusts the
// key given. A later key counts behind the place where it followed, a former one up
// to there: else whoever stole a key that was retired since could sign what he likes,
// and leave out the entry that retired it.
func (p *packCheck) speaksFor(given, key string, size uint64) bool {
	var on, back [][2]string
	for _, l := range p.links {
		if size > l.size {
			on = append(on, [2]string{l.former, l.key})
		} else {
			back = append(back, [2]string{l.key, l.former})
		}
	}
	return leads(given, key, on) || leads(given, key, back)
}

// follows tells whether a key is another one or came after it. So a manifest may be
// signed by a later key than its head, and never by a former one.
func (p *packCheck) follows(key, former string) bool {
	on := make([][2]string, len(p.links))
	for i, l := range p.links {
		on[i] = [2]string{l.former, l.key}
	}
	return leads(former, key, on)
}

// leads tells whether steps, each from one key to another, lead from a key to another.
func leads(from, to string, steps [][2]string) bool {
	reached := map[string]bool{from: true}
	for grown := true; grown && !reached[to]; {
		grown = false
		for _, s := range steps {
			if reached[s[0]] && !reached[s[1]] {
				reached[s[1]], grown = true, true
			}
		}
	}
	return reached[to]
}

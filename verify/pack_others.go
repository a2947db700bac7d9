// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"maps"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// maxOthers is how many other logs a report names.
const maxOthers = 20

// heirs notes which origins of keys the registry names, and which of them go on as
// another: by a succession, also one the former key did not sign, a log has several.
type heirs struct {
	origins map[string]bool
	joined  [][2]string
}

func (h *heirs) take(k *counterfoil.KeyEvent) {
	if h.origins == nil {
		h.origins = make(map[string]bool)
	}
	var names []string
	for _, key := range []string{k.Key, k.Former} {
		if key != "" {
			h.origins[originOf(key)] = true
			names = append(names, originOf(key))
		}
	}
	if k.Event == counterfoil.KeySucceeded && len(names) == 2 && names[0] != names[1] {
		h.joined = append(h.joined, [2]string(names))
	}
}

// others are the origins that are none of those given, nor joined with one, rising.
func (h *heirs) others(given ...string) []string {
	beside := make(map[string][]string)
	for _, pair := range h.joined {
		beside[pair[0]] = append(beside[pair[0]], pair[1])
		beside[pair[1]] = append(beside[pair[1]], pair[0])
	}
	own := make(map[string]bool)
	for next := slices.Clone(given); len(next) > 0; {
		origin := next[len(next)-1]
		next = next[:len(next)-1]
		if !own[origin] {
			own[origin] = true
			next = append(next, beside[origin]...)
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(h.origins)), func(origin string) bool { return own[origin] })
}

// otherNodes names the logs that share the registry: a pack is of one, and whoever reads
// the report must know that there are more.
func (p *packCheck) otherNodes() {
	if p.manifest.Registry == nil {
		return
	}
	list := p.heirs.others(p.manifest.Log.Origin, p.manifest.Registry.Origin)
	for _, origin := range list[:min(len(list), maxOthers)] {
		p.report.unchecked("The registry also knows the log %q: this pack holds nothing of it, so it was not checked.", origin)
	}
	if n := len(list) - maxOthers; n > 0 {
		p.report.unchecked("The registry knows %d more logs of which this pack holds nothing.", n)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"cmp"
	"slices"
)

// resolve sorts found[base:] by Start and drops what loses to an overlapping
// finding: higher score first, then longer, then earlier.
func resolve(found []Finding, base int) []Finding {
	fresh := found[base:]
	if tidy(fresh) {
		return found
	}
	slices.SortStableFunc(fresh, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	kept := fresh[:0]
	for len(fresh) > 0 {
		n := cluster(fresh)
		kept = append(kept, winners(fresh[:n])...)
		fresh = fresh[n:]
	}
	return found[:base+len(kept)]
}

func tidy(f []Finding) bool {
	for i := 1; i < len(f); i++ {
		if f[i].Start < f[i-1].End {
			return false
		}
	}
	return true
}

// cluster counts the findings from the first on that hang together by overlaps.
func cluster(f []Finding) int {
	end, n := f[0].End, 1
	for n < len(f) && f[n].Start < end {
		end = max(end, f[n].End)
		n++
	}
	return n
}

// winners picks from one cluster, which is small, and returns them by Start.
func winners(f []Finding) []Finding {
	if len(f) == 1 {
		return f
	}
	slices.SortStableFunc(f, func(a, b Finding) int {
		return cmp.Or(-cmp.Compare(a.Score, b.Score), -cmp.Compare(a.End-a.Start, b.End-b.Start), cmp.Compare(a.Start, b.Start))
	})
	kept := make([]Finding, 0, len(f))
	for _, c := range f {
		if !slices.ContainsFunc(kept, func(k Finding) bool { return c.Start < k.End && k.Start < c.End }) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	return kept
}

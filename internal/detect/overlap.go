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

// winners picks from one cluster, sorted by Start, and keeps that order. The
// best still standing stays and takes out what overlaps with it.
func winners(f []Finding) []Finding {
	if len(f) == 1 {
		return f
	}
	order := make([]int, len(f))
	reach := make([]int, len(f)) // furthest End up to here
	for i := range f {
		order[i] = i
		reach[i] = max(f[i].End, reach[max(0, i-1)])
	}
	slices.SortFunc(order, func(a, b int) int { return better(f[a], f[b], a, b) })
	out := make([]bool, len(f))
	for _, best := range order {
		if out[best] {
			continue
		}
		for i := best + 1; i < len(f) && f[i].Start < f[best].End; i++ {
			out[i] = true
		}
		for i := best - 1; i >= 0 && reach[i] > f[best].Start; i-- {
			out[i] = out[i] || f[i].End > f[best].Start
		}
	}
	kept := f[:0]
	for i := range f {
		if !out[i] {
			kept = append(kept, f[i])
		}
	}
	return kept
}

// better orders findings by who wins, the winner first; a and b are their places.
func better(x, y Finding, a, b int) int {
	return cmp.Or(-cmp.Compare(x.Score, y.Score), -cmp.Compare(x.End-x.Start, y.End-y.Start), cmp.Compare(a, b))
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import "github.com/counterfoil/counterfoil"

// epochs follows rule 8 of section 4: what a seal counts is what lies in its epoch.
type epochs struct {
	seals  uint64
	first  counterfoil.Index // of the epoch that is open
	last   string            // epoch sealed last
	counts counterfoil.Seal  // of the epoch that is open
}

// count takes in an entry of the open epoch.
func (x *epochs) count(f *entryFacts) {
	if f.kind == counterfoil.KindIntent {
		x.counts.Intents++
	}
	if f.ended {
		x.counts.Outcomes++
	}
	if f.kind == counterfoil.KindGap {
		x.counts.Gaps += f.about.Gap.Requests
	}
}

// epoch checks a seal and begins the next epoch.
func (v *verification) epoch(i counterfoil.Index, f *entryFacts) {
	x := &v.epochs
	if f.kind != counterfoil.KindSeal {
		x.count(f)
		return
	}
	b := f.about.Seal
	switch {
	case b.Size != uint64(i) || b.Root != v.tree.Root():
		v.problem(ProblemSeal, i, "the seal names a log of %d entries with another root than lies before it", b.Size)
	case b.First != uint64(x.first):
		v.problem(ProblemSeal, i, "the seal begins at entry %d where its epoch begins at %d", b.First, x.first)
	case b.Epoch <= x.last:
		v.problem(ProblemSeal, i, "epoch %s was sealed after %s", b.Epoch, x.last)
	case b.Intents != x.counts.Intents || b.Outcomes != x.counts.Outcomes || b.Gaps != x.counts.Gaps:
		v.problem(ProblemSeal, i, "the seal counts %d intents, %d outcomes and %d unrecorded requests, the epoch has %d, %d and %d",
			b.Intents, b.Outcomes, b.Gaps, x.counts.Intents, x.counts.Outcomes, x.counts.Gaps)
	}
	*x = epochs{seals: x.seals + 1, first: i + 1, last: b.Epoch}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import "github.com/counterfoil/counterfoil"

// batch checks one batch. An error means that something could not be read.
func (v *verification) batch(b *counterfoil.Batch) error {
	v.later = true
	for i := range b.Entries {
		if err := v.entry(b.Trailer.First+counterfoil.Index(i), &b.Entries[i]); err != nil {
			return err
		}
	}
	if v.tree.Root() != b.Trailer.Root {
		v.report.problem(ProblemRoot, b.Start.String(), "the root of the batch from entry %d is not that of its entries", b.Trailer.First)
	}
	v.batches++
	if v.Progress != nil {
		v.Progress(v.tree.Size())
	}
	return nil
}

func (v *verification) entry(i counterfoil.Index, s *counterfoil.BatchEntry) error {
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		v.problem(ProblemEncoding, i, "%v", err)
	} else {
		v.later = v.later && e.Time > v.began
		v.boot(i, e)
		v.keyEvent(i, e)
		v.interaction(i, e)
		v.epoch(i, e)
		v.statement(i, e)
		if err := v.payload(i, e, s.Payload); err != nil {
			return err
		}
	}
	v.nodes = v.tree.Append(v.nodes[:0], counterfoil.LeafHash(s.Raw))
	v.checkHeads()
	return nil
}

// statement takes in what the ledger says of itself.
func (v *verification) statement(i counterfoil.Index, e *counterfoil.Entry) {
	switch {
	case e.Erasure != nil:
		v.erased.state(i, e.Erasure, v.running && i >= v.Carried)
	case e.Gap != nil:
		v.report.Gaps += e.Gap.Requests
	case e.Anchor != nil:
		v.anchor(i, e.Anchor)
	}
}

// boot checks that a start follows on what lies before it. The entry is the
// first its process wrote, so it names its own index as the size it found.
func (v *verification) boot(i counterfoil.Index, e *counterfoil.Entry) {
	if e.Kind != counterfoil.KindBoot {
		return
	}
	v.boots++
	switch b := e.Boot; {
	case b.PrevSize != uint64(i) || b.PrevRoot != v.tree.Root():
		v.problem(ProblemBoot, i, "the start found a log of %d entries with another root than lies before it", b.PrevSize)
	default:
		v.bootKey(i, b.NodeKey)
	}
}

// interaction counts intents and outcomes and pairs them.
func (v *verification) interaction(i counterfoil.Index, e *counterfoil.Entry) {
	r := &v.report
	if e.Kind == counterfoil.KindIntent {
		r.Intents++
		if e.Outcome == nil {
			v.open[i] = e.ID
		}
	}
	if e.Outcome == nil {
		return
	}
	r.Outcomes++
	if e.Outcome.Result == counterfoil.ResultAbandoned {
		r.Abandoned++
	}
	if e.Kind != counterfoil.KindOutcome {
		return
	}
	id, found := v.open[e.Outcome.Intent]
	switch {
	case !found:
		v.problem(ProblemOutcome, i, "its intent, entry %d, is no open intent", e.Outcome.Intent)
	case id != e.ID:
		v.problem(ProblemOutcome, i, "its intent, entry %d, belongs to interaction %s", e.Outcome.Intent, id)
	default:
		delete(v.open, e.Outcome.Intent)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import "github.com/counterfoil/counterfoil"

// batch takes in what was found in the next batch. An error means that something
// could not be read.
func (v *verification) batch(f *batchFacts) error {
	if err := v.take(f); err != nil {
		return err
	}
	if v.tree.Root() != f.root {
		v.report.problem(ProblemRoot, f.start.String(), "the root of the batch from entry %d is not that of its entries", f.first)
	}
	if v.Progress != nil {
		v.Progress(v.tree.Size())
	}
	return nil
}

func (v *verification) entry(i counterfoil.Index, f *entryFacts) error {
	if f.err != nil {
		v.problem(ProblemEncoding, i, "%v", f.err)
		return nil
	}
	v.later = v.later && (v.HashesOnly || f.time > v.began)
	if f.about != nil {
		v.boot(i, f.about)
		v.keyEvent(i, f.about)
	}
	v.interaction(i, f)
	v.epoch(i, f)
	if f.about != nil {
		v.statement(i, f.about)
	}
	return v.payload(i, f.id, &f.payload)
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
func (v *verification) interaction(i counterfoil.Index, f *entryFacts) {
	r := &v.report
	if f.kind == counterfoil.KindIntent {
		r.Intents++
		if !f.ended {
			v.open[i] = f.id
		}
	}
	if !f.ended {
		return
	}
	r.Outcomes++
	if f.result == counterfoil.ResultAbandoned {
		r.Abandoned++
	}
	if f.kind != counterfoil.KindOutcome {
		return
	}
	id, found := v.open[f.intent]
	switch {
	case !found:
		v.problem(ProblemOutcome, i, "its intent, entry %d, is no open intent", f.intent)
	case id != f.id:
		v.problem(ProblemOutcome, i, "its intent, entry %d, belongs to interaction %s", f.intent, id)
	default:
		delete(v.open, f.intent)
	}
}

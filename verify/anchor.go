// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/timestamp"
)

// anchors follows rule 9 of section 4: what was signed outside and taken in.
type anchors struct {
	n        uint64
	past     []head            // former heads of this log that anchors speak of, in the order of the anchors
	notes    map[string]uint64 // newest size taken in, by origin of another log
	foreign  []head            // heads of other logs, for the node's own walk
	cosigned cosigners         // former heads with cosignatures
	enrolled map[string]bool   // verifier keys of other logs, by key entries
	names    map[string]string // of other logs, each once
	stamps   uint64            // tokens verified
	unproved uint64            // tokens not verified, for want of roots
	stamped  time.Time         // of the newest token verified
}

// enrol takes in a key of another log.
func (v *verification) enrol(b *counterfoil.KeyEvent) {
	if b == nil || b.Key == "" || b.CheckSignatures() != nil {
		return
	}
	if v.anchors.enrolled == nil {
		v.anchors.enrolled = make(map[string]bool)
	}
	v.anchors.enrolled[b.Key] = true
}

func (v *verification) anchor(i counterfoil.Index, a *counterfoil.Anchor) {
	v.anchors.n++
	switch a.Type {
	case counterfoil.AnchorHead:
		v.headAnchor(i, a)
	case counterfoil.AnchorCosigned:
		v.noteAnchor(i, a)
	case counterfoil.AnchorTimestamp:
		v.stampAnchor(i, a)
	case counterfoil.AnchorRegistry:
		v.registryAnchor(i, a)
	default:
		v.problem(ProblemAnchor, i, "an anchor of the unknown type %q", a.Type)
	}
}

// take notes which keys signed a former head.
func (a *anchors) take(keys []string, size uint64, at counterfoil.Index) {
	if a.cosigned == nil {
		a.cosigned = make(cosigners)
	}
	a.cosigned.take(keys, size, at)
}

// says compares a signed note with what the anchor says of it. The signatures must have
// the form of a note's even where no key is at hand to verify them.
func says(a *counterfoil.Anchor) error {
	c, err := counterfoil.ParseCheckpoint(a.Data)
	if err != nil {
		return err
	}
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open(a.Data, note.VerifierList()); !errors.As(err, &unverified) {
		return fmt.Errorf("the anchor holds no signed note: %w", err)
	}
	if c.Origin != a.Origin || c.Size != a.Size || c.Root != a.Root {
		return fmt.Errorf("the note is about size %d of %q, the anchor about size %d of %q", c.Size, c.Origin, a.Size, a.Origin)
	}
	return nil
}

// name returns an origin of which there is one copy in memory.
func (a *anchors) name(origin string) string {
	if a.names == nil {
		a.names = make(map[string]string)
	}
	if _, found := a.names[origin]; !found {
		a.names[origin] = origin
	}
	return a.names[origin]
}

// headAnchor checks the head of another log: signed by a key enrolled before it,
// and never smaller than one taken in before.
func (v *verification) headAnchor(i counterfoil.Index, a *counterfoil.Anchor) {
	if err := says(a); err != nil {
		v.problem(ProblemAnchor, i, "%v", err)
		return
	}
	if err := signedByAny(a.Data, v.anchors.enrolled); err != nil {
		v.problem(ProblemAnchor, i, "no key that was enrolled before signed the head: %v", err)
		return
	}
	if v.anchors.notes == nil {
		v.anchors.notes = make(map[string]uint64)
	}
	if a.Size < v.anchors.notes[a.Origin] {
		v.problem(ProblemAnchor, i, "a head of %d entries follows one of %d", a.Size, v.anchors.notes[a.Origin])
		return
	}
	v.anchors.notes[a.Origin] = a.Size
	if v.isRegistry() {
		v.anchors.foreign = append(v.anchors.foreign, head{
			size: a.Size, root: a.Root, where: fmt.Sprintf("registry entry %d", i), class: ProblemRegistry, index: int64(i), origin: v.anchors.name(a.Origin),
		})
	}
}

// noteAnchor checks a former head of this log with cosignatures.
func (v *verification) noteAnchor(i counterfoil.Index, a *counterfoil.Anchor) {
	err := says(a)
	if err == nil {
		err = v.keys.check(a.Data, a.Size, v.VerifierKey)
	}
	if err != nil {
		v.problem(ProblemAnchor, i, "%v", err)
		return
	}
	v.former(i, a)
	v.anchors.take(v.keys.signers(a.Data, a.Size), a.Size, i)
	if v.Policy == nil {
		return
	}
	if c, _, err := v.Policy.Check(a.Data); err == nil {
		v.report.Witnessed = max(v.report.Witnessed, c.Size)
	}
}

// stampAnchor checks a time-stamp over a former head of this log.
func (v *verification) stampAnchor(i counterfoil.Index, a *counterfoil.Anchor) {
	v.former(i, a)
	if v.Roots == nil {
		v.anchors.unproved++
		return
	}
	stamp, err := timestamp.Verify(a.Data, a.Imprint(), timestamp.Options{Roots: v.Roots})
	switch {
	case err != nil:
		v.problem(ProblemTimestamp, i, "%v", err)
	case uint64(stamp.Time.UnixMicro()) != a.Time:
		v.problem(ProblemTimestamp, i, "the token states %s, the anchor another time", stamp.Time.UTC().Format(time.RFC3339))
	default:
		v.anchors.stamps++
		if stamp.Time.After(v.anchors.stamped) {
			v.anchors.stamped = stamp.Time
		}
	}
}

// registryAnchor checks a head of the registry in a node's log.
func (v *verification) registryAnchor(i counterfoil.Index, a *counterfoil.Anchor) {
	err := says(a)
	if err == nil && len(v.registryKeys) > 0 {
		err = signedByAny(a.Data, v.registryKeys)
	}
	if err != nil {
		v.problem(ProblemAnchor, i, "%v", err)
	}
}

// former notes a head of this log that lies before entry i. The tree is past it,
// so a second pass compares it.
func (v *verification) former(i counterfoil.Index, a *counterfoil.Anchor) {
	if a.Size > uint64(i) || a.Origin != v.originAt(a.Size) {
		v.problem(ProblemAnchor, i, "the anchor is about size %d of %q, which is no former head of this log", a.Size, a.Origin)
		return
	}
	v.anchors.past = append(v.anchors.past, head{size: a.Size, root: a.Root, where: where(i), class: ProblemAnchor, index: int64(i)})
}

func signedByAny(signed []byte, keys map[string]bool) error {
	err := fmt.Errorf("there is none")
	for _, key := range slices.Sorted(maps.Keys(keys)) { // the report is the same each time
		if _, err = counterfoil.VerifyCheckpoint(signed, key); err == nil {
			return nil
		}
	}
	return err
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/timestamp"
)

// packRegistry is what the registry's part of a pack says.
type packRegistry struct {
	enrolled map[string]bool // verifier keys that key entries of the registry name, each of the log in its name
	links    []keyLink       // of key entries that both keys signed
	ties     map[string]bool // consistency files an anchor led to

	lastHead   uint64              // size of the newest head of the log met
	covering   *counterfoil.Anchor // first head that covers the range
	coveringAt counterfoil.Index
	covered    bool   // it is the pack's head
	stamped    uint64 // largest size a time-stamp is over

	own []ownAnchor // of the registry, until all keys are known

	heirs heirs

	before   *counterfoil.Anchor // in the log, before the range
	beforeAt counterfoil.Index
}

// registryPart checks what the registry says of the pack's head: rules 8, 9 and 11
// of section 10.
func (p *packCheck) registryPart(ctx context.Context) error {
	p.enrolled, p.ties = map[string]bool{}, map[string]bool{}
	p.consistencies("log", p.head)
	if p.manifest.Registry == nil {
		p.looseConsistencies()
		return nil
	}
	p.consistencies("registry", p.registryHead)
	err := p.proved(ctx, "registry", p.manifest.Registry.Verifier, p.registryNote, func(i counterfoil.Index, raw []byte) {
		where := registryEntry(i)
		e, err := counterfoil.DecodeEntry(raw)
		switch {
		case err != nil:
			p.report.problem(ProblemEncoding, where, "%v", err)
		case e.Key != nil:
			p.keyInPack(where, e.Key)
		case e.Anchor != nil:
			p.anchorInPack(i, e.Anchor)
		default:
			p.pack(where, "an entry of kind %s does not belong here", e.Kind)
		}
	})
	if err != nil {
		return err
	}
	p.concludeCovering()
	p.anchorsOfRegistry()
	p.looseConsistencies()
	return nil
}

func registryEntry(i counterfoil.Index) string { return fmt.Sprintf("registry entry %d", i) }

// concludeCovering wants the pack's head to be the first that covers the range.
func (p *packCheck) concludeCovering() {
	p.covered = p.covering != nil && bytes.Equal(p.covering.Data, p.headNote)
	switch absent := slices.Contains(p.manifest.Absent, "registry_head"); {
	case (p.covering == nil) != absent:
		p.report.problem(ProblemRegistry, "registry", "that the registry took in a head over the range is %v, and the manifest says otherwise", p.covering != nil)
	case p.covering != nil && !p.covered:
		p.report.problem(ProblemRegistry, "log/checkpoint", "it is not the first head the registry took in that covers the range")
	}
}

// stampBehind tells whether a time-stamp says that the range existed by its time.
func (p *packCheck) stampBehind() bool {
	return p.covering != nil && p.stamped > uint64(p.coveringAt)
}

// ownAnchor is a former head of the registry and the entry that took it in: one of the
// registry, or of the log.
type ownAnchor struct {
	*counterfoil.Anchor
	at     counterfoil.Index
	ofNode bool
}

// anchorsOfRegistry checks the registry's own heads: those it took in with
// cosignatures, and the one the log took in before the range. The key that signed one
// may have been followed by another since.
func (p *packCheck) anchorsOfRegistry() {
	if p.before != nil {
		p.own = append(p.own, ownAnchor{p.before, p.beforeAt, true})
	}
	if len(p.own) == 0 {
		return
	}
	reach := p.reachOf(p.manifest.Registry.Verifier)
	for _, a := range p.own {
		err := says(a.Anchor)
		if err == nil {
			err = signedByAny(a.Data, reach.keys(a.Size))
		}
		switch {
		case err != nil && a.ofNode:
			p.problem(ProblemAnchor, a.at, "%v", err)
		case err != nil:
			p.report.problem(ProblemAnchor, registryEntry(a.at), "%v", err)
		case a.ofNode:
			p.tied("registry", p.registryHead, a.Anchor, where(a.at))
		default:
			p.tied("registry", p.registryHead, a.Anchor, registryEntry(a.at))
		}
	}
}

// registryTrusted tells whether the key given is one of the registry's that counts for
// its head.
func (p *packCheck) registryTrusted() bool {
	m := p.manifest.Registry
	return m != nil && p.reachOf(p.VerifierKey).counts(m.Verifier, m.Size)
}

// keyInPack follows the keys of the log and of others.
func (p *packCheck) keyInPack(where string, k *counterfoil.KeyEvent) {
	if err := k.CheckSignatures(); err != nil {
		p.report.problem(ProblemKey, where, "%v", err)
		return
	}
	// Of the registry's own keys no entry of the pack enrols the first.
	known := p.enrolled[k.Former] && originOf(k.Former) == originOf(k.Key)
	if k.Event == counterfoil.KeyRotated && !known && k.Origin != p.manifest.Registry.Origin {
		p.report.problem(ProblemKey, where, "the key follows one that is not known")
		return
	}
	p.link(k)
	p.heirs.take(k)
	if k.Key != "" {
		p.enrolled[k.Key] = true
	}
}

func (p *packCheck) anchorInPack(i counterfoil.Index, a *counterfoil.Anchor) {
	where := registryEntry(i)
	switch a.Type {
	case counterfoil.AnchorHead:
		if a.Origin != p.manifest.Log.Origin {
			p.pack(where, "the head is of another log")
			return
		}
		p.headInPack(i, a)
	case counterfoil.AnchorCosigned:
		p.own = append(p.own, ownAnchor{a, i, false})
	case counterfoil.AnchorTimestamp:
		p.stamped = max(p.stamped, a.Size)
		p.stampInPack(where, a)
		p.tied("registry", p.registryHead, a, where)
	default:
		p.pack(where, "an anchor of type %s does not belong here", a.Type)
	}
}

// headInPack checks a head of the log that the registry took in.
func (p *packCheck) headInPack(i counterfoil.Index, a *counterfoil.Anchor) {
	where := registryEntry(i)
	err := says(a)
	if err == nil {
		err = signedByAny(a.Data, p.enrolled)
	}
	if err == nil && a.Size < p.lastHead {
		err = fmt.Errorf("a head of %d entries follows one of %d", a.Size, p.lastHead)
	}
	p.lastHead = a.Size
	if p.covering == nil && a.Size >= uint64(p.manifest.Range.To) {
		p.covering, p.coveringAt = a, i
	}
	if err != nil {
		p.report.problem(ProblemAnchor, where, "%v", err)
		return
	}
	p.tied("log", p.head, a, where)
}

func (p *packCheck) stampInPack(where string, a *counterfoil.Anchor) {
	if p.Roots == nil {
		p.anchors.unproved++
		return
	}
	stamp, err := timestamp.Verify(a.Data, a.Imprint(), timestamp.Options{Roots: p.Roots})
	switch {
	case err != nil:
		p.report.problem(ProblemTimestamp, where, "%v", err)
	case uint64(stamp.Time.UnixMicro()) != a.Time:
		p.report.problem(ProblemTimestamp, where, "the token states %s, the anchor another time", stamp.Time.UTC().Format(time.RFC3339))
	default:
		p.anchors.stamps++
	}
}

// tied wants size and root of an anchor to be those of the pack's head, or a
// consistency file that leads there. What the file proves is checked by consistencies.
func (p *packCheck) tied(folder string, head counterfoil.Checkpoint, a *counterfoil.Anchor, where string) {
	var c counterfoil.Consistency
	name := folder + "/consistency/" + fileNumber(a.Size)
	switch {
	case a.Size == 0 && a.Root == counterfoil.EmptyRoot(), a.Size == head.Size && a.Root == head.Root:
		return
	case p.found[name] && c.UnmarshalText(p.read(name)) == nil && c.Former == counterfoil.Checkpoint{Origin: head.Origin, Size: a.Size, Root: a.Root}:
		p.ties[name] = true
	default:
		p.report.problem(ProblemRegistry, where, "the head of size %d is tied to the pack's by nothing", a.Size)
	}
}

// consistencies checks what every consistency file proves.
func (p *packCheck) consistencies(folder string, head counterfoil.Checkpoint) {
	for _, name := range p.names {
		file, ok := strings.CutPrefix(name, folder+"/consistency/")
		if !ok {
			continue
		}
		size, _ := numberOf(file, "")
		var c counterfoil.Consistency
		err := c.UnmarshalText(p.read(name))
		if err == nil && (c.Former.Size != size || c.Former.Origin != head.Origin) {
			err = fmt.Errorf("it is about size %d of %q", c.Former.Size, c.Former.Origin)
		}
		if err == nil {
			err = c.Verify(head)
		}
		if err != nil {
			p.report.problem(ProblemRoot, name, "%v", err)
			p.ties[name] = true // one fault is enough
		}
	}
}

// looseConsistencies reports files about heads the pack does not name.
func (p *packCheck) looseConsistencies() {
	for _, name := range p.names {
		if strings.Contains(name, "/consistency/") && !p.ties[name] {
			p.report.problem(ProblemRoot, name, "it is about no head the pack names")
		}
	}
}

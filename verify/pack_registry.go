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

// registryPart checks what the registry says of the pack's head: rules 8, 9 and 11
// of section 10.
func (p *packCheck) registryPart(ctx context.Context) error {
	p.enrolledFor = map[string]string{}
	p.consistencies("log", p.head)
	if p.manifest.Registry == nil {
		return nil
	}
	p.consistencies("registry", p.registryHead)
	err := p.proved(ctx, "registry", p.registryHead, p.registryNote, func(i counterfoil.Index, raw []byte) {
		where := fmt.Sprintf("registry entry %d", i)
		e, err := counterfoil.DecodeEntry(raw)
		switch {
		case err != nil:
			p.report.problem(ProblemEncoding, where, "%v", err)
		case e.Key != nil:
			p.keyInPack(where, e.Key)
		case e.Anchor != nil:
			p.covered = p.anchorInPack(where, e.Anchor) || p.covered
		default:
			p.report.problem(ProblemPack, where, "an entry of kind %s does not belong here", e.Kind)
		}
	})
	if absent := slices.Contains(p.manifest.Absent, "registry_head"); p.covered == absent {
		p.report.problem(ProblemRegistry, "registry", "that the registry took in the pack's head is %v, and the manifest says otherwise", p.covered)
	}
	return err
}

// keyInPack follows the keys of the log and of others.
func (p *packCheck) keyInPack(where string, k *counterfoil.KeyEvent) {
	if err := k.CheckSignatures(); err != nil {
		p.report.problem(ProblemKey, where, "%v", err)
		return
	}
	if k.Event == counterfoil.KeyRotated && p.enrolledFor[k.Former] != k.Origin && k.Former != p.manifest.Registry.Verifier {
		p.report.problem(ProblemKey, where, "the key follows one that is not known")
		return
	}
	p.link(k)
	if k.Key != "" {
		p.enrolledFor[k.Key] = k.Origin
	}
}

// anchorInPack checks an anchor and reports whether it is the covering head.
func (p *packCheck) anchorInPack(where string, a *counterfoil.Anchor) bool {
	switch a.Type {
	case counterfoil.AnchorHead:
		if a.Origin != p.manifest.Log.Origin {
			p.report.problem(ProblemPack, where, "the head is of another log")
			return false
		}
		p.noteInPack(where, a)
		p.tied("log", p.head, a, where)
		return a.Size == p.head.Size && bytes.Equal(a.Data, p.headNote)
	case counterfoil.AnchorCosigned:
		if err := says(a); err != nil {
			p.report.problem(ProblemAnchor, where, "%v", err)
		} else if _, err := counterfoil.VerifyCheckpoint(a.Data, p.manifest.Registry.Verifier); err != nil && p.registryKey(a.Data) != nil {
			p.report.problem(ProblemAnchor, where, "%v", err)
		}
		p.tied("registry", p.registryHead, a, where)
	case counterfoil.AnchorTimestamp:
		p.tied("registry", p.registryHead, a, where)
		p.stampInPack(where, a)
	default:
		p.report.problem(ProblemPack, where, "an anchor of type %s does not belong here", a.Type)
	}
	return false
}

// registryKey looks for a former key of the registry that signed.
func (p *packCheck) registryKey(signed []byte) error {
	err := fmt.Errorf("no key of the registry signed it")
	for key, origin := range p.enrolledFor {
		if origin == p.manifest.Registry.Origin {
			if _, e := counterfoil.VerifyCheckpoint(signed, key); e == nil {
				return nil
			}
		}
	}
	return err
}

func (p *packCheck) noteInPack(where string, a *counterfoil.Anchor) {
	if err := says(a); err != nil {
		p.report.problem(ProblemAnchor, where, "%v", err)
		return
	}
	for key, origin := range p.enrolledFor {
		if origin != a.Origin {
			continue
		}
		if _, err := counterfoil.VerifyCheckpoint(a.Data, key); err == nil {
			return
		}
	}
	p.report.problem(ProblemAnchor, where, "no key that was enrolled before signed the head")
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
// consistency file that leads there.
func (p *packCheck) tied(folder string, head counterfoil.Checkpoint, a *counterfoil.Anchor, where string) {
	if a.Size == 0 || a.Size == head.Size && a.Root == head.Root {
		return
	}
	var c counterfoil.Consistency
	name := folder + "/consistency/" + fileNumber(a.Size)
	if !p.found[name] || c.UnmarshalText(p.read(name)) != nil || c.Former.Root != a.Root || c.Former.Origin != head.Origin {
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
		if err == nil && c.Former.Size != size {
			err = fmt.Errorf("it is about size %d", c.Former.Size)
		}
		if err == nil {
			err = c.Verify(head)
		}
		if err != nil {
			p.report.problem(ProblemRoot, name, "%v", err)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// predicate is what the manifest states. It is complete once everything was counted.
func (p *packing) predicate() counterfoil.PackManifest {
	s := &p.survey
	out := counterfoil.PackManifest{
		Version: 1, Form: counterfoil.PackRangeForm, Log: headOf(p.head), Signer: p.Signer.VerifierKey(),
		Range:     counterfoil.PackRange{From: s.from, To: s.to, Since: p.Since.UTC(), Until: p.Until.UTC()},
		Disclosed: string(p.Disclose), Counts: s.counts, Absent: append([]string{}, p.registry.absent...),
	}
	if p.Registry != nil {
		h := headOf(p.registry.head)
		out.Registry = &h
	}
	if p.System != nil {
		out.Form, out.System = counterfoil.PackSelectionForm, &counterfoil.PackSystem{ID: p.System.ID, Slug: p.System.Slug}
		out.Absent = append(out.Absent, "other_entries")
	}
	if s.counts.Payloads.Withheld > 0 {
		out.Absent = append(out.Absent, "payloads_withheld")
	}
	if s.counts.Payloads.Erased > 0 {
		out.Absent = append(out.Absent, "payloads_erased")
	}
	slices.Sort(out.Absent)
	return out
}

func headOf(h signedHead) counterfoil.PackHead {
	return counterfoil.PackHead{Origin: h.Origin, Verifier: h.verifier, Size: h.Size, Root: tlog.Hash(h.Root)}
}

// fileSigner signs with a key from a file instead of the log's own.
type fileSigner struct {
	sign     func([]byte) ([]byte, error)
	verifier string
}

// VerifierKey implements Signer.
func (s fileSigner) VerifierKey() string { return s.verifier }

// SignEnvelope implements Signer.
func (s fileSigner) SignEnvelope(payloadType string, payload []byte) ([]byte, error) {
	return s.sign(counterfoil.EnvelopeText(payloadType, payload))
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://github.com/counterfoil/counterfoil/pack/v1"
)

// envelope, statement and subject are those of DSSE and in-toto.
type envelope struct {
	Payload     string      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []signature `json:"signatures"`
}

type signature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"`
}

type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

type subject struct {
	Name   string `json:"name"`
	Digest digest `json:"digest"`
}

type digest struct {
	SHA256 string `json:"sha256"`
}

// Predicate is what the manifest states; docs/pack-format.md, section 3.
type Predicate struct {
	Version   int           `json:"version"`
	Form      string        `json:"form"`
	Log       Head          `json:"log"`
	Registry  *Head         `json:"registry,omitempty"`
	Signer    string        `json:"signer"`
	Range     Range         `json:"range"`
	System    *SystemFilter `json:"system,omitempty"`
	Disclosed Disclosure    `json:"disclosed"`
	Counts    Counts        `json:"counts"`
	Absent    []string      `json:"absent"`
}

// Head is a head a pack lies under.
type Head struct {
	Origin   string `json:"origin"`
	Verifier string `json:"verifier"`
	Size     uint64 `json:"size"`
	Root     []byte `json:"root"` // base64 in JSON
}

// Range is the range of indexes and the times it was made of.
type Range struct {
	From  uint64    `json:"from"`
	To    uint64    `json:"to"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// SystemFilter names the system of form selection.
type SystemFilter struct {
	ID   string `json:"id"`
	Slug string `json:"slug"`
}

// Counts are of contained entries.
type Counts struct {
	Entries    uint64        `json:"entries"`
	Intents    uint64        `json:"intents"`
	Outcomes   uint64        `json:"outcomes"`
	Earlier    uint64        `json:"earlier"`
	Open       uint64        `json:"open"`
	Unrecorded uint64        `json:"unrecorded"`
	Payloads   PayloadCounts `json:"payloads"`
}

// PayloadCounts says what became of the payloads of contained entries.
type PayloadCounts struct {
	Disclosed uint64 `json:"disclosed"`
	Withheld  uint64 `json:"withheld"`
	Erased    uint64 `json:"erased"`
}

// predicate is complete once everything has been counted.
func (p *packing) predicate() Predicate {
	s := &p.survey
	out := Predicate{
		Version: 1, Form: "range", Log: headOf(p.head), Signer: p.Signer.VerifierKey(),
		Range:     Range{uint64(s.from), uint64(s.to), p.Since.UTC(), p.Until.UTC()},
		Disclosed: p.Disclose, Counts: s.counts, Absent: append([]string{}, p.registry.absent...),
	}
	if p.Registry != nil {
		h := headOf(p.registry.head)
		out.Registry = &h
	}
	if p.System != nil {
		out.Form, out.System = "selection", &SystemFilter{p.System.ID.String(), p.System.Slug}
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

func headOf(h signedHead) Head {
	return Head{Origin: h.Origin, Verifier: h.verifier, Size: h.Size, Root: h.Root[:]}
}

// manifest signs the statement over all other files.
func manifest(signer Signer, predicate Predicate, subjects []subject) ([]byte, error) {
	slices.SortFunc(subjects, func(a, b subject) int { return strings.Compare(a.Name, b.Name) })
	payload, err := json.Marshal(statement{statementType, subjects, predicateType, predicate})
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	sig, err := signer.SignEnvelope(payloadType, payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{
		Payload: base64.StdEncoding.EncodeToString(payload), PayloadType: payloadType,
		Signatures: []signature{{keyID(signer.VerifierKey()), base64.StdEncoding.EncodeToString(sig)}},
	})
}

// keyID is the name and hash of a verifier key, which has three parts.
func keyID(verifier string) string {
	parts := strings.SplitN(verifier, "+", 3)
	return strings.Join(parts[:min(2, len(parts))], "+")
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

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// PackManifestName is where the manifest of an evidence pack lies in it.
const PackManifestName = "manifest.json"

// The two forms of a pack.
const (
	PackRangeForm     = "range"
	PackSelectionForm = "selection"
)

const (
	packPayloadType   = "application/vnd.in-toto+json"
	packStatementType = "https://in-toto.io/Statement/v1"
	packPredicateType = "https://github.com/counterfoil/counterfoil/pack/v1"
)

// packDisclosed and packAbsent are the words the manifest may use.
var (
	packDisclosed = []string{"none", "interactions", "records", "all"}
	packAbsent    = []string{
		"other_entries", "payloads_withheld", "payloads_erased", "registry", "registry_head", "cosignatures", "timestamp_after", "timestamp_before",
	}
)

// PackManifest is what the signed manifest of an evidence pack states: section 3 of
// docs/pack-format.md.
type PackManifest struct {
	Version   int         `json:"version"` // 1
	Form      string      `json:"form"`
	Log       PackHead    `json:"log"`
	Registry  *PackHead   `json:"registry,omitempty"`
	Signer    string      `json:"signer"` // verifier key
	Range     PackRange   `json:"range"`
	System    *PackSystem `json:"system,omitempty"` // in form selection
	Disclosed string      `json:"disclosed"`
	Counts    PackCounts  `json:"counts"`
	Absent    []string    `json:"absent"` // codes, rising
}

// PackHead is a head a pack lies under.
type PackHead struct {
	Origin   string    `json:"origin"`
	Verifier string    `json:"verifier"`
	Size     uint64    `json:"size"`
	Root     tlog.Hash `json:"root"`
}

// PackRange is the range of indexes, To not included, and the times it was made of.
type PackRange struct {
	From  Index     `json:"from"`
	To    Index     `json:"to"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// PackSystem names the AI system of form selection.
type PackSystem struct {
	ID   ID     `json:"id"`
	Slug string `json:"slug"`
}

// PackCounts are of the entries a pack contains.
type PackCounts struct {
	Entries    uint64            `json:"entries"`
	Intents    uint64            `json:"intents"`
	Outcomes   uint64            `json:"outcomes"`
	Earlier    uint64            `json:"earlier"`
	Open       uint64            `json:"open"`
	Unrecorded uint64            `json:"unrecorded"`
	Payloads   PackPayloadCounts `json:"payloads"`
}

// PackPayloadCounts says what became of the payloads of contained entries.
type PackPayloadCounts struct {
	Disclosed uint64 `json:"disclosed"`
	Withheld  uint64 `json:"withheld"`
	Erased    uint64 `json:"erased"`
}

// PackFile is a file of a pack by its digest.
type PackFile struct {
	Name   string
	SHA256 Hash
}

// packEnvelope is a DSSE envelope, packStatement the in-toto statement in it.
type packEnvelope struct {
	Payload     string          `json:"payload"`
	PayloadType string          `json:"payloadType"`
	Signatures  []packSignature `json:"signatures"`
}

type packSignature struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"`
}

type packStatement struct {
	Type          string        `json:"_type"`
	Subject       []packSubject `json:"subject"`
	PredicateType string        `json:"predicateType"`
	Predicate     PackManifest  `json:"predicate"`
}

type packSubject struct {
	Name   string     `json:"name"`
	Digest packDigest `json:"digest"`
}

type packDigest struct {
	SHA256 Hash `json:"sha256"`
}

// Sign returns the manifest of a pack that holds files beside it, in the order of their
// names. sign returns the signature of a DSSE envelope by the key m.Signer.
func (m PackManifest) Sign(files []PackFile, sign func(payloadType string, payload []byte) ([]byte, error)) ([]byte, error) {
	subjects := make([]packSubject, len(files))
	for i, f := range files {
		subjects[i] = packSubject{f.Name, packDigest{f.SHA256}}
	}
	slices.SortFunc(subjects, func(a, b packSubject) int { return strings.Compare(a.Name, b.Name) })
	payload, err := json.Marshal(packStatement{packStatementType, subjects, packPredicateType, m})
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	sig, err := sign(packPayloadType, payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(packEnvelope{
		Payload: base64.StdEncoding.EncodeToString(payload), PayloadType: packPayloadType,
		Signatures: []packSignature{{envelopeKeyID(m.Signer), base64.StdEncoding.EncodeToString(sig)}},
	})
}

// ParsePackManifest reads a manifest, checks its form and that the key it names as signer
// signed it. Whether that key may be trusted is for the caller to know.
func ParsePackManifest(raw []byte) (PackManifest, []PackFile, error) {
	st, err := openPackStatement(raw)
	if err != nil {
		return PackManifest{}, nil, fmt.Errorf("parse pack manifest: %w", err)
	}
	if err := st.check(); err != nil {
		return PackManifest{}, nil, fmt.Errorf("parse pack manifest: %w", err)
	}
	files := make([]PackFile, len(st.Subject))
	for i, s := range st.Subject {
		if s.Name == PackManifestName || i > 0 && s.Name <= st.Subject[i-1].Name {
			return PackManifest{}, nil, fmt.Errorf("parse pack manifest: its files are not in rising order at %q", clip(s.Name))
		}
		files[i] = PackFile{s.Name, s.Digest.SHA256}
	}
	return st.Predicate, files, nil
}

// openPackStatement reads the envelope and checks its one signature.
func openPackStatement(raw []byte) (*packStatement, error) {
	var env packEnvelope
	if err := strictJSON(raw, &env); err != nil {
		return nil, fmt.Errorf("no envelope: %w", err)
	}
	if env.PayloadType != packPayloadType || len(env.Signatures) != 1 {
		return nil, errors.New("no envelope of a statement with one signature")
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(env.Payload)
	if err != nil {
		return nil, fmt.Errorf("payload: %w", err)
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(env.Signatures[0].Sig)
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	var st packStatement
	if err := strictJSON(payload, &st); err != nil {
		return nil, fmt.Errorf("no statement: %w", err)
	}
	signer := st.Predicate.Signer
	v, err := note.NewVerifier(signer)
	if err != nil {
		return nil, fmt.Errorf("signer: %w", err)
	}
	if envelopeKeyID(signer) != env.Signatures[0].KeyID || !v.Verify(EnvelopeText(packPayloadType, payload), sig) {
		return nil, fmt.Errorf("the signature of %s does not verify", clip(env.Signatures[0].KeyID))
	}
	return &st, nil
}

// check wants the values section 3 allows.
func (st *packStatement) check() error {
	m := &st.Predicate
	switch {
	case st.Type != packStatementType || st.PredicateType != packPredicateType || m.Version != 1:
		return errors.New("it is no statement about a pack of version 1")
	case m.Form != PackRangeForm && m.Form != PackSelectionForm || (m.Form == PackSelectionForm) != (m.System != nil):
		return fmt.Errorf("the form %q does not fit", clip(m.Form))
	case m.Range.From >= m.Range.To || uint64(m.Range.To) > m.Log.Size || m.Log.Size >= 1<<63:
		return fmt.Errorf("the range %d to %d does not lie in a log of %d entries", m.Range.From, m.Range.To, m.Log.Size)
	case m.Range.Since.Location() != time.UTC || m.Range.Until.Location() != time.UTC:
		return errors.New("the times of the range are not UTC")
	case !slices.Contains(packDisclosed, m.Disclosed):
		return fmt.Errorf("what is disclosed is not known: %q", clip(m.Disclosed))
	}
	for i, code := range m.Absent {
		if !slices.Contains(packAbsent, code) || i > 0 && code <= m.Absent[i-1] {
			return fmt.Errorf("what is absent is not known, or does not rise, at %q", clip(code))
		}
	}
	heads := []*PackHead{&m.Log}
	if m.Registry != nil {
		heads = append(heads, m.Registry)
	}
	for _, h := range heads {
		if _, err := note.NewVerifier(h.Verifier); err != nil {
			return fmt.Errorf("the verifier key of %q: %w", clip(h.Origin), err)
		}
	}
	return nil
}

// envelopeKeyID is the name and hash of a verifier key, which has three parts.
func envelopeKeyID(verifier string) string {
	parts := strings.SplitN(verifier, "+", 3)
	return strings.Join(parts[:min(2, len(parts))], "+")
}

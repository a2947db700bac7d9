// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

const (
	packPayloadType   = "application/vnd.in-toto+json"
	packStatementType = "https://in-toto.io/Statement/v1"
	packPredicateType = "https://github.com/counterfoil/counterfoil/pack/v1"
)

// packManifest is the predicate; docs/pack-format.md, section 3.
type packManifest struct {
	Version  int       `json:"version"`
	Form     string    `json:"form"`
	Log      packHead  `json:"log"`
	Registry *packHead `json:"registry"`
	Signer   string    `json:"signer"`
	Range    struct {
		From  counterfoil.Index `json:"from"`
		To    counterfoil.Index `json:"to"`
		Since string            `json:"since"`
		Until string            `json:"until"`
	} `json:"range"`
	System *struct {
		ID   counterfoil.ID `json:"id"`
		Slug string         `json:"slug"`
	} `json:"system"`
	Disclosed string     `json:"disclosed"`
	Counts    packCounts `json:"counts"`
	Absent    []string   `json:"absent"`
}

type packHead struct {
	Origin   string `json:"origin"`
	Verifier string `json:"verifier"`
	Size     uint64 `json:"size"`
	Root     string `json:"root"` // base64
}

type packCounts struct {
	Entries    uint64 `json:"entries"`
	Intents    uint64 `json:"intents"`
	Outcomes   uint64 `json:"outcomes"`
	Earlier    uint64 `json:"earlier"`
	Open       uint64 `json:"open"`
	Unrecorded uint64 `json:"unrecorded"`
	Payloads   struct {
		Disclosed uint64 `json:"disclosed"`
		Withheld  uint64 `json:"withheld"`
		Erased    uint64 `json:"erased"`
	} `json:"payloads"`
}

type packSubject struct {
	Name   string `json:"name"`
	Digest struct {
		SHA256 string `json:"sha256"`
	} `json:"digest"`
}

// statement is what the envelope carries.
type packStatement struct {
	Type          string        `json:"_type"`
	Subject       []packSubject `json:"subject"`
	PredicateType string        `json:"predicateType"`
	Predicate     packManifest  `json:"predicate"`
}

// readManifest checks form and signature of the manifest; false ends the check.
func (p *packCheck) readManifest() bool {
	st, err := p.openEnvelope(p.readUpTo("manifest.json", maxPackManifest))
	if err != nil {
		p.pack("manifest.json", "%v", err)
		return false
	}
	p.manifest = st.Predicate
	m := &p.manifest
	switch {
	case st.Type != packStatementType || st.PredicateType != packPredicateType || m.Version != 1:
		err = fmt.Errorf("it is no statement about a pack of version 1")
	case m.Form != "range" && m.Form != "selection" || (m.Form == "selection") != (m.System != nil):
		err = fmt.Errorf("the form %q does not fit", m.Form)
	case m.Range.From >= m.Range.To || uint64(m.Range.To) > m.Log.Size:
		err = fmt.Errorf("the range %d to %d does not lie in a log of %d entries", m.Range.From, m.Range.To, m.Log.Size)
	}
	if err != nil {
		p.pack("manifest.json", "%v", err)
		return false
	}
	p.compareSubjects(st.Subject)
	return true
}

// openEnvelope reads the DSSE envelope and checks its one signature.
func (p *packCheck) openEnvelope(raw []byte) (*packStatement, error) {
	var env struct {
		Payload     string `json:"payload"`
		PayloadType string `json:"payloadType"`
		Signatures  []struct {
			KeyID string `json:"keyid"`
			Sig   string `json:"sig"`
		} `json:"signatures"`
	}
	if err := strictJSON(raw, &env); err != nil {
		return nil, fmt.Errorf("no envelope: %w", err)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(env.Payload)
	if err != nil || env.PayloadType != packPayloadType || len(env.Signatures) != 1 {
		return nil, fmt.Errorf("no envelope of a statement with one signature")
	}
	var st packStatement
	if err := strictJSON(payload, &st); err != nil {
		return nil, fmt.Errorf("no statement: %w", err)
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(env.Signatures[0].Sig)
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	v, err := note.NewVerifier(st.Predicate.Signer)
	if err != nil {
		return nil, fmt.Errorf("signer: %w", err)
	}
	if !strings.HasPrefix(st.Predicate.Signer, env.Signatures[0].KeyID+"+") || !v.Verify(counterfoil.EnvelopeText(packPayloadType, payload), sig) {
		return nil, fmt.Errorf("the signature of %s does not verify", env.Signatures[0].KeyID)
	}
	return &st, nil
}

// strictJSON refuses members that are not known and anything behind the value.
func strictJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the value")
	}
	return nil
}

// compareSubjects wants every file but the manifest, in order, and keeps digests.
func (p *packCheck) compareSubjects(list []packSubject) {
	p.digests = make(map[string]string, len(list))
	last := ""
	for _, s := range list {
		if s.Name <= last || s.Name == "manifest.json" {
			p.pack("manifest.json", "its files are not in rising order at %q", s.Name)
		}
		last = s.Name
		p.digests[s.Name] = s.Digest.SHA256
		if !p.found[s.Name] {
			p.pack(s.Name, "the manifest names the file and the pack does not hold it")
		}
	}
}

// subjects compares every file with its digest, reading in pieces.
func (p *packCheck) subjects(ctx context.Context) error {
	for _, name := range p.names {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if name == "manifest.json" {
			continue
		}
		want, ok := p.digests[name]
		if !ok {
			p.pack(name, "the manifest does not name the file")
			continue
		}
		f, err := p.files.Open(name)
		if err != nil {
			p.pack(name, "the file cannot be read: %v", err)
			continue
		}
		h := sha256.New()
		_, err = io.Copy(h, io.LimitReader(f, maxPackFile+1))
		f.Close()
		if err != nil || hex.EncodeToString(h.Sum(nil)) != want {
			p.pack(name, "the file is not the one the manifest names")
		}
	}
	return nil
}

// fileNumber is how an index stands in a file name.
func fileNumber(i uint64) string { return fmt.Sprintf("%012d", i) }

// numbered tells whether file is a number in its one form, and an ending.
func numbered(file, ending string) bool {
	_, ok := numberOf(file, ending)
	return ok
}

func numberOf(file, ending string) (uint64, bool) {
	digits, ok := strings.CutSuffix(file, ending)
	n, err := strconv.ParseUint(digits, 10, 63)
	return n, ok && err == nil && fileNumber(n) == digits
}

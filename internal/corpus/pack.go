// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// Pack is an evidence pack, file by file, and what whoever makes it holds.
type Pack struct {
	Files    map[string][]byte
	Manifest counterfoil.PackManifest
	Key      string // given to the verifier
	Policy   string // likewise
	Roots    []byte

	set *packSet
	t   testing.TB
}

// PackCase is one way to tamper with a pack, or an honest variant.
type PackCase struct {
	Name  string
	Class string // of a problem that must be reported; empty for a sound pack
	Form  string // "selection", "alone", or "shared" with another node; empty for the pack of a range
	// Change changes files and returns the place of the problem. With Signed the manifest
	// is made and signed again afterwards, as whoever holds the log's key can.
	Change func(p *Pack) string
	Signed bool
	// Zip makes the zip file, where what is wrong is how the files lie in it; it returns
	// the place of the problem. Such a case has no folder.
	Zip func(p *Pack) ([]byte, string)
	// Unchecked is what the report must name as not checked.
	Unchecked string
}

// open unpacks the pack of a case.
func (c PackCase) open(t testing.TB) *Pack {
	t.Helper()
	set := packs(t)
	raw := set.ranged
	switch c.Form {
	case "selection":
		raw = set.selected
	case "alone":
		raw = set.alone
	case "shared":
		raw = set.shared
	}
	p := &Pack{Files: unzip(t, raw), Key: set.key, Policy: set.policy, Roots: set.roots, set: set, t: t}
	if c.Form == "alone" {
		p.Key, p.Policy = set.formerKey, ""
	}
	m, _, err := counterfoil.ParsePackManifest(p.Files[counterfoil.PackManifestName])
	if err != nil {
		t.Fatal(err)
	}
	p.Manifest = m
	return p
}

// sign makes the manifest of the files there are, by one of the log's keys or another.
func (p *Pack) sign(signer note.Signer) {
	p.t.Helper()
	var list []counterfoil.PackFile
	for name, content := range p.Files {
		if name != counterfoil.PackManifestName {
			list = append(list, counterfoil.PackFile{Name: name, SHA256: sha256.Sum256(content)})
		}
	}
	raw, err := p.Manifest.Sign(list, func(kind string, payload []byte) ([]byte, error) {
		return signer.Sign(counterfoil.EnvelopeText(kind, payload))
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Files[counterfoil.PackManifestName] = raw
}

// MadePack is the pack of a case as it is given to a verifier.
type MadePack struct {
	*Pack
	Case  PackCase
	Place string // of the problem
	Zip   []byte
}

// MakePack makes the pack of a case.
func MakePack(t testing.TB, c PackCase) MadePack {
	t.Helper()
	m := MadePack{Pack: c.open(t), Case: c}
	if c.Change != nil {
		m.Place = c.Change(m.Pack)
	}
	if c.Signed {
		m.sign(m.set.signer)
	}
	if c.Zip != nil {
		m.Zip, m.Place = c.Zip(m.Pack)
	} else {
		m.Zip = zipOf(m.Files).bytes()
	}
	return m
}

// Args writes the pack, as a zip file or as the folder it unpacks to, and returns the
// command line arguments of a verifier.
func (m MadePack) Args(folder bool) []string {
	m.t.Helper()
	dir := m.t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	args := []string{"--key", m.Key, "--tsa-roots", in("roots.pem")}
	write(m.t, in("roots.pem"), m.Roots)
	if m.Policy != "" {
		args = append(args, "--policy", in("policy"))
		write(m.t, in("policy"), []byte(m.Policy))
	}
	if folder {
		writeFolder(m.t, in("pack"), m.Files)
		return append(args, in("pack"))
	}
	write(m.t, in("pack.zip"), m.Zip)
	return append(args, in("pack.zip"))
}

// Verify asks package verify what it thinks of the zip file or of the folder.
func (m MadePack) Verify(ctx context.Context, folder bool) (verify.Report, error) {
	o := verify.Options{VerifierKey: m.Key, Roots: x509.NewCertPool()}
	o.Roots.AppendCertsFromPEM(m.Roots)
	if m.Policy != "" {
		var err error
		if o.Policy, err = counterfoil.ParsePolicy([]byte(m.Policy)); err != nil {
			return verify.Report{}, err
		}
	}
	if folder {
		files := make(fstest.MapFS)
		for name, content := range m.Files {
			files[name] = &fstest.MapFile{Data: content}
		}
		return verify.Pack(ctx, files, o)
	}
	return verify.PackFile(ctx, bytes.NewReader(m.Zip), int64(len(m.Zip)), o)
}

// Met tells whether a report says what the case wants.
func (m MadePack) Met(r verify.Report) bool {
	if m.Case.Unchecked != "" && !slices.ContainsFunc(r.Unchecked, func(s string) bool { return strings.Contains(s, m.Case.Unchecked) }) {
		return false
	}
	if m.Case.Class == "" {
		return r.Integrity == verify.IntegrityOK && len(r.Problems) == 0
	}
	return r.Integrity == verify.IntegrityBroken && slices.ContainsFunc(r.Problems, func(p verify.Problem) bool {
		return p.Class == m.Case.Class && p.Where == m.Place
	})
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// readManifest checks form and signature of the manifest; false ends the check.
func (p *packCheck) readManifest() bool {
	m, list, err := counterfoil.ParsePackManifest(p.readUpTo(counterfoil.PackManifestName, maxPackManifest))
	if err != nil {
		p.pack(counterfoil.PackManifestName, "%v", err)
		return false
	}
	p.manifest = m
	p.compareSubjects(list)
	return true
}

// compareSubjects wants every file but the manifest, and keeps digests.
func (p *packCheck) compareSubjects(list []counterfoil.PackFile) {
	p.digests = make(map[string]counterfoil.Hash, len(list))
	for _, f := range list {
		p.digests[f.Name] = f.SHA256
		if !p.found[f.Name] {
			p.pack(f.Name, "the manifest names the file and the pack does not hold it")
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
		if err != nil || counterfoil.Hash(h.Sum(nil)) != want {
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

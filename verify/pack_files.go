// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// readManifest checks form and signature of the manifest.
func (p *packCheck) readManifest(context.Context) error {
	raw := p.readUpTo(counterfoil.PackManifestName, maxPackManifest)
	if raw == nil {
		p.ended = true
		return nil
	}
	m, list, err := counterfoil.ParsePackManifest(raw)
	if err != nil {
		p.pack(counterfoil.PackManifestName, "%v", err)
		p.ended = true
		return nil
	}
	p.manifest, p.report.Origin = m, m.Log.Origin
	p.digests = make(map[string]counterfoil.Hash, len(list))
	for _, f := range list {
		p.digests[f.Name] = f.SHA256
	}
	return nil
}

// compareFiles is rule 1: every name is one of the format, every file is the one the
// manifest names, and form and counts admit it.
func (p *packCheck) compareFiles(ctx context.Context) error {
	for _, name := range p.names {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if !packName(name) {
			p.pack(name, "the format has no file of this name")
		}
		if want, ok := p.digests[name]; ok {
			p.compareDigest(name, want)
		} else if name != counterfoil.PackManifestName {
			p.pack(name, "the manifest does not name the file")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.digests)) {
		if !p.found[name] {
			p.pack(name, "the manifest names the file and the pack does not hold it")
		}
	}
	p.compareForm()
	p.ended = len(p.report.Problems) > 0
	return nil
}

// compareDigest reads in pieces.
func (p *packCheck) compareDigest(name string, want counterfoil.Hash) {
	f, err := p.files.Open(name)
	if err != nil {
		p.pack(name, "the file cannot be read: %v", err)
		return
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, maxPackFile+1)); err != nil || counterfoil.Hash(h.Sum(nil)) != want {
		p.pack(name, "the file is not the one the manifest names")
	}
}

// compareForm wants the files that are always there, both of each pair, and those that
// form and counts ask for.
func (p *packCheck) compareForm() {
	m := &p.manifest
	needed := []string{counterfoil.PackManifestName, "README.txt", "index.html", "interactions.csv", "log/verifier", "log/checkpoint"}
	if m.Registry != nil {
		needed = append(needed, "registry/verifier", "registry/checkpoint")
	}
	if m.Counts.Payloads.Erased > 0 {
		needed = append(needed, erasedName)
	} else if p.found[erasedName] {
		p.pack(erasedName, "no payload was erased, by the manifest")
	}
	tiles, possible := p.tileNames()
	if !possible {
		p.pack("log/tile", "the pack has fewer files than its range has tiles")
		return
	}
	needed = append(needed, slices.Sorted(maps.Keys(tiles))...)
	for _, name := range p.names {
		if m.Registry == nil && strings.HasPrefix(name, "registry/") {
			p.pack(name, "the manifest names no registry")
		}
		if strings.HasPrefix(name, "log/tile/") && !tiles[name] {
			p.pack(name, "the tile does not belong to the range")
		}
		if other := partner(name); other != "" {
			needed = append(needed, other)
		}
	}
	for _, name := range needed {
		if !p.found[name] {
			p.pack(name, "the file is missing")
		}
	}
}

// tileNames are the tiles and bundles of section 5; a selection has none. It is false if
// the pack cannot hold them: a manifest may name any range.
func (p *packCheck) tileNames() (map[string]bool, bool) {
	names := make(map[string]bool)
	if p.manifest.Form != counterfoil.PackRangeForm {
		return names, true
	}
	from, to, size := uint64(p.manifest.Range.From), uint64(p.manifest.Range.To), p.manifest.Log.Size
	if (to-1)/counterfoil.TileWidth-from/counterfoil.TileWidth >= uint64(len(p.names)) {
		return nil, false
	}
	for _, t := range counterfoil.RangeTiles(from, to, size) {
		names["log/"+t.Path()] = true
	}
	for n := from / counterfoil.TileWidth; n <= (to-1)/counterfoil.TileWidth; n++ {
		t, _ := counterfoil.TileAt(counterfoil.EntriesLevel, n, size)
		names["log/"+t.Path()] = true
	}
	return names, true
}

// partner is the file that is there whenever this one is.
func partner(name string) string {
	for _, pair := range [][2]string{{".cbor", ".tlog-proof"}, {".tlog-proof", ".cbor"}, {".bin", ".key"}, {".key", ".bin"}} {
		if stem, ok := strings.CutSuffix(name, pair[0]); ok {
			return stem + pair[1]
		}
	}
	return ""
}

// packName tells the names of section 2.
func packName(name string) bool {
	switch name {
	case counterfoil.PackManifestName, "README.txt", "index.html", "interactions.csv", erasedName, "registry/policy":
		return true
	}
	log, rest, ok := strings.Cut(name, "/")
	if !ok || log != "log" && log != "registry" {
		return false
	}
	if rest == "verifier" || rest == "checkpoint" {
		return true
	}
	if log == "log" && strings.HasPrefix(rest, "tile/") {
		_, err := counterfoil.ParseTilePath(rest)
		return err == nil
	}
	kind, file, _ := strings.Cut(rest, "/")
	switch kind {
	case "entry":
		return numbered(file, ".cbor") || numbered(file, ".tlog-proof")
	case "consistency":
		return numbered(file, "")
	case "payload":
		return log == "log" && (numbered(file, ".bin") || numbered(file, ".key"))
	default:
		return false
	}
}

// fileNumber is how an index stands in a file name.
func fileNumber(i uint64) string { return fmt.Sprintf("%012d", i) }

// entryName is the file of an entry with its proof.
func entryName(folder string, i counterfoil.Index) string {
	return folder + "/entry/" + fileNumber(uint64(i)) + ".cbor"
}

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

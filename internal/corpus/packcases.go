// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// PackCases are all cases about packs. Names are unique.
func PackCases() []PackCase {
	return slices.Concat(honestPacks(), packFiles(), packManifests(), packEntries(), packPayloads(), packRows(), packRegistries(), packZips())
}

func honestPacks() []PackCase {
	key := func(choose func(p *Pack) string) func(p *Pack) string {
		return func(p *Pack) string { p.Key = choose(p); return "" }
	}
	return []PackCase{
		{Name: "pack of a range"},
		{Name: "pack of a selection", Form: "selection"},
		{Name: "pack of a node without a registry", Form: "alone"},
		{Name: "pack signed again", Signed: true},
		{Name: "pack of a node whose registry serves another too", Form: "shared", Unchecked: otherOrigin},
		{Name: "pack under the registry's key", Change: key(func(p *Pack) string { return p.set.registryKey })},
		{Name: "pack under the key before the rotation", Change: key(func(p *Pack) string { return p.set.formerKey })},
		{Name: "pack of another log", Class: "head", Change: func(p *Pack) string {
			_, p.Key = logtest.NewKey(p.t, origin)
			return "log/verifier"
		}},
	}
}

// names are those of the files with a prefix and an ending, rising.
func (p *Pack) names(prefix, ending string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, ending) {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		p.t.Fatalf("the pack has no %s…%s", prefix, ending)
	}
	return list
}

// indexOf is the number in a file's name.
func (p *Pack) indexOf(name string) uint64 {
	digits, _, _ := strings.Cut(path.Base(name), ".")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *Pack) entryOf(name string) string { return fmt.Sprintf("entry %d", p.indexOf(name)) }

// flip changes a bit in the middle of a file and returns its name.
func (p *Pack) flip(name string) string {
	content := bytes.Clone(p.Files[name])
	content[len(content)/2] ^= 1
	p.Files[name] = content
	return name
}

// first is the first file of a kind, by which cases name files.
func first(prefix, ending string) func(p *Pack) string {
	return func(p *Pack) string { return p.names(prefix, ending)[0] }
}

// packFiles harms files of every kind, with the manifest as it was.
func packFiles() []PackCase {
	var all []PackCase
	for _, form := range []string{"", "selection"} {
		kinds := map[string]func(p *Pack) string{
			"read-me": first("README", ""), "page": first("index", ""), "rows": first("interactions", ""), "verifier": first("log/ver", ""), "head": first("log/check", ""),
			"plaintext": first("log/payload/", ".bin"), "commitment key": first("log/payload/", ".key"), "erased": first("log/payload/e", ""),
			"consistency": first("log/consistency/", ""), "registry verifier": first("registry/ver", ""), "registry head": first("registry/check", ""),
			"registry policy": first("registry/pol", ""), "registry entry": first("registry/entry/", ".cbor"), "registry proof": first("registry/entry/", ".tlog-proof"),
			"registry consistency": first("registry/consistency/", ""), "entry": first("log/entry/", ".cbor"), "proof": first("log/entry/", ".tlog-proof"),
		}
		if form == "" {
			kinds["tile"], kinds["tile above"], kinds["bundle"] = first("log/tile/0/", ""), first("log/tile/1/", ""), first("log/tile/entries/", "")
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			find := kinds[kind]
			for _, h := range []struct {
				name string
				do   func(p *Pack, name string)
			}{
				{"flipped", func(p *Pack, name string) { p.flip(name) }},
				{"cut", func(p *Pack, name string) { p.Files[name] = p.Files[name][:len(p.Files[name])-1] }},
				{"grown", func(p *Pack, name string) { p.Files[name] = append(bytes.Clone(p.Files[name]), 0) }},
				{"left out", func(p *Pack, name string) { delete(p.Files, name) }},
			} {
				all = append(all, PackCase{Name: strings.TrimSpace(form + " pack, " + kind + " " + h.name), Class: "pack", Form: form, Change: func(p *Pack) string {
					name := find(p)
					h.do(p, name)
					return name
				}})
			}
		}
		for _, name := range []string{"notes.txt", "log/entry/999999999999.cbor", "log/tile/0/007", "log/payload/000000000001.bin", "log/entry/1.cbor", "registry/tile/0/000"} {
			add := func(p *Pack) string { p.Files[name] = []byte("x"); return name }
			all = append(all, PackCase{Name: form + " pack with " + name, Class: "pack", Form: form, Change: add})
			if name != "log/payload/000000000001.bin" && name != "log/entry/999999999999.cbor" { // these lack the other of their pair
				all = append(all, PackCase{Name: form + " pack with " + name + ", signed again", Class: "pack", Form: form, Signed: true, Change: add})
			}
		}
	}
	return all
}

// packManifests states something else, signed by the log's key or another.
func packManifests() []PackCase {
	all := []PackCase{
		{Name: "pack, manifest flipped", Class: "pack", Change: func(p *Pack) string { return p.flip(counterfoil.PackManifestName) }},
		{Name: "pack, manifest cut", Class: "pack", Change: func(p *Pack) string {
			raw := p.Files[counterfoil.PackManifestName]
			p.Files[counterfoil.PackManifestName] = raw[:len(raw)-1]
			return counterfoil.PackManifestName
		}},
		{Name: "pack, manifest by a stranger", Class: "pack", Change: func(p *Pack) string {
			stranger, _ := logtest.NewKey(p.t, origin)
			p.sign(stranger)
			return counterfoil.PackManifestName
		}},
		{Name: "pack, manifest by a stranger who names himself", Class: "pack", Change: func(p *Pack) string {
			stranger, key := logtest.NewKey(p.t, origin)
			p.Manifest.Signer = key
			p.sign(stranger)
			return counterfoil.PackManifestName
		}},
		{Name: "pack, manifest by the registry", Class: "pack", Change: func(p *Pack) string {
			p.Manifest.Signer = p.set.registryKey
			p.sign(p.set.registrySigner)
			return counterfoil.PackManifestName
		}},
	}
	for name, change := range map[string]func(m *counterfoil.PackManifest){
		"an entry more":             func(m *counterfoil.PackManifest) { m.Counts.Entries++ },
		"an intent fewer":           func(m *counterfoil.PackManifest) { m.Counts.Intents-- },
		"an outcome more":           func(m *counterfoil.PackManifest) { m.Counts.Outcomes++ },
		"earlier outcomes":          func(m *counterfoil.PackManifest) { m.Counts.Earlier++ },
		"nothing open":              func(m *counterfoil.PackManifest) { m.Counts.Open = 0 },
		"no gap":                    func(m *counterfoil.PackManifest) { m.Counts.Unrecorded = 0 },
		"a payload fewer":           func(m *counterfoil.PackManifest) { m.Counts.Payloads.Disclosed-- },
		"a payload withheld":        func(m *counterfoil.PackManifest) { m.Counts.Payloads.Withheld++ },
		"two erased":                func(m *counterfoil.PackManifest) { m.Counts.Payloads.Erased++ },
		"nothing absent":            func(m *counterfoil.PackManifest) { m.Absent = []string{} },
		"the registry absent":       func(m *counterfoil.PackManifest) { m.Absent = append(m.Absent, "registry") },
		"no time-stamp":             func(m *counterfoil.PackManifest) { m.Absent = append(m.Absent, "timestamp_after") },
		"another version":           func(m *counterfoil.PackManifest) { m.Version = 2 },
		"an unknown form":           func(m *counterfoil.PackManifest) { m.Form = "everything" },
		"an unknown disclosure":     func(m *counterfoil.PackManifest) { m.Disclosed = "some" },
		"a range above the log":     func(m *counterfoil.PackManifest) { m.Range.To = counterfoil.Index(m.Log.Size) + 1 },
		"an empty range":            func(m *counterfoil.PackManifest) { m.Range.To = m.Range.From },
		"times that are not UTC":    func(m *counterfoil.PackManifest) { m.Range.Since = m.Range.Since.In(time.FixedZone("", 3600)) },
		"an unknown code as absent": func(m *counterfoil.PackManifest) { m.Absent = []string{"everything"} },
	} {
		all = append(all, PackCase{Name: "pack, manifest states " + name, Class: "pack", Signed: true, Change: func(p *Pack) string {
			change(&p.Manifest)
			return counterfoil.PackManifestName
		}})
	}
	slices.SortFunc(all, func(a, b PackCase) int { return strings.Compare(a.Name, b.Name) })
	return append(
		all,
		PackCase{Name: "pack, manifest states another root", Class: "head", Signed: true, Change: func(p *Pack) string {
			p.Manifest.Log.Root[0] ^= 1
			return "log/checkpoint"
		}},
		PackCase{Name: "pack, manifest states another registry", Class: "head", Signed: true, Change: func(p *Pack) string {
			_, key := logtest.NewKey(p.t, origin+"/registry")
			head := *p.Manifest.Registry
			head.Verifier, p.Manifest.Registry = key, &head
			return "registry/verifier"
		}},
		PackCase{Name: "pack, manifest states another system", Class: "pack", Form: "selection", Signed: true, Change: func(p *Pack) string {
			p.Manifest.System = &counterfoil.PackSystem{ID: counterfoil.ID{5}, Slug: "tables"}
			return p.names("log/entry/", ".cbor")[1]
		}},
	)
}

// foreignRoots gives the verifier the certificates of another authority.
func foreignRoots(p *Pack) {
	p.Roots = logtest.NewAuthority(p.t, packTime, func(*x509.Certificate) {}).RootPEM
}

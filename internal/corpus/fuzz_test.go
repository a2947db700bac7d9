// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// FuzzPack reads a zip file from anywhere: nothing passes but what the log's key signed.
// The pack it begins with is the golden one, whose key every process knows.
func FuzzPack(f *testing.F) {
	whole, key := read(f, "../../testdata/vectors/pack.zip"), strings.TrimSpace(string(read(f, "../../testdata/vectors/pack.key")))
	want := unzip(f, whole)[counterfoil.PackManifestName]
	f.Add(whole)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := verify.PackFile(t.Context(), bytes.NewReader(raw), int64(len(raw)), verify.Options{VerifierKey: key})
		if err != nil || r.Integrity != verify.IntegrityOK {
			return
		}
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if have, err := fs.ReadFile(z, counterfoil.PackManifestName); err != nil || !bytes.Equal(have, want) {
			t.Errorf("a manifest nobody signed passes: %s", have)
		}
	})
}

// FuzzPackFile puts something else in the place of one file of a pack and has the log's
// key sign that. The files for people may say anything, the table of interactions the
// same in another form; any other must be what it was.
func FuzzPackFile(f *testing.F) {
	for _, name := range []string{"log/checkpoint", "interactions.csv", "log/payload/erased.csv"} {
		files := unzip(f, packs(f).selected)
		f.Add(uint16(slices.Index(slices.Sorted(maps.Keys(files)), name)), files[name])
	}
	f.Add(uint16(9), []byte("index\n7\n"))
	f.Fuzz(func(t *testing.T, n uint16, content []byte) {
		m := MakePack(t, PackCase{Form: "selection"})
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(m.Files)), func(name string) bool { return name == counterfoil.PackManifestName })
		name := names[int(n)%len(names)]
		free := slices.Contains([]string{"README.txt", "index.html", "registry/policy", "interactions.csv"}, name)
		changed := !bytes.Equal(content, m.Files[name])
		m.Files[name] = content
		m.sign(m.set.signer)
		r, err := m.Verify(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		if r.Integrity == verify.IntegrityOK && changed && !free {
			t.Errorf("%s passes as %q", name, content)
		}
	})
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/verify"
)

// verifyPack gives a pack to the public verifier, which must find it sound.
func verifyPack(t *testing.T, raw []byte, key string) {
	t.Helper()
	if r := reportOn(t, raw, key); r.Integrity != verify.IntegrityOK {
		t.Errorf("the verifier finds %v", r.Problems)
	}
}

func reportOn(t *testing.T, raw []byte, key string) verify.Report {
	t.Helper()
	return reportUnder(t, raw, verify.Options{VerifierKey: key})
}

func reportUnder(t *testing.T, raw []byte, o verify.Options) verify.Report {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Pack(t.Context(), z, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// remake writes a pack anew; change returns what a file holds, or false to leave
// it out.
func remake(t *testing.T, raw []byte, change func(name string, content []byte) ([]byte, bool), extra ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name string, content []byte) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if content, keep := change(f.Name, content); keep {
			put(f.Name, content)
		}
	}
	for _, name := range extra {
		put(name, []byte("x"))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTamperedPacks flips a bit of, cuts, and leaves out each file of a pack in
// turn, and adds some: the verifier names the file.
func TestTamperedPacks(t *testing.T) {
	n := newNode(t)
	n.startRegistry()
	n.work(40)
	n.round(true)
	n.work(3)
	n.round(true)
	for _, form := range []string{"range", "selection"} {
		cfg := n.config(5, 60)
		cfg.Disclose = All
		if form == "selection" {
			cfg.System = &System{ID: n.systems[0], Slug: "letters"}
		}
		raw, _ := n.mustCreate(cfg)
		key := n.log.VerifierKey()
		verifyPack(t, raw, key)
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			harm := map[string]func([]byte) ([]byte, bool){
				"flipped":  func(b []byte) ([]byte, bool) { b[len(b)/2] ^= 1; return b, true },
				"cut":      func(b []byte) ([]byte, bool) { return b[:len(b)-1], true },
				"left out": func([]byte) ([]byte, bool) { return nil, false },
			}
			for kind, do := range harm {
				if f.UncompressedSize64 == 0 {
					continue
				}
				broken := remake(t, raw, func(name string, content []byte) ([]byte, bool) {
					if name == f.Name {
						return do(content)
					}
					return content, true
				})
				r := reportOn(t, broken, key)
				named := false
				for _, p := range r.Problems {
					named = named || strings.Contains(p.Where, f.Name)
				}
				if r.Integrity == verify.IntegrityOK || !named {
					t.Errorf("%s: %s %s: %s, %v", form, f.Name, kind, r.Integrity, r.Problems)
				}
			}
		}
		for _, extra := range []string{"log/entry/999999999999.cbor", "../x", "notes.txt", "log/tile/0/007", "log/payload/000000000001.bin"} {
			if r := reportOn(t, remake(t, raw, func(_ string, b []byte) ([]byte, bool) { return b, true }, extra), key); r.Integrity == verify.IntegrityOK {
				t.Errorf("%s: %s was added and passes", form, extra)
			}
		}
		if r := reportOn(t, raw, "other+00000000+AAAA"); len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemHead {
			t.Errorf("under another key: %v", r.Problems)
		}
	}
}

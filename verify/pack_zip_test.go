// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// archiveOf is what a writer of packs makes of files that hold zeros.
func archiveOf(t testing.TB, w io.Writer, names []string, size int64) {
	t.Helper()
	z := zip.NewWriter(w)
	for _, name := range names {
		f, err := z.CreateRaw(&zip.FileHeader{Name: name, CompressedSize64: uint64(size), UncompressedSize64: uint64(size)})
		if err == nil {
			_, err = io.CopyN(f, zeros{}, size)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// zeros is an endless file.
type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// sparse writes a file and leaves holes where a long write holds zeros only.
type sparse struct{ *os.File }

var hole [64 << 10]byte

// Write implements io.Writer.
func (s sparse) Write(b []byte) (int, error) {
	if len(b) < 4096 || len(b) > len(hole) || !bytes.Equal(b, hole[:len(b)]) {
		return s.File.Write(b)
	}
	_, err := s.Seek(int64(len(b)), io.SeekCurrent)
	return len(b), err
}

// TestLargeArchives: more files than 65,535, and more bytes than 4 GiB, which takes the
// ZIP64 form of the directory's end and of its records.
func TestLargeArchives(t *testing.T) {
	many := make([]string, 66_000)
	for n := range many {
		many[n] = fmt.Sprintf("log/payload/%012d.bin", n)
	}
	for name, tt := range map[string]struct {
		names []string
		size  int64
	}{
		"files": {many, 1},
		"bytes": {[]string{"README.txt", "index.html", "interactions.csv"}, 2200 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Create(filepath.Join(t.TempDir(), "pack.zip"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			archiveOf(t, sparse{f}, tt.names, tt.size)
			size, err := f.Seek(0, io.SeekCurrent)
			if err != nil {
				t.Fatal(err)
			}
			check := func() error {
				a := archive{r: f, size: size, names: map[string]bool{}}
				return a.check(t.Context())
			}
			if err := check(); err != nil {
				t.Fatal(err)
			}
			for back := range int64(zipEndBytes + zip64JumpBytes + zip64EndBytes) { // every byte of the end has one value
				at, b := size-1-back, make([]byte, 1)
				if _, err := f.ReadAt(b, at); err != nil {
					t.Fatal(err)
				}
				if _, err := f.WriteAt([]byte{b[0] ^ 1}, at); err != nil {
					t.Fatal(err)
				}
				versions := back >= zipEndBytes+zip64JumpBytes+zip64EndBytes-16 && back < zipEndBytes+zip64JumpBytes+zip64EndBytes-12
				if err := check(); (err == nil) != versions {
					t.Errorf("byte %d before the end: %v", back, err)
				}
				if _, err := f.WriteAt(b, at); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestNoArchive: what is no zip file, or is cut off, cannot be checked.
func TestNoArchive(t *testing.T) {
	var b bytes.Buffer
	archiveOf(t, &b, []string{"README.txt", "log/checkpoint"}, 10)
	for _, raw := range [][]byte{nil, []byte("PK\x05\x06"), make([]byte, 100), b.Bytes()[:b.Len()-30], b.Bytes()[:20]} {
		if r, err := PackFile(t.Context(), bytes.NewReader(raw), int64(len(raw)), Options{}); !errors.Is(err, errPack) {
			t.Errorf("%x: %+v, %v", raw, r, err)
		}
	}
}

// FuzzArchive: in a zip file that passes, the library finds files back to back that fill
// all of it in front of the directory.
func FuzzArchive(f *testing.F) {
	var b bytes.Buffer
	archiveOf(f, &b, []string{"README.txt", "log/checkpoint"}, 10)
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := archive{r: bytes.NewReader(raw), size: int64(len(raw)), names: map[string]bool{}}
		if a.check(t.Context()) != nil {
			return
		}
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		at := int64(0)
		for _, file := range z.File {
			begins, err := file.DataOffset()
			if err != nil || begins != at+zipLocalBytes+int64(len(file.Name)) || file.Method != zip.Store || file.CompressedSize64 != file.UncompressedSize64 {
				t.Fatalf("%+v at %d, %v", file.FileHeader, begins, err)
			}
			at = begins + int64(file.CompressedSize64)
		}
		if d, err := a.directory(); err != nil || uint64(at) != d.start || len(z.File) != len(a.names) {
			t.Errorf("the files end at %d, the directory is %+v, %v", at, d, err)
		}
	})
}

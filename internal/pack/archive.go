// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/counterfoil/counterfoil"
)

// dosEpoch is 1980-01-01 as a zip file writes dates: a pack has no time of its own.
const dosEpoch = 1<<5 | 1

// write writes the archive. The manifest stands among the other files in the order
// of names, so those behind it are made once more, earlier, for their digests.
func (p *packing) write(ctx context.Context, files plan, predicate counterfoil.PackManifest, w io.Writer) error {
	z := zip.NewWriter(w)
	subjects := make([]counterfoil.PackFile, 0, len(files))
	written := false
	for n, f := range files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if !written && f.name > counterfoil.PackManifestName {
			if err := p.writeManifest(z, files[n:], predicate, subjects); err != nil {
				return err
			}
			written = true
		}
		sum, err := f.writeTo(z)
		if err != nil {
			return err
		}
		subjects = append(subjects, counterfoil.PackFile{Name: f.name, SHA256: sum})
		if n%64 == 0 || n == len(files)-1 {
			p.Progress(uint64(n+1), uint64(len(files)))
		}
	}
	if !written {
		if err := p.writeManifest(z, nil, predicate, subjects); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("end the pack: %w", err)
	}
	return nil
}

// writeManifest signs the digests of what was written and of what follows.
func (p *packing) writeManifest(z *zip.Writer, behind plan, predicate counterfoil.PackManifest, subjects []counterfoil.PackFile) error {
	for _, f := range behind {
		sum, err := f.digest()
		if err != nil {
			return err
		}
		subjects = append(subjects, counterfoil.PackFile{Name: f.name, SHA256: sum})
	}
	content, err := predicate.Sign(subjects, p.Signer.SignEnvelope)
	if err != nil {
		return err
	}
	_, err = file{name: counterfoil.PackManifestName, make: func() ([]byte, error) { return content, nil }}.writeTo(z)
	return err
}

// content makes the file.
func (f file) content() ([]byte, error) {
	b, err := f.make()
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", f.name, err)
	}
	return b, nil
}

func (f file) digest() (counterfoil.Hash, error) {
	if f.spool != nil {
		return counterfoil.Hash(f.spool.sum.Sum(nil)), nil
	}
	b, err := f.content()
	if err != nil {
		return counterfoil.Hash{}, err
	}
	return sha256.Sum256(b), nil
}

// writeTo writes the file into the archive, stored, and returns its digest.
func (f file) writeTo(z *zip.Writer) (counterfoil.Hash, error) {
	if f.spool != nil {
		r, err := f.spool.reader()
		if err != nil {
			return counterfoil.Hash{}, err
		}
		sum, _ := f.digest() // of a spool, which has it
		return sum, store(z, f.name, f.spool.size, f.spool.crc.Sum32(), r)
	}
	b, err := f.content()
	if err != nil {
		return counterfoil.Hash{}, err
	}
	return sha256.Sum256(b), store(z, f.name, uint64(len(b)), crc32.ChecksumIEEE(b), bytes.NewReader(b))
}

// store writes a file as it is, with sizes and checksum in front, so that nothing
// follows its bytes.
func store(z *zip.Writer, name string, size uint64, crc uint32, r io.Reader) error {
	if size >= math.MaxUint32 {
		return fmt.Errorf("write %s: a file of %d bytes has no place in a pack; make several of shorter times", name, size)
	}
	head := &zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc, CompressedSize64: size, UncompressedSize64: size}
	head.ModifiedDate = dosEpoch //lint:ignore SA1019 Modified would add an extra field with another form of the time
	w, err := z.CreateRaw(head)
	if err == nil {
		_, err = io.Copy(w, r)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

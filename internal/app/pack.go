// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/pack"
)

// CreatePack implements control.Publisher. Who asks acts as the machine's operator:
// disclosures are recorded with the zero actor.
func (a service) CreatePack(ctx context.Context, q control.NewPack, progress func(done, total uint64)) (control.Pack, error) {
	c, err := a.packConfig(q)
	if err != nil {
		return control.Pack{}, err
	}
	c.Progress = progress
	out, err := newPackFile(q.File)
	if err != nil {
		return control.Pack{}, notPacked(err)
	}
	defer out.discard()
	s, err := pack.Create(ctx, c, out)
	if err != nil {
		return control.Pack{}, notPacked(err)
	}
	size, err := out.keep(q.File)
	if err != nil {
		return control.Pack{}, notPacked(err)
	}
	n := s.Counts
	return control.Pack{
		File: q.File, SHA256: hex.EncodeToString(out.sum.Sum(nil)), Bytes: size, Origin: s.Head.Origin, From: uint64(s.Range.From), To: uint64(s.Range.To), Size: s.Head.Size,
		Entries: n.Entries, Intents: n.Intents, Open: n.Open, Disclosed: n.Payloads.Disclosed, Withheld: n.Payloads.Withheld, Erased: n.Payloads.Erased,
		Absent: s.Absent,
	}, nil
}

// packConfig checks what was asked for and finds what it names.
func (a service) packConfig(q control.NewPack) (pack.Config, error) {
	fields := fault.Fields{}
	disclose, ok := pack.ParseDisclosure(q.Disclose)
	if !ok {
		fields["disclose"] = "is none, interactions, records or all"
	}
	if !q.Since.Before(q.Until) {
		fields["to"] = "must lie after from"
	}
	if !filepath.IsAbs(q.File) {
		fields["out"] = "must be an absolute path"
	}
	c := pack.Config{
		Log: a.ledger, Vault: a.vault, Registry: a.registry, Since: q.Since, Until: q.Until, Disclose: disclose, TempDir: filepath.Dir(q.File),
		Record: func(ctx context.Context, id counterfoil.ID) error {
			return a.Access(ctx, counterfoil.ID(operator), "exported", id)
		},
	}
	if q.System != "" {
		s, ok := a.roll.Snapshot().SystemBySlug(q.System)
		if !ok {
			fields["system"] = "no AI system has the slug " + q.System + "; see: counterfoil system list"
		} else {
			c.System = &pack.System{ID: counterfoil.ID(s.ID), Slug: s.Slug}
		}
	}
	if len(fields) > 0 {
		return pack.Config{}, fault.Invalid("The pack was not made.", fields)
	}
	return a.packSigner(c, q.SignWith)
}

// packSigner adds the key to sign with, the trust policy, and the registry's newest
// cosigned head.
func (a service) packSigner(c pack.Config, path string) (pack.Config, error) {
	if path != "" {
		signer, err := pack.LoadSigner(path)
		if err != nil {
			return c, fault.Invalid("The pack was not made.", fault.Fields{"sign-with": err.Error()})
		}
		c.Signer = signer
	}
	var err error
	if _, c.Policy, err = a.inForce().config.TrustPolicy(); err != nil {
		return c, fmt.Errorf("read the trust policy: %w", err)
	}
	signed, err := os.ReadFile(filepath.Join(a.registryDir(), "cosigned"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("read the registry's cosigned head: %w", err)
	}
	c.Cosigned = signed
	return c, nil
}

// notPacked says what the person who asked can do.
func notPacked(err error) error {
	f := &fault.Error{Err: err}
	switch {
	case errors.Is(err, pack.ErrEmpty):
		f.Kind, f.Public = fault.KindInvalid, "The pack was not made: no entry lies in that time. See: counterfoil interactions"
	case errors.Is(err, pack.ErrLarge):
		f.Kind, f.Public = fault.KindInvalid, "The pack was not made: it would hold too many files. Make several of shorter times, or disclose less."
	case errors.Is(err, pack.ErrDamaged):
		f.Kind, f.Public = fault.KindConflict, "The pack was not made, because the record is damaged: "+err.Error()+". Run: counterfoil verify"
	case errors.Is(err, fs.ErrExist):
		f.Kind, f.Public = fault.KindConflict, "The pack was not made: there is a file of that name already. Name another with --out."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist):
		f.Kind, f.Public = fault.KindUnavailable, "The pack was not made: the server's user cannot write there: "+err.Error()+"."
	default:
		return err
	}
	return f
}

// packFile is a pack that is being written: it has its name only once it is whole.
type packFile struct {
	file   *os.File
	buffer *bufio.Writer
	sum    hash.Hash
	io.Writer
}

func newPackFile(path string) (*packFile, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("write %s: %w", path, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".counterfoil-pack-*") // mode 0600
	if err != nil {
		return nil, err
	}
	p := &packFile{file: f, buffer: bufio.NewWriterSize(f, 256<<10), sum: sha256.New()}
	p.Writer = io.MultiWriter(p.buffer, p.sum)
	return p, nil
}

// keep gives the file its name, durably, and returns its size.
func (p *packFile) keep(path string) (int64, error) {
	if err := errors.Join(p.buffer.Flush(), p.file.Sync()); err != nil {
		return 0, fmt.Errorf("write the pack: %w", err)
	}
	info, err := p.file.Stat()
	if err != nil {
		return 0, err
	}
	// A link fails where a rename would replace what somebody put there meanwhile.
	if err := os.Link(p.file.Name(), path); err != nil {
		return 0, fmt.Errorf("name the pack: %w", err)
	}
	return info.Size(), durable.SyncDir(filepath.Dir(path))
}

// discard removes the file's first name, and with it a pack that is not whole.
func (p *packFile) discard() {
	_ = errors.Join(p.file.Close(), os.Remove(p.file.Name())) // a temporary file that stays behind is no reason to fail
}

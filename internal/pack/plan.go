// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// file is one file of a pack. Its content is made when its turn comes, and gives the
// same bytes each time.
type file struct {
	name  string
	make  func() ([]byte, error)
	spool *spool // instead of make
}

// plan names all files but the manifest, in the order they stand in the archive.
type plan []file

func (l *plan) add(name string, make func() ([]byte, error)) {
	*l = append(*l, file{name: name, make: make})
}

func (l *plan) fixed(name string, content []byte) {
	l.add(name, func() ([]byte, error) { return content, nil })
}

// plan lists what goes into the pack.
func (p *packing) plan(ctx context.Context) (plan, error) {
	var l plan
	l.fixed("log/verifier", []byte(p.head.verifier+"\n"))
	l.fixed("log/checkpoint", p.head.signed)
	l = append(l, file{name: "interactions.csv", spool: p.rows})
	if p.System == nil {
		p.planTiles(ctx, &l)
	}
	for _, i := range p.survey.entries {
		planEntry(&l, "log", p.Log, p.head.signed, i)
	}
	if p.survey.registry > 0 {
		planEntry(&l, "log", p.Log, p.head.signed, p.survey.anchor)
	}
	p.planPayloads(ctx, &l)
	if p.Registry != nil {
		p.planRegistry(ctx, &l)
	}
	if err := p.planPages(&l); err != nil {
		return nil, err
	}
	if len(l) >= maxFiles {
		return nil, fmt.Errorf("%w: %d, and at most %d are allowed", ErrLarge, len(l), maxFiles)
	}
	slices.SortFunc(l, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return l, nil
}

// planTiles adds the hash tiles and entry bundles of the range.
func (p *packing) planTiles(ctx context.Context, l *plan) {
	from, to := uint64(p.survey.from), uint64(p.survey.to)
	for _, t := range counterfoil.RangeTiles(from, to, p.head.Size) {
		l.add("log/"+t.Path(), func() ([]byte, error) { return p.Log.HashTile(t) })
	}
	for n := from / counterfoil.TileWidth; n <= (to-1)/counterfoil.TileWidth; n++ {
		t, _ := counterfoil.TileAt(counterfoil.EntriesLevel, n, p.head.Size)
		l.add("log/"+t.Path(), func() ([]byte, error) { return p.Log.Bundle(ctx, t) })
	}
}

// numbered is the name of a file by index or size.
func numbered(folder string, n uint64, suffix string) string {
	return fmt.Sprintf("%s/%012d%s", folder, n, suffix)
}

// planEntry adds an entry of a log with its proof.
func planEntry(l *plan, folder string, log *ledger.Ledger, head []byte, i counterfoil.Index) {
	l.add(numbered(folder+"/entry", uint64(i), ".cbor"), func() ([]byte, error) {
		s, err := log.Read(i)
		return s.Raw, err
	})
	l.add(numbered(folder+"/entry", uint64(i), ".tlog-proof"), func() ([]byte, error) {
		proof, err := log.ProveUnder(head, i)
		if err != nil {
			return nil, err
		}
		return proof.MarshalText()
	})
}

// planPayloads adds what is disclosed, and the list of what was erased.
func (p *packing) planPayloads(ctx context.Context, l *plan) {
	for _, i := range p.payloads.disclosed {
		l.add(numbered("log/payload", uint64(i), ".bin"), func() ([]byte, error) {
			opened, err := p.open(ctx, i)
			return opened.Plaintext, err
		})
		l.add(numbered("log/payload", uint64(i), ".key"), func() ([]byte, error) {
			opened, err := p.open(ctx, i)
			return []byte(hex.EncodeToString(opened.Key[:]) + "\n"), err
		})
	}
	if len(p.payloads.erased) == 0 {
		return
	}
	var list bytes.Buffer
	list.WriteString("index\n")
	for _, i := range p.payloads.erased {
		fmt.Fprintln(&list, i)
	}
	l.fixed("log/payload/erased.csv", list.Bytes())
}

// planRegistry adds the registry's part.
func (p *packing) planRegistry(ctx context.Context, l *plan) {
	r := &p.registry
	l.fixed("registry/verifier", []byte(r.head.verifier+"\n"))
	l.fixed("registry/checkpoint", r.head.signed)
	if len(p.Policy) > 0 {
		l.fixed("registry/policy", p.Policy)
	}
	for _, i := range r.entries {
		planEntry(l, "registry", p.Registry, r.head.signed, i)
	}
	planConsistency(ctx, l, "log", p.Log, p.head.Checkpoint, r.heads)
	planConsistency(ctx, l, "registry", p.Registry, r.head.Checkpoint, r.states)
}

// planConsistency ties former heads of a log to the one in the pack.
func planConsistency(ctx context.Context, l *plan, folder string, log *ledger.Ledger, head counterfoil.Checkpoint, sizes []uint64) {
	sizes = slices.Compact(slices.Sorted(slices.Values(sizes)))
	for _, size := range sizes {
		if size >= head.Size {
			continue
		}
		l.add(numbered(folder+"/consistency", size, ""), func() ([]byte, error) {
			root, err := log.Root(size)
			if err != nil {
				return nil, err
			}
			hashes, err := log.ProveConsistency(ctx, size, head.Size)
			if err != nil {
				return nil, err
			}
			former := counterfoil.Checkpoint{Origin: head.Origin, Size: size, Root: root}
			return counterfoil.Consistency{Former: former, Size: head.Size, Hashes: hashes}.MarshalText()
		})
	}
}

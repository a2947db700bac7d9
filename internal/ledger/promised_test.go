// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// promised is what a log has let the world know: entries whose Append returned,
// and heads it signed. Whatever happens to it, it has to keep all of that.
type promised struct {
	mu     sync.Mutex
	leaves map[counterfoil.Index]counterfoil.Hash
	heads  map[uint64]counterfoil.Hash // roots by size
	broken []string

	newLeaves []counterfoil.Index // since the last check
	newHeads  []uint64
}

func newPromised() *promised {
	return &promised{leaves: map[counterfoil.Index]counterfoil.Hash{}, heads: map[uint64]counterfoil.Hash{}}
}

// entry takes in an acknowledgement.
func (p *promised) entry(i counterfoil.Index, leaf counterfoil.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, found := p.leaves[i]; found {
		p.broken = append(p.broken, fmt.Sprintf("index %d was given twice, to %s and to %s", i, old, leaf))
	}
	p.leaves[i] = leaf
	p.newLeaves = append(p.newLeaves, i)
}

// head takes in a head that was signed, or is about to be.
func (p *promised) head(size uint64, root counterfoil.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, found := p.heads[size]; found && old != root {
		p.broken = append(p.broken, fmt.Sprintf("two heads of size %d: %s and %s", size, old, root))
	}
	p.heads[size] = root
	p.newHeads = append(p.newHeads, size)
}

// note takes in a note that is signed by one of the log's keys.
func (p *promised) note(signed []byte, keys ...string) error {
	var errs []error
	for _, key := range keys {
		c, err := counterfoil.VerifyCheckpoint(signed, key)
		if err == nil {
			p.head(c.Size, c.Root)
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// check compares the log, leaf by leaf, with everything promised: it has the
// entries in their places, and it grew through each head.
func (p *promised) check(leaves []counterfoil.Hash) error {
	p.mu.Lock()
	p.newLeaves, p.newHeads = slices.Collect(maps.Keys(p.leaves)), slices.Collect(maps.Keys(p.heads))
	p.mu.Unlock()
	var tree counterfoil.Tree
	roots := []counterfoil.Hash{counterfoil.EmptyRoot()}
	for _, leaf := range leaves {
		tree.Append(nil, leaf)
		roots = append(roots, tree.Root())
	}
	return p.checkNew(leaves, roots)
}

// checkNew is check for what was promised since the last one. roots are those
// of the log by its size.
func (p *promised) checkNew(leaves, roots []counterfoil.Hash) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.broken) > 0 {
		return fmt.Errorf("broken: %q", p.broken)
	}
	for _, i := range p.newLeaves {
		switch {
		case uint64(i) >= uint64(len(leaves)):
			return fmt.Errorf("acknowledged entry %d is lost: the log has %d", i, len(leaves))
		case leaves[i] != p.leaves[i]:
			return fmt.Errorf("entry %d was acknowledged as %s and is %s", i, p.leaves[i], leaves[i])
		}
	}
	for _, size := range p.newHeads {
		switch {
		case size >= uint64(len(roots)):
			return fmt.Errorf("a head of %d entries was signed: the log has %d", size, len(leaves))
		case roots[size] != p.heads[size]:
			return fmt.Errorf("a fork was signed: the head of size %d has root %s and the log %s", size, p.heads[size], roots[size])
		}
	}
	p.newLeaves, p.newHeads = nil, nil
	return nil
}

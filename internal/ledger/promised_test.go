// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"fmt"
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
}

// head takes in a head that was signed, or is about to be.
func (p *promised) head(size uint64, root counterfoil.Hash) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, found := p.heads[size]; found && old != root {
		p.broken = append(p.broken, fmt.Sprintf("two heads of size %d: %s and %s", size, old, root))
	}
	p.heads[size] = root
}

// note takes in a signed note.
func (p *promised) note(signed []byte, verifier string) error {
	c, err := counterfoil.VerifyCheckpoint(signed, verifier)
	if err == nil {
		p.head(c.Size, c.Root)
	}
	return err
}

// check compares the log, leaf by leaf, with everything promised: it has the
// entries in their places, and it grew through each head.
func (p *promised) check(leaves []counterfoil.Hash) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.broken) > 0 {
		return fmt.Errorf("broken: %q", p.broken)
	}
	for i, leaf := range p.leaves {
		switch {
		case uint64(i) >= uint64(len(leaves)):
			return fmt.Errorf("acknowledged entry %d is lost: the log has %d", i, len(leaves))
		case leaves[i] != leaf:
			return fmt.Errorf("entry %d was acknowledged as %s and is %s", i, leaf, leaves[i])
		}
	}
	return p.checkHeads(leaves)
}

func (p *promised) checkHeads(leaves []counterfoil.Hash) error {
	var tree counterfoil.Tree
	var nodes []counterfoil.Hash
	compared := 0
	for {
		if root, signed := p.heads[tree.Size()]; signed {
			compared++
			if root != tree.Root() {
				return fmt.Errorf("a fork was signed: the head of size %d has root %s and the log %s", tree.Size(), root, tree.Root())
			}
		}
		if tree.Size() == uint64(len(leaves)) {
			break
		}
		nodes = tree.Append(nodes[:0], leaves[tree.Size()])
	}
	if compared != len(p.heads) {
		return fmt.Errorf("%d of %d signed heads lie beyond the end of the log", len(p.heads)-compared, len(p.heads))
	}
	return nil
}

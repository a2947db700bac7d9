// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// AppendKeyEvent records what happened to a key of the registry itself.
func (r *Registry) AppendKeyEvent(ctx context.Context, event counterfoil.KeyEvent) (counterfoil.KeyEvent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(ctx); err != nil {
		return event, err
	}
	return r.log.AppendKeyEvent(ctx, event)
}

// Cosigned is up to where witnesses have seen what a former key signed.
type Cosigned struct {
	Registry uint64 // size of the newest head of the registry with cosignatures
	Under    uint64 // of those signed by the key: of the registry itself, or of the node's log through it
}

// CosignedUnder tells how far witnesses have seen a log under a key that counts for
// heads up to a size. Zero: no witness has.
func (r *Registry) CosignedUnder(ctx context.Context, key ledger.FormerKey, node bool) (Cosigned, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out Cosigned
	err := r.cosignedHeads(ctx, func(size uint64, signed []byte) {
		out.Registry = max(out.Registry, size)
		if _, err := counterfoil.VerifyCheckpoint(signed, key.Key); err == nil && size <= key.Until {
			out.Under = max(out.Under, size)
		}
	})
	if err != nil || !node {
		return out, err
	}
	err = r.anchors(ctx, func(at counterfoil.Index, a *counterfoil.Anchor) {
		if a.Type == counterfoil.AnchorHead && a.Origin == key.Origin() && uint64(at) < out.Registry && a.Size <= key.Until {
			out.Under = max(out.Under, a.Size)
		}
	})
	return out, err
}

// cosignedHeads goes through the registry's heads with cosignatures, those taken in and
// the one that lies in the file.
func (r *Registry) cosignedHeads(ctx context.Context, each func(size uint64, signed []byte)) error {
	err := r.anchors(ctx, func(_ counterfoil.Index, a *counterfoil.Anchor) {
		if a.Type == counterfoil.AnchorCosigned {
			each(a.Size, a.Data)
		}
	})
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(r.cosignedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the registry's cosigned head: %w", err)
	}
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil || c.Size > r.log.Size() {
		return nil // readCosigned has said so
	}
	if root, err := r.log.Root(c.Size); err == nil && root == c.Root {
		each(c.Size, signed)
	}
	return nil
}

func (r *Registry) anchors(ctx context.Context, each func(counterfoil.Index, *counterfoil.Anchor)) error {
	err := r.log.Scan(ctx, 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err == nil && e.Anchor != nil {
			each(s.Index, e.Anchor)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	return nil
}

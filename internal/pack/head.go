// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// signedHead is a head with the key that signed it.
type signedHead struct {
	counterfoil.Checkpoint
	signed   []byte
	verifier string
}

// findHead chooses the head the range lies under: the lowest one that covers it and
// that the registry took in; else one of exactly the range's end, if the log's newest
// key counts for it; else the newest. The first two do not depend on when they are
// asked for. A head by an older key comes with the registry's entries that lead from
// that key to the one of the manifest, so it is taken from there only.
func (p *packing) findHead(ctx context.Context) error {
	if note := p.registry.covering; note != nil {
		var err error
		if p.head, err = openHead(note, p.logKeys()); err != nil {
			return fmt.Errorf("open the head the registry took in: %w", err)
		}
		return p.bearOut(p.head.Checkpoint)
	}
	newest := []string{p.Log.VerifierKey()}
	signed, err := p.Log.SignHead(uint64(p.survey.to))
	if err == nil {
		p.head, err = openHead(signed, newest)
	}
	if err == nil {
		return nil
	}
	if signed, err = p.Log.Checkpoint(ctx); err == nil {
		p.head, err = openHead(signed, newest)
	}
	return err
}

// logKeys are the verifier keys a head of the log may be signed by, the newest
// first: during a rotation two sign, and the former counts only up to its size.
func (p *packing) logKeys() []string {
	keys := []string{p.Log.VerifierKey()}
	for _, key := range slices.Backward(p.registry.enrolled) {
		keys = append(keys, key)
	}
	return append(keys, p.survey.key)
}

// openHead verifies a head under the first of keys that signed it.
func openHead(signed []byte, keys []string) (signedHead, error) {
	var err error
	for _, key := range keys {
		var c counterfoil.Checkpoint
		if c, err = counterfoil.VerifyCheckpoint(signed, key); err == nil {
			return signedHead{Checkpoint: c, signed: signed, verifier: key}, nil
		}
	}
	return signedHead{}, err
}

// bearOut demands that the log had this head.
func (p *packing) bearOut(c counterfoil.Checkpoint) error {
	root, err := p.Log.Root(c.Size)
	if err != nil {
		return err
	}
	if c.Origin != p.Log.Origin() || root != c.Root {
		return fmt.Errorf("%w: the registry holds a head of %s with %d entries that this log never had; run counterfoil verify", ErrDamaged, c.Origin, c.Size)
	}
	return nil
}

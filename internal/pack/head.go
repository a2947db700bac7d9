// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// signedHead is a head with the key that signed it.
type signedHead struct {
	counterfoil.Checkpoint
	signed   []byte
	verifier string
}

// findHead chooses the head the range lies under: the lowest one that covers it and
// that the registry took in; else one of exactly the range's end, which the node can
// sign as long as it has the key it had then; else the newest. The first two do not
// depend on when they are asked for.
func (p *packing) findHead(ctx context.Context) error {
	var err error
	if note := p.registry.covering; note != nil {
		p.head, err = openHead(note, p.logKeys())
		if err != nil {
			return fmt.Errorf("open the head the registry took in: %w", err)
		}
		return p.bearOut(p.head.Checkpoint)
	}
	var signed []byte
	if p.survey.key == p.Log.VerifierKey() {
		signed, err = p.Log.SignHead(uint64(p.survey.to))
	} else {
		signed, err = p.Log.Checkpoint(ctx)
	}
	if err != nil {
		return err
	}
	p.head, err = openHead(signed, p.logKeys())
	return err
}

// logKeys are the verifier keys a head of the log may be signed by, the present
// one first.
func (p *packing) logKeys() []string {
	return append([]string{p.Log.VerifierKey(), p.survey.key}, p.registry.enrolled...)
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

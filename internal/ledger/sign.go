// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// The signing key never leaves this package. What it signs besides heads are
// the texts below; each begins differently, so none can be taken for another.

// SignReceipt returns the signed receipt of an entry that Append wrote.
func (l *Ledger) SignReceipt(e *counterfoil.Entry, r Receipt) ([]byte, error) {
	signers, err := l.keys.Load().at(uint64(r.Index) + 1)
	if err != nil {
		return nil, fmt.Errorf("sign receipt: %w", err)
	}
	return counterfoil.Receipt{Origin: l.Origin(), Interaction: e.ID, Index: r.Index, Leaf: r.Leaf, Time: e.Time}.Sign(signers...)
}

// SignEnvelope returns the Ed25519 signature of a DSSE envelope over payload, by
// the newest key.
func (l *Ledger) SignEnvelope(payloadType string, payload []byte) ([]byte, error) {
	signature, err := l.keys.Load().newest().Sign(counterfoil.EnvelopeText(payloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("sign envelope: %w", err)
	}
	return signature, nil
}

// SignHead signs the head the log had at a size: a statement about its past,
// which can contradict no later head. It is stored nowhere. Only keys that count for
// that size sign; it fails with ErrNotFound when none of them is at hand any more.
func (l *Ledger) SignHead(size uint64) ([]byte, error) {
	root, err := l.Root(size)
	if err != nil {
		return nil, fmt.Errorf("sign head: %w", err)
	}
	return l.sign(counterfoil.Checkpoint{Origin: l.Origin(), Size: size, Root: root})
}

// sign signs a head with the keys that count for its size.
func (l *Ledger) sign(c counterfoil.Checkpoint) ([]byte, error) {
	signers, err := l.keys.Load().at(c.Size)
	if err != nil {
		return nil, fmt.Errorf("sign head: %w", err)
	}
	return c.Sign(signers...)
}

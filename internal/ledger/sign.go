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
	return counterfoil.Receipt{Origin: l.Origin(), Interaction: e.ID, Index: r.Index, Leaf: r.Leaf, Time: e.Time}.Sign(l.key.signer)
}

// SignEnvelope returns the Ed25519 signature of a DSSE envelope over payload.
func (l *Ledger) SignEnvelope(payloadType string, payload []byte) ([]byte, error) {
	signature, err := l.key.signer.Sign(counterfoil.EnvelopeText(payloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("sign envelope: %w", err)
	}
	return signature, nil
}

// SignHead signs the head the log had at a size: a statement about its past,
// which can contradict no later head. It is stored nowhere.
func (l *Ledger) SignHead(size uint64) ([]byte, error) {
	root, err := l.Root(size)
	if err != nil {
		return nil, fmt.Errorf("sign head: %w", err)
	}
	return counterfoil.Checkpoint{Origin: l.Origin(), Size: size, Root: root}.Sign(l.key.signer)
}

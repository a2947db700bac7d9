// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// Sealed is a payload ready to be stored beside its entry.
type Sealed struct {
	Commitment [32]byte // for the entry
	Bytes      []byte   // for the payload log
}

// Opened is a payload made readable.
type Opened struct {
	Plaintext []byte
	Key       [32]byte // the commitment is Commit(&Key, Plaintext)
}

// zeroNonce seals the content; see the package comment for why it may be zero.
var zeroNonce [nonceBytes]byte

// workspace holds what one Seal or Open needs and the caller does not keep.
type workspace struct {
	secret  [keyBytes + keyBytes + nonceBytes]byte
	aad     []byte
	content []byte
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// maxPooled keeps the memory of a rare large payload from staying.
const maxPooled = 256 << 10

// release wipes keys and text and returns the workspace.
func (w *workspace) release() {
	clear(w.secret[:])
	clear(w.content)
	if cap(w.content) > maxPooled {
		w.content = nil
	}
	workspaces.Put(w)
}

// Seal encrypts the payload of the entry (entry, kind) for a scope. The wrapping
// key is durable when it returns; the payload is as durable as the caller makes it.
func (v *Vault) Seal(scope Scope, entry counterfoil.ID, kind counterfoil.Kind, plaintext []byte) (Sealed, error) {
	return v.SealInto(nil, scope, entry, kind, plaintext)
}

// SealInto is Seal into the memory of dst, whose content is lost.
func (v *Vault) SealInto(dst []byte, scope Scope, entry counterfoil.ID, kind counterfoil.Kind, plaintext []byte) (Sealed, error) {
	if len(plaintext) > MaxPlaintext {
		return Sealed{}, ErrTooLarge
	}
	if err := scope.check(); err != nil {
		return Sealed{}, fmt.Errorf("seal payload: %w", err)
	}
	wrapping, err := v.keys.forSealing(scope)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal payload: %w", err)
	}
	w := workspaces.Get().(*workspace)
	defer w.release()
	rand.Read(w.secret[:])
	k, dataKey, nonce := (*[32]byte)(w.secret[:keyBytes]), w.secret[keyBytes:2*keyBytes], w.secret[2*keyBytes:]
	data, err := newAEAD(dataKey)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal payload: %w", err)
	}

	w.aad = binding(w.aad[:0], &wrapping.id, &entry, kind, v.origin)
	if w.content = append(w.content[:0], k[:]...); v.compression.grant(len(plaintext)) {
		w.content = appendCompressed(w.content, plaintext)
	} else {
		w.content = appendStored(w.content, plaintext)
	}
	out := dst[:0]
	if need := headBytes + len(w.content) + tagBytes; cap(out) < need {
		out = make([]byte, 0, need)
	}
	out = append(out, version1)
	out = append(out, wrapping.id[:]...)
	out = append(out, nonce...)
	out = wrapping.aead.Seal(out, nonce, dataKey, w.aad)
	out = data.Seal(out, zeroNonce[:], w.content, w.aad)
	return Sealed{Commitment: Commit(k, plaintext), Bytes: out}, nil
}

// Open decrypts the sealed payload of the entry (entry, kind). The error is
// ErrErased, ErrTampered or ErrTooLarge, or a fault of the key store.
func (v *Vault) Open(entry counterfoil.ID, kind counterfoil.Kind, sealed []byte) (Opened, error) {
	if len(sealed) < minSealed || sealed[0] != version1 {
		return Opened{}, fmt.Errorf("%w: not a sealed payload of a known version", ErrTampered)
	}
	id := keyID(sealed[idOffset:nonceOffset])
	wrapping, err := v.keys.forOpening(id)
	if err != nil {
		return Opened{}, fmt.Errorf("open payload: %w", err)
	}
	w := workspaces.Get().(*workspace)
	defer w.release()
	w.aad = binding(w.aad[:0], &id, &entry, kind, v.origin)
	dataKey, err := wrapping.Open(w.secret[:0], sealed[nonceOffset:dataOffset], sealed[dataOffset:headBytes], w.aad)
	if err != nil {
		return Opened{}, fmt.Errorf("%w: unwrap data key: %w", ErrTampered, err)
	}
	data, err := newAEAD(dataKey)
	if err != nil {
		return Opened{}, fmt.Errorf("open payload: %w", err)
	}
	content, err := data.Open(nil, zeroNonce[:], sealed[headBytes:], w.aad)
	if err != nil {
		return Opened{}, fmt.Errorf("%w: decrypt: %w", ErrTampered, err)
	}
	plaintext, err := decoded(content[keyBytes], content[contentBytes:])
	if err != nil {
		return Opened{}, err
	}
	return Opened{Plaintext: plaintext, Key: [32]byte(content[:keyBytes])}, nil
}

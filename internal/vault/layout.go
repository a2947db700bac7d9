// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash"
	"sync"

	"github.com/counterfoil/counterfoil"
)

const (
	version1 = 0xC1

	keyBytes   = 32 // AES-256 and HMAC keys
	nonceBytes = 12
	tagBytes   = 16

	wrappedBytes = keyBytes + tagBytes
	idOffset     = 1
	nonceOffset  = idOffset + len(keyID{})
	dataOffset   = nonceOffset + nonceBytes
	headBytes    = dataOffset + wrappedBytes

	// contentBytes is what precedes the encoded plaintext inside the content.
	contentBytes = keyBytes + 1
	// minSealed is the size of a sealed empty plaintext.
	minSealed = headBytes + contentBytes + tagBytes
)

// keyID names a wrapping key.
type keyID [16]byte

const idCheckBytes = 4

func newKeyID() keyID {
	var id keyID
	random := id[:len(id)-idCheckBytes]
	rand.Read(random)
	copy(id[len(random):], idCheck(random))
	return id
}

// intact reports whether the check bytes belong to the random ones.
func (id *keyID) intact() bool {
	random := id[:len(id)-idCheckBytes]
	return subtle.ConstantTimeCompare(id[len(random):], idCheck(random)) == 1
}

func idCheck(random []byte) []byte {
	sum := sha256.Sum256(random)
	return sum[:idCheckBytes]
}

// binding appends the additional data that ties a payload to its entry. Only
// the origin varies in length, and it stands last.
func binding(dst []byte, id *keyID, entry *counterfoil.ID, kind counterfoil.Kind, origin string) []byte {
	dst = append(dst, version1)
	dst = append(dst, id[:]...)
	dst = append(dst, entry[:]...)
	dst = append(dst, byte(kind))
	return append(dst, origin...)
}

// newAEAD makes AES-256-GCM under key.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher mode: %w", err)
	}
	return aead, nil
}

// Commit computes the commitment to a plaintext: HMAC-SHA-256(key, plaintext).
func Commit(key *[32]byte, plaintext []byte) [32]byte {
	m := macs.Get().(*mac)
	defer macs.Put(m)
	return m.sum(key, plaintext)
}

// mac is HMAC-SHA-256 (RFC 2104) whose hash is used again: crypto/hmac makes
// new ones each time, and this stands on the live path twice an interaction.
type mac struct {
	inner hash.Hash
	pad   [sha256.BlockSize]byte
	outer [sha256.BlockSize + sha256.Size]byte
}

var macs = sync.Pool{New: func() any { return &mac{inner: sha256.New()} }}

func (m *mac) sum(key *[32]byte, plaintext []byte) [32]byte {
	for i := range m.pad {
		m.pad[i], m.outer[i] = 0x36, 0x5c
	}
	for i, b := range key {
		m.pad[i] ^= b
		m.outer[i] ^= b
	}
	m.inner.Reset()
	m.inner.Write(m.pad[:])
	m.inner.Write(plaintext)
	m.inner.Sum(m.outer[:sha256.BlockSize])
	sum := sha256.Sum256(m.outer[:])
	clear(m.pad[:])
	clear(m.outer[:])
	return sum
}

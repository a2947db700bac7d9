// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"fmt"

	"github.com/klauspost/compress/s2"
)

// MaxPlaintext bounds what is sealed and what a payload may unfold to: twice the
// largest request the gateway accepts.
const MaxPlaintext = 64 << 20

// Codecs are part of the format. S2 was measured against zstd at its fastest
// level on 2 to 8 KB of JSON and event streams: a fifth of the time for a third
// more bytes, and time is what the live path is short of.
const (
	codecStored = 0
	codecS2     = 1
)

// appendStored appends a codec byte and the plaintext as it is to dst.
func appendStored(dst, plaintext []byte) []byte {
	dst = append(grow(dst, 1+len(plaintext)), codecStored)
	return append(dst, plaintext...)
}

// appendCompressed appends a codec byte and the compressed plaintext to dst, or the
// plaintext as it is where that is not larger.
func appendCompressed(dst, plaintext []byte) []byte {
	start := len(dst) + 1
	dst = grow(dst, 1+max(len(plaintext), s2.MaxEncodedLen(len(plaintext))))
	encoded := s2.Encode(dst[start:cap(dst)], plaintext)
	if len(encoded) < len(plaintext) {
		dst = append(dst, codecS2)
		return dst[:start+len(encoded)] // Encode wrote in place: the room was sufficient
	}
	return appendStored(dst, plaintext)
}

// decoded returns the plaintext of what was appended. The result may
// share memory with encoded.
func decoded(codec byte, encoded []byte) ([]byte, error) {
	switch codec {
	case codecStored:
		return encoded, nil
	case codecS2:
		n, err := s2.DecodedLen(encoded)
		if err != nil {
			return nil, fmt.Errorf("%w: read unfolded size: %w", ErrTampered, err)
		}
		if n > MaxPlaintext {
			return nil, ErrTooLarge
		}
		plaintext, err := s2.Decode(make([]byte, n), encoded)
		if err != nil {
			return nil, fmt.Errorf("%w: unfold: %w", ErrTampered, err)
		}
		return plaintext, nil
	default:
		return nil, fmt.Errorf("%w: unknown codec %d", ErrTampered, codec)
	}
}

// grow returns b with room for n more bytes.
func grow(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	larger := make([]byte, len(b), len(b)+n)
	copy(larger, b)
	return larger
}

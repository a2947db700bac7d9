// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// A key is keyPrefix, 32 random bytes in base 62, and the CRC-32 of those two in
// base 62. The prefix lets scanners find leaked keys; the check characters tell
// a mistyped key from one that never existed, without asking the register.
const (
	keyPrefix   = "cfk_"
	randomChars = 43 // 62^43 > 2^256
	checkChars  = 6  // 62^6 > 2^32
	keyChars    = len(keyPrefix) + randomChars + checkChars
	hintChars   = 4

	digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewSecret makes a key. It is shown once and stored only as HashKey.
func NewSecret() string {
	random := make([]byte, 32)
	rand.Read(random)
	body := keyPrefix + base62(new(big.Int).SetBytes(random), randomChars)
	return body + checkOf(body)
}

// HashKey is what the register knows of a key. It does not allocate for
// anything as short as a key.
func HashKey(secret string) counterfoil.Hash {
	var buf [64]byte
	return sha256.Sum256(append(buf[:0], secret...))
}

// Hint is what people tell their keys apart by: the last characters.
func Hint(secret string) string {
	return secret[max(0, len(secret)-hintChars):]
}

// unknown says why a key is unknown, as far as its form tells.
func unknown(secret string) error {
	switch {
	case !strings.HasPrefix(secret, keyPrefix):
		return ErrForeignKey
	case len(secret) != keyChars, checkOf(secret[:keyChars-checkChars]) != secret[keyChars-checkChars:]:
		return ErrMistypedKey
	default:
		return ErrUnknownKey
	}
}

func checkOf(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	return base62(new(big.Int).SetUint64(uint64(sum)), checkChars)
}

// base62 writes n with exactly width digits.
func base62(n *big.Int, width int) string {
	out := make([]byte, width)
	base, digit := big.NewInt(int64(len(digits))), new(big.Int)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		out[i] = digits[digit.Int64()]
	}
	return string(out)
}

// NewToken makes a session or set-up token and what is stored of it.
func NewToken() (token string, stored counterfoil.Hash) {
	random := make([]byte, 32)
	rand.Read(random)
	token = base64.RawURLEncoding.EncodeToString(random)
	return token, HashToken(token)
}

// HashToken is what is stored of a token. Looking a hash up needs no constant
// time: it tells nothing about the token.
func HashToken(token string) counterfoil.Hash { return sha256.Sum256([]byte(token)) }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"testing"
)

func TestCommitIsHMAC(t *testing.T) {
	for n := range 300 {
		var key [32]byte
		rand.Read(key[:])
		text := make([]byte, n)
		rand.Read(text)
		want := hmac.New(sha256.New, key[:])
		want.Write(text)
		if got := Commit(&key, text); !hmac.Equal(got[:], want.Sum(nil)) {
			t.Fatalf("%d bytes: another HMAC", n)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interaction

import (
	"crypto/hmac"
	"crypto/sha256"

	"github.com/counterfoil/counterfoil"
)

// RedactionRoot binds an intent to the values that were replaced: SHA-256 over
// the concatenation, in order, of HMAC-SHA-256(Key, Value) of each. One value can
// later be disclosed with its key, beside the bare HMACs of the others. Without
// redactions it is the zero Hash.
func RedactionRoot(redactions []Redaction) counterfoil.Hash {
	if len(redactions) == 0 {
		return counterfoil.Hash{}
	}
	root := sha256.New()
	var sum [sha256.Size]byte
	for i := range redactions {
		mac := hmac.New(sha256.New, redactions[i].Key)
		mac.Write([]byte(redactions[i].Value))
		root.Write(mac.Sum(sum[:0]))
	}
	return counterfoil.Hash(root.Sum(sum[:0]))
}

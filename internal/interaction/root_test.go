// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interaction

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil"
)

func TestRedactionRoot(t *testing.T) {
	if root := RedactionRoot(nil); !root.IsZero() {
		t.Errorf("root of nothing is %s", root)
	}
	list := []Redaction{
		{Placeholder: "[EMAIL_1]", Value: "ann@example.com", Key: bytes.Repeat([]byte{1}, 32)},
		{Placeholder: "[PHONE_1]", Value: "+1 555 0100", Key: bytes.Repeat([]byte{2}, 32)},
	}
	var all []byte
	for _, r := range list {
		mac := hmac.New(sha256.New, r.Key)
		mac.Write([]byte(r.Value))
		all = mac.Sum(all)
	}
	want := counterfoil.Hash(sha256.Sum256(all))
	if got := RedactionRoot(list); got != want {
		t.Errorf("root %s, want %s", got, want)
	}
	slices.Reverse(list)
	if RedactionRoot(list) == want {
		t.Error("the order does not count")
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"testing"
)

func TestBodyHasTheSizeItClaims(t *testing.T) {
	for _, body := range []string{plainBody, streamedBody, slowBody} {
		if len(body) != promptBytes || !json.Valid([]byte(body)) {
			t.Errorf("%d bytes, JSON %t: %s", len(body), json.Valid([]byte(body)), body)
		}
	}
}

func TestHasWords(t *testing.T) {
	const role = `data: {"delta":{"role":"assistant","content":""}}` + "\n\n"
	for stream, want := range map[string]bool{
		"": false, role: false, role + `data: {"delta":{"content":"`: false, role + `data: {"delta":{"content":"A`: true,
	} {
		if got := hasWords([]byte(stream)); got != want {
			t.Errorf("%q: got %t", stream, got)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"net/http"
	"testing"
)

func TestSignInsAreCountedAgainstWhatCannotBeClaimed(t *testing.T) {
	tests := []struct {
		behind    bool
		forwarded []string
		want      string
	}{
		{false, nil, "192.0.2.7"},
		{false, []string{"198.51.100.1"}, "192.0.2.7"},
		{true, nil, "192.0.2.7"},
		{true, []string{"198.51.100.1"}, "198.51.100.1"},
		{true, []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{true, []string{"203.0.113.9", " 198.51.100.1 "}, "198.51.100.1"},
	}
	for _, tc := range tests {
		r := &http.Request{RemoteAddr: "192.0.2.7:4000", Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		if got := address(tc.behind)(r); got != tc.want {
			t.Errorf("behind a proxy %v, forwarded %q: %q", tc.behind, tc.forwarded, got)
		}
	}
}

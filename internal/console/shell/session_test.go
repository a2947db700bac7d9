// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"testing"
)

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/interactions?system=x": "/interactions?system=x",
		"":                       "/",
		"//evil.example":         "/",
		"/\\evil.example":        "/",
		"https://evil.example/":  "/",
		"javascript:alert(1)":    "/",
		"/\t/evil.example":       "/",
		"interactions":           "/",
		"/%zz":                   "/",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

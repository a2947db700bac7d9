// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestOthers: a log is itself under every name its successions gave it, in whatever order
// the registry lists them, and a long history takes no longer for that.
func TestOthers(t *testing.T) {
	const names = 20_000
	key := func(n int) string { return fmt.Sprintf("log-%05d+00000000+AAAA", n) }
	for name, from := range map[string]func(int) int{
		"forwards":  func(i int) int { return i },
		"backwards": func(i int) int { return names - 1 - i },
	} {
		t.Run(name, func(t *testing.T) {
			var h heirs
			for i := range names {
				n := from(i)
				h.take(&counterfoil.KeyEvent{Event: counterfoil.KeySucceeded, Former: key(n), Key: key(n + 1)})
			}
			h.take(&counterfoil.KeyEvent{Event: counterfoil.KeySucceeded, Former: "else-a+00000000+AAAA", Key: "else-b+00000000+AAAA"})
			if got := h.others("log-00000", "registry"); !slices.Equal(got, []string{"else-a", "else-b"}) {
				t.Errorf("%d others, of which the first are %v", len(got), got[:min(3, len(got))])
			}
		})
	}
}

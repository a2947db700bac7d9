// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Grouped writes a hash in groups of four, to be compared by eye.
func Grouped(h counterfoil.Hash) string {
	digits := h.String()
	var b strings.Builder
	for i := 0; i < len(digits); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digits[i : i+4])
	}
	return b.String()
}

// Entry is the place of an entry as addresses have it.
func Entry(i counterfoil.Index) string { return strconv.FormatUint(uint64(i), 10) }

// PersonLabel and keyLabel name somebody without naming them.
func PersonLabel(id counterfoil.ID) string { return shortID("P", id) }

// KeyLabel names a key without showing it.
func KeyLabel(id counterfoil.ID) string { return shortID("K", id) }

func shortID(prefix string, id counterfoil.ID) string { return prefix + "-" + id.String()[:8] }

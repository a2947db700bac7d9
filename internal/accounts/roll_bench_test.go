// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import "testing"

// BenchmarkRoll saves one record of ten thousand, beside as many of each other kind of
// the live path, and puts the register in force.
func BenchmarkRoll(b *testing.B) {
	const n = 10_000
	f := newFewRecords(b, n)
	var roll Roll
	for _, id := range Kinds {
		for serial := range n {
			roll.Enter(f.version(id, serial, 1))
		}
	}
	roll.Snapshot()
	version := uint64(1)
	for _, id := range Kinds {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				version++
				roll.Enter(f.version(id, int(version)%n, version))
				roll.Snapshot()
			}
		})
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"fmt"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// BenchmarkRoll saves one person of ten thousand, beside as many records of each of the
// other kinds, and puts the register in force.
func BenchmarkRoll(b *testing.B) {
	const n = 10_000
	kinds, faults := kind.Load("", register.Known(register.BuiltinFunctions(), standard.ISO42001()))
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	ids := map[string][]counterfoil.ID{}
	var roll Roll
	enter := func(id string, serial int, version uint64) {
		k, err := kinds.Kind(id)
		if err != nil {
			b.Fatal(err)
		}
		at := func(kind string) string { return ids[kind][serial].String() }
		r := &register.Record{Kind: k, ID: ids[id][serial], Serial: uint64(serial + 1), Version: version, State: k.States[len(k.States)/2].ID}
		r.Values = map[string]kind.Values{
			kindPerson:      {"name": "Ann", "email": fmt.Sprintf("p%d@example.com", serial)},
			kindAppointment: {"role": "aims_manager", "person": at(kindPerson)},
			kindSupplier:    {"name": "Maker"},
			kindModel:       {"name": "small", fieldModelName: fmt.Sprintf("small-%d", serial), "supplier": at(kindSupplier)},
			kindSystem:      {"name": "Letters", "slug": fmt.Sprintf("letters-%d", serial), "owner": at(kindPerson), "models": []string{at(kindModel)}},
			kindTraining:    {"people": []map[string]any{{"person": at(kindPerson), "passed": true}}},
		}[id]
		roll.Enter(r)
	}
	for _, id := range Kinds {
		for range n {
			ids[id] = append(ids[id], counterfoil.NewID())
		}
	}
	for _, id := range Kinds {
		for serial := range n {
			enter(id, serial, 1)
		}
	}
	roll.Snapshot()
	version := uint64(1)
	for _, id := range Kinds {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				version++
				enter(id, int(version)%n, version)
				roll.Snapshot()
			}
		})
	}
}

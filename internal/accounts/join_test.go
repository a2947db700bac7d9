// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// fewRecords makes versions of a few records of each kind of the live path, which name
// each other at random.
type fewRecords struct {
	testing.TB
	kinds *kind.Set
	dice  *rand.Rand
	ids   map[string][]counterfoil.ID
}

func newFewRecords(t testing.TB, n int) *fewRecords {
	t.Helper()
	kinds, faults := kind.Load("", register.Known(register.BuiltinFunctions(), standard.ISO42001()))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	f := &fewRecords{TB: t, kinds: kinds, dice: rand.New(rand.NewPCG(1, 2)), ids: map[string][]counterfoil.ID{}}
	for _, id := range Kinds {
		for range n {
			f.ids[id] = append(f.ids[id], counterfoil.NewID())
		}
	}
	return f
}

// any is one of the records of a kind, or none.
func (f *fewRecords) any(kindID string) string {
	list := f.ids[kindID]
	if i := f.dice.IntN(len(list) + 1); i < len(list) {
		return list[i].String()
	}
	return ""
}

// version is the next version of a record, in a state and with links of its own.
func (f *fewRecords) version(kindID string, serial int, version uint64) *register.Record {
	f.Helper()
	k, err := f.kinds.Kind(kindID)
	if err != nil {
		f.Fatal(err)
	}
	r := &register.Record{Kind: k, ID: f.ids[kindID][serial], Serial: uint64(serial + 1), Version: version, State: k.States[f.dice.IntN(len(k.States))].ID}
	role := []string{"aims_manager", "risk_manager"}[f.dice.IntN(2)]
	r.Values = map[string]kind.Values{
		kindPerson:      {"name": "Ann", "email": fmt.Sprintf("p%d@example.com", serial)},
		kindAppointment: {"role": role, "person": f.any(kindPerson), "deputy": f.any(kindPerson)},
		kindSupplier:    {"name": "Maker"},
		kindModel:       {"name": "small", fieldModelName: fmt.Sprintf("small-%d", serial), "supplier": f.any(kindSupplier)},
		kindSystem:      {"name": "Letters", "slug": fmt.Sprintf("letters-%d", serial), "owner": f.any(kindPerson), "models": []string{f.any(kindModel), f.any(kindModel)}},
		kindTraining:    {"people": []map[string]any{{"person": f.any(kindPerson), "passed": f.dice.IntN(2) == 0}, {"person": f.any(kindPerson), "passed": true}}},
	}[kindID]
	if r.StateOf().InForce {
		r.InForce = &register.InForce{Values: r.Values}
	}
	return r
}

// TestRollKeepsUp: what is made of the register record by record is what is made of
// all of it at once, whatever is saved, erased or forgotten.
func TestRollKeepsUp(t *testing.T) {
	f := newFewRecords(t, 4)
	var kept Roll
	standing := map[counterfoil.ID]*register.Record{}
	seen := map[counterfoil.Hash]bool{}
	for step := range 1000 {
		kindID := Kinds[f.dice.IntN(len(Kinds))]
		r := f.version(kindID, f.dice.IntN(4), uint64(step+1))
		switch r.Erased = f.dice.IntN(20) == 0; {
		case f.dice.IntN(20) == 0:
			kept.Forget(r.ID)
			delete(standing, r.ID)
		case r.Erased && kindID == kindPerson:
			kept.Enter(r)
			delete(standing, r.ID)
		default:
			kept.Enter(r)
			standing[r.ID] = r
		}
		if f.dice.IntN(3) == 0 {
			continue // several saves between two snapshots
		}
		var again Roll
		for _, r := range standing {
			again.Enter(r)
		}
		got, want := kept.Snapshot(), again.Snapshot()
		if diff := cmp.Diff([]any{want.Systems(), want.People()}, []any{got.Systems(), got.People()}); diff != "" || got.Digest() != want.Digest() {
			t.Fatalf("after %d steps (-all at once +record by record):\n%s", step+1, diff)
		}
		seen[got.Digest()] = true
	}
	if len(seen) < 300 {
		t.Errorf("only %d different registers were compared", len(seen))
	}
}

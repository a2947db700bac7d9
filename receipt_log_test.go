// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// TestReceiptFindsOmission: against a log's directory, a receipt of an entry
// that is there passes; of one that was replaced or left out, it does not.
func TestReceiptFindsOmission(t *testing.T) {
	b := logtest.NewBuilder(t, "example.org/log")
	var r counterfoil.Receipt
	for i := range counterfoil.Index(20) {
		e := &counterfoil.Entry{Kind: counterfoil.KindIntent, Time: 5, ID: counterfoil.NewID(), Intent: &counterfoil.Intent{Provider: "sandbox"}}
		raw, err := counterfoil.AppendEntry(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		b.Batch(nil, logtest.Item{Raw: raw})
		if i%6 == 5 {
			b.Roll()
		}
		b.Flush()
		r = counterfoil.Receipt{Origin: b.Origin, Interaction: e.ID, Index: i, Leaf: counterfoil.LeafHash(raw), Time: e.Time}
		if err := r.CheckLog(t.Context(), filepath.Join(b.Dir, "ledger")); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
	}
	dir := filepath.Join(b.Dir, "ledger")
	r.Leaf = counterfoil.LeafHash([]byte("left out"))
	if err := r.CheckLog(t.Context(), dir); err == nil {
		t.Error("an entry that was replaced passed")
	}
	r.Index = 20
	if err := r.CheckLog(t.Context(), dir); !errors.Is(err, counterfoil.ErrNotInLog) {
		t.Errorf("an entry that was left out: %v", err)
	}
}

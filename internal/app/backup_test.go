// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/backup"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/verify"
)

// backUp backs the house up beside whatever has it open.
func (h *house) backUp() (backup.Result, error) {
	h.t.Helper()
	return BackUp(h.t.Context(), backup.Config{
		Data: h.data, To: filepath.Join(h.dir, "record"), KeysTo: filepath.Join(h.dir, "keys"), Program: "v0.0.0-test", Patience: time.Second,
	})
}

func (h *house) mustBackUp() backup.Result {
	h.t.Helper()
	r, err := h.backUp()
	if err != nil || r.Report.Integrity != verify.IntegrityOK {
		h.t.Fatalf("backed up with error %v, %+v", err, r.Report.Problems)
	}
	return r
}

// restored is the house from its backup, beside the stores of heads it has now.
func (h *house) restored() *house {
	h.t.Helper()
	other := &house{t: h.t, dir: h.dir, data: filepath.Join(h.t.TempDir(), "data"), config: h.config}
	r, err := Restore(h.t.Context(), backup.RestoreConfig{
		From: filepath.Join(h.dir, "record"), KeysFrom: filepath.Join(h.dir, "keys"), Data: other.data, HeadStore: filepath.Join(h.data, "heads.db"),
	})
	if err != nil || r.Report.Integrity != verify.IntegrityOK || !r.Startable {
		h.t.Fatalf("restored with error %v, why %v, %+v", err, r.Why, r.Report.Problems)
	}
	return other
}

// TestRestoredAfterAnErasure: what was erased between two backups is erased in what is
// restored, what was not opens, and requests and people are there.
func TestRestoredAfterAnErasure(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	bob, _ := keyOf(t, a, "bob@example.com")
	hers, his, also := converse(t, a, ada, "hers"), converse(t, a, bob, "his"), converse(t, a, bob, "his too")
	h.mustBackUp()
	asked := erase(t, a, control.NewErasure{Person: ada.String()})
	erase(t, a, control.NewErasure{Interaction: also.String()})
	h.close(a)
	h.mustBackUp()

	other := h.restored()
	b := other.open()
	for id, want := range map[counterfoil.ID]bool{hers: false, his: true, also: false} {
		if got := states(t, b, id) == readable; got != want {
			t.Errorf("%s readable: %v", id, got)
		}
	}
	if out, err := (service{b}).Erasure(t.Context(), asked.ID, nothing); err != nil || out.State != "done" {
		t.Errorf("the request: %+v, %v", out, err)
	}
	converse(t, b, bob, "goes on")
	other.close(b)
	other.verify()
}

// TestBackupOfAKilledErasure: between the entry and its carrying out nothing is backed
// up, since the copy would hold text of which the log says that it is gone.
func TestBackupOfAKilledErasure(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(killDay)
	a := h.openAt(now)
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	hers := converse(t, a, ada, "hers")
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	h.close(a)
	h.mustBackUp()
	h.kill(erasure.StepRecorded, asked.ID)
	_, err := h.backUp()
	if f, ok := fault.As(err); !ok || !strings.Contains(f.Public, "start it once") {
		t.Fatalf("backed up with error %v", err)
	}
	h.close(h.openAt(now))
	h.mustBackUp()
	if got := states(t, h.restored().openAt(now), hers); got != erased {
		t.Errorf("hers: %+v", got)
	}
}

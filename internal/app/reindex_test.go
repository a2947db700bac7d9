// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
)

func TestReindexGivesTheSameRows(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	furnish(t, a, "Helpdesk")
	before := show(t, a)
	if len(before.Systems) != 1 || len(before.Keys) != 2 || len(before.Interactions) != 2 {
		t.Fatalf("%+v", before)
	}
	var last [2]uint64
	if err := (service{a}).Reindex(t.Context(), func(done, total uint64) { last = [2]uint64{done, total} }); err != nil {
		t.Fatal(err)
	}
	if size := a.ledger.Size(); last != [2]uint64{size, size} {
		t.Errorf("progress ended at %v of %d entries", last, size)
	}
	if diff := cmp.Diff(before, show(t, a)); diff != "" {
		t.Errorf("reindexed (-before +after):\n%s", diff)
	}
	addSystem(t, a, "Contract Review") // saving and waiting for the index go on
}

// TestReindexGivesTheSameExports: what the console exports is the same to the byte,
// and whoever is signed in stays so.
func TestReindexGivesTheSameExports(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	furnish(t, a, "Helpdesk")
	for range 30 {
		conclude(t, a, intend(t, a))
	}
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	defer server.Close()
	v := visit(t, server.URL, ruth)
	export := func() (text string) {
		for _, path := range []string{"/interactions.csv", "/ledger/events.csv"} {
			text += v.body(path)
		}
		return text
	}
	before := export()
	if n := strings.Count(before, "\n"); n < 34 {
		t.Fatalf("%d lines were exported", n)
	}
	if err := (service{a}).Reindex(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, export()); diff != "" {
		t.Errorf("exported (-before +after):\n%s", diff)
	}
}

func (v *visitor) body(path string) string {
	v.t.Helper()
	resp, err := v.client.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
	return string(text)
}

// differences compares the index of an open directory with its ledger.
func differences(t *testing.T, a *App) (list []control.Difference) {
	t.Helper()
	err := service{a}.CompareIndex(t.Context(), func(uint64, uint64) {}, func(d control.Difference) error {
		list = append(list, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestAnEditedIndexIsFound edits a row beside the running server. The comparison
// names the value and its entry and changes nothing; a reindex puts it right.
func TestAnEditedIndexIsFound(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	id := intend(t, a)
	conclude(t, a, id)
	list(t, a)
	if found := differences(t, a); len(found) > 0 {
		t.Fatalf("before the edit: %+v", found)
	}
	path := filepath.Join(h.data, "index.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("UPDATE interactions SET status = 418 WHERE id = $1", id[:])
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	differs := func() bool { // on the page of the interaction
		view, err := a.evidence.Interaction(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(view.Proof.Problems, func(p string) bool {
			return strings.Contains(p, "row in the lists is not what the ledger says, in: status;")
		})
	}
	if !differs() {
		t.Error("the page of the interaction does not tell")
	}
	_, outcome, _, err := a.index.Locate(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := control.Difference{Table: "interactions", Key: "X'" + strings.ToUpper(hexOf(id)) + "'", Column: "status", Found: "418", Expected: "0", Entry: (*uint64)(&outcome)}
	for range 2 { // it is left in place
		if diff := cmp.Diff([]control.Difference{want}, differences(t, a)); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
	if _, err := os.Stat(path + ".new"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the index beside is left over: %v", err)
	}
	if err := (service{a}).Reindex(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Fatal(err)
	}
	if found := differences(t, a); len(found) > 0 {
		t.Errorf("after a reindex: %+v", found)
	}
	if differs() {
		t.Error("the page of the interaction tells of an edit that is gone")
	}
}

func hexOf(id counterfoil.ID) string { return strings.ReplaceAll(id.String(), "-", "") }

// TestABuildOfAnotherLedgerIsBegunAgain: a half-made index that a copy brought along
// is not gone on with.
func TestABuildOfAnotherLedgerIsBegunAgain(t *testing.T) {
	here, other := newHouse(t), newHouse(t)
	a, b := here.open(), other.open()
	furnish(t, a, "Helpdesk")
	furnish(t, b, "Contract Review")
	want := show(t, a)
	list(t, b)
	other.close(b)
	copyFile(t, filepath.Join(other.data, "index.db"), filepath.Join(here.data, "index.db.new"))
	if err := (service{a}).Reindex(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, show(t, a)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestAStartLoadsALargeIndex: without its index a start builds it beside and puts it
// in place, and knows the register afterwards.
func TestAStartLoadsALargeIndex(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	furnish(t, a, "Helpdesk")
	var writers sync.WaitGroup
	for range 64 {
		writers.Go(func() {
			for range worthLoading/64 + 1 {
				if err := a.Access(t.Context(), counterfoil.ID{}, "exported", counterfoil.ID{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	h.close(a)
	a = h.open() // closes the open interactions
	before := show(t, a)
	h.close(a)
	if err := os.Remove(filepath.Join(h.data, "index.db")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, show(t, h.open())); diff != "" {
		t.Errorf("made again (-before +after):\n%s", diff)
	}
	if !strings.Contains(h.log.String(), "the start waits for it") {
		t.Error("the log does not tell")
	}
}

// TestAnErasureDropsAnUnfinishedIndex: what it was built from is not what there is.
func TestAnErasureDropsAnUnfinishedIndex(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	b, err := a.index.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Load(t.Context(), a.entries, 3, func(counterfoil.Index) {}), b.Close()); err != nil {
		t.Fatal(err)
	}
	asked := request(t, a, control.NewErasure{Person: ada.String()})
	if _, err := (service{a}).ApproveErasure(t.Context(), asked.ID, noor, nothing); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(h.data, "index.db.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished index: %v", err)
	}
	list(t, a)
	if found := differences(t, a); len(found) > 0 {
		t.Errorf("after the erasure: %+v", found)
	}
}

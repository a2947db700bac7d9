// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

func TestErasures(t *testing.T) {
	l := &log{}
	l.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 1, ID: some(1), Actor: some(2), Erasure: &counterfoil.Erasure{
		Scope: counterfoil.ErasePerson, Basis: "contract_end", Subject: some(3), Payloads: 4, Request: some(5), Approver: some(6), Keys: []counterfoil.ID{some(7), some(8)},
	}})
	l.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 2, ID: some(9), Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseInteraction, Basis: "court_order", Targets: []counterfoil.ID{some(10)},
	}})
	l.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 3, ID: some(9), Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseSegments, Basis: "retention", Segments: []uint64{11},
	}})
	x, _ := open(t)
	apply(t, x, l.items)
	all, err := x.Erasures(t.Context(), 0)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d erasures, %v", len(all), err)
	}
	want := Erasure{Leaf: leaf(0), ID: some(1), Time: 1, Actor: some(2), Approver: some(6), Request: some(5), Scope: "person", Basis: "contract_end", Subject: some(3), Payloads: 4, Keys: 2}
	if diff := cmp.Diff(want, all[0]); diff != "" {
		t.Error(diff)
	}
	if late, err := x.Erasures(t.Context(), 2); err != nil || len(late) != 1 || late[0].Entry != 2 {
		t.Errorf("from entry 2: %+v, %v", late, err)
	}
	for _, c := range []struct {
		id      byte
		segment uint32
		want    bool
	}{{10, 0, true}, {1, 11, true}, {1, 0, false}} {
		if got, err := x.Erased(t.Context(), some(c.id), c.segment); got != c.want || err != nil {
			t.Errorf("interaction %d in segment %d: %t, %v", c.id, c.segment, got, err)
		}
	}
}

// random is a hash that looks like any.
func random(n counterfoil.Index) counterfoil.Hash { return sha256.Sum256(fmt.Append(nil, n)) }

// TestForgetLeavesNothing: no file keeps what ended sessions and attempts were.
func TestForgetLeavesNothing(t *testing.T) {
	x, path := open(t)
	for n := range counterfoil.Index(3000) {
		if err := x.PutSession(t.Context(), Session{Token: random(n + 100_000), Person: some(byte(n % 3)), Agent: random(n), Expires: 1 << 60}); err != nil {
			t.Fatal(err)
		}
		if err := x.AddAttempt(t.Context(), random(n+200_000), int64(n), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Forget(t.Context(), []counterfoil.ID{some(1)}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := range counterfoil.Index(3000) {
			agent, who := random(n), random(n+200_000)
			if bytes.Contains(content, who[:]) || n%3 == 1 && bytes.Contains(content, agent[:]) {
				t.Fatalf("%s holds session or attempt %d", file, n)
			}
		}
	}
	if _, err := x.Session(t.Context(), random(100_003)); err != nil {
		t.Errorf("a session of somebody else: %v", err)
	}
}

// TestFormerShapesLeaveNothing: the index once held the bodies of records.
func TestFormerShapesLeaveNothing(t *testing.T) {
	x, path := open(t)
	body := bytes.Repeat([]byte("ada@example.com "), 400)
	for _, statement := range []string{`CREATE TABLE former (body BLOB)`, `ALTER TABLE records RENAME TO records_without`} {
		if _, err := x.file.write.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.file.write.Exec(`CREATE TABLE records (body BLOB); INSERT INTO records VALUES ($1); DROP TABLE former; DROP TABLE records_without; UPDATE projection SET shape = 2`, body); err != nil {
		t.Fatal(err)
	}
	x.Close()
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	files, _ := filepath.Glob(path + "*")
	for _, file := range files {
		if content, err := os.ReadFile(file); err != nil || bytes.Contains(content, body[:16]) {
			t.Errorf("%s holds a body, %v", file, err)
		}
	}
	if _, err := again.file.read.Query("SELECT body FROM records"); err == nil || err == sql.ErrNoRows {
		t.Error("records have bodies")
	}
}

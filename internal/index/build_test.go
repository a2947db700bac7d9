// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

// source hands out a log, as far as it goes.
func (l *log) source(_ context.Context, from counterfoil.Index, each func(Item) error) error {
	for _, item := range l.items[from:] {
		if err := each(item); err != nil {
			return err
		}
	}
	return nil
}

func quietly(counterfoil.Index) {}

const toTheEnd = ^counterfoil.Index(0)

// variedLog has rows in every table of every projection.
func variedLog(r *rand.Rand, entries int) *log {
	l := randomLog(r, entries)
	l.record(&counterfoil.Entry{Kind: counterfoil.KindRecord, ID: some(1), Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"}}, some(3))
	l.record(&counterfoil.Entry{Kind: counterfoil.KindRecord, ID: some(1), Record: &counterfoil.Record{Type: "system", Version: 2, Transition: "changed"}}, some(4))
	for v, wrap := range []byte{11, 12, 13} { // of a kind; the last version is erased below
		i := l.record(&counterfoil.Entry{Kind: counterfoil.KindRecord, ID: some(2), Record: &counterfoil.Record{Type: "risk", Version: uint64(v + 1), Transition: "changed"}}, some(wrap))
		l.items[i].Kept = &Kept{
			Entry: i, Leaf: leaf(i), ID: some(2), Version: uint64(v + 1), Kind: "risk", Number: "R-001", Serial: 1, State: "open", Wrap: some(wrap), Body: []byte(`{"kind":"risk"}`),
			Links: []KeptLink{{Field: "system", Target: some(1)}},
		}
	}
	l.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, ID: some(8), Erasure: &counterfoil.Erasure{Scope: counterfoil.ErasePerson, Keys: []counterfoil.ID{some(13)}}})
	l.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, ID: some(5), Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseInteraction, Targets: []counterfoil.ID{some(6)}, Segments: []uint64{7},
	}})
	return l
}

func build(t *testing.T, x *Index, l *log) *Builder {
	t.Helper()
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if err := b.Load(t.Context(), l.source, toTheEnd, quietly); err != nil {
		t.Fatal(err)
	}
	return b
}

// compare tells the differences as lines.
func compare(t *testing.T, x *Index, b *Builder, l *log) (lines []string) {
	t.Helper()
	reach := func(end counterfoil.Index) error { return b.Load(t.Context(), l.source, end, quietly) }
	err := x.Compare(t.Context(), b, reach, func(d Difference) error {
		line := strings.Join([]string{d.Table, d.Key, d.Column, d.Found, d.Expected}, "|")
		if d.Entry != nil {
			line += "|entry"
			if d.Table != "erased_targets" && *d.Entry >= counterfoil.Index(len(l.items)) {
				t.Errorf("%+v names entry %d", d, *d.Entry)
			}
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestBuiltIsWhatWasFollowed: an index that followed the ledger in random batches
// and one that was loaded from it hold the same rows, in every table and column.
func TestBuiltIsWhatWasFollowed(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 9))
		l := variedLog(r, 600)
		x, _ := open(t)
		applyRandomly(t, r, x, l.items)
		if lines := compare(t, x, build(t, x, l), l); len(lines) > 0 {
			t.Errorf("seed %d: %d differences, such as %s", seed, len(lines), lines[0])
		}
	}
}

// TestCompareFindsEdits edits the index as somebody with a database tool would.
func TestCompareFindsEdits(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(1, 1)), 300)
	tests := []struct {
		name, edit string
		want       string // the first difference contains it
		entry      bool
	}{
		{"a decision", "UPDATE interactions SET rule = 'harmless' WHERE id = (SELECT id FROM interactions LIMIT 1 OFFSET 40)", "|rule|'harmless'|''", true},
		{"a result", "UPDATE interactions SET result = 1, status = 201 WHERE id = (SELECT id FROM interactions WHERE result = 4 LIMIT 1)", "|result|1|4", true},
		{"a leaf", "UPDATE interactions SET intent_leaf = zeroblob(32) WHERE id = (SELECT id FROM interactions LIMIT 1)", "|intent_leaf|X'0000", true},
		{"a row taken out", "DELETE FROM interactions WHERE id = (SELECT id FROM interactions LIMIT 1 OFFSET 9)", "|a row", true},
		{"a row put in", "INSERT INTO found SELECT 'iban', lane, 9, randomblob(16), x'' FROM interactions LIMIT 1", "|a row|", false},
		{"a finding", "DELETE FROM found WHERE id = (SELECT min(id) FROM found)", "found|", true},
		{"a lane", "UPDATE lanes SET model = 'other' WHERE lane = (SELECT min(lane) FROM lanes)", "|model|'other'|", true},
		{"a sum", "UPDATE sums SET n = n + 1 WHERE finding = '' AND start = (SELECT min(start) FROM sums)", "sums|", false},
		{"a record", "UPDATE records SET version = 1", "records|X'01000000000000000000000000000001'|version|1|2", true},
		{"its wrapping key", "UPDATE records SET wrap = x'01'", "|wrap|X'01'|X'04", true},
		{"an erasure", "DELETE FROM erased_targets", "erased_targets|X'06", true},
		{"a segment", "UPDATE erased_segments SET segment = 8", "erased_segments|8||a row|", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x, _ := open(t)
			apply(t, x, l.items)
			if result, err := x.file.write.Exec(tt.edit); err != nil {
				t.Fatal(err)
			} else if n, _ := result.RowsAffected(); n == 0 {
				t.Fatal("nothing was edited")
			}
			lines := compare(t, x, build(t, x, l), l)
			if len(lines) == 0 || !strings.Contains(lines[0], tt.want) || tt.entry && !strings.HasSuffix(lines[0], "|entry") {
				t.Errorf("%v, want %s", lines, tt.want)
			}
		})
	}
}

// TestCompareFindsEditedBytes edits the file below SQLite: each place in turn in
// which an interaction's id stands, in tables and in the indexes over them.
func TestCompareFindsEditedBytes(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(3, 3)), 200)
	x, path := open(t)
	apply(t, x, l.items)
	if err := errors.Join(x.checkpoint(t.Context()), x.Close()); err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	id := l.items[20].Entry.ID
	places := 0
	for at := 0; ; at++ {
		next := bytes.Index(sound[at:], id[:])
		if next < 0 {
			break
		}
		at += next
		places++
		edited := bytes.Clone(sound)
		edited[at+15] ^= 1
		if lines := compareFile(t, path, edited, l); len(lines) == 0 {
			t.Errorf("an id edited at byte %d was not found", at)
		}
	}
	if places < 3 { // its row, and the entries of two indexes
		t.Errorf("the id stands in %d places", places)
	}
	if lines := compareFile(t, path, sound, l); len(lines) > 0 {
		t.Errorf("the file as it was: %v", lines)
	}
}

func compareFile(t *testing.T, path string, content []byte, l *log) []string {
	t.Helper()
	if err := errors.Join(removeDatabase(path), os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	x, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	b := build(t, x, l)
	defer func() {
		if err := b.Discard(); err != nil {
			t.Error(err)
		}
	}()
	return compare(t, x, b, l)
}

// TestBuiltWithoutWhatWasErased: a ledger whose erased bodies are gone gives the rows
// that the index has which saw them come and go.
func TestBuiltWithoutWhatWasErased(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(1, 1)), 50)
	x, _ := open(t)
	apply(t, x, l.items)
	for i := range l.items {
		if k := l.items[i].Kept; k != nil && k.Wrap == some(13) {
			l.items[i].Kept = nil
		}
	}
	if lines := compare(t, x, build(t, x, l), l); len(lines) > 0 {
		t.Error(lines)
	}
}

// TestCompareForgivesWhatTheLedgerForgot: the payload of a record may have been
// deleted with its segment; the ledger does not say any more which key sealed it.
func TestCompareForgivesWhatTheLedgerForgot(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(1, 1)), 50)
	x, _ := open(t)
	apply(t, x, l.items)
	for i := range l.items {
		l.items[i].Wrap = counterfoil.ID{}
	}
	if lines := compare(t, x, build(t, x, l), l); len(lines) > 0 {
		t.Error(lines)
	}
}

// TestBuildGoesOn: what is in the file beside stays there, to the batch.
func TestBuildGoesOn(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(4, 4)), 500)
	x, _ := open(t)
	apply(t, x, l.items)
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Load(t.Context(), l.source, 123, quietly); err != nil || b.Position().Next != 123 {
		t.Fatalf("%+v, %v", b.Position(), err)
	}
	broken := errors.New("the disk is gone")
	err = b.Load(t.Context(), func(_ context.Context, from counterfoil.Index, each func(Item) error) error {
		if err := each(l.items[from]); err != nil {
			return err
		}
		return broken
	}, toTheEnd, quietly)
	if !errors.Is(err, broken) || b.Position().Next != 123 {
		t.Fatalf("%+v, %v", b.Position(), err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, want := again.Position(), (Position{Next: 123, Leaf: leaf(122)}); got != want {
		t.Fatalf("%+v, want %+v", got, want)
	}
	from := counterfoil.Index(0)
	source := func(ctx context.Context, at counterfoil.Index, each func(Item) error) error {
		from = at
		return l.source(ctx, at, each)
	}
	if err := again.Load(t.Context(), source, toTheEnd, quietly); err != nil || from != 123 {
		t.Fatalf("read on from %d, %v", from, err)
	}
	if lines := compare(t, x, again, l); len(lines) > 0 {
		t.Error(lines)
	}
}

func TestBuildOverGarbage(t *testing.T) {
	x, path := open(t)
	if err := os.WriteFile(path+besideSuffix, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Discard(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + besideSuffix); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// TestAdopt: pages are read and sessions kept while the file is exchanged.
func TestAdopt(t *testing.T) {
	l := variedLog(rand.New(rand.NewPCG(2, 2)), 400)
	x, path := open(t)
	apply(t, x, l.items)
	want := list(t, x, Filter{})
	session := Session{Token: leaf(1), Person: some(7), Expires: 100}
	if err := x.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if _, err := x.file.write.Exec("UPDATE interactions SET rule = 'edited'"); err != nil {
		t.Fatal(err)
	}
	reading, stop := context.WithCancel(t.Context())
	read := make(chan error)
	go func() {
		defer close(read)
		for reading.Err() == nil {
			if _, _, err := x.Interactions(t.Context(), Filter{Limit: 5}); err != nil {
				read <- err
				return
			}
		}
	}()
	for range 3 {
		b := build(t, x, l)
		if err := errors.Join(b.Complete(t.Context()), x.Adopt(t.Context(), b)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-read; err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, list(t, x, Filter{})); diff != "" {
		t.Error(diff)
	}
	if _, err := x.Session(t.Context(), session.Token); err != nil {
		t.Error(err)
	}
	more := l.intent(start, nil)
	apply(t, x, l.items)
	if _, err := x.Interaction(t.Context(), more); err != nil {
		t.Errorf("after the exchange: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Position().Next != counterfoil.Index(len(l.items)) {
		t.Errorf("%+v", again.Position())
	}
}

// TestAdoptRefusesLess: what the index knew is not given up.
func TestAdoptRefusesLess(t *testing.T) {
	l := sample()
	x, _ := open(t)
	apply(t, x, l.items)
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Load(t.Context(), l.source, 3, quietly); err != nil {
		t.Fatal(err)
	}
	if err := x.Adopt(t.Context(), b); err == nil {
		t.Error("adopted")
	}
	if rows := list(t, x, Filter{}); len(rows) != 5 {
		t.Errorf("%d rows", len(rows))
	}
}

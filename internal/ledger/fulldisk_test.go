// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestRealFullDisk fills small file systems of the machine. Everything but
// outcomes and gaps is refused, these still get in, before and after a restart
// on the full disk, and nothing acknowledged is lost.
func TestRealFullDisk(t *testing.T) {
	for _, kib := range []int{1500, 2500, 3000, 4500} {
		t.Run(fmt.Sprintf("%d KiB", kib), func(t *testing.T) { fillDisk(t, kib) })
	}
}

func fillDisk(t *testing.T, kib int) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
		t.Skip("mounting a file system needs rights: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead = 512<<10, 192<<10
	l, p := mustOpen(t, cfg), newPromised()
	open := untilFull(t, l, p)
	half := len(open) / 2
	for _, id := range open[:half] {
		p.add(mustAppend(t, l, outcome(id), nil))
	}
	gap := otherKind(2)
	p.add(mustAppend(t, l, gap, nil))
	wantSpaceError(t, l.Close())

	l = mustOpen(t, cfg) // the disk is still full
	if left := l.OpenIntents(); len(left) != len(open)-half {
		t.Fatalf("%d intents are open, %d should be", len(left), len(open)-half)
	}
	for _, o := range l.OpenIntents() {
		p.add(mustAppend(t, l, outcome(o.ID), nil))
	}
	for _, id := range untilFull(t, l, p) {
		p.add(mustAppend(t, l, outcome(id), nil))
	}
	var leaves []counterfoil.Hash
	if err := l.Scan(t.Context(), 0, func(s Stored) error { leaves = append(leaves, s.Leaf); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := p.check(leaves); err != nil {
		t.Fatal(err)
	}
	wantSpaceError(t, l.Close())
	if r := verified(t, cfg); r.Open != 0 || r.Intents != r.Outcomes {
		t.Fatalf("report %+v", r)
	}
}

// untilFull writes interactions until an intent is refused, and returns those
// that are open then.
func untilFull(t *testing.T, l *Ledger, p *promised) (open []counterfoil.ID) {
	t.Helper()
	for {
		id, payload := counterfoil.NewID(), randomPayload(4000)
		r, err := l.Append(t.Context(), committed(intent(id), payload), payload)
		if errors.Is(err, ErrFull) && strings.Contains(err.Error(), "free space") {
			return open
		}
		if err != nil {
			t.Fatal(err)
		}
		p.add(r)
		if open = append(open, id); len(open) > 20 {
			p.add(mustAppend(t, l, outcome(open[0]), nil))
			open = open[1:]
		}
	}
}

func (p *promised) add(r Receipt) { p.entry(r.Index, r.Leaf) }

// wantSpaceError: a last head that finds no space is all that may go wrong.
func wantSpaceError(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "full") {
		t.Fatal(err)
	}
}

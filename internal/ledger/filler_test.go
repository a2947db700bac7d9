// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestEvictStaysBehind: only payloads well behind the position are evicted, and
// all are read back.
func TestEvictStaysBehind(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.SegmentBytes, cfg.FillAhead = 8<<20, 512<<10
	l, j := mustOpen(t, cfg), newJournal()
	for range 40 {
		id, payload := counterfoil.NewID(), randomPayload(100_000)
		j.add(mustAppend(t, l, committed(intent(id), payload), payload), payload)
		l.payloads.evict()
		pos, evicted := l.payloads.pos.Load(), l.payloads.evictedTo()
		if evicted > 0 && pos-evicted < cfg.FillAhead || pos-evicted >= cfg.FillAhead+evictStep {
			t.Fatalf("evicted up to %d, position %d", evicted, pos)
		}
	}
	if l.payloads.evictedTo() == 0 {
		t.Error("nothing was evicted")
	}
	j.check(t, l)
}

func (t *track) evictedTo() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.file.Load().evicted
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// TestABusyLogEnds: a server that writes a batch for every one that is checked does not
// keep the check from ending. What the log held when it began is checked.
func TestABusyLogEnds(t *testing.T) {
	for name, hashesOnly := range map[string]bool{"whole": false, "hashes only": true} {
		for _, segments := range []int{1, 3} {
			t.Run(name, func(t *testing.T) {
				l := newTestLog(t)
				for range segments - 1 {
					l.Roll()
					l.add(record(1))
				}
				l.sign()
				l.add(record(2)) // behind the newest head, and there before the check
				l.Flush()
				lock, err := durable.LockFile(filepath.Join(l.Dir, "lock"))
				if err != nil {
					t.Fatal(err)
				}
				defer lock.Unlock()
				began, written := l.Tree.Size(), 0
				late := time.Now().Add(time.Hour).UnixMicro()
				r := l.verify(func(o *Options) {
					o.HashesOnly, o.Workers = hashesOnly, 1
					o.Progress = func(uint64) {
						if written++; written > 500 {
							return // without an end of its own the check ends here
						}
						e := record(uint64(written))
						e.Time = late
						l.Batch(nil, logtest.Item{Entry: e})
						l.Flush()
					}
				})
				left := slices.ContainsFunc(r.Unchecked, func(s string) bool { return strings.Contains(s, "recorded after the check began") })
				if r.ExitCode() != ExitSound || r.Entries < began || written > 100 || !left {
					t.Errorf("%d entries of %d, %d were written meanwhile; %v %v", r.Entries, began, written, r.Problems, r.Unchecked)
				}
			})
		}
	}
}

// TestHashesAreComparedWithEveryHead, also of a log whose newest head covers entries
// that are written while the check begins.
func TestHashesAreComparedWithEveryHead(t *testing.T) {
	l := newTestLog(t)
	l.Flush()
	lock, err := durable.LockFile(filepath.Join(l.Dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	l.add(record(1))
	l.add(record(2))
	signed := l.sign()
	r := l.verify(func(o *Options) {
		o.HashesOnly, o.Workers, o.Heads = true, 1, [][]byte{signed}
		o.Progress = func(uint64) { l.Flush() }
	})
	if r.ExitCode() != ExitSound || r.Signed != l.Tree.Size() {
		t.Errorf("signed %d of %d, problems %v", r.Signed, l.Tree.Size(), r.Problems)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"runtime"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
	"github.com/counterfoil/counterfoil/verify"
)

// TestOneWorkerRests: with one worker nothing goes on while Progress holds the check
// back, as the nightly self-check does.
func TestOneWorkerRests(t *testing.T) {
	w := corpus.Write(t, corpus.Cases()[0])
	before, calls := runtime.NumGoroutine(), 0
	_, err := w.Verify(t.Context(), func(o *verify.Options) {
		o.Workers = 1
		o.Progress = func(uint64) {
			if calls++; runtime.NumGoroutine() > before {
				t.Errorf("%d goroutines where there were %d", runtime.NumGoroutine(), before)
			}
		}
	})
	if err != nil || calls == 0 {
		t.Fatalf("%d calls, %v", calls, err)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"encoding/json"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
	"github.com/counterfoil/counterfoil/verify"
)

// TestWorkersAgree: however many look at the entries, and however the log falls into
// stretches, the report is the same to the byte.
func TestWorkersAgree(t *testing.T) {
	runs := []struct{ workers, stretch int }{{1, 0}, {2, 1 << 10}, {8, 3 << 10}}
	for _, c := range corpus.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := corpus.Write(t, c)
			var first string
			for _, run := range runs {
				r, err := w.Verify(t.Context(), func(o *verify.Options) {
					o.Workers = run.workers
					o.SetStretch(run.stretch)
				})
				if err != nil {
					t.Fatal(err)
				}
				text, err := json.MarshalIndent(r, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				if first == "" {
					first = string(text)
				}
				if string(text) != first {
					t.Fatalf("%d workers, stretches of %d bytes: %s\n1 worker: %s", run.workers, run.stretch, text, first)
				}
			}
		})
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"sync"
	"testing"
)

// TestRareQuestionsMakeRoom: however many questions were asked before, those asked now
// are ready, and of all of them no more than the bound.
func TestRareQuestionsMakeRoom(t *testing.T) {
	x, _ := open(t)
	ask := func(text string) {
		var n int
		if err := x.one(t.Context(), []any{&n}, text); err != nil {
			t.Fatal(err)
		}
	}
	for i := range askedMost + 50 {
		ask(fmt.Sprintf("SELECT %d", i))
		ask("SELECT 1 + 1") // by every page
	}
	ready := x.file.asked.ready
	if len(ready) > askedMost {
		t.Errorf("%d questions are ready", len(ready))
	}
	for text, want := range map[string]bool{
		"SELECT 1 + 1": true, fmt.Sprintf("SELECT %d", askedMost+49): true, "SELECT 0": false,
	} {
		if (ready[text] != nil) != want {
			t.Errorf("%s is ready: %t", text, !want)
		}
	}
}

// TestQuestionsInTurn: a question that makes room while others ask it, or that several
// prepare at once, is answered to each.
func TestQuestionsInTurn(t *testing.T) {
	x, _ := open(t)
	var group sync.WaitGroup
	for worker := range 2 * readers {
		group.Go(func() {
			for i := range 2 * askedMost {
				want, n := (i+worker)%(askedMost+20), -1
				if err := x.one(t.Context(), []any{&n}, fmt.Sprintf("SELECT %d", want)); err != nil || n != want {
					t.Errorf("asked for %d: %d, %v", want, n, err)
					return
				}
			}
		})
	}
	group.Wait()
	for text, q := range x.file.asked.ready {
		if q.asking != 0 || q.gone {
			t.Errorf("%s is left: %+v", text, q)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestKillLosesNothingAnswered: however the program dies under load, every
// interaction answered to a client is found with intent and outcome, and every
// other one is closed as abandoned at the next start.
func TestKillLosesNothingAnswered(t *testing.T) {
	kills := 3
	if *long {
		kills = 30
	}
	in := start(t, options{})
	answered := map[string]bool{}
	for i := range kills {
		load := in.load(t, 16)
		time.Sleep(time.Duration(300+i*37%200) * time.Millisecond) // any moment is a good one
		in.kill()
		maps.Copy(answered, load())
		in.launch()
		in.checkAnswered(t, answered)
	}
	if len(answered) == 0 {
		t.Fatal("nothing was answered before the kills")
	}
	r := in.verify()
	if r.Intents != r.Outcomes || r.Intents < len(answered) {
		t.Errorf("%d answers, verify counts %+v", len(answered), r)
	}
	t.Logf("%d answered, %+v", len(answered), r)
}

// load sends requests over so many connections until the program is gone, and
// returns a function that waits and tells which interactions were answered.
func (in *instance) load(t *testing.T, connections int) (wait func() map[string]bool) {
	var mu sync.Mutex
	answered := map[string]bool{}
	var workers sync.WaitGroup
	for worker := range connections {
		workers.Go(func() {
			d, stream := dialects[worker%2], worker%4 < 2
			body := d.body("echo-9", prompt, stream)
			for {
				a, err := send(in.request(t, d, bytes.NewReader(body)))
				if err != nil || a.err != nil {
					return
				}
				if _, ended := a.text(); stream && !ended {
					return
				}
				mu.Lock()
				answered[a.interaction] = true
				mu.Unlock()
			}
		})
	}
	return func() map[string]bool {
		workers.Wait()
		return answered
	}
}

// checkAnswered compares what clients saw with the list of the restarted
// program.
func (in *instance) checkAnswered(t *testing.T, answered map[string]bool) {
	t.Helper()
	found := map[string]string{}
	for _, r := range in.interactions() {
		found[r.ID] = r.Result
	}
	for _, id := range slices.Sorted(maps.Keys(answered)) {
		if found[id] != "answered" {
			t.Errorf("interaction %s was answered, the record says %q", id, found[id])
		}
	}
	for id, result := range found {
		if result != "answered" && result != "abandoned" {
			t.Errorf("interaction %s is %q after the restart", id, result)
		}
	}
}

// TestStopAbandonsNothing: a program stopped in the ordinary way leaves nothing
// to close.
func TestStopAbandonsNothing(t *testing.T) {
	in := start(t, options{})
	in.post(t, openAI, openAI.body("gpt-4o-mini", prompt, true))
	in.stop()
	in.launch()
	if r := in.verify(); r.Intents != 1 || r.Outcomes != 1 || r.Abandoned != 0 {
		t.Errorf("after an ordinary stop verify counts %+v", r)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// asked is one request of a client, by the client's own clock.
type asked struct {
	began time.Time
	ended time.Time
	answer
}

// TestStopHoldsFromTheNextRequest: while clients ask as fast as they can, a system is
// stopped by another process. Whoever asks after the stop was confirmed is refused in
// the client's own error form, the provider sees nothing more, and the record agrees.
func TestStopHoldsFromTheNextRequest(t *testing.T) {
	const clients, afterwards = 8, 20
	in := start(t, options{})
	var confirmed atomic.Pointer[time.Time]
	var mu sync.Mutex
	var all []asked
	var workers sync.WaitGroup
	warm := make(chan struct{}, clients)
	for worker := range clients {
		workers.Go(func() {
			d := dialects[worker%2]
			body := d.body("echo", prompt, worker%4 < 2)
			for n, after := 0, 0; after < afterwards; n++ {
				if n == 10 {
					warm <- struct{}{}
				}
				one := asked{began: time.Now()}
				a, err := send(in.request(t, d, bytes.NewReader(body)))
				if err != nil || a.err != nil {
					t.Errorf("a client got no answer: %v %v", err, a.err)
					return
				}
				one.ended, one.answer = time.Now(), a
				if at := confirmed.Load(); at != nil && one.began.After(*at) {
					after++
					if a.status == http.StatusForbidden && !strings.Contains(d.message(t, a), "zoe@counterfoil.example") {
						t.Errorf("the refusal does not say whom to ask: %s", a.body)
					}
				}
				mu.Lock()
				all = append(all, one)
				mu.Unlock()
			}
		})
	}
	for range clients {
		<-warm
	}
	began := time.Now()
	if _, code := in.command("system", "stop", "tests", "--reason", "The answers name customers."); code != 0 {
		t.Fatalf("system stop: exit %d", code)
	}
	at := time.Now()
	confirmed.Store(&at)
	workers.Wait()

	var answered, late int
	var first, last time.Duration // from the command's start to the first refusal and the last request let through
	for _, one := range all {
		switch {
		case one.status == http.StatusForbidden:
			if d := one.ended.Sub(began); first == 0 || d < first {
				first = d
			}
		case one.status != http.StatusOK:
			t.Errorf("a client got status %d: %s", one.status, one.body)
		default:
			answered++
			last = max(last, one.began.Sub(began))
			if one.began.After(at) {
				late++
			}
		}
	}
	if late > 0 {
		t.Errorf("%d requests begun after the stop was confirmed were answered", late)
	}
	if got := len(in.Provider.Dumps()); got != answered {
		t.Errorf("clients got %d answers, the provider %d requests", answered, got)
	}
	if r := in.verify(); r.Intents != r.Outcomes {
		t.Errorf("verify counts %+v", r)
	}
	t.Logf("%d answered; the command took %s; first refusal %s after it began, last request let through begun at %s",
		answered, at.Sub(began).Round(time.Millisecond), first.Round(time.Millisecond), last.Round(time.Millisecond))
}

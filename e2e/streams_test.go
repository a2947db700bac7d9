// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// TestStreamsAreNeverTruncated: each of many streamed answers arrives whole and
// restored, over kept connections, many at once. A proxy that passes a request
// body on while the answer starts cuts one in some hundred.
func TestStreamsAreNeverTruncated(t *testing.T) {
	total := int64(2000)
	if *long {
		total = 20_000
	}
	in := start(t, options{})
	var next, wrong atomic.Int64
	var workers sync.WaitGroup
	for worker := range 32 {
		workers.Go(func() {
			d := dialects[worker%2]
			body := d.body("echo-12", prompt, true)
			for next.Add(1) <= total && wrong.Load() < 10 {
				a, err := send(in.request(t, d, bytes.NewReader(body)))
				if text, ended := a.text(); err != nil || a.err != nil || a.status != 200 || !ended || text != prompt {
					wrong.Add(1)
					t.Errorf("%v, %v, status %d, ended %t, text %q", err, a.err, a.status, ended, text)
				}
			}
		})
	}
	workers.Wait()
	if t.Failed() {
		return
	}
	if r := in.verify(); r.Intents != int(total) || r.Outcomes != int(total) || r.Abandoned != 0 {
		t.Errorf("after %d streams verify counts %+v", total, r)
	}
}

// TestStreamsRestoreAtEveryCut: whatever the length of the provider's deltas,
// the client reads the originals.
func TestStreamsRestoreAtEveryCut(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for size := 1; size <= 14; size++ {
			for _, behaviour := range []string{"echo", "escaped", "shred", "crlf"} {
				a := in.post(t, d, d.body(d.model, prompt, true), "Fake-Behaviour", behaviour, "Fake-Chunk", fmt.Sprint(size))
				if text, ended := a.text(); text != prompt || !ended {
					t.Errorf("%s, %s, deltas of %d: ended %t, text %q", d.name, behaviour, size, ended, text)
				}
			}
		}
	}
}

// TestStreamsEndNativelyWhenBlocked: a secret in the answer stops it midway with
// the reason the dialect has for that.
func TestStreamsEndNativelyWhenBlocked(t *testing.T) {
	in := start(t, options{})
	for d, reason := range map[dialect]string{openAI: `"finish_reason":"content_filter"`, anthropic: `"stop_reason":"refusal"`} {
		a := in.post(t, d, d.body("secret", "which token?", true))
		text, ended := a.text()
		if a.status != 200 || !ended || !bytes.Contains(a.body, []byte(reason)) {
			t.Errorf("%s: status %d, ended %t, no %s in %s", d.name, a.status, ended, reason, a.body)
		}
		if bytes.Contains(a.body, []byte("ghp_")) {
			t.Errorf("%s: the token reached the client: %q", d.name, text)
		}
		in.checkRecord(t, a.interaction, record{Result: "stopped"})
	}
}

// TestPlainAnswersBlocked: the same in a plain answer.
func TestPlainAnswersBlocked(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		a := in.post(t, d, d.body("secret", "which token?", false))
		if bytes.Contains(a.body, []byte("ghp_")) {
			t.Errorf("%s: the token reached the client: %s", d.name, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "stopped"})
	}
}

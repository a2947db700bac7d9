// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/interaction"
)

func TestAnswerAboveTheLimitBreaksOffAndIsKeptInPart(t *testing.T) {
	for _, stream := range []bool{false, true} {
		t.Run(fmt.Sprintf("stream=%v", stream), func(t *testing.T) {
			s := newStage(t, "")
			s.state.Limits.AnswerBytes = 2 << 10
			got := s.post("/openai/v1/chat/completions", prompt("echo", strings.Repeat("many words ", 1000), stream))
			if !stream && got.status != http.StatusBadGateway {
				t.Errorf("status %d: %.200s", got.status, got.body)
			}
			if stream && (got.err == nil || !strings.Contains(got.body, "limits.answer_bytes")) {
				t.Errorf("the stream looks whole: %v %.200s", got.err, got.body)
			}
			s.checkRecord(counterfoil.ResultFailed, "")
			last := s.journal.entries()[1]
			if o := last.entry.Outcome; o.Reason != "answer_too_large" || !o.Truncated {
				t.Errorf("recorded %s, truncated %v", o.Reason, o.Truncated)
			}
			a, err := interaction.DecodeAnswer(last.payload)
			if err != nil || len(a.Body) == 0 {
				t.Errorf("nothing of the answer is kept: %v", err)
			}
		})
	}
}

func TestWhatCameOfACutAnswerIsKept(t *testing.T) {
	s := newStage(t, "")
	s.post("/anthropic/v1/messages", prompt("cut", "a story that breaks off somewhere in the middle", false))
	a, err := interaction.DecodeAnswer(s.journal.entries()[1].payload)
	if err != nil || len(a.Body) == 0 {
		t.Errorf("kept %q: %v", a.Body, err)
	}
}

func TestTooManyValuesAreRefused(t *testing.T) {
	s := newStage(t, "")
	s.state.Limits.RequestBytes = 8 << 20
	var b strings.Builder
	for i := range maxValues + 1 {
		fmt.Fprintf(&b, "u%d@example.org ", i)
	}
	got := s.post("/openai/v1/chat/completions", prompt("echo", b.String(), false))
	if got.status != http.StatusRequestEntityTooLarge || !strings.Contains(got.body, "different values") {
		t.Errorf("status %d: %.300s", got.status, got.body)
	}
	if n := len(s.provider.Dumps()); n != 0 {
		t.Errorf("%d requests left", n)
	}
	if all := s.journal.entries(); len(all) != 1 || all[0].entry.Outcome.Reason != "too_large" {
		t.Errorf("%d entries", len(all))
	}
}

func TestOnlyObjectsAreRequests(t *testing.T) {
	for _, body := range []string{`[]`, `"text"`, `4`, `null`} {
		s := newStage(t, "")
		if got := s.post("/openai/v1/chat/completions", body); got.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, got.status)
		}
	}
}

func TestListedPrefixStandsInTheEntryNotWhatTheClientWrote(t *testing.T) {
	s := newStage(t, "")
	s.post("/openai/v1/chat/completions", prompt("echo-"+anEmail, "hi", false))
	if m := s.journal.entries()[0].entry.Intent.Model; m != "echo*" {
		t.Errorf("the entry names the model %q", m)
	}
}

// TestClientThatTakesNothingIsGivenUp sends a request and never reads.
func TestClientThatTakesNothingIsGivenUp(t *testing.T) {
	s := newStage(t, "")
	s.state.Providers["openai"].Total = time.Minute
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := prompt("huge", "x", true)
	fmt.Fprintf(conn, "POST /openai/v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", s.key, len(body), body)
	deadline := time.Now().Add(20 * time.Second)
	for len(s.journal.entries()) < 2 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	s.checkRecord(counterfoil.ResultCancelled, "")
}

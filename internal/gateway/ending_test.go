// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// events answers every request with the same stream.
type events string

func (e events) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(string(e)))}, nil
}

const hello = `data: {"id":"c","model":"m-7","choices":[{"index":0,"delta":{"content":"hello"}}]}` + "\n\n"

func TestTheEndingEventIsWatchedToo(t *testing.T) {
	s := newStage(t, "")
	s.state.Providers["anthropic"].Transport = events("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"no [EMAIL_1]\"}}\n\n")
	got := s.post("/anthropic/v1/messages", prompt("echo", "Mail "+anEmail, true))
	if !strings.Contains(got.body, "no "+anEmail) {
		t.Errorf("not restored: %s", got.body)
	}
	s.checkRecord(counterfoil.ResultFailed, "email:1")

	s = newStage(t, "")
	s.state.Providers["anthropic"].Transport = events("event: message_stop\ndata: {\"type\":\"message_stop\",\"note\":\"" + aToken + "\"}\n\n")
	got = s.post("/anthropic/v1/messages", prompt("echo", "hi", true))
	if strings.Contains(got.body, aToken) || !strings.Contains(got.body, `"stop_reason":"refusal"`) {
		t.Errorf("a secret passed in the ending event: %s", got.body)
	}
	s.checkRecord(counterfoil.ResultStopped, "")
}

func TestAStreamMayEndWithoutDone(t *testing.T) {
	finish := `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	s := newStage(t, "")
	s.state.Providers["openai"].Transport = events(hello + finish)
	if got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", true)); got.err != nil || got.body != hello+finish {
		t.Errorf("%v: %q", got.err, got.body)
	}
	s.checkRecord(counterfoil.ResultAnswered, "")

	s = newStage(t, "")
	s.state.Providers["openai"].Transport = events(hello)
	if got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", true)); got.err == nil {
		t.Errorf("a stream without an end looks whole: %q", got.body)
	}
	s.checkRecord(counterfoil.ResultFailed, "")
}

func TestRulesOverTheAnswerStopStreamsWithoutFindings(t *testing.T) {
	for _, when := range []string{`answer.model == "m-7"`, `answer.bytes > 50`} {
		t.Run(when, func(t *testing.T) {
			s := newStage(t, `version: 1
rules:
  - id: stop
    title: Stop
    owner: tests
    phase: response
    when: '`+when+`'
    effect: block
    message: stopped
    examples:
      - {name: hit, hit: true, given: {answer: {model: m-7, bytes: 101}}}
      - {name: none, hit: false, given: {}}
`)
			s.state.Providers["openai"].Transport = events(hello + "data: [DONE]\n\n")
			got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", true))
			if !strings.Contains(got.body, "content_filter") || strings.Contains(got.body, "hello") && strings.Contains(when, "model") {
				t.Errorf("not stopped: %q", got.body)
			}
			s.checkRecord(counterfoil.ResultStopped, "")
		})
	}
}

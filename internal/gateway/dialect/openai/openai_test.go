// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package openai

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
)

func TestOnlyGovernedRoutesAreFound(t *testing.T) {
	tests := map[string]string{
		"POST /v1/chat/completions":  "chat",
		"POST /v1/chat/completions/": "chat",
		"GET /v1/models":             "models",
		"GET /v1/models/gpt-4o":      "models",
		"GET /v1/models/../files":    "",
		"GET /v1/chat/completions":   "",
		"POST /v1/files":             "",
		"POST /chat/completions":     "",
	}
	for route, want := range tests {
		method, path, _ := strings.Cut(route, " ")
		if op, ok := (Dialect{}).Operation(method, path); op.Name != want || ok != (want != "") {
			t.Errorf("%s: %q", route, op.Name)
		}
	}
}

func TestStopEndsEachOpenChoice(t *testing.T) {
	s := Dialect{}.Stream()
	var d body.Doc
	for _, event := range []string{
		`{"id":"chatcmpl-1","model":"m","created":7,"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}`,
		`{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
	} {
		if err := d.Walk([]byte(event)); err != nil {
			t.Fatal(err)
		}
		s.Event("", &d)
	}
	data, end, _ := strings.Cut(strings.TrimPrefix(string(s.Stop()), "data: "), "\n\n")
	var c chunk
	if err := json.Unmarshal([]byte(data), &c); err != nil || end != "data: [DONE]\n\n" {
		t.Fatalf("%v: %s%s", err, data, end)
	}
	if c.ID != "chatcmpl-1" || c.Model != "m" || c.Created != 7 || len(c.Choices) != 1 || c.Choices[0].Index != 1 || c.Choices[0].Finish != "content_filter" {
		t.Errorf("%+v", c)
	}
}

func TestErrorsSpeakOpenAI(t *testing.T) {
	for status, code := range map[int]string{400: "invalid_request", 401: "invalid_api_key", 403: "blocked_by_policy", 404: "not_found", 413: "request_too_large", 503: "unavailable"} {
		var e apiError
		if err := json.Unmarshal((Dialect{}).Error(status, "text \"q\"", "id"), &e); err != nil || e.Error.Code != code || e.Error.Message != "text \"q\"" {
			t.Errorf("%d: %+v, %v", status, e, err)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package anthropic

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
)

func TestOnlyGovernedRoutesAreFound(t *testing.T) {
	tests := map[string]string{
		"POST /v1/messages":              "messages",
		"POST /v1/messages/count_tokens": "count_tokens",
		"GET /v1/models/claude-x":        "models",
		"GET /v1/models/../files":        "",
		"POST /v1/messages/batches":      "",
		"GET /v1/messages":               "",
	}
	for route, want := range tests {
		method, path, _ := strings.Cut(route, " ")
		if op, ok := (Dialect{}).Operation(method, path); op.Name != want || ok != (want != "") {
			t.Errorf("%s: %q", route, op.Name)
		}
	}
}

func TestStopClosesTheOpenBlockAndTheMessage(t *testing.T) {
	s := Dialect{}.Stream()
	var d body.Doc
	for _, event := range []string{
		`{"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":3,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}`,
	} {
		if err := d.Walk([]byte(event)); err != nil {
			t.Fatal(err)
		}
		s.Event("", &d)
	}
	var types []string
	for part := range strings.SplitSeq(strings.TrimSpace(string(s.Stop())), "\n\n") {
		name, data, _ := strings.Cut(strings.TrimPrefix(part, "event: "), "\ndata: ")
		var v struct {
			Type  string
			Index int
			Delta struct {
				StopReason string `json:"stop_reason"`
			}
		}
		if err := json.Unmarshal([]byte(data), &v); err != nil || v.Type != name {
			t.Fatalf("%q: %v", part, err)
		}
		if name == "content_block_stop" && v.Index != 1 || name == "message_delta" && v.Delta.StopReason != "refusal" {
			t.Errorf("%s", data)
		}
		types = append(types, name)
	}
	if got := strings.Join(types, " "); got != "content_block_stop message_delta message_stop" {
		t.Errorf("events %s", got)
	}
}

func TestErrorsSpeakAnthropic(t *testing.T) {
	for status, kind := range map[int]string{400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 413: "request_too_large", 503: "overloaded_error", 504: "timeout_error", 502: "api_error"} {
		var e apiError
		if err := json.Unmarshal((Dialect{}).Error(status, "text", "id"), &e); err != nil || e.Type != "error" || e.Error.Type != kind {
			t.Errorf("%d: %+v, %v", status, e, err)
		}
	}
}

func TestUsageCountsTheCache(t *testing.T) {
	var d body.Doc
	if err := d.Walk([]byte(`{"usage":{"input_tokens":3,"cache_creation_input_tokens":4,"cache_read_input_tokens":5,"output_tokens":6}}`)); err != nil {
		t.Fatal(err)
	}
	if in, out := (Dialect{}).Usage(&d); in != 12 || out != 6 {
		t.Errorf("%d in, %d out", in, out)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package sandbox is the built-in offline provider: it answers OpenAI and
// Anthropic requests by repeating what reached it, so that a first interaction
// needs no account and shows what left the boundary. It never opens a
// connection and says in every answer that it is no model.
package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Origin is the origin that selects the sandbox in the configuration.
const Origin = "sandbox:"

// Model is the name the sandbox lists and answers under.
const Model = "sandbox-echo"

// Transport answers in the process. It implements http.RoundTripper.
type Transport struct{}

// RoundTrip implements http.RoundTripper.
func (Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("sandbox: read request: %w", err)
		}
	}
	var q request
	if len(body) > 0 {
		if err := json.Unmarshal(body, &q); err != nil {
			return respond(r, http.StatusBadRequest, "application/json", []byte(`{"error":{"message":"the sandbox cannot read this request","type":"invalid_request_error"}}`)), nil
		}
	}
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/chat/completions"):
		return chat(r, q), nil
	case strings.HasSuffix(path, "/messages/count_tokens"):
		return marshal(r, map[string]int{"input_tokens": tokens(q.text())}), nil
	case strings.HasSuffix(path, "/messages"):
		return messages(r, q), nil
	case strings.HasSuffix(path, "/models"):
		return marshal(r, map[string]any{"object": "list", "data": []map[string]any{{
			"id": Model, "object": "model", "type": "model", "display_name": "Sandbox (offline echo)", "created": 1767225600, "owned_by": "counterfoil",
		}}}), nil
	default:
		return respond(r, http.StatusNotFound, "application/json", []byte(`{"error":{"message":"the sandbox has no such route","type":"invalid_request_error"}}`)), nil
	}
}

// request is the little the sandbox reads.
type request struct {
	Model    string    `json:"model"`
	Stream   bool      `json:"stream"`
	Messages []message `json:"messages"`
}

type message struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
}

// text is the text of the last message a user wrote.
func (q request) text() string {
	for i := len(q.Messages) - 1; i >= 0; i-- {
		if m := q.Messages[i]; m.Role == "user" {
			return m.text()
		}
	}
	return ""
}

func (m message) text() string {
	var s string
	if json.Unmarshal(m.Content, &s) == nil {
		return s
	}
	var parts []struct {
		Text string `json:"text"`
	}
	var b strings.Builder
	if json.Unmarshal(m.Content, &parts) == nil {
		for _, p := range parts {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (q request) model() string {
	if q.Model == "" {
		return Model
	}
	return q.Model
}

// answer is what the sandbox says.
func (q request) answer() string {
	return "Sandbox, offline, no model: this reached the provider: " + q.text()
}

// tokens is a plain count of words; the sandbox has no tokenizer.
func tokens(text string) int { return len(strings.Fields(text)) }

// pieces cuts an answer into deltas of one word, as a model would.
func pieces(text string) []string {
	return strings.SplitAfter(text, " ")
}

func marshal(r *http.Request, v any) *http.Response {
	raw, err := json.Marshal(v)
	if err != nil {
		return respond(r, http.StatusInternalServerError, "application/json", []byte(`{"error":{"message":"sandbox: internal error"}}`))
	}
	return respond(r, http.StatusOK, "application/json", raw)
}

func respond(r *http.Request, status int, mediaType string, body []byte) *http.Response {
	h := http.Header{"Content-Type": {mediaType}, "Counterfoil-Sandbox": {"offline"}}
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

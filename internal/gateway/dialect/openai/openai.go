// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package openai is the dialect of OpenAI's chat completions and of everything
// that speaks them.
package openai

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
)

// Dialect implements dialect.Dialect.
type Dialect struct{}

// Name implements dialect.Dialect.
func (Dialect) Name() string { return "openai" }

// Operation implements dialect.Dialect.
func (Dialect) Operation(method, path string) (dialect.Operation, bool) {
	path = strings.TrimSuffix(path, "/")
	switch {
	case method == http.MethodPost && path == "/v1/chat/completions":
		return dialect.Operation{Name: "chat", Body: true}, true
	case method == http.MethodGet && (path == "/v1/models" || one(path, "/v1/models/")):
		return dialect.Operation{Name: "models"}, true
	default:
		return dialect.Operation{}, false
	}
}

func one(path, prefix string) bool {
	rest, ok := strings.CutPrefix(path, prefix)
	return ok && rest != "" && !strings.Contains(rest, "..")
}

// Authorize implements dialect.Dialect.
func (Dialect) Authorize(h http.Header, secret string) {
	h.Set("Authorization", "Bearer "+secret)
}

// opaque lists the strings of requests and answers that are not text.
var opaque = dialect.Table{
	"model": dialect.Model, "role": dialect.Word, "type": dialect.Word, "object": dialect.Word,
	"finish_reason": dialect.Word, "detail": dialect.Word, "format": dialect.Word, "voice": dialect.Word,
	"service_tier": dialect.Word, "reasoning_effort": dialect.Word, "tool_choice": dialect.Word,
	"id": dialect.Issued, "tool_call_id": dialect.Issued, "file_id": dialect.Issued, "system_fingerprint": dialect.Issued,
	"data": dialect.Media, "file_data": dialect.Media, "url": dialect.Media,
	"obfuscation": dialect.Padding, "encrypted_content": dialect.Coded,
}

// Opaque implements dialect.Dialect.
func (Dialect) Opaque(d *body.Doc, l body.Leaf) bool { return opaque.Opaque(d, l) }

var vocabulary = dialect.Words(`audio arguments choices completion_tokens content created custom data delta description detail
	developer encrypted_content error file file_data file_id filename finish_reason format frequency_penalty function function_call functions id
	image_url include_usage index input input_audio items json_schema logit_bias logprobs max_completion_tokens max_tokens message
	messages metadata modalities model models n name object obfuscation parallel_tool_calls parameters prediction presence_penalty
	prompt_cache_key prompt_tokens properties reasoning reasoning_content reasoning_effort refusal required response_format role
	safety_identifier schema seed service_tier stop store stream stream_options strict system system_fingerprint
	temperature text tool tool_call_id tool_calls tool_choice tools top_logprobs top_p total_tokens transcript type url
	usage user verbosity voice web_search_options enum additionalProperties`)

// Vocabulary implements dialect.Dialect.
func (Dialect) Vocabulary(key string) bool { return vocabulary[key] }

// Arguments implements dialect.Dialect.
func (Dialect) Arguments(d *body.Doc, l body.Leaf) bool {
	return !l.Key && d.Name(l) == "arguments"
}

// Grows implements dialect.Dialect: everything in a delta does but names, which
// come whole.
func (Dialect) Grows(d *body.Doc, l body.Leaf) bool {
	return d.Under(l, "delta") && d.Name(l) != "name"
}

// Usage implements dialect.Dialect.
func (Dialect) Usage(d *body.Doc) (input, output uint64) {
	return uint64(d.Int("usage", "prompt_tokens")), uint64(d.Int("usage", "completion_tokens"))
}

type apiError struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	} `json:"error"`
	Interaction string `json:"counterfoil_interaction,omitempty"`
}

// Error implements dialect.Dialect.
func (Dialect) Error(status int, message, interaction string) []byte {
	var e apiError
	e.Error.Message, e.Interaction = message, interaction
	e.Error.Type, e.Error.Code = "invalid_request_error", "invalid_request"
	switch {
	case status == http.StatusUnauthorized:
		e.Error.Code = "invalid_api_key"
	case status == http.StatusForbidden:
		e.Error.Type, e.Error.Code = "permission_error", "blocked_by_policy"
	case status == http.StatusNotFound:
		e.Error.Code = "not_found"
	case status == http.StatusRequestEntityTooLarge:
		e.Error.Code = "request_too_large"
	case status == http.StatusTooManyRequests:
		e.Error.Type, e.Error.Code = "rate_limit_error", "rate_limited"
	case status >= 500:
		e.Error.Type, e.Error.Code = "server_error", "unavailable"
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return []byte(`{"error":{"message":"internal error","type":"server_error","param":null,"code":"internal"}}`)
	}
	return raw
}

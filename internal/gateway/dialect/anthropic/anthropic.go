// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package anthropic is the dialect of Anthropic's messages.
package anthropic

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
func (Dialect) Name() string { return "anthropic" }

// Operation implements dialect.Dialect.
func (Dialect) Operation(method, path string) (dialect.Operation, bool) {
	path = strings.TrimSuffix(path, "/")
	switch {
	case method == http.MethodPost && path == "/v1/messages":
		return dialect.Operation{Name: "messages", Body: true}, true
	case method == http.MethodPost && path == "/v1/messages/count_tokens":
		return dialect.Operation{Name: "count_tokens", Body: true}, true
	case method == http.MethodGet && (path == "/v1/models" || strings.HasPrefix(path, "/v1/models/") && !strings.Contains(path, "..")):
		return dialect.Operation{Name: "models"}, true
	default:
		return dialect.Operation{}, false
	}
}

// Authorize implements dialect.Dialect.
func (Dialect) Authorize(h http.Header, secret string) { h.Set("X-Api-Key", secret) }

// opaque lists the strings of requests and answers that are not text. The text
// of a thinking block is scanned; its signature is not.
var opaque = dialect.Table{
	"model": dialect.Model, "role": dialect.Word, "type": dialect.Word, "stop_reason": dialect.Word,
	"service_tier": dialect.Word, "ttl": dialect.Word,
	"id": dialect.Issued, "tool_use_id": dialect.Issued, "file_id": dialect.Issued,
	"data": dialect.Media, "signature": dialect.Coded, "encrypted_content": dialect.Coded, "encrypted_index": dialect.Coded,
}

// Opaque implements dialect.Dialect.
func (Dialect) Opaque(d *body.Doc, l body.Leaf) bool {
	if !l.Key && d.Name(l) == "media_type" {
		return strings.Count(l.Text, "/") == 1 && dialect.Word.Fits(strings.Replace(l.Text, "/", ".", 1))
	}
	return opaque.Opaque(d, l)
}

var vocabulary = dialect.Words(`budget_tokens cache_control cache_creation cache_creation_input_tokens cache_read_input_tokens citations
	content content_block context context_management data delta description display_name document encrypted_content error file_id id index
	input input_json_delta input_schema input_tokens is_error max_tokens mcp_servers media_type message messages metadata
	model models name output_tokens partial_json properties redacted_thinking required role service_tier signature source stop_reason
	stop_sequence stop_sequences stream system temperature text thinking title tool tool_choice tool_result tool_use
	tool_use_id tools top_k top_p ttl type url usage user_id enum additionalProperties`)

// Vocabulary implements dialect.Dialect.
func (Dialect) Vocabulary(key string) bool { return vocabulary[key] }

// Arguments implements dialect.Dialect.
func (Dialect) Arguments(d *body.Doc, l body.Leaf) bool {
	return !l.Key && d.Name(l) == "partial_json"
}

// Grows implements dialect.Dialect: everything in a delta does but names, which
// come whole.
func (Dialect) Grows(d *body.Doc, l body.Leaf) bool {
	return d.Under(l, "delta") && d.Name(l) != "name"
}

// Usage implements dialect.Dialect. Input counts what was read from and
// written to the provider's cache, as it is billed.
func (Dialect) Usage(d *body.Doc) (input, output uint64) {
	in := d.Int("usage", "input_tokens") + d.Int("usage", "cache_creation_input_tokens") + d.Int("usage", "cache_read_input_tokens")
	if in == 0 {
		in = d.Int("", "input_tokens") // count_tokens
	}
	return uint64(in), uint64(d.Int("usage", "output_tokens"))
}

type apiError struct {
	Type  string `json:"type"`
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string `json:"request_id,omitempty"`
}

// Error implements dialect.Dialect.
func (Dialect) Error(status int, message, interaction string) []byte {
	e := apiError{Type: "error", RequestID: interaction}
	e.Error.Type, e.Error.Message = kind(status), message
	raw, err := json.Marshal(e)
	if err != nil {
		return []byte(`{"type":"error","error":{"type":"api_error","message":"internal error"}}`)
	}
	return raw
}

func kind(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusServiceUnavailable, 529:
		return "overloaded_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	}
	if status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}

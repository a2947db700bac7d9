// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"encoding/json"
	"fmt"
)

type message struct {
	ID      string  `json:"id"`
	Type    string  `json:"type"`
	Role    string  `json:"role"`
	Model   string  `json:"model"`
	Content []block `json:"content"`
	Stop    *string `json:"stop_reason"`
	Match   *string `json:"stop_sequence"`
	Usage   usage   `json:"usage"`
}

type block struct {
	Type  string `json:"type"`
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Input any    `json:"input,omitempty"`
	Text  any    `json:"text,omitempty"`
}

type usage struct {
	Input  int `json:"input_tokens"`
	Output int `json:"output_tokens"`
}

func (r *reply) message() string {
	out := r.emptyMessage()
	stop := "end_turn"
	if r.call != "" {
		stop = "tool_use"
		out.Content = append(out.Content, block{Type: "text", Text: r.words("I shall look.")},
			block{Type: "tool_use", ID: r.id("toolu_"), Name: r.tool, Input: json.RawMessage(r.call)})
	} else {
		out.Content = append(out.Content, block{Type: "text", Text: r.words(r.text)})
	}
	out.Stop, out.Usage.Output = &stop, 20
	return encode(out)
}

func (r *reply) messageEvents() []event {
	out := []event{
		named("message_start", map[string]any{"message": r.emptyMessage()}),
		named("ping", nil),
	}
	text, stop := r.text, "end_turn"
	if r.call != "" {
		text, stop = "I shall look.", "tool_use"
	}
	out = append(out, r.blockEvents(0, block{Type: "text", Text: r.words("")}, "text_delta", "text", text)...)
	if r.call != "" {
		start := block{Type: "tool_use", ID: r.id("toolu_"), Name: r.tool, Input: struct{}{}}
		out = append(out, r.blockEvents(1, start, "input_json_delta", "partial_json", r.call)...)
	}
	return append(out,
		named("message_delta", map[string]any{
			"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil}, "usage": map[string]int{"output_tokens": 20},
		}),
		named("message_stop", nil))
}

// blockEvents are the start, the deltas and the stop of one content block.
func (r *reply) blockEvents(index int, start block, kind, field, text string) []event {
	out := []event{named("content_block_start", map[string]any{"index": index, "content_block": start})}
	for _, piece := range r.deltas(text) {
		out = append(out, named("content_block_delta", map[string]any{
			"index": index, "delta": map[string]any{"type": kind, field: r.words(piece)},
		}))
	}
	return append(out, named("content_block_stop", map[string]any{"index": index}))
}

// named is an event whose data repeat its name as their type.
func named(name string, fields map[string]any) event {
	data := map[string]any{"type": name}
	for key, value := range fields {
		data[key] = value
	}
	return event{name: name, data: encode(data)}
}

func (r *reply) emptyMessage() *message {
	return &message{
		ID: r.id("msg_"), Type: "message", Role: "assistant", Model: r.model, Content: []block{},
		Usage: usage{Input: 10 * r.turns, Output: 1},
	}
}

func (r *reply) tokens() string {
	return fmt.Sprintf(`{"input_tokens":%d}`, 10*r.turns)
}

func anthropicModels() string {
	type model struct {
		Type    string `json:"type"`
		ID      string `json:"id"`
		Display string `json:"display_name"`
		Created string `json:"created_at"`
	}
	name := "claude-sonnet-4-5"
	return encode(struct {
		Data  []model `json:"data"`
		First string  `json:"first_id"`
		Last  string  `json:"last_id"`
		More  bool    `json:"has_more"`
	}{[]model{{"model", name, "Claude Sonnet 4.5", "2026-01-01T00:00:00Z"}}, name, name, false})
}

func anthropicError(status int, message string) string {
	kind := "invalid_request_error"
	switch {
	case status == 429:
		kind = "rate_limit_error"
	case status == 401:
		kind = "authentication_error"
	case status == 529:
		kind = "overloaded_error"
	case status >= 500:
		kind = "api_error"
	}
	return fmt.Sprintf(`{"type":"error","error":{"type":%q,"message":%s}}`, kind, encode(message))
}

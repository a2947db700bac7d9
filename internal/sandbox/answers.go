// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

type object = map[string]any

// chat answers in the form of OpenAI's chat completions.
func chat(r *http.Request, q request) *http.Response {
	in, out := tokens(q.text()), tokens(q.answer())
	if !q.Stream {
		return marshal(r, object{
			"id": "chatcmpl-sandbox", "object": "chat.completion", "created": 1767225600, "model": q.model(),
			"choices": []object{{"index": 0, "finish_reason": "stop", "message": object{"role": "assistant", "content": q.answer()}}},
			"usage":   object{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out},
		})
	}
	var b bytes.Buffer
	chunk := func(delta object, finish any) {
		event(&b, "", object{
			"id": "chatcmpl-sandbox", "object": "chat.completion.chunk", "created": 1767225600, "model": q.model(),
			"choices": []object{{"index": 0, "delta": delta, "finish_reason": finish}},
		})
	}
	chunk(object{"role": "assistant", "content": ""}, nil)
	for _, p := range pieces(q.answer()) {
		chunk(object{"content": p}, nil)
	}
	chunk(object{}, "stop")
	b.WriteString("data: [DONE]\n\n")
	return respond(r, http.StatusOK, "text/event-stream", b.Bytes())
}

// messages answers in the form of Anthropic's messages.
func messages(r *http.Request, q request) *http.Response {
	in, out := tokens(q.text()), tokens(q.answer())
	head := object{"id": "msg_sandbox", "type": "message", "role": "assistant", "model": q.model(), "stop_reason": nil, "stop_sequence": nil}
	if !q.Stream {
		head["content"] = []object{{"type": "text", "text": q.answer()}}
		head["stop_reason"] = "end_turn"
		head["usage"] = object{"input_tokens": in, "output_tokens": out}
		return marshal(r, head)
	}
	head["content"] = []object{}
	head["usage"] = object{"input_tokens": in, "output_tokens": 0}
	var b bytes.Buffer
	event(&b, "message_start", object{"type": "message_start", "message": head})
	event(&b, "content_block_start", object{"type": "content_block_start", "index": 0, "content_block": object{"type": "text", "text": ""}})
	for _, p := range pieces(q.answer()) {
		event(&b, "content_block_delta", object{"type": "content_block_delta", "index": 0, "delta": object{"type": "text_delta", "text": p}})
	}
	event(&b, "content_block_stop", object{"type": "content_block_stop", "index": 0})
	event(&b, "message_delta", object{"type": "message_delta", "delta": object{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": object{"output_tokens": out}})
	event(&b, "message_stop", object{"type": "message_stop"})
	return respond(r, http.StatusOK, "text/event-stream", b.Bytes())
}

func event(b *bytes.Buffer, name string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		return // maps of strings and numbers always marshal
	}
	if name != "" {
		fmt.Fprintf(b, "event: %s\n", name)
	}
	fmt.Fprintf(b, "data: %s\n\n", raw)
}

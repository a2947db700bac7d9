// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import "fmt"

// created is the time of every answer, so that answers are equal bytes.
const created = 1767225600

type chatAnswer struct {
	ID          string       `json:"id"`
	Object      string       `json:"object"`
	Created     int64        `json:"created"`
	Model       string       `json:"model"`
	Choices     []chatChoice `json:"choices"`
	Usage       *chatUsage   `json:"usage,omitempty"`
	Fingerprint string       `json:"system_fingerprint"`
	Obfuscation string       `json:"obfuscation,omitempty"` // padding real streams carry
}

type chatChoice struct {
	Index   int          `json:"index"`
	Message *chatMessage `json:"message,omitempty"`
	Delta   *chatMessage `json:"delta,omitempty"`
	Finish  *string      `json:"finish_reason"`
}

type chatMessage struct {
	Role    string     `json:"role,omitempty"`
	Content any        `json:"content,omitempty"`
	Calls   []chatCall `json:"tool_calls,omitempty"`
}

type chatCall struct {
	Index    *int         `json:"index,omitempty"`
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments any    `json:"arguments"`
}

type chatUsage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (r *reply) chat() string {
	message, finish := &chatMessage{Role: "assistant", Content: r.words(r.text)}, "stop"
	if r.call != "" {
		message.Content, finish = nil, "tool_calls"
		message.Calls = []chatCall{{
			ID: r.id("call_"), Type: "function", Function: chatFunction{Name: r.tool, Arguments: r.words(r.call)},
		}}
	}
	out := r.chatAnswer("chat.completion")
	out.Choices = []chatChoice{{Message: message, Finish: &finish}}
	out.Usage = r.chatUsage()
	return encode(out)
}

func (r *reply) chatEvents() []event {
	out := []event{r.chatDelta(&chatMessage{Role: "assistant", Content: r.words("")}, "")}
	finish := "stop"
	if r.call != "" {
		finish = "tool_calls"
		out = append(out, r.chatCallDelta(chatCall{ID: r.id("call_"), Type: "function"}, r.tool, ""))
		for _, piece := range r.deltas(r.call) {
			out = append(out, r.chatCallDelta(chatCall{}, "", piece))
		}
	}
	for _, piece := range r.deltas(r.text) {
		out = append(out, r.chatDelta(&chatMessage{Content: r.words(piece)}, ""))
	}
	out = append(out, r.chatDelta(&chatMessage{}, finish))
	if r.usage {
		last := r.chatAnswer("chat.completion.chunk")
		last.Choices, last.Usage = []chatChoice{}, r.chatUsage()
		out = append(out, event{data: encode(last)})
	}
	return append(out, event{data: "[DONE]"})
}

func (r *reply) chatCallDelta(call chatCall, name, arguments string) event {
	call.Index = new(int)
	call.Function = chatFunction{Name: name, Arguments: r.words(arguments)}
	return r.chatDelta(&chatMessage{Calls: []chatCall{call}}, "")
}

func (r *reply) chatDelta(delta *chatMessage, finish string) event {
	chunk := r.chatAnswer("chat.completion.chunk")
	choice := chatChoice{Delta: delta}
	if finish != "" {
		choice.Finish = &finish
	}
	chunk.Choices, chunk.Obfuscation = []chatChoice{choice}, "x7Qp"
	return event{data: encode(chunk)}
}

func (r *reply) chatAnswer(object string) *chatAnswer {
	return &chatAnswer{ID: r.id("chatcmpl-"), Object: object, Created: created, Model: r.model, Fingerprint: "fp_5a1e0f"}
}

func (r *reply) chatUsage() *chatUsage {
	return &chatUsage{Prompt: 10 * r.turns, Completion: 20, Total: 10*r.turns + 20}
}

type openAIModel struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	Owner   string `json:"owned_by"`
}

func openAIModels() string {
	var data []openAIModel
	for _, name := range []string{"gpt-4o-mini", "gpt-4.1"} {
		data = append(data, openAIModel{name, "model", created, "fake"})
	}
	return encode(struct {
		Object string        `json:"object"`
		Data   []openAIModel `json:"data"`
	}{"list", data})
}

func openAIError(status int, message string) string {
	kind, code := "invalid_request_error", "invalid_request"
	switch {
	case status == 429:
		kind, code = "requests", "rate_limit_exceeded"
	case status == 401:
		code = "invalid_api_key"
	case status >= 500:
		kind, code = "server_error", fmt.Sprintf("status_%d", status)
	}
	return fmt.Sprintf(`{"error":{"message":%s,"type":%q,"param":null,"code":%q}}`, encode(message), kind, code)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package anthropic

import (
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
)

// Stream implements dialect.Dialect.
func (Dialect) Stream() dialect.Stream { return &stream{open: -1} }

// stream keeps which content block is open; blocks never overlap.
type stream struct {
	started bool
	open    int64
	output  int64 // tokens counted so far
}

// Event implements dialect.Stream.
func (s *stream) Event(_ string, d *body.Doc) dialect.Event {
	if out := d.Int("usage", "output_tokens"); out > 0 {
		s.output = out
	}
	switch d.Top("type") {
	case "message_start":
		s.started = true
	case "content_block_start":
		s.open = d.Int("", "index")
	case "content_block_stop":
		s.open = -1
		return dialect.Event{Ends: fmt.Sprintf("#%d.", d.Int("", "index"))}
	case "message_stop":
		return dialect.Event{Terminal: true}
	case "error":
		return dialect.Event{Terminal: true, Error: true}
	}
	return dialect.Event{}
}

// Done implements dialect.Stream.
func (*stream) Done([]byte) bool { return false }

// Complete implements dialect.Stream: a message always ends with message_stop.
func (*stream) Complete() bool { return false }

// Stop implements dialect.Stream: the open block is closed and the message ends
// with stop_reason refusal.
func (s *stream) Stop() []byte {
	var b strings.Builder
	if !s.started {
		b.WriteString("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_stopped\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}}\n\n")
	}
	if s.open >= 0 {
		fmt.Fprintf(&b, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":%d}\n\n", s.open)
	}
	fmt.Fprintf(&b, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":%d}}\n\n", s.output)
	b.WriteString("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
	return []byte(b.String())
}

// Fail implements dialect.Stream.
func (*stream) Fail(body []byte) []byte {
	return append(append([]byte("event: error\ndata: "), body...), "\n\n"...)
}

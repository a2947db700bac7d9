// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
)

// Stream implements dialect.Dialect.
func (Dialect) Stream() dialect.Stream { return &stream{} }

// stream keeps what a closing chunk must repeat.
type stream struct {
	id, model, fingerprint string
	created                int64
	choices                []state // by index
}

// state of one choice.
type state uint8

const (
	unseen state = iota
	open
	finished
)

// maxChoices bounds what a provider can make the stream remember.
const maxChoices = 128

func (s *stream) note(index int64, to state) {
	if index < 0 || index >= maxChoices {
		return
	}
	for int64(len(s.choices)) <= index {
		s.choices = append(s.choices, unseen)
	}
	s.choices[index] = max(s.choices[index], to)
}

// Event implements dialect.Stream.
func (s *stream) Event(_ string, d *body.Doc) dialect.Event {
	if s.id == "" {
		s.id, s.model, s.fingerprint = strings.Clone(d.Top("id")), strings.Clone(d.Top("model")), strings.Clone(d.Top("system_fingerprint"))
		s.created = d.Int("", "created")
	}
	var e dialect.Event
	for _, l := range d.Leaves {
		switch {
		case l.Key && l.Text == "delta":
			s.note(d.Element(l), open)
		case l.Key && l.Text == "error":
			e.Error = e.Error || d.Depth(l) <= 0
		case !l.Key && l.Text != "" && d.Name(l) == "finish_reason":
			s.note(d.Element(l), finished)
			e.Ends = fmt.Sprintf("choices[%d].", d.Element(l))
		}
	}
	return e
}

// Done implements dialect.Stream.
func (*stream) Done(data []byte) bool { return bytes.Equal(data, []byte("[DONE]")) }

// Complete implements dialect.Stream: some providers of this format end without
// [DONE]; then each choice must have finished.
func (s *stream) Complete() bool {
	return len(s.choices) > 0 && !slices.ContainsFunc(s.choices, func(c state) bool { return c == open })
}

type chunk struct {
	ID          string   `json:"id"`
	Object      string   `json:"object"`
	Created     int64    `json:"created"`
	Model       string   `json:"model"`
	Fingerprint string   `json:"system_fingerprint,omitempty"`
	Choices     []choice `json:"choices"`
}

type choice struct {
	Index  int      `json:"index"`
	Delta  struct{} `json:"delta"`
	Finish string   `json:"finish_reason"`
}

// Stop implements dialect.Stream: each open choice ends with content_filter.
func (s *stream) Stop() []byte {
	if len(s.choices) == 0 {
		s.note(0, open)
	}
	c := chunk{ID: s.id, Object: "chat.completion.chunk", Created: s.created, Model: s.model, Fingerprint: s.fingerprint}
	for i, st := range s.choices {
		if st == open {
			c.Choices = append(c.Choices, choice{Index: i, Finish: "content_filter"})
		}
	}
	raw, err := json.Marshal(c)
	if err != nil {
		raw = []byte(`{"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}`)
	}
	return append(append([]byte("data: "), raw...), "\n\ndata: [DONE]\n\n"...)
}

// Fail implements dialect.Stream.
func (*stream) Fail(body []byte) []byte {
	return append(append([]byte("data: "), body...), "\n\n"...)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Dialects the provider speaks.
const (
	openAI    = "openai"
	anthropic = "anthropic"
)

// request is what an answer depends on.
type request struct {
	dialect string
	model   string
	stream  bool
	usage   bool   // the stream ends with a chunk of usage figures
	said    string // the last text of the user, or the last result of a tool
	result  bool   // said is a tool's result
	tool    string // name of the first tool declared
	field   string // the first field of its schema
	turns   int
	form    string // roles and model, what ids are made from
}

// wire is the union of both dialects' requests, as far as they are read.
type wire struct {
	Model         string
	Stream        bool
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Messages []struct {
		Role    string
		Content json.RawMessage
	}
	Tools []struct {
		Name        string
		InputSchema schema `json:"input_schema"`
		Function    struct {
			Name       string
			Parameters schema
		}
	}
}

type schema struct{ Properties map[string]json.RawMessage }

type part struct {
	Type    string
	Text    string
	Content json.RawMessage // of a tool_result
}

func parse(dialect string, body []byte) (*request, error) {
	var in wire
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if len(in.Messages) == 0 {
		return nil, fmt.Errorf("read request: no messages")
	}
	req := &request{
		dialect: dialect, model: in.Model, stream: in.Stream, usage: in.StreamOptions.IncludeUsage, turns: len(in.Messages),
	}
	roles := []string{dialect, in.Model}
	for _, message := range in.Messages {
		roles = append(roles, message.Role)
		text, result := flatten(message.Content)
		switch {
		case result || message.Role == "tool":
			req.said, req.result = text, true
		case message.Role == "user":
			req.said, req.result = text, false
		}
	}
	if len(in.Tools) > 0 {
		first := in.Tools[0]
		properties := first.InputSchema.Properties
		if req.tool = first.Name; req.tool == "" {
			req.tool, properties = first.Function.Name, first.Function.Parameters.Properties
		}
		req.field = "text"
		if names := slices.Sorted(maps.Keys(properties)); len(names) > 0 {
			req.field = names[0]
		}
	}
	req.form = strings.Join(roles, "\x00")
	return req, nil
}

// flatten joins the texts of a content field, a string or a list of parts, and
// tells whether they are a tool's result.
func flatten(content json.RawMessage) (text string, result bool) {
	if json.Unmarshal(content, &text) == nil {
		return text, false
	}
	var parts []part
	if json.Unmarshal(content, &parts) != nil {
		return "", false
	}
	var all []string
	for _, p := range parts {
		switch p.Type {
		case "text":
			all = append(all, p.Text)
		case "tool_result":
			inner, _ := flatten(p.Content)
			all, result = append(all, inner), true
		}
	}
	return strings.Join(all, "\n"), result
}

// id is the same for requests of the same form.
func (r *request) id(prefix string) string {
	sum := sha256.Sum256([]byte(prefix + "\x00" + r.form))
	return prefix + hex.EncodeToString(sum[:12])
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/detect"
)

// canned answers every request with the same body.
type canned string

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(c)))}, nil
}

// TestArgumentsStayJSONAtEveryDepth puts a value with quotes back into JSON that
// lies in a string of the arguments of a tool call, which are a string too.
func TestArgumentsStayJSONAtEveryDepth(t *testing.T) {
	const value = `Project "Blue" \\ Heron`
	scanner, err := detect.New(detect.Config{Dictionary: []detect.Term{{Type: "project", Values: []string{value}}}})
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, `version: 1
rules:
  - id: mask-projects
    title: Mask projects
    owner: tests
    when: types.project > 0
    effect: redact
    mask: [project]
    message: masked
    examples:
      - {name: a project, hit: true, given: {findings: [{type: project, class: custom}]}}
      - {name: none, hit: false, given: {}}
`)
	s.state.Scanner = scanner
	for _, info := range scanner.Types() {
		s.state.Types[info.Type] = info
	}
	inner := `{"note":"[PROJECT_1]","deep":"{\"again\":\"[PROJECT_1]\"}"}`
	arguments, err := json.Marshal(inner)
	if err != nil {
		t.Fatal(err)
	}
	s.state.Providers["openai"].Transport = canned(`{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":` + string(arguments) + `}}]},"finish_reason":"tool_calls"}]}`)
	got := s.post("/openai/v1/chat/completions", prompt("echo", "About "+value+".", false))
	var answer struct {
		Choices []struct {
			Message struct {
				ToolCalls []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	var outer struct{ Note, Deep string }
	if err := json.Unmarshal([]byte(answer.Choices[0].Message.ToolCalls[0].Function.Arguments), &outer); err != nil {
		t.Fatalf("the arguments are no JSON: %v", err)
	}
	var deep struct{ Again string }
	if err := json.Unmarshal([]byte(outer.Deep), &deep); err != nil {
		t.Fatalf("the JSON in the arguments is none: %v", err)
	}
	if outer.Note != value || deep.Again != value {
		t.Errorf("restored %q and %q, want %q", outer.Note, deep.Again, value)
	}
}

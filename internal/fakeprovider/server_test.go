// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package fakeprovider_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/fakeprovider"
)

const hello = "Write to [EMAIL_1], \"quoted\", 🎟 and back\\slash"

func start(t *testing.T, config fakeprovider.Config) (*fakeprovider.Server, string) {
	t.Helper()
	provider := fakeprovider.New(config)
	server := httptest.NewServer(provider)
	t.Cleanup(server.Close)
	return provider, server.URL
}

func post(t *testing.T, url string, body any, header ...string) *http.Response {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func ask(model string, stream bool) map[string]any {
	return map[string]any{
		"model": model, "stream": stream, "max_tokens": 100,
		"messages": []any{map[string]any{"role": "user", "content": hello}},
	}
}

// events reads a stream's data fields.
func events(t *testing.T, body io.Reader) []string {
	t.Helper()
	var out []string
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		if data, found := strings.CutPrefix(strings.TrimSuffix(lines.Text(), "\r"), "data: "); found {
			out = append(out, data)
		}
	}
	if err := lines.Err(); err != nil {
		t.Errorf("read stream: %v", err)
	}
	return out
}

func chatText(t *testing.T, list []string) string {
	t.Helper()
	var text strings.Builder
	for _, data := range list {
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if data == "[DONE]" {
			continue
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatalf("event %q: %v", data, err)
		}
		for _, choice := range chunk.Choices {
			text.WriteString(choice.Delta.Content)
		}
	}
	return text.String()
}

func TestStreamsEchoInEveryManner(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	for _, model := range []string{"echo", "echo-1", "gpt-4o-mini", "crlf", "shred", "escaped-2", "gzip", "slow-40"} {
		t.Run(model, func(t *testing.T) {
			list := events(t, post(t, url+"/v1/chat/completions", ask(model, true)).Body)
			if got := chatText(t, list); got != hello {
				t.Errorf("got text %q, want %q", got, hello)
			}
			if last := list[len(list)-1]; last != "[DONE]" {
				t.Errorf("last event is %q", last)
			}
		})
	}
}

func TestMessagesStreamHasTheNativeEvents(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	var types []string
	var text strings.Builder
	for _, data := range events(t, post(t, url+"/v1/messages", ask("echo-30", true)).Body) {
		var e struct {
			Type  string
			Delta struct{ Text string }
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			t.Fatalf("event %q: %v", data, err)
		}
		types = append(types, e.Type)
		text.WriteString(e.Delta.Text)
	}
	want := []string{
		"message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta",
		"content_block_stop", "message_delta", "message_stop",
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("event types (-want +got):\n%s", diff)
	}
	if text.String() != hello {
		t.Errorf("got text %q", text.String())
	}
}

func TestTroublesLookAsTheyShould(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	for _, path := range []string{"/v1/chat/completions", "/v1/messages"} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprint(path, stream), func(t *testing.T) {
				for model, status := range map[string]int{"429": 429, "500": 500, "529": 529} {
					resp := post(t, url+path, ask(model, stream))
					body, _ := io.ReadAll(resp.Body)
					if resp.StatusCode != status || !json.Valid(body) {
						t.Errorf("%s: status %d, body %s", model, resp.StatusCode, body)
					}
				}
				resp := post(t, url+path, ask("cut", stream))
				if body, err := io.ReadAll(resp.Body); err == nil {
					t.Errorf("cut: read whole answer %s", body)
				}
			})
		}
	}
}

func TestAnswersDependOnFormOnly(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	read := func(content string) string {
		body := ask("gpt-4o-mini", false)
		body["messages"] = []any{map[string]any{"role": "user", "content": content}}
		raw, _ := io.ReadAll(post(t, url+"/v1/chat/completions", body).Body)
		return string(raw)
	}
	if got, want := strings.ReplaceAll(read("for ann@example.com"), "ann@example.com", "[EMAIL_1]"), read("for [EMAIL_1]"); got != want {
		t.Errorf("answers differ beyond the value:\n%s\n%s", got, want)
	}
}

func TestDumpsAndKey(t *testing.T) {
	provider, url := start(t, fakeprovider.Config{Secret: "right", Record: true})
	if resp := post(t, url+"/v1/messages", ask("echo", false), "X-Api-Key", "wrong"); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong key: status %d", resp.StatusCode)
	}
	if resp := post(t, url+"/v1/messages", ask("echo", false), "Authorization", "Bearer right", "X-Extra", "kept"); resp.StatusCode != http.StatusOK {
		t.Errorf("right key: status %d", resp.StatusCode)
	}
	list := provider.Dumps()
	if len(list) != 2 || list[1].Header.Get("X-Extra") != "kept" || !strings.Contains(string(list[1].Body), "EMAIL_1") {
		t.Errorf("dumps: %+v", list)
	}
}

func TestToolRoundTrip(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	body := ask("tool", true)
	body["tools"] = []any{map[string]any{
		"type":     "function",
		"function": map[string]any{"name": "look_up", "parameters": map[string]any{"type": "object", "properties": map[string]any{"who": map[string]any{}}}},
	}}
	var arguments strings.Builder
	for _, data := range events(t, post(t, url+"/v1/chat/completions", body).Body) {
		var chunk struct {
			Choices []struct {
				Delta struct {
					Calls []struct{ Function struct{ Arguments string } } `json:"tool_calls"`
				}
			}
		}
		if data == "[DONE]" {
			break
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatalf("event %q: %v", data, err)
		}
		for _, choice := range chunk.Choices {
			for _, call := range choice.Delta.Calls {
				arguments.WriteString(call.Function.Arguments)
			}
		}
	}
	got := map[string]string{}
	if err := json.Unmarshal([]byte(arguments.String()), &got); err != nil || got["who"] != hello {
		t.Errorf("arguments %q: %v", arguments.String(), err)
	}
}

func TestBenchAnswer(t *testing.T) {
	_, url := start(t, fakeprovider.Config{})
	const value = "[EMAIL_1]"
	raw := `{"model":"bench","stream":%t,"messages":[{"role":"user","content":"Reply to <` + value + `>"}]}`
	send := func(stream bool) io.ReadCloser {
		resp, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(fmt.Sprintf(raw, stream)))
		if err != nil {
			t.Fatal(err)
		}
		return resp.Body
	}
	list := events(t, send(true))
	if got := chatText(t, list); got != fakeprovider.BenchAnswer(value) || len(list) != fakeprovider.BenchEvents {
		t.Errorf("%d events, text %q", len(list), got)
	}
	var whole struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.NewDecoder(send(false)).Decode(&whole); err != nil {
		t.Fatal(err)
	}
	if got := whole.Choices[0].Message.Content; got != fakeprovider.BenchAnswer(value) {
		t.Errorf("plain text %q", got)
	}
}

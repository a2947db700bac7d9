// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// pool keeps enough connections for the tests that run many at once.
var pool = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}

// answer is one HTTP answer, read to its end.
type answer struct {
	status      int
	interaction string
	header      http.Header
	body        []byte
	err         error // of the reading
}

// path of a dialect's main operation below the gateway.
func (d dialect) path() string {
	if d.name == "openai" {
		return d.base + "/chat/completions"
	}
	return d.base + "/v1/messages"
}

// body is a plain request of the dialect.
func (d dialect) body(model, text string, stream bool) []byte {
	request := map[string]any{
		"model": model, "stream": stream, "messages": []any{map[string]any{"role": "user", "content": text}},
	}
	if d.name == "anthropic" {
		request["max_tokens"] = 500
	}
	return marshal(request)
}

func marshal(v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only values made here
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// request makes a request of a dialect's main operation with the tests' key.
func (in *instance) request(t testing.TB, d dialect, body io.Reader, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.Gateway+d.path(), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if d.name == "anthropic" {
		req.Header.Set("X-Api-Key", in.Key)
		req.Header.Set("Anthropic-Version", "2023-06-01")
	} else {
		req.Header.Set("Authorization", "Bearer "+in.Key)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

// post sends a body and reads the answer; only a failure to get any fails.
func (in *instance) post(t testing.TB, d dialect, body []byte, header ...string) answer {
	t.Helper()
	a, err := send(in.request(t, d, bytes.NewReader(body), header...))
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	return a
}

func send(req *http.Request) (answer, error) {
	resp, err := pool.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, interaction: resp.Header.Get("Counterfoil-Interaction"), header: resp.Header}
	a.body, a.err = io.ReadAll(resp.Body)
	return a, nil
}

// message is the text of an error in the dialect's own shape; it fails the test
// where the shape is another.
func (d dialect) message(t testing.TB, a answer) string {
	t.Helper()
	var shape struct {
		Type  string
		Error struct{ Message, Type string }
	}
	err := json.Unmarshal(a.body, &shape)
	if err != nil || shape.Error.Message == "" || shape.Error.Type == "" || (d.name == "anthropic" && shape.Type != "error") {
		t.Errorf("not an error of %s: status %d, %s", d.name, a.status, a.body)
	}
	return shape.Error.Message
}

// text is what a stream or a plain answer of either dialect says, and whether
// it came to its native end.
func (a answer) text() (text string, ended bool) {
	var out strings.Builder
	for line := range strings.Lines(string(a.body)) {
		data, isEvent := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "data: ")
		if !isEvent {
			continue
		}
		if data == "[DONE]" {
			ended = true
			continue
		}
		var event struct {
			Type    string
			Delta   struct{ Text string }
			Choices []struct{ Delta struct{ Content string } }
		}
		if json.Unmarshal([]byte(data), &event) != nil {
			continue
		}
		out.WriteString(event.Delta.Text)
		for _, choice := range event.Choices {
			out.WriteString(choice.Delta.Content)
		}
		ended = ended || event.Type == "message_stop"
	}
	return out.String(), ended
}

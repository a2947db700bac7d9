// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/fakeprovider"
	"github.com/counterfoil/counterfoil/internal/gap"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect/anthropic"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect/openai"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/policy"
)

// Invented or published values.
const (
	anEmail = "ada.lovelace@example.org"
	aCard   = "4111 1111 1111 1111"
)

var (
	aKeyID = "AKIA" + "IOSFODNN7EXAMPLE"
	aToken = "ghp_" + strings.Repeat("a1B2c3D4e", 4)
)

// recorded is one entry as the journal got it.
type recorded struct {
	entry   counterfoil.Entry
	subject counterfoil.ID
	payload []byte
}

// memory is a journal that keeps copies and fails on demand.
type memory struct {
	mu   sync.Mutex
	all  []recorded
	fail func(*counterfoil.Entry) error
}

func (m *memory) Record(_ context.Context, e *counterfoil.Entry, subject counterfoil.ID, payload []byte) (counterfoil.Index, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(e); err != nil {
			return 0, err
		}
	}
	kept := *e
	if e.Intent != nil {
		i := *e.Intent
		kept.Intent = &i
	}
	if e.Outcome != nil {
		o := *e.Outcome
		kept.Outcome = &o
	}
	m.all = append(m.all, recorded{kept, subject, bytes.Clone(payload)})
	return counterfoil.Index(len(m.all)), nil
}

func (m *memory) entries() []recorded {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]recorded(nil), m.all...)
}

// bench is a gateway before a fake provider, with one system and one key.
type stage struct {
	t        *testing.T
	url      string
	key      string
	journal  *memory
	provider *fakeprovider.Server
	state    *State
	gateway  *Gateway
	gaps     Gaps // nil but in tests of what leaves unrecorded
}

// Pass implements Gaps.
func (s *stage) Pass(provider string, b gap.Bounds, reason string) error {
	return s.gaps.Pass(provider, b, reason)
}

func newStage(t *testing.T, rules string) *stage {
	t.Helper()
	s := &stage{t: t, journal: &memory{}, provider: fakeprovider.New(fakeprovider.Config{Record: true})}
	upstream := httptest.NewServer(s.provider)
	t.Cleanup(upstream.Close)
	origin, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	scanner, err := detect.New(detect.Config{})
	if err != nil {
		t.Fatal(err)
	}
	raw := policy.Starter()
	if rules != "" {
		raw = []byte(rules)
	}
	set, faults := policy.Parse(raw, policy.Options{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	s.state = &State{
		Policy: set, Scanner: scanner, Types: map[string]detect.TypeInfo{}, Providers: map[string]*Provider{},
		Limits: Limits{RequestBytes: 1 << 20, AnswerBytes: 16 << 20},
	}
	for _, info := range scanner.Types() {
		s.state.Types[info.Type] = info
	}
	for name, d := range map[string]dialect.Dialect{"openai": openai.Dialect{}, "anthropic": anthropic.Dialect{}} {
		s.state.Providers[name] = &Provider{
			Name: name, Dialect: d, Origin: origin, Secret: "provider-secret", Transport: http.DefaultTransport,
			FirstByte: time.Minute, Idle: 300 * time.Millisecond, Total: 2 * time.Second,
		}
	}
	s.key = identity.NewSecret()
	system := identity.System{ID: identity.SystemID(counterfoil.NewID()), Slug: "letters", Name: "Letters", Route: identity.Route{Open: true}, Models: []string{"echo*", "secret", "tool", "cut", "stall", "garbage", "gzip", "429", "500", "escaped", "huge"}}
	key := identity.Key{ID: identity.KeyID(counterfoil.NewID()), System: system.ID, Person: identity.PersonID(counterfoil.NewID()), Hash: identity.HashKey(s.key)}
	s.state.Snapshot = identity.NewSnapshot([]identity.System{system}, nil, []identity.Key{key})
	g := New(Config{State: func() *State { return s.state }, Journal: s.journal, Gaps: s, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	s.gateway = g
	front := httptest.NewServer(g)
	t.Cleanup(front.Close)
	s.url = front.URL
	return s
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

func (s *stage) post(path, body string) answer {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.key)
	return s.do(req)
}

func (s *stage) do(req *http.Request) answer {
	s.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(raw), err}
}

func prompt(model, text string, stream bool) string {
	raw, err := json.Marshal(map[string]any{"model": model, "stream": stream, "max_tokens": 100, "messages": []map[string]string{{"role": "user", "content": text}}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// text joins what a streamed or whole answer says.
func text(body string) string {
	var b strings.Builder
	for line := range strings.Lines(body) {
		data := strings.TrimPrefix(strings.TrimSpace(line), "data: ")
		var v struct {
			Choices []struct {
				Delta, Message struct{ Content string }
			}
			Delta   struct{ Text string }
			Content []struct{ Text string }
		}
		if json.Unmarshal([]byte(data), &v) != nil {
			continue
		}
		for _, c := range v.Choices {
			b.WriteString(c.Delta.Content + c.Message.Content)
		}
		for _, c := range v.Content {
			b.WriteString(c.Text)
		}
		b.WriteString(v.Delta.Text)
	}
	return b.String()
}

var surfaces = []struct{ name, path string }{{"openai", "/openai/v1/chat/completions"}, {"anthropic", "/anthropic/v1/messages"}}

func TestValuesStayHereAndComeBack(t *testing.T) {
	said := "Write to " + anEmail + ", card " + aCard + ", key " + aKeyID + ". \"Quoted\" \\ and again " + anEmail
	for _, surface := range surfaces {
		for _, model := range []string{"echo", "echo-1", "echo-3", "escaped", "gzip"} {
			for _, stream := range []bool{false, true} {
				if stream && model == "gzip" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s stream=%v", surface.name, model, stream), func(t *testing.T) {
					s := newStage(t, "")
					got := s.post(surface.path, prompt(model, said, stream))
					if got.status != http.StatusOK || got.err != nil {
						t.Fatalf("status %d, %v: %s", got.status, got.err, got.body)
					}
					if text(got.body) != said {
						t.Errorf("the client reads %q", text(got.body))
					}
					if got.header.Get(headerInteraction) == "" {
						t.Error("no interaction header")
					}
					dump := s.provider.Dumps()[0]
					for _, value := range []string{anEmail, "4111", aKeyID} {
						if bytes.Contains(dump.Body, []byte(value)) {
							t.Errorf("%q left", value)
						}
					}
					want := strings.NewReplacer(anEmail, "[EMAIL_1]", aCard, "[CARD_1]", aKeyID, "[AWS_KEY_ID_1]").Replace(prompt(model, said, stream))
					if string(dump.Body) != want {
						t.Errorf("left:\n%s\nwant:\n%s", dump.Body, want)
					}
					s.checkRecord(counterfoil.ResultAnswered, "email:2 card:1 aws_access_key_id:1")
				})
			}
		}
	}
}

// checkRecord demands exactly one intent and one outcome, in that order.
func (s *stage) checkRecord(result counterfoil.Result, findings string) {
	s.t.Helper()
	all := s.journal.entries()
	if len(all) != 2 || all[0].entry.Intent == nil || all[1].entry.Outcome == nil {
		s.t.Fatalf("%d entries, want an intent and an outcome", len(all))
	}
	if got := all[1].entry.Outcome.Result; got != result {
		s.t.Errorf("result %v (%s), want %v", got, all[1].entry.Outcome.Reason, result)
	}
	for _, c := range all[0].entry.Intent.Findings {
		if !strings.Contains(" "+findings+" ", fmt.Sprintf(" %s:%d ", c.Type, c.Count)) {
			s.t.Errorf("finding %s:%d is not among %s", c.Type, c.Count, findings)
		}
	}
	raw, err := json.Marshal(all[0].entry)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, value := range []string{anEmail, "4111", aKeyID} {
		if bytes.Contains(raw, []byte(value)) {
			s.t.Errorf("the entry holds %q", value)
		}
	}
}

func TestOneRecordForWhatNeverLeft(t *testing.T) {
	tests := map[string]struct {
		path, body, key string
		status          int
		result          counterfoil.Result
		reason          string
	}{
		"unknown key":       {path: "/openai/v1/chat/completions", body: prompt("echo", "hi", false), key: "cfk_wrong", status: 401, result: counterfoil.ResultRefused, reason: "unknown_key"},
		"secret":            {path: "/openai/v1/chat/completions", body: prompt("echo", "token "+aToken, false), status: 403, result: counterfoil.ResultBlocked, reason: "rule"},
		"secret, anthropic": {path: "/anthropic/v1/messages", body: prompt("echo", "token "+aToken, true), status: 403, result: counterfoil.ResultBlocked, reason: "rule"},
		"model not listed":  {path: "/openai/v1/chat/completions", body: prompt("gpt-unlisted", "hi", false), status: 403, result: counterfoil.ResultBlocked, reason: "rule"},
		"malformed":         {path: "/openai/v1/chat/completions", body: `{"model":"echo",`, status: 400, result: counterfoil.ResultRefused, reason: "malformed_json"},
		"duplicate key":     {path: "/anthropic/v1/messages", body: `{"model":"echo","messages":[],"mess\u0061ges":[]}`, status: 400, result: counterfoil.ResultRefused, reason: "duplicate_key"},
		"trailing":          {path: "/openai/v1/chat/completions", body: `{}{}`, status: 400, result: counterfoil.ResultRefused, reason: "malformed_json"},
		"invalid UTF-8":     {path: "/openai/v1/chat/completions", body: "{\"model\":\"\xff\"}", status: 400, result: counterfoil.ResultRefused, reason: "invalid_utf8"},
		"too large":         {path: "/openai/v1/chat/completions", body: prompt("echo", strings.Repeat("x", 1<<20), false), status: 413, result: counterfoil.ResultRefused, reason: "too_large"},
		"unknown route":     {path: "/openai/v1/assistants", body: `{}`, status: 404, result: counterfoil.ResultRefused, reason: "unknown_route"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "")
			if tc.key != "" {
				s.key = tc.key
			}
			got := s.post(tc.path, tc.body)
			if got.status != tc.status {
				t.Fatalf("status %d, want %d: %s", got.status, tc.status, got.body)
			}
			var v struct {
				Type  string
				Error struct{ Type, Message string }
			}
			if err := json.Unmarshal([]byte(got.body), &v); err != nil || v.Error.Message == "" || v.Error.Type == "" {
				t.Errorf("not a native error: %s", got.body)
			}
			if strings.HasPrefix(tc.path, "/anthropic") && v.Type != "error" {
				t.Errorf("not an Anthropic error: %s", got.body)
			}
			if strings.Contains(got.body, aToken) {
				t.Error("the error repeats the secret")
			}
			if n := len(s.provider.Dumps()); n != 0 {
				t.Fatalf("%d requests left", n)
			}
			all := s.journal.entries()
			if len(all) != 1 || all[0].entry.Intent == nil || all[0].entry.Outcome == nil {
				t.Fatalf("%d entries, want one that is intent and outcome", len(all))
			}
			if o := all[0].entry.Outcome; o.Result != tc.result || o.Reason != tc.reason || o.Status != uint64(tc.status) {
				t.Errorf("recorded %v %s %d", o.Result, o.Reason, o.Status)
			}
			if bytes.Contains(all[0].payload, []byte(aToken)) {
				t.Error("the payload keeps the blocked secret")
			}
		})
	}
}

func TestUnknownRouteOfUnknownCallerIsNotRecorded(t *testing.T) {
	s := newStage(t, "")
	s.key = "cfk_wrong"
	if got := s.post("/openai/v1/assistants", `{}`); got.status != http.StatusNotFound {
		t.Errorf("status %d", got.status)
	}
	if got := s.post("/nobody/v1/chat/completions", `{}`); got.status != http.StatusNotFound || !strings.Contains(got.body, "/openai") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if n := len(s.journal.entries()); n != 0 {
		t.Errorf("%d entries", n)
	}
}

func TestSecretInTheAnswerStopsIt(t *testing.T) {
	for _, surface := range surfaces {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s stream=%v", surface.name, stream), func(t *testing.T) {
				s := newStage(t, "")
				got := s.post(surface.path, prompt("secret", "hi", stream))
				if strings.Contains(got.body, fakeprovider.SecretToken) || strings.Contains(text(got.body), fakeprovider.SecretToken[:12]) {
					t.Errorf("the secret was delivered: %s", got.body)
				}
				if stream {
					if got.status != http.StatusOK || got.err != nil {
						t.Errorf("status %d, %v", got.status, got.err)
					}
					native := map[string]string{"openai": `"finish_reason":"content_filter"`, "anthropic": `"stop_reason":"refusal"`}
					if !strings.Contains(got.body, native[surface.name]) {
						t.Errorf("no native end: %s", got.body)
					}
				} else if got.status != http.StatusForbidden {
					t.Errorf("status %d: %s", got.status, got.body)
				}
				s.checkRecord(counterfoil.ResultStopped, "")
			})
		}
	}
}

func TestProviderFaultsAreToldAndRecorded(t *testing.T) {
	tests := []struct {
		model  string
		stream bool
		status int
		reason string
		broken bool // the client must see that the answer is not whole
	}{
		{model: "429", status: 429, reason: "provider_status"},
		{model: "500", status: 500, reason: "provider_status"},
		{model: "garbage", status: 502, reason: "provider_garbage"},
		{model: "cut", status: 502, reason: "provider_cut"},
		{model: "stall", status: 504, reason: "provider_timeout"},
		{model: "cut", stream: true, status: 200, reason: "provider_cut", broken: true},
		{model: "stall", stream: true, status: 200, reason: "provider_timeout", broken: true},
	}
	for _, surface := range surfaces {
		for _, tc := range tests {
			t.Run(fmt.Sprintf("%s %s stream=%v", surface.name, tc.model, tc.stream), func(t *testing.T) {
				s := newStage(t, "")
				got := s.post(surface.path, prompt(tc.model, "tell me a longer story about nothing", tc.stream))
				if got.status != tc.status {
					t.Errorf("status %d, want %d: %s", got.status, tc.status, got.body)
				}
				if tc.broken && (got.err == nil || !strings.Contains(got.body, `"error"`)) {
					t.Errorf("the broken stream looks whole: %v %s", got.err, got.body)
				}
				s.checkRecord(counterfoil.ResultFailed, "")
				if r := s.journal.entries()[1].entry.Outcome.Reason; r != tc.reason {
					t.Errorf("reason %s, want %s", r, tc.reason)
				}
			})
		}
	}
}

func TestWithoutARecordNothingLeaves(t *testing.T) {
	s := newStage(t, "")
	s.journal.fail = func(*counterfoil.Entry) error { return ErrFull }
	got := s.post("/openai/v1/chat/completions", prompt("echo", "hi", false))
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "disk") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if n := len(s.provider.Dumps()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestWithoutAnOutcomeNothingIsAnswered(t *testing.T) {
	for _, stream := range []bool{false, true} {
		s := newStage(t, "")
		s.journal.fail = func(e *counterfoil.Entry) error {
			if e.Kind == counterfoil.KindOutcome {
				return errors.New("gone")
			}
			return nil
		}
		got := s.post("/openai/v1/chat/completions", prompt("echo", "hello there", stream))
		if got.status == http.StatusOK && got.err == nil {
			t.Errorf("stream=%v: answered without a record: %s", stream, got.body)
		}
		if strings.Contains(got.body, "[DONE]") {
			t.Error("the end of the stream was delivered")
		}
	}
}

func TestClientThatLeavesIsRecorded(t *testing.T) {
	s := newStage(t, "")
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/openai/v1/chat/completions", strings.NewReader(prompt("stall", "a story that stalls", true)))
	if err != nil {
		t.Fatal(err)
	}
	s.state.Providers["openai"].Idle, s.state.Providers["openai"].Total = time.Minute, time.Minute
	req.Header.Set("Authorization", "Bearer "+s.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resp.Body.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	cancel()
	resp.Body.Close()
	deadline := time.Now().Add(10 * time.Second)
	for len(s.journal.entries()) < 2 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	s.checkRecord(counterfoil.ResultCancelled, "")
	for s.provider.Left() == 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if s.provider.Left() != 1 {
		t.Error("the provider was not told that the client left")
	}
}

func TestPayloadsHoldWhatLeftAndWhatCameBack(t *testing.T) {
	s := newStage(t, "")
	s.post("/openai/v1/chat/completions", prompt("echo", "Mail "+anEmail, false))
	all := s.journal.entries()
	q, err := interaction.DecodeRequest(all[0].payload)
	if err != nil {
		t.Fatal(err)
	}
	if string(q.Body) != string(s.provider.Dumps()[0].Body) {
		t.Errorf("stored %s", q.Body)
	}
	if len(q.Redactions) != 1 || q.Redactions[0].Value != anEmail || q.Redactions[0].Placeholder != "[EMAIL_1]" || interaction.RedactionRoot(q.Redactions) != all[0].entry.Intent.RedactionRoot {
		t.Errorf("redactions %+v", q.Redactions)
	}
	if f := q.Findings[0]; f.Where != "messages[0].content" || f.Action != actionMasked || f.Start != 5 || f.End != 5+len(anEmail) {
		t.Errorf("finding %+v", f)
	}
	a, err := interaction.DecodeAnswer(all[1].payload)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(a.Body, []byte("[EMAIL_1]")) || bytes.Contains(a.Body, []byte(anEmail)) {
		t.Errorf("stored answer %s", a.Body)
	}
}

func TestHiddenPlacesAreScanned(t *testing.T) {
	inner, err := json.Marshal(map[string]any{"to": anEmail, "note": "line\nbreak \"q\"", "card": 4111111111111111})
	if err != nil {
		t.Fatal(err)
	}
	arguments, err := json.Marshal(string(inner))
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{
		"unknown field":  `{"model":"echo","new_field":{"deep":["` + anEmail + `"]},"messages":[{"role":"user","content":"x"}]}`,
		"tool arguments": `{"model":"echo","messages":[{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":` + string(arguments) + `}}]},{"role":"user","content":"x"}]}`,
		"escaped":        `{"model":"echo","messages":[{"role":"user","content":"\u0061da.lovelace\u0040example.org"}]}`,
		"key":            `{"model":"echo","metadata":{"` + anEmail + `":"v"},"messages":[{"role":"user","content":"x"}]}`,
		"number":         `{"model":"echo","metadata":{"n":4111111111111111},"messages":[{"role":"user","content":"x"}]}`,
		"in an id":       `{"model":"echo","messages":[{"role":"tool","tool_call_id":"` + anEmail + `","content":"x"},{"role":"user","content":"x"}]}`,
		"in a type":      `{"model":"echo","messages":[{"role":"` + anEmail + `","content":"x"},{"role":"user","content":"x"}]}`,
		"double escaped": `{"model":"echo","messages":[{"role":"user","content":"{\"to\":\"ada.lovelace\\u0040example.org\"}"}]}`,
		"data URL":       `{"model":"echo","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.example/?m=` + anEmail + `"}}]},{"role":"user","content":"x"}]}`,
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "")
			if got := s.post("/openai/v1/chat/completions", body); got.status != http.StatusOK {
				t.Fatalf("status %d: %s", got.status, got.body)
			}
			left := s.provider.Dumps()[0].Body
			if !json.Valid(left) {
				t.Errorf("not JSON: %s", left)
			}
			for _, value := range []string{"lovelace", "4111111111111111"} {
				if bytes.Contains(left, []byte(value)) {
					t.Errorf("%s left: %s", value, left)
				}
			}
		})
	}
}

func TestHeadersPassUnchanged(t *testing.T) {
	s := newStage(t, "")
	req, err := http.NewRequest(http.MethodPost, s.url+"/anthropic/v1/messages?beta=true&key=cfk_in_query", strings.NewReader(prompt("echo", "hi", false)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "X-Api-Key": {s.key}, "Anthropic-Version": {"2023-06-01"}, "Anthropic-Beta": {"a", "b"},
		"X-Unknown": {"kept"}, "Connection": {"x-hop"}, "X-Hop": {"dropped"},
	}
	if got := s.do(req); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	d := s.provider.Dumps()[0]
	if d.URI != "/v1/messages?beta=true" {
		t.Errorf("URI %s", d.URI)
	}
	if strings.Join(d.Header["Anthropic-Beta"], ",") != "a,b" || d.Header.Get("X-Unknown") != "kept" || d.Header.Get("X-Hop") != "" {
		t.Errorf("header %v", d.Header)
	}
	if d.Header.Get("X-Api-Key") != "provider-secret" || d.Header.Get("Authorization") != "" {
		t.Errorf("credentials %v", d.Header)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
)

// badBodies are requests that must not be forwarded: what is wrong, the body
// made from a good one, and the status of the refusal.
var badBodies = []struct {
	name   string
	make   func(good string) []byte
	status int
	header []string
}{
	{name: "malformed", status: 400, make: func(good string) []byte { return []byte(good[:len(good)-1]) }},
	{name: "empty", status: 400, make: func(string) []byte { return nil }},
	{name: "not an object", status: 400, make: func(string) []byte { return []byte(`[1]`) }},
	{name: "trailing value", status: 400, make: func(good string) []byte { return []byte(good + good) }},
	{name: "duplicate key", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, `{"`, `{"messages":[],"`, 1))
	}},
	{name: "escaped duplicate key", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, `{"`, `{"m\u0065ssages":[],"`, 1))
	}},
	{name: "duplicate key deep inside", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, `"role":"user"`, `"role":"user","role":"user"`, 1))
	}},
	{name: "invalid UTF-8", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, marker, "\xc3\x28", 1))
	}},
	{name: "lone surrogate", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, marker, `\ud800`, 1))
	}},
	{name: "UTF-16", status: 400, make: func(good string) []byte {
		out := []byte{0xfe, 0xff}
		for _, unit := range utf16.Encode([]rune(good)) {
			out = append(out, byte(unit>>8), byte(unit))
		}
		return out
	}},
	{name: "byte order mark", status: 400, make: func(good string) []byte { return []byte("\ufeff" + good) }},
	{name: "too deep", status: 400, make: func(good string) []byte {
		return []byte(strings.Replace(good, `{"`, `{"x":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)+`,"`, 1))
	}},
	{name: "too large", status: 413, make: func(good string) []byte {
		return []byte(strings.Replace(good, marker, strings.Repeat("a", 33<<20), 1))
	}},
	{name: "another charset", status: 415, make: func(good string) []byte { return []byte(good) }, header: []string{"Content-Type", "application/json; charset=utf-16"}},
	{name: "not JSON by type", status: 415, make: func(good string) []byte { return []byte(good) }, header: []string{"Content-Type", "text/plain"}},
}

func TestBadBodies(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, c := range badBodies {
			t.Run(d.name+"/"+c.name, func(t *testing.T) {
				in.checkRefused(t, d, in.post(t, d, c.make(string(d.body(d.model, prompt, false))), c.header...), c.status)
			})
		}
	}
}

// checkRefused demands a native error, a record, and that nothing left.
func (in *instance) checkRefused(t *testing.T, d dialect, a answer, statuses ...int) {
	t.Helper()
	expected := false
	for _, status := range statuses {
		expected = expected || a.status == status
	}
	if !expected {
		t.Errorf("status %d, want %v: %s", a.status, statuses, a.body)
	}
	if message := d.message(t, a); strings.Contains(message, marker) || len(message) < 20 {
		t.Errorf("the message repeats the input or says nothing: %q", message)
	}
	if n := len(in.Provider.Dumps()); n != 0 {
		t.Errorf("%d requests reached the provider", n)
		in.Provider.Reset()
	}
	in.checkRecord(t, a.interaction, record{Result: "refused"})
}

// TestLargeBodyWithoutLength: the limit holds where the client does not say how
// much it sends.
func TestLargeBodyWithoutLength(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		body := io.MultiReader(strings.NewReader(`{"a":"`), io.LimitReader(letters{}, 40<<20), strings.NewReader(`"}`))
		a, err := send(in.request(t, d, body))
		if err != nil {
			t.Fatalf("%s: no answer to a large body: %v", d.name, err)
		}
		in.checkRefused(t, d, a, 413)
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// TestCompressedBomb: a small body that would unpack to a gigabyte.
func TestCompressedBomb(t *testing.T) {
	in := start(t, options{})
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	io.WriteString(zip, `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"`)
	io.Copy(zip, io.LimitReader(letters{}, 1<<30))
	io.WriteString(zip, `"}]}`)
	zip.Close()
	for _, d := range dialects {
		in.checkRefused(t, d, in.post(t, d, bomb.Bytes(), "Content-Encoding", "gzip"), 413, 415)
	}
	if peak := peakMemory(t, in.process.Process.Pid); peak > 400<<20 {
		t.Errorf("the program took %d MB", peak>>20)
	}
}

func TestUnknownRoutes(t *testing.T) {
	in := start(t, options{})
	for _, path := range []string{"/openai/v1/files", "/openai/v1/chat/completions/x", "/openai/", "/anthropic/v1/organizations"} {
		req := in.request(t, openAI, strings.NewReader("{}"))
		req.URL.Path = path
		a, err := send(req)
		if err != nil {
			t.Fatal(err)
		}
		if a.status != http.StatusNotFound || !bytes.Contains(a.body, []byte(`"message"`)) {
			t.Errorf("%s: status %d: %s", path, a.status, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "refused"})
	}
	req := in.request(t, openAI, strings.NewReader("{}"))
	req.URL.Path = "/nobody/v1/chat/completions"
	if a, err := send(req); err != nil || a.status != http.StatusNotFound || !bytes.Contains(a.body, []byte("nobody")) {
		t.Errorf("unknown provider: %v, status %d: %s", err, a.status, a.body)
	}
	if n := len(in.Provider.Dumps()); n != 0 {
		t.Errorf("%d requests reached the provider", n)
	}
}

// TestPathsCannotEscape: what looks like another path to one side and not to
// the other must not reach the provider.
func TestPathsCannotEscape(t *testing.T) {
	in := start(t, options{})
	for _, path := range []string{"/openai/v1/../v1/models/x", "/openai//v1/files", "/openai/v1/chat%2fcompletions/../../files", "/openai/%2e%2e/admin"} {
		req := in.request(t, openAI, strings.NewReader("{}"))
		req.URL.Opaque = "//" + req.URL.Host + path
		a, err := send(req)
		if err != nil {
			t.Fatal(err)
		}
		if a.status < 300 {
			t.Errorf("%s: status %d: %s", path, a.status, a.body)
		}
	}
	if dumps := in.Provider.Dumps(); len(dumps) != 0 {
		t.Errorf("the provider received %s", dumps[0].URI)
	}
}

// TestUnknownFieldsPassScanned: what the dialect does not know yet is passed on,
// and no value leaves in it.
func TestUnknownFieldsPassScanned(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			in.Provider.Reset()
			body := strings.Replace(string(d.body(d.model, "hello", false)), `{"`,
				`{"x_future": {"deep": [ 1.50, {"note" :"for `+originals["EMAIL"]+`"}], "big": 12345678901234567890}, "`, 1)
			a := in.post(t, d, []byte(body))
			if a.status != 200 {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			dumps := in.Provider.Dumps()
			if len(dumps) != 1 || undo(string(dumps[0].Body)) != body || len(disclosed(dumps[0])) > 0 {
				t.Errorf("the provider received %s", dumps[0].Body)
			}
		})
	}
}

// TestEscapedValuesAreFound: escapes, percent signs and nesting do not hide a
// value.
func TestEscapedValuesAreFound(t *testing.T) {
	in := start(t, options{})
	hidden := strings.NewReplacer("@", `\u0040`, "z", `\u007a`).Replace(originals["EMAIL"])
	for _, d := range dialects {
		in.Provider.Reset()
		body := strings.Replace(string(d.body(d.model, marker, false)), marker, hidden, 1)
		if a := in.post(t, d, []byte(body)); a.status != 200 || !bytes.Contains(a.body, []byte(originals["EMAIL"])) {
			t.Errorf("%s: status %d: %s", d.name, a.status, a.body)
		}
		for _, dump := range in.Provider.Dumps() {
			if found := disclosed(dump); len(found) > 0 {
				t.Errorf("%s: discloses %v: %s", d.name, found, dump.Body)
			}
		}
	}
}

// TestModelsNotListedAreBlocked: the starter rules allow what the system lists.
func TestModelsNotListedAreBlocked(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		a := in.post(t, d, d.body("unlisted-model", "hello", false))
		if a.status != http.StatusForbidden || d.message(t, a) == "" {
			t.Errorf("%s: status %d: %s", d.name, a.status, a.body)
		}
		in.checkRecord(t, a.interaction, record{Result: "blocked", Effect: "block"})
	}
}

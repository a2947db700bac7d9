// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want string
		opts     RunOptions
		err      string
	}{
		{
			name: "json", in: "mail ann@example.com\n", opts: RunOptions{JSON: true},
			want: `{"findings":[{"type":"email","start":5,"end":20,"score":0.95,"detector":"email/1"}]}` + "\n",
		},
		{name: "nothing, json", in: "hello", opts: RunOptions{JSON: true}, want: `{"findings":[]}` + "\n"},
		{name: "nothing", in: "hello", want: "Nothing found.\n"},
		{
			name: "table", in: "ann@example.com and 10.0.0.1",
			want: "TYPE   WHERE  SCORE  DETECTOR\nemail  0-15   0.95   email/1\nip     20-28  0.50   ip.private/1\n",
		},
		{
			name: "bytes", in: "é ann@example.com", opts: RunOptions{JSON: true, Offsets: OffsetBytes},
			want: `{"findings":[{"type":"email","start":3,"end":18,"score":0.95,"detector":"email/1"}]}` + "\n",
		},
		{
			name: "code points", in: "é😀 ann@example.com é bob@example.com", opts: RunOptions{JSON: true, Offsets: OffsetCodepoints},
			want: `{"findings":[{"type":"email","start":3,"end":18,"score":0.95,"detector":"email/1"},` +
				`{"type":"email","start":21,"end":36,"score":0.95,"detector":"email/1"}]}` + "\n",
		},
		{
			name: "invalid bytes count one each", in: "\xff\xfe\xe2\x82 ann@example.com", opts: RunOptions{JSON: true, Offsets: OffsetCodepoints},
			want: `{"findings":[{"type":"email","start":5,"end":20,"score":0.95,"detector":"email/1"}]}` + "\n",
		},
		{
			name: "lines", opts: RunOptions{JSONL: true},
			in: `{"id":"a","text":"ann@example.com"}` + "\n\n" + `{"text":"x","id":17}` + "\r\n" + `{"id":null,"text":"","more":[1]}` + "\n" + `{"text":"x"}`,
			want: `{"id":"a","findings":[{"type":"email","start":0,"end":15,"score":0.95,"detector":"email/1"}]}` + "\n" +
				`{"id":17,"findings":[]}` + "\n" + `{"id":null,"findings":[]}` + "\n" + `{"id":null,"findings":[]}` + "\n",
		},
		{
			name: "ids as they were", opts: RunOptions{JSONL: true},
			in:   `{"id":1e400,"text":""}` + "\n" + `{"id":"\u00e9<","text":""}` + "\n" + `{"id":true,"text":""}`,
			want: `{"id":1e400,"findings":[]}` + "\n" + `{"id":"é<","findings":[]}` + "\n" + `{"id":true,"findings":[]}` + "\n",
		},
		{
			name: "escaped text", opts: RunOptions{JSONL: true, Offsets: OffsetCodepoints}, in: `{"id":1,"text":"\ud83d\ude00\nann@example.com"}`,
			want: `{"id":1,"findings":[{"type":"email","start":2,"end":17,"score":0.95,"detector":"email/1"}]}` + "\n",
		},
		{name: "broken line", opts: RunOptions{JSONL: true}, in: `{"id":1,"text":""}` + "\n" + `{"id":`, want: `{"id":1,"findings":[]}` + "\n", err: "line 2: read JSON"},
		{name: "not an object", opts: RunOptions{JSONL: true}, in: `[]`, err: "line 1: read JSON"},
		{name: "twice", opts: RunOptions{JSONL: true}, in: `{"id":1,"text":"","text":""}`, err: "line 1: read JSON"},
		{name: "no text", opts: RunOptions{JSONL: true}, in: `{"id":1}`, err: `line 1: "text" is missing`},
		{name: "text is null", opts: RunOptions{JSONL: true}, in: `{"id":1,"text":null}`, err: `line 1: "text" is missing`},
		{name: "id is a list", opts: RunOptions{JSONL: true}, in: "\n" + `{"id":[],"text":""}`, err: `line 2: "id" is not`},
		{name: "unit", opts: RunOptions{Offsets: "lines"}, err: `offsets "lines"`},
		{name: "empty lines", opts: RunOptions{JSONL: true}, in: "\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := Run(strings.NewReader(c.in), &out, c.opts)
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunWithDictionary(t *testing.T) {
	s := newScanner(t, Config{Dictionary: []Term{{Type: "project", Values: []string{"Reiher"}}}})
	var out bytes.Buffer
	if err := Run(strings.NewReader("Reiher"), &out, RunOptions{Scanner: s, JSON: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"dictionary.project/1"`) {
		t.Error(out.String())
	}
}

func TestRunLongLines(t *testing.T) {
	var out bytes.Buffer
	line := `{"id":1,"text":"` + strings.Repeat("word ", 1<<20) + `ann@example.com"}`
	if err := Run(strings.NewReader(line+"\n"+line), &out, RunOptions{JSONL: true}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), `"email"`); n != 2 {
		t.Errorf("%d of 2 found", n)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestRunFailures(t *testing.T) {
	broken := failing{errors.New("disk on fire")}
	for _, opts := range []RunOptions{{}, {JSON: true}, {JSONL: true}} {
		if err := Run(broken, io.Discard, opts); !errors.Is(err, broken.err) {
			t.Errorf("%+v: reading: %v", opts, err)
		}
		if err := Run(strings.NewReader(`{"id":1,"text":"x"}`), broken, opts); !errors.Is(err, broken.err) {
			t.Errorf("%+v: writing: %v", opts, err)
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"id":1,"text":"ann@example.com"}`), true)
	f.Add([]byte("\xff ann@example.com"), false)
	s := newScanner(f, Config{})
	f.Fuzz(func(t *testing.T, in []byte, lines bool) {
		opts := RunOptions{Scanner: s, JSONL: lines, JSON: true, Offsets: OffsetCodepoints}
		if err := Run(bytes.NewReader(in), io.Discard, opts); err != nil && !lines {
			t.Fatal(err)
		}
	})
}

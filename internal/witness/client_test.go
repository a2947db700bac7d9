// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// TestCosignFrom follows a log through what goes wrong between two machines: the
// first contact, a lost answer, a caller that forgot, one that is behind.
func TestCosignFrom(t *testing.T) {
	log := newTestLog(t, "log.example").grow(30, "main")
	s := serve(t, log.key)
	var client Client
	for _, step := range []struct{ old, size uint64 }{
		{0, 10},  // first contact
		{0, 10},  // the answer was lost
		{10, 12}, // as it should be
		{10, 20}, // an answer was lost, and the log grew meanwhile
		{25, 20}, // the caller believes more than is true
		{0, 30},  // the caller forgot
	} {
		head := log.head(t, step.size)
		line, err := client.CosignFrom(t.Context(), s.URL+"/", s.VerifierKey(), step.old, head, log.prove)
		if err != nil {
			t.Fatalf("%+v: %v", step, err)
		}
		if _, list, err := counterfoil.VerifyCosigned(append(head, line...), log.key, []string{s.VerifierKey()}); err != nil || len(list) != 1 {
			t.Fatalf("%+v: %v, %v", step, list, err)
		}
	}
	_, err := client.CosignFrom(t.Context(), s.URL, s.VerifierKey(), 0, log.head(t, 5), log.prove)
	if conflict, ok := errors.AsType[*ConflictError](err); !ok || conflict.Size != 30 {
		t.Errorf("a head in the past: %v", err)
	}
	failed := errors.New("no such nodes")
	_, err = client.CosignFrom(t.Context(), s.URL, s.VerifierKey(), 30, log.grow(1, "main").head(t, 31),
		func(uint64, uint64) ([]counterfoil.Hash, error) { return nil, failed })
	if !errors.Is(err, failed) {
		t.Errorf("a proof that cannot be made: %v", err)
	}
}

// TestRealRefusals maps what a real witness refuses.
func TestRealRefusals(t *testing.T) {
	log := newTestLog(t, "log.example").grow(20, "main")
	fork := log.fork(5).grow(15, "other")
	s := serve(t, log.key)
	var client Client
	ask := func(l *testLog, old, size uint64) error {
		_, err := client.Cosign(t.Context(), s.URL, s.VerifierKey(), old, nil, l.head(t, size))
		return err
	}
	if err := ask(log, 0, 10); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ got, want error }{
		"unknown log": {ask(newTestLog(t, "unknown.example"), 0, 0), ErrUnknownLog},
		"another key": {ask(newTestLog(t, "log.example"), 0, 0), ErrNotTrusted},
		"no proof":    {ask(log, 10, 20), ErrProof},
		"fork":        {ask(fork, 10, 10), ErrFork},
	} {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%s: %v", name, tt.got)
		}
	}
	if conflict, ok := errors.AsType[*ConflictError](ask(log, 4, 20)); !ok || conflict.Size != 10 {
		t.Errorf("another size: %v", conflict)
	}
	if status, ok := errors.AsType[*StatusError](ask(log, 20, 10)); !ok || status.Status != http.StatusBadRequest {
		t.Errorf("old size above the new: %v", status)
	}
}

// TestHostileWitness has the client read what no witness should send.
func TestHostileWitness(t *testing.T) {
	log := newTestLog(t, "log.example").grow(3, "main")
	head := log.head(t, 3)
	private, key, err := counterfoil.GenerateCosignerKey(rand.Reader, "w.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := counterfoil.NewCosigner(private, func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	line := func(text string, signer note.Signer) string {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(string(signed), text+"\n")
	}
	text := counterfoil.Checkpoint{Origin: log.origin, Size: 3, Root: log.roots[3]}.Text()
	good := line(text, signer)
	for name, tt := range map[string]struct {
		status     int
		kind, body string
		want       string // empty: the line is returned
	}{
		"good":                      {200, "", good, ""},
		"among lines of others":     {200, "", line(text, log.signer) + good + strings.Replace(good, "w.example", "x.example", 1), ""},
		"nothing":                   {200, "", "", "without a valid cosignature"},
		"only others":               {200, "", line(text, log.signer), "without a valid cosignature"},
		"for another head":          {200, "", line(strings.Replace(text, "\n3\n", "\n4\n", 1), signer), "without a valid cosignature"},
		"no newline":                {200, "", strings.TrimSuffix(good, "\n"), "without a valid cosignature"},
		"a note of its own":         {200, "", "log.example\n3\n\n" + good, "without a valid cosignature"},
		"HTML":                      {200, "text/html", "<p>Welcome</p>\n", "without a valid cosignature"},
		"endless":                   {200, "", strings.Repeat("x", maxResponse+1), "longer than"},
		"conflict without type":     {409, "text/plain", "7\n", "status 409"},
		"conflict without newline":  {409, sizeType, "7", "status 409"},
		"conflict without number":   {409, sizeType, "seven\n", "status 409"},
		"conflict with a huge size": {409, sizeType, "9223372036854775808\n", "status 409"},
		"elsewhere":                 {307, "", "", "status 307"},
		"broken":                    {500, "", good, "status 500"},
		"too often":                 {429, "", "", "status 429"},
	} {
		h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/prefix"+path || r.Method != http.MethodPost {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			if tt.kind != "" {
				w.Header().Set("Content-Type", tt.kind)
			}
			w.Header().Set("Location", "/other")
			w.WriteHeader(tt.status)
			io.WriteString(w, tt.body)
		}))
		var client Client
		got, err := client.Cosign(t.Context(), h.URL+"/prefix", key, 1, nil, head)
		h.Close()
		switch {
		case tt.want == "" && (err != nil || string(got) != good):
			t.Errorf("%s: %q, %v", name, got, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
}

func TestAddress(t *testing.T) {
	for prefix, want := range map[string]string{
		"https://w.example":         "https://w.example/add-checkpoint",
		"https://w.example/":        "https://w.example/add-checkpoint",
		"https://w.example:8443/a/": "https://w.example:8443/a/add-checkpoint",
		"http://127.0.0.1:8410":     "http://127.0.0.1:8410/add-checkpoint",
		"http://[::1]:8410/x":       "http://[::1]:8410/x/add-checkpoint",
		"http://localhost":          "http://localhost/add-checkpoint",
		"http://w.example":          "", "http://10.0.0.1": "", "http://localhost.example": "", "w.example": "", "": "", "https://": "",
		"ftp://127.0.0.1": "", "https://user:secret@w.example": "", "https://w.example/?a=b": "", "https://w.example/#a": "", ":": "",
	} {
		got, err := address(prefix)
		if got != want || (want == "") != errors.Is(err, ErrURL) {
			t.Errorf("%q: %q, %v", prefix, got, err)
		}
	}
}

// TestSilentWitness: a witness that takes the connection and says nothing costs
// the time limit and no more.
func TestSilentWitness(t *testing.T) {
	log := newTestLog(t, "log.example").grow(1, "main")
	_, key, err := counterfoil.GenerateCosignerKey(rand.Reader, "w.example")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		client := Client{HTTP: &http.Client{Transport: silent{}}}
		began := time.Now()
		_, err := client.Cosign(t.Context(), "https://w.example", key, 0, nil, log.head(t, 1))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != timeout {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// silent answers when the request is given up.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func FuzzParseRequest(f *testing.F) {
	log := newTestLog(f, "log.example").grow(9, "main")
	proof, err := log.prove(5, 9)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(request{5, proof, log.head(f, 9)}.marshal())
	f.Add([]byte("old 0\n\nlog\n"))
	s := openServer(f, f.TempDir(), log.key)
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := s.cosign(body)
		req, bad := parseRequest(body)
		if bad != nil {
			if r, refused := errors.AsType[*refusal](err); !refused || r.status != http.StatusBadRequest {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if again := req.marshal(); !bytes.Equal(again, body) {
			t.Fatalf("\n in %q\nout %q", body, again)
		}
	})
}

// FuzzAnswer reads what a witness might send: a line that is taken from it
// verifies behind the checkpoint.
func FuzzAnswer(f *testing.F) {
	log := newTestLog(f, "log.example").grow(2, "main")
	s := openServer(f, f.TempDir(), log.key)
	f.Cleanup(func() { s.Close() })
	head := log.head(f, 2)
	line, err := s.cosign(request{0, nil, head}.marshal())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(append([]byte("— x.example AAAAAAAA\n"), line...))
	verifier, err := counterfoil.NewCosignatureVerifier(s.VerifierKey())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		line, err := cosignatureLine(head, answer, verifier)
		if err != nil {
			return
		}
		signed := append(head[:len(head):len(head)], line...)
		if _, list, err := counterfoil.VerifyCosigned(signed, log.key, []string{s.VerifierKey()}); err != nil || len(list) != 1 {
			t.Fatalf("%q from %q: %v, %v", line, answer, list, err)
		}
	})
}

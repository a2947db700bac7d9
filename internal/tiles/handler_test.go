// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/counterfoil/counterfoil"
)

func serve(t *testing.T, l Log) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.StripPrefix("/log", Handler(l, slog.New(slog.DiscardHandler))))
	t.Cleanup(s.Close)
	return s
}

// ask sends a request line as it is written here, past any cleaning a client does.
func ask(t *testing.T, s *httptest.Server, method, path string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Opaque = path
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestHandler(t *testing.T) {
	l, _ := newLedger(t)
	grow(t, l, 300)
	s := serve(t, Log{Source: l})
	tile := func(path string) string {
		t.Helper()
		parsed, err := counterfoil.ParseTilePath(path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Log{Source: l}.read(t.Context(), parsed)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, c := range []struct {
		path, body, media, cache string
	}{
		{"/log/checkpoint", string(l.Published()), "text/plain; charset=utf-8", "no-cache"},
		{"/log/checkpoint?x=1", string(l.Published()), "text/plain; charset=utf-8", "no-cache"},
		{"/log/tile/0/000", tile("tile/0/000"), "application/octet-stream", immutable},
		{"/log/tile/0/001.p/44", tile("tile/0/001.p/44"), "application/octet-stream", immutable},
		{"/log/tile/0/001.p/7", tile("tile/0/001.p/7"), "application/octet-stream", immutable},
		{"/log/tile/1/000.p/1", tile("tile/1/000.p/1"), "application/octet-stream", immutable},
		{"/log/tile/entries/000", tile("tile/entries/000"), "application/octet-stream", immutable},
		{"/log/tile/entries/001.p/44", tile("tile/entries/001.p/44"), "application/octet-stream", immutable},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			resp, body := ask(t, s, method, c.path)
			want := c.body
			if method == http.MethodHead {
				want = ""
			}
			if resp.StatusCode != http.StatusOK || body != want || resp.ContentLength != int64(len(c.body)) {
				t.Errorf("%s %s: status %d, %d bytes", method, c.path, resp.StatusCode, len(body))
			}
			if got := resp.Header; got.Get("Content-Type") != c.media || got.Get("Cache-Control") != c.cache || got.Get("Content-Encoding") != "" {
				t.Errorf("%s %s: %v", method, c.path, got)
			}
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	l, _ := newLedger(t)
	grow(t, l, 300)
	grown := Log{Source: l, Checkpoint: checkpointNow(l)}
	for range 3 { // durable, but under no published head
		grow(t, l, 1)
	}
	s := serve(t, grown)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/log/", 404},
		{"GET", "/log/tile", 404},
		{"GET", "/log/index.html", 404},
		{"GET", "/log/checkpoint/", 404},
		{"GET", "/log//checkpoint", 404},
		{"GET", "/log/../log/checkpoint", 404},
		{"GET", "/log/%63heckpoint/..", 404},
		{"GET", "/log/CHECKPOINT", 404},
		{"GET", "/log/tiles/0/000", 404},
		{"GET", "/log/tile/", 400},
		{"GET", "/log/tile/0", 400},
		{"GET", "/log/tile/0/", 400},
		{"GET", "/log/tile/0/0", 400},
		{"GET", "/log/tile/0/000.p/0", 400},
		{"GET", "/log/tile/0/000.p/256", 400},
		{"GET", "/log/tile/entries/", 400},
		{"GET", "/log/tile/entries/000.p", 400},
		{"GET", "/log/tile/0/..%2f..%2fkeys", 400},
		{"GET", "/log/tile/../../keys/node.key", 400},
		{"GET", "/log/tile/0/000%00", 400},
		{"GET", "/log/tile/99/000", 400},
		{"GET", "/log/tile/0/" + strings.Repeat("x999/", 4000) + "999", 400},
		{"GET", "/log/tile/0/001", 404},
		{"GET", "/log/tile/0/001.p/45", 404},
		{"GET", "/log/tile/0/002", 404},
		{"GET", "/log/tile/1/000", 404},
		{"GET", "/log/tile/2/000.p/1", 404},
		{"GET", "/log/tile/entries/001.p/45", 404},
		{"GET", "/log/tile/63/000", 404},
		{"GET", "/log/tile/0/x036/x028/x797/x018/x963/967", 404},
		{"POST", "/log/checkpoint", 405},
		{"PUT", "/log/tile/0/000", 405},
		{"DELETE", "/log/tile/0/000", 405},
		{"OPTIONS", "/log/checkpoint", 405},
		{"PATCH", "/log/tile/x", 405},
		{"POST", "/log/other", 404},
	} {
		resp, body := ask(t, s, c.method, c.path)
		if resp.StatusCode != c.status || resp.Header.Get("Cache-Control") != "no-store" || strings.Contains(body, "<") {
			t.Errorf("%s %.80s: status %d where %d belongs; %v %.100s", c.method, c.path, resp.StatusCode, c.status, resp.Header, body)
		}
		if c.status == 405 && resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: Allow is %q", c.method, c.path, resp.Header.Get("Allow"))
		}
	}
	if resp, body := ask(t, s, "GET", "/log/tile/0/001.p/44"); resp.StatusCode != 200 || len(body) != 44*32 {
		t.Errorf("what the checkpoint does reach: status %d, %d bytes", resp.StatusCode, len(body))
	}
}

// checkpointNow keeps the head of this moment, as a cosigned one stays behind.
func checkpointNow(l Source) func() ([]byte, error) {
	signed := bytes.Clone(l.Published())
	return func() ([]byte, error) { return signed, nil }
}

func TestHandlerTellsNoCause(t *testing.T) {
	l, _ := newLedger(t)
	s := serve(t, Log{Source: l, Checkpoint: func() ([]byte, error) { return nil, errors.New("/secret/path is gone") }})
	for _, path := range []string{"/log/checkpoint", "/log/tile/0/000"} {
		if resp, body := ask(t, s, "GET", path); resp.StatusCode != 503 || strings.Contains(body, "secret") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
}

// TestSlowReadersHoldNobodyUp: readers that take nothing occupy no more than their
// places; the head and the tree are served all the same, and bundles once one has left.
func TestSlowReadersHoldNobodyUp(t *testing.T) {
	l, _ := newLedger(t)
	grow(t, l, 300)
	h := Handler(Log{Source: l}, slog.New(slog.DiscardHandler)).(*handler)
	for range atOnce {
		h.slots <- struct{}{}
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	for _, path := range []string{"/checkpoint", "/tile/0/000"} {
		if w := get(path); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	answered := make(chan int)
	go func() { answered <- get("/tile/entries/000").Code }()
	select {
	case code := <-answered:
		t.Fatalf("a bundle more than fits: status %d", code)
	case <-h.slots: // a reader leaves
	}
	if code := <-answered; code != http.StatusOK {
		t.Errorf("status %d", code)
	}
}

// TestHandlerBesideWriters: every checkpoint that is served is borne out by the
// tiles that are served with it, while the log grows.
func TestHandlerBesideWriters(t *testing.T) {
	l, _ := newLedger(t)
	grow(t, l, 10)
	s := serve(t, Log{Source: l})
	ctx, stop := context.WithCancel(t.Context())
	var writer, readers sync.WaitGroup
	writer.Go(func() {
		for ctx.Err() == nil {
			grow(t, l, 37)
		}
	})
	for range 4 {
		readers.Go(func() {
			for range 60 {
				if err := followTail(t, s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	readers.Wait()
	stop()
	writer.Wait()
}

// followTail fetches the checkpoint and the newest tile and bundle under it.
func followTail(t *testing.T, s *httptest.Server) error {
	resp, signed := ask(t, s, "GET", "/log/checkpoint")
	head, err := counterfoil.ParseCheckpoint([]byte(signed))
	if err != nil || resp.StatusCode != 200 {
		return fmt.Errorf("checkpoint: %d, %w", resp.StatusCode, err)
	}
	last, _ := counterfoil.TileAt(0, (head.Size-1)/256, head.Size)
	resp, leaves := ask(t, s, "GET", "/log/"+last.Path())
	if resp.StatusCode != 200 || len(leaves) != 32*last.Width {
		return fmt.Errorf("%s: status %d, %d bytes", last.Path(), resp.StatusCode, len(leaves))
	}
	last.Level = counterfoil.EntriesLevel
	resp, bundle := ask(t, s, "GET", "/log/"+last.Path())
	entries, err := counterfoil.SplitBundle([]byte(bundle), last.Width)
	if resp.StatusCode != 200 || err != nil {
		return fmt.Errorf("%s: status %d, %w", last.Path(), resp.StatusCode, err)
	}
	for i, raw := range entries {
		if leaf := counterfoil.LeafHash(raw); leaves[32*i:][:32] != string(leaf[:]) {
			return fmt.Errorf("entry %d of %s is not its leaf", i, last.Path())
		}
	}
	return nil
}

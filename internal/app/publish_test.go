// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
)

// TestPublishedLog: the log is served where the configuration says, and there is
// nothing else; without the setting nothing is served at all.
func TestPublishedLog(t *testing.T) {
	h := newHouse(t)
	address := freeAddress(t)
	h.config = h.write("counterfoil.yaml", strings.ReplaceAll(everywhere, "%s", "")+"publish: {listen: \""+address+"\"}\n")
	r := h.run()
	defer r.end()
	exportNow(t, h)
	signed := fetch(t, "http://"+address+"/log/checkpoint", http.StatusOK)
	head, err := counterfoil.ParseCheckpoint([]byte(signed))
	if err != nil || head.Size == 0 {
		t.Fatalf("%+v, %v", head, err)
	}
	last, _ := counterfoil.TileAt(counterfoil.EntriesLevel, 0, head.Size)
	bundle := fetch(t, "http://"+address+"/log/"+last.Path(), http.StatusOK)
	if list, err := counterfoil.SplitBundle([]byte(bundle), last.Width); err != nil || len(list) == 0 {
		t.Errorf("%d entries, %v", len(list), err)
	}
	// The registry signs its head in rounds of its own.
	var c counterfoil.Checkpoint
	for deadline := time.Now().Add(time.Minute); c.Size < 3 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err = counterfoil.ParseCheckpoint([]byte(fetch(t, "http://"+address+"/registry/checkpoint", http.StatusOK))); err != nil {
			t.Fatal(err)
		}
	}
	if c.Origin != head.Origin+"/registry" || c.Size < 3 {
		t.Errorf("registry: %+v", c)
	}
	for _, path := range []string{"/", "/log", "/login", "/sandbox/v1/models", "/log/keys/node.key"} {
		fetch(t, "http://"+address+path, http.StatusNotFound)
	}
	for _, url := range []string{r.gateway, r.console} {
		fetch(t, url+"/log/checkpoint", http.StatusNotFound)
	}
}

// exportNow exports through the socket, which signs the present head.
func exportNow(t *testing.T, h *house) {
	t.Helper()
	c, err := control.Dial(t.Context(), h.data)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Post("http://counterfoil/v1/ledger/export", "application/json", strings.NewReader(`{"dir":"`+filepath.Join(h.dir, "log")+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), `{"done":true}`) {
		t.Fatalf("%s, %v", body, err)
	}
}

// freeAddress is one of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func fetch(t *testing.T, url string, status int) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Errorf("%s: status %d where %d belongs, %v", url, resp.StatusCode, status, err)
	}
	return string(body)
}

// TestExportBothWays: beside a server and without one the same log comes out, and
// reading it leaves no trace in it.
func TestExportBothWays(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	for range 300 {
		intend(t, a)
	}
	q := control.ExportLog{Dir: filepath.Join(h.dir, "log")}
	first, err := (service{a}).ExportLog(t.Context(), q, func(uint64, uint64) {})
	if err != nil || first.Size != a.ledger.Size() {
		t.Fatalf("%+v, %v", first, err)
	}
	h.close(a)
	for range 2 {
		again, err := Export(t.Context(), h.data, q, nil)
		if err != nil || again.Written != 0 || again.Size != first.Size {
			t.Errorf("%+v, %v", again, err)
		}
	}
	if _, err := (service{a}).ExportLog(t.Context(), control.ExportLog{Dir: "log"}, nil); err == nil {
		t.Error("a relative folder would lie where the server was started")
	}
}

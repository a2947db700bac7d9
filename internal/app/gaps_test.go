// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
	"github.com/counterfoil/counterfoil/internal/sandbox"
)

// closedMode and openMode are configurations that differ in the fail mode only.
const (
	closedMode = "ledger: {segment_bytes: 1MiB, fill_ahead_bytes: 256KiB}\n" +
		"providers:\n  - {name: sandbox, dialect: openai, origin: \"sandbox:\"}\n"
	openMode = "ledger: {segment_bytes: 1MiB, fill_ahead_bytes: 256KiB}\n" +
		"providers:\n  - {name: sandbox, dialect: openai, origin: \"sandbox:\", fail: {mode: bounded-open, requests: 3, seconds: 3600}}\n"
)

// front is the live path of an app, with a key.
type front struct {
	t        *testing.T
	app      *App
	url, key string
}

func newFront(t *testing.T, a *App) *front {
	t.Helper()
	_, key := keyOf(t, a, "ada@example.com")
	if _, err := (service{a}).ChangeModels(t.Context(), "helpdesk", []string{sandbox.Model}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a.livePath())
	t.Cleanup(server.Close)
	return &front{t, a, server.URL, key}
}

// ask sends one request and returns its status and why it has no record.
func (f *front) ask(text string) (status int, unrecorded, body string) {
	f.t.Helper()
	req, err := http.NewRequest(http.MethodPost, f.url+"/sandbox/v1/chat/completions", strings.NewReader(fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":%q}]}`, sandbox.Model, text)))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + f.key}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Error(err)
		return 0, "", ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Error(err)
	}
	return resp.StatusCode, resp.Header.Get("Counterfoil-Unrecorded"), string(raw)
}

// untilUnrecorded sends requests until one leaves without a record.
func (f *front) untilUnrecorded() {
	f.t.Helper()
	text := randomText(10_000)
	for {
		status, unrecorded, body := f.ask(text)
		if status != http.StatusOK {
			f.t.Fatalf("status %d: %s", status, body)
		}
		if unrecorded != "" {
			return
		}
	}
}

// small puts the data directory on a small file system of the machine.
func (h *house) small() {
	h.t.Helper()
	if err := os.Mkdir(h.data, 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", h.data, "tmpfs", 0, "size=64m,mode=0700"); err != nil {
		h.t.Skip("mounting a file system needs rights: ", err)
	}
	h.t.Cleanup(func() { _ = syscall.Unmount(h.data, syscall.MNT_DETACH) })
}

const ballast = "ballast"

// fill takes what space the directory has left.
func (h *house) fill() {
	h.t.Helper()
	f, err := os.Create(filepath.Join(h.data, ballast))
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	for piece := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(piece)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		h.t.Fatal(err)
	}
}

// space gives it back and waits until the ledger noticed.
func (h *house) space(a *App) {
	h.t.Helper()
	if err := os.Remove(filepath.Join(h.data, ballast)); err != nil {
		h.t.Fatal(err)
	}
	h.until("the ledger has space", func() bool { return a.ledger.Health() == nil })
}

func (h *house) until(what string, done func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatal("never: " + what)
		}
	}
}

// TestFullDiskBoundedOpen fills a real file system. As many requests as configured
// leave, no more, and all that is said about it is true until the ledger states it.
// The text of a person who is new needs a key, for which there is no space either.
func TestFullDiskBoundedOpen(t *testing.T) {
	for name, known := range map[string]bool{"known person": true, "new person": false} {
		t.Run(name, func(t *testing.T) { boundedOpenOnAFullDisk(t, known) })
	}
}

func boundedOpenOnAFullDisk(t *testing.T, known bool) {
	h := newHouse(t)
	h.small()
	h.config = h.write("counterfoil.yaml", openMode)
	a := h.open()
	f := newFront(t, a)
	if known {
		f.ask("hello")
	}
	h.fill()
	f.untilUnrecorded()
	for range 2 {
		if status, why, body := f.ask("hello"); status != http.StatusOK || why != "ledger_full" {
			t.Fatalf("status %d, %q: %s", status, why, body)
		}
	}
	if status, _, body := f.ask("hello"); status != http.StatusServiceUnavailable || !strings.Contains(body, "fail.requests") {
		t.Fatalf("status %d: %s", status, body)
	}
	s, err := service{a}.Status(t.Context())
	if err != nil || s.Healthy || !strings.Contains(s.Problem, "3 of at most 3 to sandbox") {
		t.Errorf("%+v, %v", s, err)
	}

	h.space(a)
	if err := a.gaps.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := (service{a}).Status(t.Context()); err != nil || !s.Healthy {
		t.Errorf("%+v, %v", s, err)
	}
	if status, why, body := f.ask("hello"); status != http.StatusOK || why != "" {
		t.Errorf("status %d, %q: %s", status, why, body)
	}
	found := entries(t, a, counterfoil.KindGap)
	if len(found) != 1 {
		t.Fatalf("%d gaps", len(found))
	}
	if g := found[0].Gap; g.Provider != "sandbox" || g.Requests != 3 || g.Limit != 3 || g.Reason != "ledger_full" || len(found[0].Commitment) != 0 {
		t.Errorf("%+v", g)
	}
	h.close(a)
	if r := h.verify(); r.Gaps != 3 {
		t.Errorf("%d unrecorded requests are reported", r.Gaps)
	}
}

// TestShutdownOnAFullDisk states the gap from the reserve.
func TestShutdownOnAFullDisk(t *testing.T) {
	h := newHouse(t)
	h.small()
	h.config = h.write("counterfoil.yaml", openMode)
	a := h.open()
	f := newFront(t, a)
	f.ask("hello")
	h.fill()
	f.untilUnrecorded()
	if err := a.Close(); err != nil && !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "full") {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(h.data, ballast)); err != nil {
		t.Fatal(err)
	}
	a = h.open()
	if n := len(entries(t, a, counterfoil.KindGap)); n != 1 {
		t.Errorf("%d gaps", n)
	}
	h.close(a)
	if r := h.verify(); r.Gaps != 1 {
		t.Errorf("%d unrecorded requests are reported", r.Gaps)
	}
}

// gapDieIn tells the process that TestKilledInAGap starts where it runs.
const gapDieIn = "COUNTERFOIL_TEST_GAP_DIE_IN"

// TestKilledGapProcess is no test: it is the process that TestKilledInAGap kills.
func TestKilledGapProcess(t *testing.T) {
	if os.Getenv(gapDieIn) == "" {
		t.Skip("only as a process of another test")
	}
	h := &house{t: t, dir: os.Getenv(gapDieIn), data: os.Getenv(gapDieIn) + "/data", config: os.Getenv(gapDieIn) + "/counterfoil.yaml"}
	f := newFront(t, h.open())
	f.ask("hello")
	h.fill()
	f.untilUnrecorded()
	f.ask("hello")
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // until the signal arrives
}

// TestKilledInAGap: the next process states what the killed one let pass, exactly,
// also when it finds the disk full at first.
func TestKilledInAGap(t *testing.T) {
	h := newHouse(t)
	h.small()
	h.config = h.write("counterfoil.yaml", openMode)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledGapProcess$")
	cmd.Env = append(os.Environ(), gapDieIn+"="+h.dir)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the process ended with %v:\n%s", err, out)
	}
	if a, err := Open(t.Context(), h.options()); err == nil {
		_ = a.Close() // the start found room in what was filled; its last head did not
	}
	if err := os.Remove(filepath.Join(h.data, ballast)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	a := h.open()
	found := entries(t, a, counterfoil.KindGap)
	if len(found) != 1 || found[0].Gap.Requests != 2 {
		t.Fatalf("%d gaps: %+v", len(found), found)
	}
	h.close(a)
	if r := h.verify(); r.Gaps != 2 {
		t.Errorf("%d unrecorded requests are reported", r.Gaps)
	}
}

// TestBusyLedgerBoundedOpen holds the disk up under the ledger until its queue is
// full. A reload that ends the mode counts at once; what left before is stated.
func TestBusyLedgerBoundedOpen(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", openMode)
	disk := faulty.New(1)
	o := h.options()
	o.disk = disk
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	f := newFront(t, a)
	while := func(busy func()) {
		hold := make(chan struct{})
		disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: ".seg", Hold: hold})
		var writers sync.WaitGroup
		for a.ledger.Admits() {
			writers.Go(func() { _ = a.Access(t.Context(), subject, "text_shown", subject) })
		}
		busy()
		disk.Clear()
		close(hold)
		writers.Wait()
	}
	while(func() {
		if status, why, body := f.ask("hello"); status != http.StatusOK || why != "ledger_busy" {
			t.Errorf("status %d, %q: %s", status, why, body)
		}
		h.write("counterfoil.yaml", closedMode)
		if _, err := a.Reload(t.Context()); err == nil {
			t.Error("a reload without its entry in the ledger")
		}
	})
	if _, err := a.Reload(t.Context()); err != nil { // the stretch is still open
		t.Fatal(err)
	}
	while(func() {
		if status, _, body := f.ask("hello"); status != http.StatusServiceUnavailable || strings.Contains(body, "fail.") {
			t.Errorf("status %d: %s", status, body)
		}
	})
	if err := a.gaps.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := entries(t, a, counterfoil.KindGap)
	if len(found) != 1 || found[0].Gap.Requests != 1 || found[0].Gap.Reason != "ledger_busy" {
		t.Errorf("%d gaps: %+v", len(found), found)
	}
}

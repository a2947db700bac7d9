// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// house is a data directory, opened as a test needs it.
type house struct {
	t      *testing.T
	dir    string // of everything
	data   string // data directory
	config string // configuration file, "" for none
	log    lines
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	return &house{t: t, dir: dir, data: filepath.Join(dir, "data")}
}

func (h *house) options() Options {
	return Options{Data: h.data, Config: h.config, Log: slog.New(slog.NewTextHandler(&h.log, nil)), Version: "v0.0.0-test", Out: &h.log}
}

// open opens the directory until the test ends or closes it.
func (h *house) open() *App {
	h.t.Helper()
	a, err := Open(h.t.Context(), h.options())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := a.Close(); err != nil && !errors.Is(err, ledger.ErrClosed) {
			h.t.Error(err)
		}
	})
	return a
}

func (h *house) close(a *App) {
	h.t.Helper()
	if err := a.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// write puts a file beside the data directory.
func (h *house) write(name, text string) string {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// replace changes a file in one step, so that a reader sees the old or the new.
func (h *house) replace(name, text string) {
	h.t.Helper()
	if err := os.Rename(h.write(name+".new", text), filepath.Join(h.dir, name)); err != nil {
		h.t.Fatal(err)
	}
}

// verify checks the directory as it lies and returns the report.
func (h *house) verify() verify.Report {
	h.t.Helper()
	r, err := Verify(h.t.Context(), h.data, Check{})
	if err != nil {
		h.t.Fatal(err)
	}
	if r.Integrity != "ok" {
		h.t.Fatalf("the record is %s: %+v", r.Integrity, r.Problems)
	}
	return r
}

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// subject is whose data the interactions of tests are.
var subject = counterfoil.ID{0x5A}

// intend records an intent that nothing closes.
func intend(t *testing.T, a *App) counterfoil.ID {
	t.Helper()
	now := a.clock.Now()
	payload, err := interaction.Encode(&interaction.Request{Method: "POST", Path: "/v1/chat/completions", Model: "small-1"})
	if err != nil {
		t.Fatal(err)
	}
	e := &counterfoil.Entry{
		Kind: counterfoil.KindIntent, ID: counterfoil.NewTimeID(now), Time: now.UnixMicro(),
		Intent: &counterfoil.Intent{Provider: "sandbox", Dialect: "openai", Operation: "chat", Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow}},
	}
	if _, err := (interactions{a}).Record(t.Context(), e, subject, payload); err != nil {
		t.Fatal(err)
	}
	return e.ID
}

// conclude records the outcome of an intent.
func conclude(t *testing.T, a *App, id counterfoil.ID) {
	t.Helper()
	e := &counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id, Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered}}
	if _, err := (interactions{a}).Record(t.Context(), e, subject, nil); err != nil {
		t.Error(err)
	}
}

// addSystem registers a system and lets it be tried, as the command line does.
func addSystem(t *testing.T, a *App, name string) control.System {
	t.Helper()
	s, err := service{a}.AddSystem(t.Context(), control.NewSystem{Name: name, Owner: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err = (service{a}).TrySystem(t.Context(), s.Slug, control.Trial{Days: 14, Requests: 1000, People: 10}); err != nil {
		t.Fatal(err)
	}
	return s
}

// list returns all interactions as the command line lists them.
func list(t *testing.T, a *App) []control.Interaction {
	t.Helper()
	var all []control.Interaction
	if err := (service{a}).Interactions(t.Context(), 0, time.Time{}, func(i control.Interaction) error {
		all = append(all, i)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// entries returns all entries of a kind, in order.
func entries(t *testing.T, a *App, kind counterfoil.Kind) []*counterfoil.Entry {
	t.Helper()
	var found []*counterfoil.Entry
	if err := a.ledger.Scan(t.Context(), 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err == nil && e.Kind == kind {
			found = append(found, e)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestASecondProcessIsNamedTheFirst(t *testing.T) {
	h := newHouse(t)
	first := h.open()
	second, err := Open(t.Context(), h.options())
	if second != nil || !errors.Is(err, ledger.ErrLocked) {
		t.Fatalf("opened twice: %v", err)
	}
	if text := err.Error(); !strings.Contains(text, "in use") || !strings.Contains(text, strconv.Itoa(os.Getpid())) {
		t.Errorf("does not name the process %d: %v", os.Getpid(), err)
	}
	addSystem(t, first, "Helpdesk") // the first is not disturbed
	h.close(first)
	h.open()
}

func TestAnOpenIntentIsClosedAsAbandoned(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	id := intend(t, a)
	if all := list(t, a); len(all) != 1 || all[0].Result != "open" || all[0].OutcomeIndex != nil {
		t.Fatalf("before: %+v", all)
	}
	h.close(a)
	a = h.open()
	all := list(t, a)
	if len(all) != 1 || all[0].ID != id.String() || all[0].Result != "abandoned" || all[0].Reason != "crash" || all[0].OutcomeIndex == nil {
		t.Fatalf("after: %+v", all)
	}
	if !strings.Contains(h.log.String(), "closed as abandoned") {
		t.Error("the log does not tell")
	}
	h.close(a)
	h.close(h.open()) // once, not at every start
	if r := h.verify(); r.Intents != 1 || r.Outcomes != 1 || r.Abandoned != 1 {
		t.Errorf("intents %d, outcomes %d, abandoned %d", r.Intents, r.Outcomes, r.Abandoned)
	}
}

func TestLostKeysAreNotReplaced(t *testing.T) {
	h := newHouse(t)
	h.close(h.open())
	root := filepath.Join(h.data, "keys", "root.key")
	if err := os.Rename(root, root+".aside"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), h.options()); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Fatalf("opened without its keys: %v", err)
	}
	if _, err := os.Stat(root); err == nil {
		t.Error("a new key was made")
	}
	if err := os.Rename(root+".aside", root); err != nil {
		t.Fatal(err)
	}
	h.open()
}

// TestCloseWhileTheIndexFollows: what was recorded before Close is durable, and
// the next Open brings the index to it.
func TestCloseWhileTheIndexFollows(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	const writers, each = 4, 25
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				intend(t, a)
			}
		})
	}
	all.Wait()
	h.close(a)
	a = h.open()
	if n := len(list(t, a)); n != writers*each {
		t.Errorf("%d of %d interactions", n, writers*each)
	}
}

func TestOpenStopsWithItsContext(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, h.options()); !errors.Is(err, context.Canceled) {
		t.Fatalf("opened under an ended context: %v", err)
	}
	h.open() // the lock was given back
}

func TestOpenNeedsAWritableDirectory(t *testing.T) {
	h := newHouse(t)
	h.data = filepath.Join(h.write("file", ""), "data")
	if _, err := Open(t.Context(), h.options()); err == nil || !strings.Contains(err.Error(), "data directory") {
		t.Fatalf("%v", err)
	}
}

func TestAccessIsRecorded(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	actor, target := counterfoil.NewID(), counterfoil.NewID()
	if err := a.Access(t.Context(), actor, "text_shown", target); err != nil {
		t.Fatal(err)
	}
	found := entries(t, a, counterfoil.KindAccess)
	if len(found) != 1 {
		t.Fatalf("%d entries", len(found))
	}
	e := found[0]
	if e.Actor != actor || e.Access.Action != "text_shown" || e.Access.Target != target || len(e.Commitment) != 0 {
		t.Errorf("%+v, %+v", e, e.Access)
	}
	h.close(a)
	h.verify()
	if err := a.Access(t.Context(), actor, "text_shown", target); fault.KindOf(err) != fault.KindUnavailable || strings.Contains(public(err), "closed") {
		t.Errorf("after Close: %v", err)
	}
}

func TestRetentionByClass(t *testing.T) {
	const day = 24 * time.Hour
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", "retention: {interactions: 30d, records: 3650d}\n")
	a := h.open()
	want := func(interactions, records time.Duration) {
		t.Helper()
		if i, r := a.retention(classInteraction), a.retention(classRecord); i != interactions || r != records {
			t.Errorf("interactions %v, records %v", i, r)
		}
	}
	want(30*day, 3650*day)
	h.write("counterfoil.yaml", "retention: {interactions: 60d}\n")
	if _, err := a.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(60*day, 2555*day)
}

// TestLeftKeysAreRemoved: what a crash left of a key goes at the start, and is told.
func TestLeftKeysAreRemoved(t *testing.T) {
	h := newHouse(t)
	h.close(h.open())
	left := durable.Temporary(filepath.Join(h.data, "keys", "node.key"))
	if err := os.WriteFile(left, []byte("a private key"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.close(h.open())
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if !strings.Contains(h.log.String(), filepath.Base(left)) {
		t.Error("the log does not tell")
	}
	h.verify()
}

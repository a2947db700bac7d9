// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// world is a node with its registry, and the others it asks, in one directory.
type world struct {
	testing.TB
	dir         string
	clock       *clock.Set
	log         *strings.Builder
	node        *ledger.Ledger
	registry    *Registry
	policy      string
	authorities []Authority
	watchers    []string // verifier keys of all witnesses there ever were
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir(), clock: clock.NewSet(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)), log: &strings.Builder{}}
	w.openNode()
	return w
}

func (w *world) in(name string) string { return filepath.Join(w.dir, name) }

func (w *world) openNode() {
	w.Helper()
	node, err := ledger.Open(w.Context(), ledger.Config{
		Dir: w.in("ledger"), PayloadDir: w.in("payload"), HeadsPath: w.in("heads.db"), KeyPath: w.in("keys/node.key"),
		SegmentBytes: 1 << 20, FillAhead: 256 << 10, HeadEvery: -1, Clock: w.clock, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.Fatal(err)
	}
	w.node = node
	w.Cleanup(func() { node.Close() })
	w.entry(&counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{}})
}

func (w *world) entry(e *counterfoil.Entry) {
	w.Helper()
	if _, err := w.node.Append(context.Background(), e, nil); err != nil {
		w.Fatal(err)
	}
}

// grow gives the node something to be entered.
func (w *world) grow() {
	w.Helper()
	w.entry(&counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "viewed"}})
}

func (w *world) config() Config {
	c := Config{
		Dir: w.in("registry"), HeadsPath: w.in("registry-heads.db"), KeyPath: w.in("keys/registry.key"),
		Node: w.node, Interval: time.Minute, Authorities: w.authorities, Version: "v0.0.0-test", Clock: w.clock,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	if w.policy != "" {
		p, err := counterfoil.ParsePolicy([]byte(w.policy))
		if err != nil {
			w.Fatal(err)
		}
		c.Policy = p
	}
	return c
}

func (w *world) open() *Registry {
	w.Helper()
	r, err := Open(w.Context(), w.config())
	if err != nil {
		w.Fatal(err)
	}
	w.registry = r
	w.Cleanup(func() { r.Close() })
	return r
}

// reopen ends both logs and begins again, as a new process does.
func (w *world) reopen() *Registry {
	w.Helper()
	if err := w.registry.Close(); err != nil {
		w.Fatal(err)
	}
	if err := w.node.Close(); err != nil {
		w.Fatal(err)
	}
	w.openNode()
	return w.open()
}

func (w *world) round() {
	w.Helper()
	if err := w.registry.Round(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) status() Status {
	w.Helper()
	s, err := w.registry.Status(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// entries lists the registry, or the node's log, as "kind type size" by line.
func (w *world) entries(l *ledger.Ledger) []*counterfoil.Entry {
	w.Helper()
	var list []*counterfoil.Entry
	err := l.Scan(w.Context(), 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		list = append(list, e)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *world) story(l *ledger.Ledger) string {
	w.Helper()
	var b strings.Builder
	for _, e := range w.entries(l) {
		switch {
		case e.Anchor != nil:
			fmt.Fprintf(&b, "%s %d\n", e.Anchor.Type, e.Anchor.Size)
		case e.Key != nil:
			fmt.Fprintf(&b, "%s %d\n", e.Key.Event, e.Key.Size)
		default:
			fmt.Fprintf(&b, "%s\n", e.Kind)
		}
	}
	return b.String()
}

func (w *world) wantStory(l *ledger.Ledger, want string) {
	w.Helper()
	if got := w.story(l); got != want {
		w.Errorf("the log reads\n%swhere this belongs\n%s", got, want)
	}
}

// watcher is a real witness that can be made to misbehave.
type watcher struct {
	*httptest.Server
	witness *witness.Server
	instead atomic.Pointer[http.HandlerFunc]
	asked   atomic.Int64
}

// watch starts a witness of the registry and adds it to the policy.
func (w *world) watch(name string) *watcher {
	w.Helper()
	policy := w.policy
	w.policy = "" // is not whole yet
	s, err := witness.Open(witness.Config{
		Dir: w.TempDir(), Name: name, Logs: []string{w.open().Log().VerifierKey()}, Clock: w.clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		w.Fatal(err)
	}
	if err := w.registry.Close(); err != nil {
		w.Fatal(err)
	}
	v := &watcher{witness: s}
	v.Server = httptest.NewServer(v)
	w.Cleanup(func() { v.Close(); s.Close() })
	w.watchers = append(w.watchers, s.VerifierKey())
	w.policy = policy + "witness " + name + " " + s.VerifierKey() + " " + v.URL + "\n"
	return v
}

// ServeHTTP implements http.Handler.
func (v *watcher) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	v.asked.Add(1)
	if h := v.instead.Load(); h != nil {
		(*h)(rw, r)
		return
	}
	v.witness.ServeHTTP(rw, r)
}

// answer makes a server answer otherwise, or with nil as it should.
func (v *watcher) answer(h http.HandlerFunc) {
	if h == nil {
		v.instead.Store(nil)
		return
	}
	v.instead.Store(&h)
}

func down(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusBadGateway) }

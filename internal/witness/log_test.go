// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witness

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
)

var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// testLog is a log with all its nodes. A fork is a log with the same key whose
// entries differ from a point on.
type testLog struct {
	origin string
	signer note.Signer
	key    string // verifier key
	tree   counterfoil.Tree
	nodes  []counterfoil.Hash
	roots  []counterfoil.Hash // by size
}

func newTestLog(t testing.TB, origin string) *testLog {
	t.Helper()
	private, key, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	l := &testLog{origin: origin, signer: signer, key: key}
	l.roots = append(l.roots, l.tree.Root())
	return l
}

// grow appends n entries whose content depends on the branch.
func (l *testLog) grow(n int, branch string) *testLog {
	for range n {
		l.nodes = l.tree.Append(l.nodes, counterfoil.LeafHash(fmt.Append(nil, branch, l.tree.Size())))
		l.roots = append(l.roots, l.tree.Root())
	}
	return l
}

// fork is a log of the same key that shares the first n entries.
func (l *testLog) fork(n int) *testLog {
	other := &testLog{origin: l.origin, signer: l.signer, key: l.key}
	other.roots = append(other.roots, other.tree.Root())
	return other.grow(n, "main")
}

// head is the signed checkpoint at a size.
func (l *testLog) head(t testing.TB, size uint64) []byte {
	t.Helper()
	signed, err := counterfoil.Checkpoint{Origin: l.origin, Size: size, Root: l.roots[size]}.Sign(l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// ReadHashes implements tlog.HashReader.
func (l *testLog) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = tlog.Hash(l.nodes[n])
	}
	return out, nil
}

// prove is the consistency proof from one size to another.
func (l *testLog) prove(from, to uint64) ([]counterfoil.Hash, error) {
	if from == 0 || from == to {
		return nil, nil
	}
	proof, err := tlog.ProveTree(int64(to), int64(from), l)
	out := make([]counterfoil.Hash, len(proof))
	for i, h := range proof {
		out[i] = counterfoil.Hash(h)
	}
	return out, err
}

// testServer is a witness that listens.
type testServer struct {
	*Server
	URL, address string
	clock        *clock.Set
}

func openServer(t testing.TB, dir string, keys ...string) *Server {
	t.Helper()
	s, err := Open(Config{Dir: dir, Name: "w.example", Logs: keys, Clock: clock.NewSet(start), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func serve(t testing.TB, keys ...string) testServer {
	t.Helper()
	s := openServer(t, t.TempDir(), keys...)
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		h.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return testServer{s, h.URL, h.Listener.Addr().String(), s.clock.(*clock.Set)}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witnesses

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/witness"
)

const origin = "log.example/registry"

// judged is a log that is witnessed.
type judged struct {
	signer note.Signer
	key    string // verifier key
	tree   counterfoil.Tree
	nodes  []counterfoil.Hash
	roots  []counterfoil.Hash // by size
}

func newLog(t *testing.T) *judged {
	t.Helper()
	private, key, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	l := &judged{signer: signer, key: key}
	l.roots = append(l.roots, l.tree.Root())
	return l
}

// grow appends n entries whose content depends on the branch.
func (l *judged) grow(n int, branch string) *judged {
	for range n {
		l.nodes = l.tree.Append(l.nodes, counterfoil.LeafHash(fmt.Append(nil, branch, l.tree.Size())))
		l.roots = append(l.roots, l.tree.Root())
	}
	return l
}

// head is the signed checkpoint at a size.
func (l *judged) head(t *testing.T, size uint64) []byte {
	t.Helper()
	signed, err := counterfoil.Checkpoint{Origin: origin, Size: size, Root: l.roots[size]}.Sign(l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// ReadHashes implements tlog.HashReader.
func (l *judged) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = tlog.Hash(l.nodes[n])
	}
	return out, nil
}

// prove is the consistency proof between two sizes above 0.
func (l *judged) prove(from, to uint64) ([]counterfoil.Hash, error) {
	proof, err := tlog.ProveTree(int64(to), int64(from), l)
	out := make([]counterfoil.Hash, len(proof))
	for i, h := range proof {
		out[i] = counterfoil.Hash(h)
	}
	return out, err
}

// party is a witness that listens.
type party struct{ name, key, url string }

// ours starts our witness.
func ours(t *testing.T, logKey string) party {
	t.Helper()
	s, err := witness.Open(witness.Config{
		Dir: t.TempDir(), Name: "ours.example/w", Logs: []string{logKey}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		h.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return party{s.Name(), s.VerifierKey(), h.URL}
}

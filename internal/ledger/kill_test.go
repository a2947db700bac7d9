// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

// TestKilledProcessLosesNothing kills a writing process again and again, at
// random moments: while it starts for the first time, while it recovers from
// the kill before, while it writes. After each kill the log must have every
// entry and every head the process told of before, in its place; at the end,
// every head ever signed must lie on the way of the log, every intent have one
// outcome, and the verifier be content.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	kills, fresh := 14, 3
	if *long {
		kills, fresh = 1000, 60
	}
	var entries, heads, begun int
	began := time.Now()
	for left := kills; left > 0; {
		k := newKilled(t)
		n, early := left, begun < fresh
		if early { // a log that never lives long: killed in its first starts
			n = min(left, 1+rand.IntN(4))
		}
		for range n {
			k.round(t, early)
		}
		left -= n
		k.conclude(t)
		entries, heads, begun = entries+len(k.p.leaves), heads+len(k.p.heads), begun+1
	}
	t.Logf("%d kills of %d logs in %s: %d acknowledged entries found, %d signed heads compared, no fork",
		kills, begun, time.Since(began).Round(time.Second), entries, heads)
}

// killed is a log whose writers are killed.
type killed struct {
	cfg    Config
	p      *promised
	leaves []counterfoil.Hash   // the log as read so far
	roots  []counterfoil.Hash   // its roots, by size
	tree   counterfoil.Tree     // with these leaves
	at     counterfoil.Position // where that ends
	rounds int
}

func newKilled(t *testing.T) *killed {
	return &killed{cfg: killConfig(t.TempDir()), p: newPromised(), roots: []counterfoil.Hash{counterfoil.EmptyRoot()}}
}

// round lets a child live for a while and looks at what it left.
func (k *killed) round(t *testing.T, early bool) {
	t.Helper()
	k.rounds++
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+filepath.Dir(k.cfg.Dir))
	child.Stderr = os.Stderr
	lines, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	// Half of the kills come by the clock, to hit the start and the recovery,
	// half after some receipts, to hit the writing.
	after := -1
	switch {
	case early || rand.IntN(4) == 0:
		time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { child.Process.Kill() })
	case rand.IntN(3) == 0:
		time.AfterFunc(time.Duration(rand.IntN(150_000))*time.Microsecond, func() { child.Process.Kill() })
	default:
		after = rand.IntN(400)
	}
	told := k.listen(t, lines, after, child)
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("child ended by itself: %v", err)
	}
	k.look(t)
	for _, signed := range told {
		if err := k.p.note(signed, k.verifier(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.p.checkNew(k.leaves, k.roots); err != nil {
		t.Fatalf("round %d: %v", k.rounds, err)
	}
	if k.rounds%100 == 0 && len(k.leaves) > 0 {
		verified(t, k.cfg)
	}
}

// listen takes in what the child tells, to the end, and kills it after some
// receipts. It returns the notes.
func (k *killed) listen(t *testing.T, from io.Reader, after int, child *exec.Cmd) [][]byte {
	t.Helper()
	var notes [][]byte
	lines := bufio.NewScanner(from)
	for n := 0; lines.Scan(); n++ {
		if n == after {
			child.Process.Kill()
		}
		what, rest, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "e":
			var i counterfoil.Index
			var leaf string
			_, err := fmt.Sscanf(rest, "%d %s", &i, &leaf)
			hash, parseErr := counterfoil.ParseHash(leaf)
			if err := errors.Join(err, parseErr); err != nil {
				t.Fatalf("line %q: %v", lines.Text(), err)
			}
			k.p.entry(i, hash)
		case "h":
			signed, err := base64.StdEncoding.DecodeString(rest)
			if err != nil {
				t.Fatalf("line %q: %v", lines.Text(), err)
			}
			notes = append(notes, signed)
		}
	}
	return notes
}

func (k *killed) verifier(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(k.cfg.Dir, "verifier"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// look reads on in the log where it stopped, and takes in the heads that lie in
// the published note and in the store.
func (k *killed) look(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(k.cfg.Dir, "verifier"))
	if errors.Is(err, os.ErrNotExist) {
		return // killed before the log had a name
	}
	if err != nil {
		t.Fatal(err)
	}
	verifier := strings.TrimSpace(string(b))
	origin, _, _ := strings.Cut(verifier, "+")
	k.read(t, origin)
	signed, err := os.ReadFile(filepath.Join(k.cfg.Dir, "checkpoint"))
	if err == nil {
		err = k.p.note(signed, verifier)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	heads, err := openHeads(t.Context(), k.cfg.HeadsPath)
	if err != nil {
		t.Fatal(err)
	}
	defer heads.close()
	h, err := heads.load(t.Context(), origin)
	if err != nil {
		t.Fatal(err)
	}
	k.p.head(h.Size, h.Root)
}

func (k *killed) read(t *testing.T, origin string) {
	t.Helper()
	r := counterfoil.NewReader(k.cfg.Dir, counterfoil.OriginDigest(origin), k.at, counterfoil.Index(len(k.leaves)))
	defer r.Close()
	for {
		b, err := r.Next()
		var tail *counterfoil.TailError
		if errors.Is(err, io.EOF) || errors.As(err, &tail) && tail.Torn {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range b.Entries {
			leaf := counterfoil.LeafHash(e.Raw)
			k.tree.Append(nil, leaf)
			k.leaves, k.roots = append(k.leaves, leaf), append(k.roots, k.tree.Root())
		}
		k.at = b.End
	}
}

// conclude starts once more, closes what is open, and compares everything anew.
func (k *killed) conclude(t *testing.T) {
	t.Helper()
	l := mustOpen(t, k.cfg)
	for _, o := range l.OpenIntents() {
		e := outcome(o.ID)
		e.Outcome.Result, e.Outcome.Reason = counterfoil.ResultAbandoned, "crash"
		r := mustAppend(t, l, e, nil)
		k.p.entry(r.Index, r.Leaf)
	}
	if open := l.OpenIntents(); len(open) > 0 {
		t.Fatalf("still open: %v", open)
	}
	var leaves []counterfoil.Hash
	err := l.Scan(t.Context(), 0, func(s Stored) error {
		if s.Index != counterfoil.Index(len(leaves)) {
			return fmt.Errorf("entry %d where %d belongs", s.Index, len(leaves))
		}
		leaves = append(leaves, s.Leaf)
		return nil
	})
	if err == nil {
		err = k.p.check(leaves)
	}
	if err == nil {
		err = l.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := verified(t, k.cfg); r.Open != 0 || r.Intents != r.Outcomes {
		t.Fatalf("report %+v", r)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package oracles

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"filippo.io/torchwood"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

const origin = "counterfoil/judged"

// TestJudgesAgreeOnAHead hashes the same entries with Tessera and with our
// tree, and has the signed head read by torchwood and cosigned by a witness.
func TestJudgesAgreeOnAHead(t *testing.T) {
	signer, verifierKey := newKey(t)
	entries := tesseraLog(t, signer, 300)
	var tree counterfoil.Tree
	for _, raw := range entries.inOrder {
		tree.Append(nil, counterfoil.LeafHash(raw))
	}
	head := counterfoil.Checkpoint{Origin: origin, Size: tree.Size(), Root: tree.Root()}
	if theirs, err := counterfoil.VerifyCheckpoint(entries.checkpoint, verifierKey); err != nil || theirs != head {
		t.Errorf("head of Tessera %+v, %v; ours %+v", theirs, err, head)
	}
	signed, err := head.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(verifier))
	if c, _, err := torchwood.VerifyCheckpoint(signed, policy); err != nil || uint64(c.N) != head.Size || counterfoil.Hash(c.Hash) != head.Root {
		t.Errorf("torchwood reads %+v, %v", c, err)
	}
	if err := cosign(t.Context(), verifier, signed); err != nil {
		t.Errorf("witness: %v", err)
	}
}

func newKey(t *testing.T) (note.Signer, string) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer, public
}

type judgedLog struct {
	inOrder    [][]byte // entries by index
	checkpoint []byte
}

// tesseraLog lets Tessera write n entries and returns them in its order.
func tesseraLog(t *testing.T, signer note.Signer, n int) judgedLog {
	t.Helper()
	ctx := t.Context()
	driver, err := posix.New(ctx, posix.Config{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(signer).
		WithCheckpointInterval(100*time.Millisecond).WithBatching(uint(n), 100*time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		t.Fatal(err)
	}
	log := judgedLog{inOrder: make([][]byte, n)}
	entries, futures := make([][]byte, n), make([]tessera.IndexFuture, n)
	for i := range n {
		entries[i] = fmt.Appendf(nil, "entry %d", i)
		futures[i] = appender.Add(ctx, tessera.NewEntry(entries[i]))
	}
	for i, future := range futures {
		at, err := future()
		if err != nil {
			t.Fatal(err)
		}
		log.inOrder[at.Index] = entries[i]
	}
	if err := shutdown(ctx); err != nil { // waits for the head over all of them
		t.Fatal(err)
	}
	if log.checkpoint, err = reader.ReadCheckpoint(ctx); err != nil {
		t.Fatal(err)
	}
	return log
}

// cosign asks a fresh witness that knows only verifier's log.
func cosign(ctx context.Context, verifier note.Verifier, signed []byte) error {
	secret, _, err := note.GenerateKey(rand.Reader, "witness.example")
	if err != nil {
		return err
	}
	signer, err := fnote.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	w, err := witness.New(ctx, witness.Opts{
		Persistence: inmemory.New(),
		Signers:     []note.Signer{signer},
		VerifierForLog: func(_ context.Context, name string) (note.Verifier, bool, error) {
			return verifier, name == verifier.Name(), nil
		},
	})
	if err != nil {
		return err
	}
	_, _, err = w.Update(ctx, 0, signed, nil)
	return err
}

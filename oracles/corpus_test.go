// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package oracles

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil/internal/corpus"
)

// TestJudgesOfFolders gives the published logs of the tamper corpus to Tessera's fsck and
// to torchwood's client. Both accept every honest one, after a rotation too, and refuse
// every one that contradicts itself. What only a head kept elsewhere, a witness or our
// own rules tell is not theirs.
func TestJudgesOfFolders(t *testing.T) {
	refused := 0
	for _, c := range corpus.FolderCases() {
		if c.Class != "" && !c.Theirs {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			m := corpus.MakeFolder(t, c)
			verifier, err := note.NewVerifier(m.Key)
			if err != nil {
				t.Fatal(err)
			}
			dir := m.Write()
			if err := tesseraChecks(t, verifier, dir); (err == nil) != (c.Class == "") {
				t.Errorf("fsck: %v", err)
			} else if errors.Is(err, context.DeadlineExceeded) {
				t.Logf("fsck did not end within %s, which counts as refused", fsckPatience)
			}
			if err := torchwoodReads(t, verifier, dir); (err == nil) != (c.Class == "") {
				t.Errorf("torchwood: %v", err)
			}
		})
		if c.Class != "" {
			refused++
		}
	}
	if refused < 20 {
		t.Errorf("%d cases are theirs", refused)
	}
}

// TestJudgesOfHonestLogs publishes the log of every honest case about data directories:
// after rotations, compromises, successions and erasures.
func TestJudgesOfHonestLogs(t *testing.T) {
	n := 0
	for _, c := range corpus.Cases() {
		if c.Class != "" {
			continue
		}
		n++
		t.Run(c.Name, func(t *testing.T) {
			m := corpus.Publish(t, c)
			verifier, err := note.NewVerifier(m.Key)
			if err != nil {
				t.Fatal(err)
			}
			dir := m.Write()
			if err := tesseraChecks(t, verifier, dir); err != nil {
				t.Errorf("fsck: %v", err)
			}
			if err := torchwoodReads(t, verifier, dir); err != nil {
				t.Errorf("torchwood: %v", err)
			}
		})
	}
	if n < 10 {
		t.Errorf("%d honest cases", n)
	}
}

// torchwoodReads has torchwood's client read every entry of a folder.
func torchwoodReads(t *testing.T, verifier note.Verifier, dir string) error {
	t.Helper()
	folder, err := torchwood.NewTileFS(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := folder.ReadEndpoint(t.Context(), "checkpoint")
	if err != nil {
		return err
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(verifier.Name()), torchwood.SingleVerifierPolicy(verifier))
	head, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return err
	}
	client, err := torchwood.NewClient(folder)
	if err != nil {
		t.Fatal(err)
	}
	read := int64(0)
	for range client.AllEntries(t.Context(), head.Tree, 0) {
		read++
	}
	if err := client.Err(); err != nil {
		return err
	}
	if read != head.N {
		return fmt.Errorf("%d of %d entries", read, head.N)
	}
	return nil
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package oracles

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/torchwood"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/pack"
	"github.com/counterfoil/counterfoil/internal/tiles"
)

// published is a ledger of n entries, its key, and its folder of tiles.
type published struct {
	*ledger.Ledger
	dir      string
	verifier note.Verifier
}

func publish(t *testing.T, n int) published {
	t.Helper()
	data := t.TempDir()
	in := func(name string) string { return filepath.Join(data, name) }
	l, err := ledger.Open(t.Context(), ledger.Config{
		Dir: in("ledger"), PayloadDir: in("payload"), HeadsPath: in("heads.db"), KeyPath: in("node.key"), Origin: origin, HeadEvery: -1,
		SegmentBytes: 1 << 20, FillAhead: 1 << 18,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			e := &counterfoil.Entry{Kind: counterfoil.KindIntent, ID: counterfoil.NewID(), Time: int64(i + 1), Intent: &counterfoil.Intent{
				System: counterfoil.ID{byte(1 + i%2)}, Provider: "sandbox", Operation: "chat",
			}}
			if _, err := l.Append(context.WithoutCancel(t.Context()), e, nil); err != nil {
				t.Error(err)
			}
		})
		if i%512 == 511 {
			all.Wait()
		}
	}
	all.Wait()
	if _, err := l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := published{Ledger: l, dir: filepath.Join(t.TempDir(), "log")}
	if _, err := tiles.Export(t.Context(), tiles.Log{Source: l}, p.dir, tiles.Options{}); err != nil {
		t.Fatal(err)
	}
	if p.verifier, err = note.NewVerifier(l.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	return p
}

// fsckWorkers is many, because fsck can wait for itself forever on a tampered log
// when it has few; patience is for the rest.
const (
	fsckWorkers  = 256
	fsckPatience = 30 * time.Second
)

// tesseraChecks runs Tessera's fsck over a folder.
func tesseraChecks(t *testing.T, verifier note.Verifier, dir string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), fsckPatience)
	defer cancel()
	hasher := func(bundle []byte) (leaves [][]byte, err error) {
		var b api.EntryBundle
		if err := b.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		for _, e := range b.Entries {
			h := tlog.RecordHash(e)
			leaves = append(leaves, h[:])
		}
		return leaves, nil
	}
	ended := make(chan error, 1)
	go func() {
		ended <- fsck.New(verifier.Name(), verifier, client.FileFetcher{Root: dir}, hasher, fsck.Opts{N: fsckWorkers}).Check(ctx)
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(fsckPatience):
		return context.DeadlineExceeded
	}
}

// TestTesseraChecksAnExport: Tessera's fsck finds an exported folder whole, at sizes
// with every kind of right edge, and a tampered one not.
func TestTesseraChecksAnExport(t *testing.T) {
	for _, n := range []int{1, 255, 256, 257, 512, 3000} {
		p := publish(t, n)
		if err := tesseraChecks(t, p.verifier, p.dir); err != nil {
			t.Errorf("%d entries: %v", n, err)
		}
		if n < 3000 {
			continue
		}
		for _, name := range []string{"tile/entries/003", "tile/0/004", "tile/1/000.p/11"} {
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(p.dir)); err != nil {
				t.Fatal(err)
			}
			flip(t, filepath.Join(copied, name))
			if tesseraChecks(t, p.verifier, copied) == nil {
				t.Errorf("a changed %s passed", name)
			}
		}
	}
}

// flip changes the last byte, which in a bundle is content: fsck does not expect a
// changed length.
func flip(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTorchwoodReadsAnExport: a client of torchwood reads every entry, from the
// folder and over HTTP, and the log it reads is the ledger.
func TestTorchwoodReadsAnExport(t *testing.T) {
	p := publish(t, 3000)
	server := httptest.NewServer(http.StripPrefix("/log", tiles.Handler(tiles.Log{Source: p.Ledger}, slog.New(slog.DiscardHandler))))
	defer server.Close()
	folder, err := torchwood.NewTileFS(os.DirFS(p.dir))
	if err != nil {
		t.Fatal(err)
	}
	remote, err := torchwood.NewTileFetcher(server.URL+"/log", torchwood.WithUserAgent("oracles (counterfoil.example)"))
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(p.verifier))
	for name, reader := range map[string]torchwood.TileReader{"folder": folder, "http": remote} {
		signed, err := reader.ReadEndpoint(t.Context(), "checkpoint")
		if err != nil {
			t.Fatal(name, err)
		}
		head, _, err := torchwood.VerifyCheckpoint(signed, policy)
		if err != nil {
			t.Fatal(name, err)
		}
		reading, err := torchwood.NewClient(reader)
		if err != nil {
			t.Fatal(name, err)
		}
		next := int64(0)
		for i, raw := range reading.AllEntries(t.Context(), head.Tree, 0) {
			own, err := p.Read(counterfoil.Index(i))
			if err != nil || i != next || !bytes.Equal(raw, own.Raw) {
				t.Fatalf("%s: entry %d differs: %v", name, i, err)
			}
			next++
		}
		if err := reading.Err(); err != nil || next != 3000 {
			t.Errorf("%s: %d entries, %v", name, next, err)
		}
	}
}

// TestTorchwoodChecksTheProofsOfAPack: each proof in a pack of one system is what
// c2sp.org/tlog-proof wants.
func TestTorchwoodChecksTheProofsOfAPack(t *testing.T) {
	p := publish(t, 700)
	var raw bytes.Buffer
	_, err := pack.Create(t.Context(), pack.Config{
		Log: p.Ledger, Since: time.UnixMicro(0), Until: time.UnixMicro(1000), System: &pack.System{ID: counterfoil.ID{1}, Slug: "letters"},
		Disclose: pack.None, TempDir: t.TempDir(),
	}, &raw)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	if err != nil {
		t.Fatal(err)
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(p.verifier))
	checked := 0
	for _, f := range z.File {
		base, ok := strings.CutSuffix(f.Name, ".tlog-proof")
		if !ok {
			continue
		}
		entry, proof := content(t, z, base+".cbor"), content(t, z, f.Name)
		if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry), proof); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if torchwood.VerifyProof(policy, tlog.RecordHash(append(entry, 0)), proof) == nil {
			t.Errorf("%s passes for another entry", f.Name)
		}
		checked++
	}
	if checked != 350 {
		t.Errorf("%d proofs", checked)
	}
}

func content(t *testing.T, z *zip.Reader, name string) []byte {
	t.Helper()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return b
}

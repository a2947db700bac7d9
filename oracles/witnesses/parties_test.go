// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witnesses

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	tdsql "github.com/transparency-dev/witness/persistence/sqlite"
	tdwitness "github.com/transparency-dev/witness/witness"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/mod/sumdb/note"
	_ "modernc.org/sqlite" // database of both

	"github.com/counterfoil/counterfoil"
)

// transparencyDev starts the witness of transparency.dev on its own database.
func transparencyDev(t *testing.T, logKey string) party {
	t.Helper()
	private, key, err := counterfoil.GenerateCosignerKey(rand.Reader, "transparency-dev.example/w")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := fnote.NewSignerForCosignatureV1(private) // it reads our key
	if err != nil {
		t.Fatal(err)
	}
	log, err := note.NewVerifier(logKey)
	if err != nil {
		t.Fatal(err)
	}
	store, done, err := tdsql.New(t.Context(), tdsql.Opts{Path: filepath.Join(t.TempDir(), "witness.db"), MaxOpenConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { done() })
	w, err := tdwitness.New(t.Context(), tdwitness.Opts{
		Persistence: store,
		Signers:     []note.Signer{signer},
		VerifierForLog: func(_ context.Context, name string) (note.Verifier, bool, error) {
			return log, name == log.Name(), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", tdwitness.NewHTTPHandler(w).AddCheckpoint)
	h := httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return party{signer.Name(), key, h.URL}
}

// litewitness builds and starts torchwood's program. It takes its key from an
// SSH agent, which the test is, and its logs from its database.
func litewitness(t *testing.T, logKey string) party {
	t.Helper()
	const name = "litewitness.example/w"
	dir, err := os.MkdirTemp("", "w") // short: the name of a socket is limited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program, db, socket := filepath.Join(dir, "litewitness"), filepath.Join(dir, "db"), filepath.Join(dir, "agent")
	if out, err := exec.Command("go", "build", "-modfile=testdata/litewitness.mod", "-o", program, "filippo.io/torchwood/cmd/litewitness").CombinedOutput(); err != nil {
		t.Fatalf("build litewitness: %v\n%s", err, out)
	}
	address := freeAddress(t)
	cmd := exec.Command(program, "-name", name, "-db", db, "-ssh-agent", socket, "-key", serveAgent(t, socket), "-listen", address)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		for lines.Scan() { // until it has ended
		}
		_ = cmd.Wait()
	})
	key := ""
	for lines.Scan() {
		if _, after, found := strings.Cut(lines.Text(), "vkey="); found {
			key = strings.Trim(after, `"`)
			break
		}
	}
	if key == "" {
		t.Fatal("litewitness ended before it told its key")
	}
	addLog(t, db, logKey)
	return party{name, key, "http://" + awaitListener(t, address)}
}

// serveAgent is an SSH agent with one key; it returns the key's fingerprint.
func serveAgent(t *testing.T, socket string) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = agent.ServeAgent(keys, conn) // ends with the connection
			}()
		}
	}()
	return ssh.FingerprintSHA256(public)
}

// addLog does what witnessctl does, which cannot be built without a module that
// the proxy refuses.
func addLog(t *testing.T, path, logKey string) {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	empty := counterfoil.EmptyRoot()
	if _, err := db.Exec("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", origin, base64.StdEncoding.EncodeToString(empty[:])); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO key (origin, key) VALUES (?, ?)", origin, logKey); err != nil {
		t.Fatal(err)
	}
}

// freeAddress is one that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// awaitListener returns when somebody listens: the program says so before it does.
func awaitListener(t *testing.T, address string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
	}
	t.Fatalf("nobody listens on %s", address)
	return ""
}

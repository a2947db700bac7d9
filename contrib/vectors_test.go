// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/timestamp"
	"github.com/counterfoil/counterfoil/verify"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectors = "../testdata/vectors"

// TestVectors makes the vectors again and compares them with the files.
func TestVectors(t *testing.T) {
	made := files{}
	for name, value := range map[string]any{
		"entries.json": entryVectors(t), "refused.json": refusedVectors(t), "tree.json": treeVectors(t),
		"notes.json": noteVectors(t), "keyevents.json": keyEventVectors(t), "segments.json": segmentVectors(t), "receipt.json": receiptVectors(t),
	} {
		b, err := json.MarshalIndent(value, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		made[name] = append(b, '\n')
	}
	for name, content := range ordinary(t).files() {
		if filepath.Ext(name) == ".seg" {
			content = bytes.TrimRight(content, "\x00") // zeros at the end carry nothing
		}
		made["directory/"+name] = content
	}
	if *update {
		made.write(t, vectors)
	}
	for name, want := range made {
		if have, err := os.ReadFile(filepath.Join(vectors, name)); err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is not what the code makes (%v); go test ./contrib -run TestVectors -update writes it", name, err)
		}
	}
}

// TestVectorsHold verifies with Go what was made elsewhere, or once.
func TestVectorsHold(t *testing.T) {
	dir := filepath.Join(vectors, "directory")
	if r, err := verify.Dir(t.Context(), verify.DirOptions(dir)); err != nil || r.Integrity != verify.IntegrityOK || r.Entries == 0 {
		t.Errorf("directory: %+v, %v", r, err)
	}
	token := readToken(t)
	if stamp, err := token.verify(token.Token); err != nil || !stamp.Time.Equal(time.UnixMicro(token.Time)) {
		t.Errorf("timestamp: %+v, %v", stamp, err)
	}
}

// tokenVector is timestamp.json.
type tokenVector struct {
	Digest, Token []byte
	Root          string
	Time          int64
	roots         *x509.CertPool
}

func readToken(t testing.TB) *tokenVector {
	t.Helper()
	v := &tokenVector{roots: x509.NewCertPool()}
	readVector(t, "timestamp.json", v)
	if !v.roots.AppendCertsFromPEM([]byte(v.Root)) {
		t.Fatal("no root")
	}
	return v
}

func (v *tokenVector) verify(der []byte) (timestamp.Stamp, error) {
	return timestamp.Verify(der, [32]byte(v.Digest), timestamp.Options{Roots: v.roots})
}

// TestVectorsWithPython has the second verifier read all of them.
func TestVectorsWithPython(t *testing.T) {
	if a := newJudge(t).ask(question{Args: []string{"--json", "--vectors", vectors}}); a.Exit != 0 {
		t.Errorf("exit %d: %v", a.Exit, a.Report.Problems)
	}
}

func readVector(t testing.TB, name string, value any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

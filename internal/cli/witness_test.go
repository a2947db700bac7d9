// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// startWitness runs the command until the test ends and returns the line for
// the trust policy that it prints.
func startWitness(t *testing.T, args ...string) counterfoil.PolicyWitness {
	t.Helper()
	out, printed := io.Pipe()
	env := &environment{in: strings.NewReader(""), out: printed, err: io.Discard}
	root := newRoot(env)
	root.SetArgs(append([]string{"witness", "--listen", "127.0.0.1:0"}, args...))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := root.ExecuteContext(ctx)
		printed.CloseWithError(io.EOF)
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("witness ended with %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "witness ") {
			continue
		}
		policy, err := counterfoil.ParsePolicy([]byte(lines.Text() + "\nquorum none\n"))
		if err != nil {
			t.Fatal(err)
		}
		return policy.Witnesses()[0]
	}
	t.Fatal("no line for the trust policy")
	return counterfoil.PolicyWitness{}
}

func TestWitnessCommand(t *testing.T) {
	private, logKey, err := note.GenerateKey(rand.Reader, "log.example/registry")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	head, err := counterfoil.Checkpoint{Origin: "log.example/registry", Size: 1, Root: counterfoil.LeafHash(nil)}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, roots := tlsFiles(t)
	for _, tt := range []struct {
		args   []string
		scheme string
	}{
		{nil, "http://127.0.0.1:"},
		{[]string{"--tls-cert", certificate, "--tls-key", key}, "https://127.0.0.1:"},
	} {
		dir := filepath.Join(t.TempDir(), "witness")
		w := startWitness(t, append(tt.args, "--dir", dir, "--name", "auditor.example/w1", "--log", logKey)...)
		if w.Name != "auditor.example/w1" || !strings.HasPrefix(w.Key, "auditor.example/w1+") || !strings.HasPrefix(w.URL, tt.scheme) {
			t.Errorf("policy line %+v", w)
		}
		client := witness.Client{HTTP: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}
		line, err := client.Cosign(t.Context(), w.URL, w.Key, 0, nil, head)
		if err != nil {
			t.Fatal(err)
		}
		if _, list, err := counterfoil.VerifyCosigned(append(head, line...), logKey, []string{w.Key}); err != nil || len(list) != 1 {
			t.Errorf("%v, %v", list, err)
		}
		client.HTTP.CloseIdleConnections()
	}
}

// tlsFiles makes a certificate for this machine.
func tlsFiles(t *testing.T) (certificate, key string, roots *x509.CertPool) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key, roots
}

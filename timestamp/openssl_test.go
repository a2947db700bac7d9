// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package timestamp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// opensslAuthority is an authority run by OpenSSL.
type opensslAuthority struct {
	dir string
	*authority
}

// newOpenSSL writes keys, certificates and the configuration of `openssl ts`.
// The settings are lines for its section.
func newOpenSSL(t *testing.T, settings string) opensslAuthority {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	o := opensslAuthority{t.TempDir(), newAuthority(t)}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signing := o.issue(t, "Invented RSA Authority", &key.PublicKey, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
		c.KeyUsage = x509.KeyUsageDigitalSignature
		c.ExtraExtensions = extendedKeyUsage(t, true, oidTimeStamping)
	})
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	o.write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	o.write(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signing.Raw}))
	o.write(t, "root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.rootCert.Raw}))
	o.write(t, "serial", []byte("1000\n"))
	o.write(t, "ts.cnf", []byte("[tsa]\ndefault_tsa = one\n[one]\nserial = serial\nsigner_cert = cert.pem\ncerts = root.pem\n"+
		"signer_key = key.pem\ndefault_policy = 1.3.6.1.4.1.99999.7\ndigests = sha256\nsigner_digest = sha256\n"+settings))
	return o
}

func (o opensslAuthority) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (o opensslAuthority) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("openssl", args...)
	cmd.Dir = o.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestOpenSSL has OpenSSL answer our requests and verifies its tokens, in the
// shapes it can give them.
func TestOpenSSL(t *testing.T) {
	for _, settings := range []string{
		"",
		"accuracy = secs:1, millisecs:500, microsecs:100\nordering = yes\ntsa_name = yes\n",
		"ess_cert_id_chain = yes\ness_cert_id_alg = sha1\n",
		"ess_cert_id_chain = yes\ness_cert_id_alg = sha512\nsigner_digest = sha512\nclock_precision_digits = 3\n",
	} {
		o := newOpenSSL(t, settings)
		digest := sha256.Sum256([]byte("a head of the registry"))
		request, nonce, err := NewRequest(digest)
		if err != nil {
			t.Fatal(err)
		}
		o.write(t, "request.tsq", request)
		if text := o.run(t, "ts", "-query", "-in", "request.tsq", "-text"); !strings.Contains(text, "Certificate required: yes") {
			t.Errorf("OpenSSL reads our request as\n%s", text)
		}
		before := time.Now().Truncate(time.Second)
		o.run(t, "ts", "-reply", "-config", "ts.cnf", "-queryfile", "request.tsq", "-out", "reply.tsr")
		reply, err := os.ReadFile(filepath.Join(o.dir, "reply.tsr"))
		if err != nil {
			t.Fatal(err)
		}
		token, err := ParseResponse(reply)
		if err != nil {
			t.Fatal(err)
		}
		stamp, err := Verify(token, digest, Options{Roots: o.roots, Nonce: nonce, Now: time.Now()})
		if err != nil {
			t.Errorf("%q: %v", settings, err)
			continue
		}
		if stamp.Time.Before(before) || stamp.Policy != "1.3.6.1.4.1.99999.7" || !strings.Contains(stamp.Authority, "RSA") {
			t.Errorf("%q: %+v", settings, stamp)
		}
		if strings.Contains(settings, "accuracy") != (stamp.Accuracy == 1500*time.Millisecond+100*time.Microsecond) {
			t.Errorf("%q: accuracy %v", settings, stamp.Accuracy)
		}
		if _, err := Verify(token, digest, Options{Roots: o.roots, Nonce: big.NewInt(1)}); !errors.Is(err, ErrNonce) {
			t.Errorf("another nonce: %v", err)
		}
	}
}

// TestOpenSSLAgrees has OpenSSL verify a token of the test's own authority, so
// that the table of refusals starts from what others accept too.
func TestOpenSSLAgrees(t *testing.T) {
	o := newOpenSSL(t, "")
	p := o.parts(testDigest, testNonce)
	o.write(t, "token.der", p.token(t))
	out := o.run(t, "ts", "-verify", "-token_in", "-in", "token.der", "-digest", hex.EncodeToString(testDigest[:]), "-CAfile", "root.pem",
		"-attime", big.NewInt(stampedAt.Unix()).String())
	if !strings.Contains(out, "Verification: OK") {
		t.Error(out)
	}
}

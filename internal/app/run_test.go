// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

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
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
)

// everywhere serves on free ports of this machine.
const everywhere = "gateway: {listen: \"127.0.0.1:0\"%s}\nconsole: {listen: \"127.0.0.1:0\"}\n"

// running is a server in this process.
type running struct {
	house            *house
	gateway, console string // URLs
	stop             context.CancelFunc
	ended            chan error
}

// run starts a server and reads from its greeting where it is.
func (h *house) run() *running {
	h.t.Helper()
	out, greeting := io.Pipe()
	o := h.options()
	o.Out = greeting
	ctx, stop := context.WithCancel(h.t.Context())
	r := &running{house: h, stop: stop, ended: make(chan error, 1)}
	go func() {
		err := Run(ctx, o)
		greeting.CloseWithError(io.EOF)
		r.ended <- err
	}()
	h.t.Cleanup(stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() && (r.gateway == "" || r.console == "") {
		name, url, _ := strings.Cut(strings.TrimSpace(lines.Text()), "  ")
		switch name {
		case "gateway":
			r.gateway = url
		case "console":
			r.console = url
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // the rest of the greeting
	if r.console == "" {
		h.t.Fatalf("not started: %v\n%s", <-r.ended, &h.log)
	}
	return r
}

// end stops the server and expects an orderly end.
func (r *running) end() {
	r.house.t.Helper()
	r.stop()
	if err := <-r.ended; err != nil {
		r.house.t.Errorf("ended with %v", err)
	}
}

func TestRun(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", strings.ReplaceAll(everywhere, "%s", ""))
	r := h.run()
	for _, url := range []string{r.gateway, r.console} {
		get(t, http.DefaultClient, url+"/healthz", `{"status":"ok"}`)
	}
	c, err := control.Dial(t.Context(), h.data)
	if err != nil {
		t.Fatal(err)
	}
	get(t, c, "http://counterfoil/v1/status", `"healthy":true`)
	h.verify() // also while it runs
	r.end()
	h.verify()
	if _, err := control.Dial(t.Context(), h.data); err == nil {
		t.Error("the socket still answers")
	}
}

func get(t *testing.T, c *http.Client, url, want string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
		t.Errorf("%s: status %d, %s, %v", url, resp.StatusCode, body, err)
	}
}

// TestRunWithTLS: paths of the certificate start at the folder of the
// configuration file, wherever the server is started.
func TestRunWithTLS(t *testing.T) {
	h := newHouse(t)
	roots := h.certificate("cert.pem", "key.pem")
	h.config = h.write("counterfoil.yaml", strings.ReplaceAll(everywhere, "%s", ", tls: {cert: cert.pem, key: key.pem}"))
	r := h.run()
	if !strings.HasPrefix(r.gateway, "https://") || !strings.HasPrefix(r.console, "http://") {
		t.Errorf("gateway %s, console %s", r.gateway, r.console)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	defer c.CloseIdleConnections()
	get(t, c, r.gateway+"/healthz", `{"status":"ok"}`)
	r.end()
}

// certificate writes a certificate for this machine.
func (h *house) certificate(cert, key string) *x509.CertPool {
	h.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		h.t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, private.Public(), private)
	if err != nil {
		h.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		h.t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	h.write(cert, string(text))
	h.write(key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return roots
}

// TestRunRefusesToStart: what cannot be served ends the start with its reason,
// and the directory is free again.
func TestRunRefusesToStart(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for name, test := range map[string]struct {
		gateway, profile, says string
	}{
		"address in use":        {busy.Addr().String(), "", "the gateway cannot listen"},
		"profiles for everyone": {"127.0.0.1:0", "0.0.0.0:0", "only a loopback address"},
		"profiles by name":      {"127.0.0.1:0", "localhost:0", "only a loopback address"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			o := h.options()
			o.Overrides.Gateway, o.Overrides.Console, o.Profile = test.gateway, "127.0.0.1:0", test.profile
			if err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
			h.open()
		})
	}
}

// TestVerifyWhileEntriesAreWritten: a batch half written is not called damage.
func TestVerifyWhileEntriesAreWritten(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	const writers, each = 3, 100
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				intend(t, a)
			}
		})
	}
	for last := uint64(0); last < writers*each; {
		r := h.verify()
		if r.Entries < last {
			t.Fatalf("%d entries after %d", r.Entries, last)
		}
		last = r.Entries
	}
	writing.Wait()
	h.close(a)
	if r := h.verify(); r.Intents != writers*each {
		t.Errorf("%d intents", r.Intents)
	}
}

// TestVerifyWithoutKeys: an auditor's copy has no keys; the entries are checked
// all the same, and the report says what was not.
func TestVerifyWithoutKeys(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	addSystem(t, a, "Helpdesk")
	h.close(a)
	with := h.verify()
	if err := os.RemoveAll(filepath.Join(h.data, "keys")); err != nil {
		t.Fatal(err)
	}
	without := h.verify()
	if without.Entries != with.Entries || len(without.Unchecked) <= len(with.Unchecked) {
		t.Errorf("with keys %+v\nwithout %+v", with, without)
	}
}

func TestVerifyOfNoLedger(t *testing.T) {
	if _, err := Verify(t.Context(), t.TempDir(), Check{}); err == nil {
		t.Error("an empty folder is no intact record")
	}
}

func TestEveryStartIsRecorded(t *testing.T) {
	h := newHouse(t)
	h.close(h.open())
	a := h.open()
	boots := entries(t, a, counterfoil.KindBoot)
	if len(boots) != 2 {
		t.Fatalf("%d starts", len(boots))
	}
	b := boots[1].Boot
	if b.Version != "v0.0.0-test" || b.Binary == (counterfoil.Hash{}) || b.Config != a.state.Load().Config || b.NodeKey != a.ledger.VerifierKey() {
		t.Errorf("%+v", b)
	}
	if boots[0].Boot.PrevSize != 0 || b.PrevSize == 0 || b.PrevRoot == (counterfoil.Hash{}) {
		t.Error("a start does not name the log it found")
	}
}

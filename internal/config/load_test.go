// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// key is an invented provider key; no scanner should take it for a real one.
const key = "invented-" + "provider-key"

func env(pairs ...string) Env {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// write puts files into a fresh folder and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func load(t *testing.T, path string, env Env, o Overrides) *Config {
	t.Helper()
	c, faults := Load(path, env, o)
	if len(faults) > 0 {
		t.Fatalf("faults:\n%v", faults)
	}
	return c
}

func TestCompleteExample(t *testing.T) {
	path := write(t,
		"counterfoil.yaml", `
gateway: {listen: 127.0.0.1:8400}
console: {listen: 127.0.0.1:8401}
providers:
  - {name: openai, dialect: openai, origin: https://api.openai.com, secret: "${OPENAI_API_KEY}"}
  - {name: anthropic, dialect: anthropic, origin: https://api.anthropic.com, secret: "file:anthropic"}
rules: rules.yaml
`,
		"anthropic", key+"\n",
		"rules.yaml", "version: 1\n")
	c := load(t, path, env("OPENAI_API_KEY", key), Overrides{})

	var names []string
	for i := range c.Providers {
		names = append(names, c.Providers[i].Name)
	}
	if diff := cmp.Diff([]string{"openai", "anthropic", "sandbox", "sandbox-anthropic"}, names); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	for _, p := range c.Providers[:2] {
		if p.Secret.Reveal() != key {
			t.Errorf("secret of %s was not resolved", p.Name)
		}
		if p.Timeouts.FirstByte.Duration != 2*time.Minute {
			t.Errorf("first byte timeout of %s is %v", p.Name, p.Timeouts.FirstByte)
		}
	}
	if c.RulesPath() != filepath.Join(filepath.Dir(path), "rules.yaml") {
		t.Errorf("rules path is %s", c.RulesPath())
	}
	if u := c.Providers[0].URL(); u.Host != "api.openai.com" {
		t.Errorf("URL is %v", u)
	}
	if c.Providers[2].URL() != nil || !c.Providers[2].Sandbox() {
		t.Error("the sandbox has a URL")
	}
}

func TestDefaults(t *testing.T) {
	for _, path := range []string{"", write(t, "empty.yaml", ""), write(t, "comment.yaml", "# nothing\n"), write(t, "null.yaml", "gateway:\nrules:\n")} {
		c := load(t, path, env(), Overrides{})
		if c.Gateway.Listen != "127.0.0.1:8400" || c.Console.Listen != "127.0.0.1:8401" || c.RulesPath() != "" {
			t.Errorf("%q: not the defaults: %+v", path, c)
		}
		if len(c.Providers) != 2 || c.Limits.RequestBytes != 32<<20 || c.Ledger.SegmentBytes != 256<<20 {
			t.Errorf("%q: not the defaults: %+v", path, c)
		}
	}
}

func TestSandboxNamesMayBeTaken(t *testing.T) {
	path := write(t, "c.yaml", "providers: [{name: sandbox, dialect: anthropic, origin: 'https://example.org/prefix/'}]")
	c := load(t, path, env(), Overrides{})
	if len(c.Providers) != 2 || c.Providers[0].Origin != "https://example.org/prefix" || c.Providers[1].Name != "sandbox-anthropic" {
		t.Errorf("providers: %+v", c.Providers)
	}
}

func TestOverridesWinAndAreChecked(t *testing.T) {
	path := write(t, "c.yaml", "gateway: {listen: '127.0.0.1:1'}\n")
	c := load(t, path, env(), Overrides{Gateway: "127.0.0.1:2", Console: "[::1]:3"})
	if c.Gateway.Listen != "127.0.0.1:2" || c.Console.Listen != "[::1]:3" {
		t.Errorf("listening on %s and %s", c.Gateway.Listen, c.Console.Listen)
	}
	if _, faults := Load(path, env(), Overrides{Gateway: ":8400"}); faults.Err() == nil {
		t.Error("a flag opened the gateway to other machines without TLS")
	}
}

func TestBeyondLoopback(t *testing.T) {
	for listen, fine := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:1": true, "[::1]:1": true, "localhost:1": true, "[::ffff:127.0.0.1]:1": true,
		":1": false, "0.0.0.0:1": false, "[::]:1": false, "10.0.0.1:1": false, "gateway.example.org:1": false,
	} {
		_, faults := Load("", env(), Overrides{Gateway: listen})
		if (faults.Err() == nil) != fine {
			t.Errorf("%s: %v", listen, faults)
		}
		path := write(t, "c.yaml", "gateway: {behind_proxy: true}")
		if _, faults := Load(path, env(), Overrides{Gateway: listen}); faults.Err() != nil {
			t.Errorf("%s behind a proxy: %v", listen, faults)
		}
	}
}

// TestTLS opens both listeners to other machines with a certificate.
func TestTLS(t *testing.T) {
	cert, private := selfSigned(t)
	path := write(t,
		"c.yaml", "gateway: {listen: ':1', tls: {cert: cert.pem, key: key.pem}}\nconsole: {listen: ':2', tls: {cert: cert.pem, key: key.pem}, url: https://c.example}\n",
		"cert.pem", cert, "key.pem", private)
	c := load(t, path, env(), Overrides{})
	if _, err := tls.LoadX509KeyPair(c.Path(c.Gateway.TLS.Cert), c.Path(c.Gateway.TLS.Key)); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(c.Path("key.pem"), 0o604); err != nil {
		t.Fatal(err)
	}
	if c, faults := Load(path, env(), Overrides{}); c == nil || len(faults) != 2 || !faults[0].Warning || faults[1].Path != "console.tls.key" {
		t.Errorf("a key that all can read: %v", faults)
	}
}

func selfSigned(t *testing.T) (cert, private string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"c.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return block("CERTIFICATE", der), block("PRIVATE "+"KEY", raw)
}

func TestDictionary(t *testing.T) {
	path := write(t,
		"c.yaml", `
dictionary:
  - {type: project, values: [Blue Heron, "4711"]}
  - {type: customer, file: customers.txt, case_sensitive: true, score: 0.5, class: personal}
`,
		"customers.txt", "Example Ltd\r\n\n  Sample GmbH\n")
	c := load(t, path, env(), Overrides{})
	want := []Term{
		{Type: "project", Values: []string{"Blue Heron", "4711"}, Score: 0.9, Class: "custom"},
		{Type: "customer", File: "customers.txt", Values: []string{"Example Ltd", "Sample GmbH"}, CaseSensitive: true, Score: 0.5, Class: "personal"},
	}
	if diff := cmp.Diff(want, c.Dictionary); diff != "" {
		t.Errorf("dictionary (-want +got):\n%s", diff)
	}
}

func TestReadableSecretIsAWarning(t *testing.T) {
	path := write(t, "c.yaml", "providers: [{name: a, dialect: openai, origin: 'https://a.example', secret: 'file:s'}]", "s", key)
	if err := os.Chmod(filepath.Join(filepath.Dir(path), "s"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, faults := Load(path, env(), Overrides{})
	if faults.Err() != nil || c == nil || c.Providers[0].Secret.Reveal() != key {
		t.Fatalf("not loaded: %v", faults)
	}
	if len(faults) != 1 || !faults[0].Warning || !strings.Contains(faults[0].Text, "chmod 600") {
		t.Errorf("faults: %v", faults)
	}
}

func TestDigest(t *testing.T) {
	digest := func(text string, env Env, o Overrides) string {
		h := load(t, write(t, "c.yaml", text), env, o).Digest()
		return string(h[:])
	}
	const base = "providers: [{name: a, dialect: openai, origin: 'https://a.example', secret: '${A}'}]"
	first := digest(base, env("A", key), Overrides{})
	same := map[string]string{
		"another value of the secret": digest(base, env("A", "other"), Overrides{}),
		"other layout":                digest("# c\nproviders:\n- name: a\n  dialect: openai\n  origin: https://a.example/\n  secret: ${A}\n", env("A", key), Overrides{}),
		"a default written out":       digest(base+"\ngateway: {listen: '127.0.0.1:8400'}", env("A", key), Overrides{}),
	}
	for what, d := range same {
		if d != first {
			t.Errorf("%s changes the digest", what)
		}
	}
	different := map[string]string{
		"another source of the secret": digest(strings.Replace(base, "${A}", "${B}", 1), env("B", key), Overrides{}),
		"an override":                  digest(base, env("A", key), Overrides{Gateway: "127.0.0.1:1"}),
		"a limit":                      digest(base+"\nlimits: {answer_bytes: 1MiB}", env("A", key), Overrides{}),
		"a word":                       digest(base+"\ndictionary: [{type: p, values: [xx]}]", env("A", key), Overrides{}),
	}
	for what, d := range different {
		if d == first {
			t.Errorf("%s does not change the digest", what)
		}
	}
}

func TestFileTooLarge(t *testing.T) {
	path := write(t, "c.yaml", "# "+strings.Repeat("x", 1<<20))
	if _, faults := Load(path, env(), Overrides{}); faults.Err() == nil {
		t.Error("read a file of more than 1 MiB")
	}
	if _, faults := Load(t.TempDir(), env(), Overrides{}); faults.Err() == nil {
		t.Error("read a folder")
	}
}

func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("gateway: {listen: 127.0.0.1:1}\nretention: {records: 3d}\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bytes.Contains(raw, []byte("/")) {
			return // would read whatever file it names
		}
		c, faults := parse(raw, dir, env("A", key), Overrides{})
		if (c == nil) != (faults.Err() != nil) {
			t.Fatalf("config %v with faults:\n%v", c, faults)
		}
		if c != nil {
			c.Digest()
		}
		if strings.Contains(faults.String(), key) {
			t.Fatalf("a fault shows the secret:\n%v", faults)
		}
	})
}

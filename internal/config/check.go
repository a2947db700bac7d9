// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// checker finds what is wrong with a configuration that could be read.
type checker struct {
	*strictyaml.Document
	env Env
}

func (k *checker) config(c *Config) {
	k.listener("gateway", c.Gateway.Listen, c.Gateway.BehindProxy, c.Gateway.TLS, c.dir)
	k.listener("console", c.Console.Listen, c.Console.BehindProxy, c.Console.TLS, c.dir)
	if c.Gateway.Listen == c.Console.Listen && !strings.HasSuffix(c.Gateway.Listen, ":0") {
		k.Faultf("console.listen", "is the gateway's address already")
	}
	k.publish(c)
	k.consoleURL(c.Console.URL)
	k.providers(c)
	k.rules(c)
	k.dictionary(c)
	k.atLeast("retention.interactions", c.Retention.Interactions, day, "1d")
	k.atLeast("retention.records", c.Retention.Records, day, "1d")
	k.between("limits.request_bytes", c.Limits.RequestBytes, 1<<10, 32<<20)
	k.between("limits.answer_bytes", c.Limits.AnswerBytes, 1<<10, 32<<20)
	k.between("ledger.segment_bytes", c.Ledger.SegmentBytes, 1<<20, 4<<30)
	if c.Ledger.FillAheadBytes > c.Ledger.SegmentBytes && !k.Has("ledger.fill_ahead_bytes") {
		c.Ledger.FillAheadBytes = c.Ledger.SegmentBytes // only the default is too large
	}
	k.between("ledger.fill_ahead_bytes", c.Ledger.FillAheadBytes, 0, c.Ledger.SegmentBytes)
	k.registry(c)
}

func (k *checker) listener(path, listen string, behindProxy bool, files TLS, dir string) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		k.Faultf(path+".listen", "must be an address and a port such as 127.0.0.1:8400, not %q", listen)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		k.Faultf(path+".listen", "the port must be a number from 0 to 65535, not %q", port)
	}
	k.tls(path+".tls", files, dir)
	if !loopback(host) && !behindProxy && files == (TLS{}) {
		k.Faultf(path+".listen", "%s can be reached from other machines; give %s.tls, or set %s.behind_proxy: true when a proxy in front encrypts the connections", listen, path, path)
	}
}

// publish checks the listener that is there only when it has an address.
func (k *checker) publish(c *Config) {
	p := c.Publish
	if p.Listen == "" {
		if p != (Publish{}) {
			k.Faultf("publish.listen", "is missing; without an address nothing is published")
		}
		return
	}
	k.listener("publish", p.Listen, p.BehindProxy, p.TLS, c.dir)
	if (p.Listen == c.Gateway.Listen || p.Listen == c.Console.Listen) && !strings.HasSuffix(p.Listen, ":0") {
		k.Faultf("publish.listen", "is the address of the gateway or the console already")
	}
}

// loopback tells whether only this machine reaches an address. A name could
// mean anything, so only localhost counts.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

func (k *checker) tls(path string, files TLS, dir string) {
	switch {
	case files == (TLS{}):
	case files.Cert == "":
		k.Faultf(path+".cert", "is missing; cert and key belong together")
	case files.Key == "":
		k.Faultf(path+".key", "is missing; cert and key belong together")
	default:
		if _, err := tls.LoadX509KeyPair(inDir(dir, files.Cert), inDir(dir, files.Key)); err != nil {
			k.Faultf(path, "cannot be used: %s", err)
		}
		if info, err := os.Stat(inDir(dir, files.Key)); err == nil && info.Mode().Perm()&0o004 != 0 {
			k.Warnf(path+".key", "%s can be read by every user of this machine; chmod 600 it", files.Key)
		}
	}
}

func (k *checker) consoleURL(text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || !webURL(u) || strings.Trim(u.Path, "/") != "" {
		k.Faultf("console.url", "must be an address such as https://counterfoil.example.org, without path, user or query")
	}
}

// webURL tells whether u is http or https with a host and nothing beside the
// path.
func webURL(u *url.URL) bool {
	if _, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && err != nil {
		return false
	}
	return (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.Opaque == "" &&
		u.User == nil && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

func (k *checker) rules(c *Config) {
	if c.Rules == "" {
		return
	}
	if info, err := os.Stat(c.RulesPath()); err != nil {
		k.Faultf("rules", "%s", err)
	} else if !info.Mode().IsRegular() {
		k.Faultf("rules", "%s is not a file", c.RulesPath())
	}
}

func (k *checker) atLeast(path string, d Duration, least time.Duration, text string) {
	if d.Duration < least {
		k.Faultf(path, "must be at least %s", text)
	}
}

func (k *checker) between(path string, size, least, most Size) {
	if size < least || size > most {
		k.Faultf(path, "must be from %s to %s", least, most)
	}
}

// Names of providers share the first part of the path with the gateway's own
// pages.
var (
	nameForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	reserved = []string{"healthz", "readyz", "metrics"}
)

func (k *checker) providers(c *Config) {
	first := map[string]string{}
	for i := range c.Providers {
		p, path := &c.Providers[i], strictyaml.Element("providers", i)
		switch taken, twice := first[p.Name]; {
		case !nameForm.MatchString(p.Name):
			k.Faultf(path+".name", "must be lower case letters, digits and dashes, 1 to 40 of them")
		case slices.Contains(reserved, p.Name):
			k.Faultf(path+".name", "%s is a page of the gateway itself; take another name", p.Name)
		case twice:
			k.Faultf(path+".name", "%s is the name of %s already", p.Name, taken)
		default:
			first[p.Name] = path
		}
		if p.Dialect != "openai" && p.Dialect != "anthropic" {
			k.Faultf(path+".dialect", "must be openai or anthropic")
		}
		k.origin(path+".origin", p)
		if p.Region = strings.TrimSpace(p.Region); utf8.RuneCountInString(p.Region) > 60 {
			k.Faultf(path+".region", "must have at most 60 characters")
		}
		k.secret(path+".secret", c.dir, p)
		k.timeouts(path+".timeouts", p.Timeouts)
		k.fail(path+".fail", p.Fail)
	}
}

// The most a provider may be allowed to send unrecorded.
const (
	mostUnrecorded = 10_000
	mostSeconds    = 3600
)

func (k *checker) fail(path string, f Fail) {
	switch f.Mode {
	case FailOpen:
		k.bound(path+".requests", f.Requests, mostUnrecorded)
		k.bound(path+".seconds", f.Seconds, mostSeconds)
	case FailClosed:
		if k.Has(path+".requests") || k.Has(path+".seconds") {
			k.Faultf(path+".mode", "is closed, which has no requests and no seconds; write mode: %s if requests may leave unrecorded", FailOpen)
		}
	default:
		k.Faultf(path+".mode", "must be %s or %s", FailClosed, FailOpen)
	}
}

// bound demands a number that was given and lies in its range.
func (k *checker) bound(path string, n, most int) {
	if !k.Has(path) {
		k.Faultf(path, "is missing; with mode: %s requests and seconds are both required", FailOpen)
	} else if n < 1 || n > most {
		k.Faultf(path, "must be from 1 to %d", most)
	}
}

func (k *checker) origin(path string, p *Provider) {
	if p.Sandbox() {
		return
	}
	p.Origin = strings.TrimRight(p.Origin, "/")
	u, err := url.Parse(p.Origin)
	switch {
	case p.Origin == "":
		k.Faultf(path, "is missing; give an address such as https://api.openai.com, or %q for the offline one", SandboxOrigin)
	case err == nil && u.User != nil:
		k.Faultf(path, "must not hold a user or password; use secret")
	case err != nil || !webURL(u):
		k.Faultf(path, "must be an address such as https://api.openai.com, without query or fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		k.Warnf(path, "is not encrypted; prompts and the provider's key can be read on the way")
	}
}

func (k *checker) secret(path, dir string, p *Provider) {
	warning, err := p.Secret.resolve(dir, k.env)
	if err != nil {
		k.Faultf(path, "%s", err)
	}
	if warning != "" {
		k.Warnf(path, "%s", warning)
	}
}

func (k *checker) timeouts(path string, t Timeouts) {
	k.atLeast(path+".connect", t.Connect, 10*time.Millisecond, "10ms")
	k.atLeast(path+".first_byte", t.FirstByte, 10*time.Millisecond, "10ms")
	k.atLeast(path+".idle", t.Idle, 10*time.Millisecond, "10ms")
	k.atLeast(path+".total", t.Total, 10*time.Millisecond, "10ms")
}

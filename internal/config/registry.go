// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/x509"
	"errors"
	"net/url"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

const (
	maxPolicyBytes = 1 << 20
	maxRootsBytes  = 1 << 20
)

// TrustPolicy reads the trust policy for witnesses and its text; nil without one.
func (c *Config) TrustPolicy() (*counterfoil.Policy, []byte, error) {
	if c.Registry.Policy == "" {
		return nil, nil, nil
	}
	text, _, err := readSmall(inDir(c.dir, c.Registry.Policy), maxPolicyBytes)
	if err != nil {
		return nil, nil, err
	}
	p, err := counterfoil.ParsePolicy(text)
	return p, text, err
}

// RootsOf reads the certificates a time-stamp authority's must lead to.
func (c *Config) RootsOf(t Timestamp) (*x509.CertPool, error) {
	text, _, err := readSmall(inDir(c.dir, t.Roots), maxRootsBytes)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return pool, nil
}

func (k *checker) registry(c *Config) {
	k.atLeast("registry.interval", c.Registry.Interval, time.Second, "1s")
	k.trustPolicy(c)
	first := map[string]string{}
	for i, t := range c.Registry.Timestamps {
		path := strictyaml.Element("registry.timestamps", i)
		switch taken, twice := first[t.Name]; {
		case !nameForm.MatchString(t.Name):
			k.Faultf(path+".name", "must be lower case letters, digits and dashes, 1 to 40 of them")
		case twice:
			k.Faultf(path+".name", "%s is the name of %s already", t.Name, taken)
		default:
			first[t.Name] = path
		}
		if u, err := url.Parse(t.URL); err != nil || !webURL(u) {
			k.Faultf(path+".url", "must be an address such as http://timestamp.example.org/tsr, without user, query or fragment")
		}
		k.atLeast(path+".interval", t.Interval, time.Minute, "1m")
		if t.Roots == "" {
			k.Faultf(path+".roots", "is missing; name a file with the certificates the authority is trusted by")
		} else if _, err := c.RootsOf(t); err != nil {
			k.Faultf(path+".roots", "cannot be used: %s", err)
		}
	}
}

func (k *checker) trustPolicy(c *Config) {
	p, _, err := c.TrustPolicy()
	if err != nil {
		k.Faultf("registry.policy", "cannot be used: %s", err)
	}
	if p == nil {
		return
	}
	if err := p.Anchorable(); err != nil {
		k.Faultf("registry.policy", "cannot be used: %s", err)
	}
	for _, w := range p.Witnesses() {
		if w.URL == "" {
			k.Warnf("registry.policy", "states no address of the witness %s, so it is never asked", w.Name)
		}
	}
}

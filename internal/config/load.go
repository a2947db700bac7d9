// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// Fault and Faults are those of the YAML reader: file, line, path and text.
type (
	Fault  = strictyaml.Fault
	Faults = strictyaml.Faults
)

// Env looks up a variable of the environment, as os.LookupEnv does.
type Env func(name string) (value string, ok bool)

// Overrides are flags of the command line that win over the file. Empty ones
// say nothing.
type Overrides struct {
	Gateway string // address of the gateway
	Console string // address of the console
}

// Load reads the file at path, or takes the defaults when path is empty, and
// checks the whole of it: addresses, names, and every file and variable it
// points to. The Config is nil exactly when the faults' Err is not; warnings
// come with a Config.
func Load(path string, env Env, o Overrides) (*Config, Faults) {
	var raw []byte
	if path != "" {
		var err error
		if raw, _, err = readSmall(path, strictyaml.MaxBytes); err != nil {
			return nil, Faults{{File: path, Text: "read configuration: " + err.Error()}}
		}
	}
	c, faults := parse(raw, filepath.Dir(path), env, o)
	return c, faults.In(path)
}

// parse reads a configuration whose relative paths start at dir.
func parse(raw []byte, dir string, env Env, o Overrides) (*Config, Faults) {
	c := defaults()
	c.dir = dir
	check := &checker{Document: strictyaml.Decode(raw, c), env: env}
	c.override(o)
	check.config(c)
	if faults := check.Faults(); faults.Err() != nil {
		return nil, faults
	}
	c.addSandboxes()
	return c, check.Faults()
}

func (c *Config) override(o Overrides) {
	if o.Gateway != "" {
		c.Gateway.Listen = o.Gateway
	}
	if o.Console != "" {
		c.Console.Listen = o.Console
	}
}

// RulesPath is where the rules file lies; empty for the starter set.
func (c *Config) RulesPath() string { return inDir(c.dir, c.Rules) }

// KindsPath is where kinds of the organisation's own lie; empty for none.
func (c *Config) KindsPath() string { return inDir(c.dir, c.Kinds) }

// FrameworksPath is where frameworks of the organisation's own lie; empty for none.
func (c *Config) FrameworksPath() string { return inDir(c.dir, c.Frameworks) }

// Path resolves a path of the configuration, such as gateway.tls.cert, against
// the folder of its file.
func (c *Config) Path(path string) string { return inDir(c.dir, path) }

// URL is the provider's address; nil for the built-in sandbox.
func (p *Provider) URL() *url.URL {
	if p.Sandbox() {
		return nil
	}
	u, err := url.Parse(p.Origin)
	if err != nil {
		panic("config: origin was checked when it was loaded") // cannot happen
	}
	return u
}

// Sandbox tells whether the provider is the built-in one.
func (p *Provider) Sandbox() bool { return p.Origin == SandboxOrigin }

// Digest is the SHA-256 over the configuration in force, in JSON: defaults,
// overrides and dictionary files included, secrets by their reference only.
func (c *Config) Digest() counterfoil.Hash {
	form := struct {
		Config  *Config  `json:"config"`
		Secrets []string `json:"secrets"` // where each provider's key comes from
	}{Config: c}
	for _, p := range c.Providers {
		form.Secrets = append(form.Secrets, p.Secret.Reference())
	}
	raw, err := json.Marshal(form)
	if err != nil {
		panic(fmt.Sprintf("config: encode: %v", err)) // plain values only
	}
	return sha256.Sum256(raw)
}

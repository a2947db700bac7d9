// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"time"
)

// SandboxOrigin is the address of the built-in provider, which answers offline.
const SandboxOrigin = "sandbox:"

// defaults is the configuration of an empty file, without the sandboxes.
func defaults() *Config {
	return &Config{
		Gateway:   Gateway{Listen: "127.0.0.1:8400"},
		Console:   Console{Listen: "127.0.0.1:8401"},
		Retention: Retention{Interactions: Duration{400 * day}, Records: Duration{2555 * day}},
		Limits:    Limits{RequestBytes: 32 << 20, AnswerBytes: 32 << 20},
		Ledger:    Ledger{SegmentBytes: 256 << 20, FillAheadBytes: 16 << 20},
		Registry:  Registry{Interval: Duration{time.Minute}},
	}
}

// SetDefaults implements strictyaml.Defaulter.
func (p *Provider) SetDefaults() {
	p.Fail.Mode = FailClosed
	p.Timeouts = Timeouts{
		Connect:   Duration{5 * time.Second},
		FirstByte: Duration{120 * time.Second}, // reasoning models take their time
		Idle:      Duration{120 * time.Second},
		Total:     Duration{60 * time.Minute},
	}
}

// SetDefaults implements strictyaml.Defaulter.
func (t *Term) SetDefaults() { t.Score, t.Class = 0.9, "custom" }

// SetDefaults implements strictyaml.Defaulter.
func (t *Timestamp) SetDefaults() { t.Interval = Duration{time.Hour} }

// addSandboxes adds the offline providers whose names are free.
func (c *Config) addSandboxes() {
	for _, p := range []Provider{
		{Name: "sandbox", Dialect: "openai", Origin: SandboxOrigin},
		{Name: "sandbox-anthropic", Dialect: "anthropic", Origin: SandboxOrigin},
	} {
		taken := slices.ContainsFunc(c.Providers, func(q Provider) bool { return q.Name == p.Name })
		if !taken {
			p.SetDefaults()
			c.Providers = append(c.Providers, p)
		}
	}
}

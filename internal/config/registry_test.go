// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

// TestRegistry reads what the section points to: relative to the configuration file.
func TestRegistry(t *testing.T) {
	_, key, err := counterfoil.GenerateCosignerKey(rand.Reader, "w1.example")
	if err != nil {
		t.Fatal(err)
	}
	certificate, _ := selfSigned(t)
	policy := "witness w1 " + key + "\nquorum w1\n"
	path := write(t, "c.yaml", `
registry:
  interval: 30s
  policy: policy.txt
  timestamps:
    - {name: first, url: "http://timestamp.example.org/tsr", roots: roots.pem}
    - {name: second, url: "https://tsa.example.net", roots: roots.pem, interval: 6h}
`, "policy.txt", policy, "roots.pem", certificate)
	c, faults := Load(path, env(), Overrides{})
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if len(faults) != 1 || !strings.Contains(faults.String(), "no address of the witness w1") {
		t.Errorf("warnings %v", faults)
	}
	p, text, err := c.TrustPolicy()
	if err != nil || string(text) != policy || len(p.Witnesses()) != 1 {
		t.Errorf("%q, %v", text, err)
	}
	for i, interval := range []time.Duration{time.Hour, 6 * time.Hour} {
		one := c.Registry.Timestamps[i]
		if roots, err := c.RootsOf(one); err != nil || roots == nil || one.Interval.Duration != interval {
			t.Errorf("%+v, %v", one, err)
		}
	}
	none := load(t, write(t, "c.yaml", ""), env(), Overrides{})
	if p, text, err := none.TrustPolicy(); p != nil || text != nil || err != nil || none.Registry.Interval.Duration != time.Minute {
		t.Errorf("without a section: %v, %q, %v", p, text, err)
	}
}

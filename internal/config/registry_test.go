// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"crypto/rand"
	"fmt"
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

// TestTooManyCosignatures: a policy whose witnesses' answers do not fit in an anchor
// is refused, and one at the bound is not.
func TestTooManyCosignatures(t *testing.T) {
	policy := func(n, name int) string {
		var text strings.Builder
		for i := range n {
			_, key, err := counterfoil.GenerateCosignerKey(rand.Reader, fmt.Sprintf("w%02d.", i)+strings.Repeat("x", name-4))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&text, "witness w%d %s http://w%d.example\n", i, key, i)
		}
		return text.String() + "quorum none\n"
	}
	for name, c := range map[string]struct {
		witnesses, name int
		want            string
	}{
		"as many as possible":    {64, 65, ""},
		"with longer names":      {64, 67, "cosignatures of its 64 witnesses take 11328 bytes"},
		"few with endless names": {8, 1500, "cosignatures of its 8 witnesses take"},
		"too many":               {65, 10, "65 witnesses"},
	} {
		path := write(t, "c.yaml", "registry: {policy: policy.txt}\n", "policy.txt", policy(c.witnesses, c.name))
		_, faults := Load(path, env(), Overrides{})
		if err := faults.Err(); (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "registry.policy")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "0d": 0, "90s": 90 * time.Second, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute,
		"400d": 400 * day, "1d12h": 36 * time.Hour, "36500d": 36500 * day,
	} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.Duration != want {
			t.Errorf("%q: %v, %v", text, d.Duration, err)
		}
		var again Duration
		if err := again.UnmarshalText([]byte(d.String())); err != nil || again != d {
			t.Errorf("%q is printed as %q, which reads as %v, %v", text, d, again, err)
		}
	}
	for _, text := range []string{"", "4", "-1h", "1d-1h", "24mo", "1y", "d", "1.5d", "36501d", "999999d", "36500d9000000h"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, d)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "1": 1, "33554432": 32 << 20, "32MiB": 32 << 20, "1 KiB": 1024, "4GiB": 4 << 30, "7B": 7} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q: %d, %v", text, s, err)
		}
		var again Size
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s {
			t.Errorf("%q is printed as %q, which reads as %d, %v", text, s, again, err)
		}
	}
	for _, text := range []string{"", "-1", "32MB", "1.5MiB", "MiB", "999999999999999GiB", "0x10"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, s)
		}
	}
}

// TestSecretNeverPrints formats and encodes a configuration in every way there
// is and looks for the key.
func TestSecretNeverPrints(t *testing.T) {
	c := load(t, write(t, "c.yaml", "providers: [{name: a, dialect: openai, origin: 'https://a.example', secret: '${A}'}]"), env("A", key), Overrides{})
	p := c.Providers[0]
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", p.Secret)
		fmt.Fprintf(&out, verb+"\n", &p.Secret)
		fmt.Fprintf(&out, verb+"\n", p)
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", struct{ inside Secret }{p.Secret})
	}
	if err := json.NewEncoder(&out).Encode(c); err != nil {
		t.Fatal(err)
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("x", "secret", p.Secret, "provider", p, "config", c)
	}
	if strings.Contains(out.String(), key) || strings.Contains(out.String(), fmt.Sprintf("%x", key)) {
		t.Errorf("the key was printed:\n%s", out.String())
	}
	if !strings.Contains(out.String(), hidden) {
		t.Error("nothing says that there is a secret")
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

func (n *node) mustCreate(c Config) ([]byte, Summary) {
	n.t.Helper()
	var b bytes.Buffer
	s, err := Create(n.t.Context(), c, &b)
	if err != nil {
		n.t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.TempDir, ".counterfoil-pack-*")); left != nil {
		n.t.Errorf("left behind: %v", left)
	}
	return b.Bytes(), s
}

func (n *node) registryKey() string {
	if n.registry == nil {
		return ""
	}
	return n.registry.VerifierKey()
}

// TestPack: packs of every form and disclosure verify, at ranges that begin and end
// anywhere in a tile, with and without a registry.
func TestPack(t *testing.T) {
	for _, registry := range []bool{false, true} {
		n := newNode(t)
		if registry {
			n.startRegistry()
		}
		for range 5 {
			n.work(90)
			if registry {
				n.round(true)
				n.round(false)
			}
		}
		size := int(n.log.Size())
		for _, times := range [][2]int{{0, size}, {0, 1}, {1, 256}, {100, 513}, {255, 257}, {256, 512}, {700, 9_999}, {size - 1, size}} {
			for _, d := range []Disclosure{None, Interactions, Records, All} {
				t.Run(fmt.Sprint(registry, times, d), func(t *testing.T) {
					c := n.config(times[0], times[1])
					c.Disclose = d
					raw, s := n.mustCreate(c)
					o := checkPack(t, raw, n.log.VerifierKey(), n.registryKey())
					if from := o.number("range", "from"); uint64(s.Range.From) != from || from != uint64(times[0]) {
						t.Errorf("begins with entry %d", from)
					}
				})
			}
		}
	}
}

// TestPackOfASystem: entries of other systems are not in it.
func TestPackOfASystem(t *testing.T) {
	n := newNode(t)
	n.startRegistry()
	n.work(100)
	n.round(true)
	c := n.config(10, 150)
	c.System, c.Disclose = &System{ID: n.systems[1], Slug: "letters"}, All
	raw, s := n.mustCreate(c)
	o := checkPack(t, raw, n.log.VerifierKey(), n.registryKey())
	for i, e := range o.contained {
		if e.Intent != nil && e.Intent.System != n.systems[1] || e.Record != nil {
			t.Errorf("entry %d does not belong here", i)
		}
	}
	if len(o.contained) == 0 || s.Counts.Earlier != 0 || !slices.Contains(s.Absent, "other_entries") {
		t.Errorf("%d entries, %+v", len(o.contained), s)
	}
	for name := range o.files {
		if strings.HasPrefix(name, "log/tile/") {
			t.Errorf("%s would show how much else there is", name)
		}
	}
}

// TestPackAgain: the same call gives the same bytes: at once, after disclosures and
// other entries were written behind the range, and from a copy of the directory.
func TestPackAgain(t *testing.T) {
	for _, registry := range []bool{false, true} {
		t.Run(fmt.Sprint(registry), func(t *testing.T) {
			n := newNode(t)
			if registry {
				n.startRegistry()
			}
			n.work(200)
			end := int(n.log.Size()) - 20
			if registry {
				n.round(true)
				n.round(false)
				n.round(false)
			}
			c := n.config(30, end)
			c.Disclose = All
			first, _ := n.mustCreate(c)
			n.work(50)
			if registry {
				n.round(true)
			}
			if again, _ := n.mustCreate(c); !bytes.Equal(first, again) {
				t.Errorf("%d bytes, and later %d others", len(first), len(again))
			}
			if err := n.log.Close(); err != nil {
				t.Fatal(err)
			}
			moved := &node{t: t, dir: n.copyOf(t), now: n.now}
			moved.open("")
			if registry {
				moved.registry = moved.openLedger(moved.dir, "registry", "")
			}
			c.Log, c.Vault, c.Registry, c.TempDir, c.Record = moved.log, moved.vault, moved.registry, moved.dir, moved.record
			if elsewhere, _ := moved.mustCreate(c); !bytes.Equal(first, elsewhere) {
				t.Error("from a copy of the directory it has other bytes")
			}
		})
	}
}

// TestAdjoiningPacks: packs of adjoining times hold every entry once, even when a
// clock was set back in between.
func TestAdjoiningPacks(t *testing.T) {
	n := newNode(t)
	n.work(40)
	n.now = n.now.Add(-25e9)
	n.work(40)
	next := counterfoil.Index(0)
	for at := 0; uint64(next) < n.log.Size(); at += 13 {
		if at > 1000 {
			t.Fatal("the packs never reach the end")
		}
		var b bytes.Buffer
		s, err := Create(t.Context(), n.config(at, at+13), &b)
		if errors.Is(err, ErrEmpty) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if s.Range.From != next {
			t.Errorf("a pack begins with entry %d where %d belongs", s.Range.From, next)
		}
		next = s.Range.To
	}
}

// TestDisclosureIsRecordedFirst: nothing is disclosed that was not recorded, and
// what cannot be recorded is not disclosed.
func TestDisclosureIsRecordedFirst(t *testing.T) {
	n := newNode(t)
	n.work(60)
	c := n.config(0, 80)
	c.Disclose = Interactions
	raw, _ := n.mustCreate(c)
	o := checkPack(t, raw, n.log.VerifierKey(), "")
	want := map[counterfoil.ID]bool{}
	for _, e := range o.contained {
		if len(e.Commitment) > 0 && (e.Intent != nil || e.Outcome != nil) {
			want[e.ID] = true
		}
	}
	got := map[counterfoil.ID]bool{}
	for _, id := range n.exported {
		got[id] = true
	}
	if len(got) != len(n.exported) || len(got) != len(want) {
		t.Errorf("%d recorded, %d of them different, %d disclosed", len(n.exported), len(got), len(want))
	}
	for id := range want {
		if !got[id] {
			t.Errorf("%s was disclosed without a record", id)
		}
	}
	full := errors.New("no space")
	c.Record = func(context.Context, counterfoil.ID) error { return full }
	if _, err := Create(t.Context(), c, new(bytes.Buffer)); !errors.Is(err, full) {
		t.Errorf("a disclosure that cannot be recorded: %v", err)
	}
}

func TestNothingToPack(t *testing.T) {
	n := newNode(t)
	n.work(10)
	for name, change := range map[string]func(*Config){
		"a time after the last entry": func(c *Config) { c.Since, c.Until = c.Until.AddDate(1, 0, 0), c.Until.AddDate(2, 0, 0) },
		"a time before the first":     func(c *Config) { c.Since, c.Until = c.Since.AddDate(-2, 0, 0), c.Since.AddDate(-1, 0, 0) },
		"a system without a request":  func(c *Config) { c.System = &System{ID: counterfoil.ID{3}} },
	} {
		c := n.config(0, 100)
		change(&c)
		if _, err := Create(t.Context(), c, new(bytes.Buffer)); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDamageIsNotPacked: a payload that is not what its entry commits to stops the
// pack instead of going into it as withheld or erased.
func TestDamageIsNotPacked(t *testing.T) {
	n := newNode(t)
	n.work(30)
	segment := filepath.Join(n.dir, "ledger-payload", counterfoil.SegmentName(0))
	raw, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	raw[counterfoil.SegmentHeaderBytes+90] ^= 1
	if err := os.WriteFile(segment, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	c := n.config(0, 100)
	c.Disclose = All
	if _, err := Create(t.Context(), c, new(bytes.Buffer)); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}

// TestOverwrittenPayloads: a payload of zeros counts as erased if an entry of the log
// names it, wherever that lies, and as damage if none does.
func TestOverwrittenPayloads(t *testing.T) {
	n := newNode(t)
	id := n.intent(0, n.vault)
	n.work(20)
	s, err := n.log.Read(1)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(n.dir, "ledger-payload", counterfoil.SegmentName(s.Payload.Segment)), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(make([]byte, s.Payload.Length), int64(s.Payload.Offset)); err != nil {
		t.Fatal(err)
	}
	c := n.config(0, 25)
	c.Disclose = All
	if _, err := Create(t.Context(), c, new(bytes.Buffer)); !errors.Is(err, ErrDamaged) {
		t.Errorf("overwritten without an entry: %v", err)
	}
	n.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{
		Scope: counterfoil.EraseInteraction, Basis: "data_subject_request", Payloads: 1, Targets: []counterfoil.ID{id},
	}}, nil)
	raw, _ := n.mustCreate(c)
	if o := checkPack(t, raw, n.log.VerifierKey(), ""); o.state(1) != "erased" {
		t.Errorf("the payload is %s", o.state(1))
	}
}

// TestSignedByAnotherKey: a pack signed by a key from a file verifies for whoever is
// given that key too, and for nobody else.
func TestSignedByAnotherKey(t *testing.T) {
	n := newNode(t)
	n.work(30)
	signer, err := LoadSigner(filepath.Join(n.dir, "keys", "ledger.key"))
	if err != nil {
		t.Fatal(err)
	}
	c := n.config(0, 100)
	first, _ := n.mustCreate(c)
	c.Signer = signer
	if again, _ := n.mustCreate(c); !bytes.Equal(first, again) {
		t.Error("the same key from a file signs something else")
	}
	other := newNode(t)
	if c.Signer, err = LoadSigner(filepath.Join(other.dir, "keys", "ledger.key")); err != nil {
		t.Fatal(err)
	}
	raw, _ := n.mustCreate(c)
	for key, want := range map[string]string{other.log.VerifierKey(): "", n.log.VerifierKey(): "manifest.json", "": "manifest.json"} {
		r := reportUnder(t, raw, verify.Options{VerifierKey: n.log.VerifierKey(), PackSigner: key})
		if got := len(r.Problems) > 0; got != (want != "") || got && r.Problems[0].Where != want {
			t.Errorf("given the signer %q: %v", key, r.Problems)
		}
	}
	for _, content := range []string{"", "PRIVATE+KEY+x\n", n.log.VerifierKey()} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSigner(path); err == nil {
			t.Errorf("%.20q was taken for a key", content)
		}
	}
}

// TestPageHasNoScript: the page for people is self-contained.
func TestPageHasNoScript(t *testing.T) {
	n := newNode(t)
	n.work(30)
	raw, _ := n.mustCreate(n.config(0, 100))
	page := html.UnescapeString(string(checkPack(t, raw, n.log.VerifierKey(), "").files["index.html"]))
	for _, word := range []string{"<script", "src=", "href=", "@import", "url("} {
		if strings.Contains(page, word) {
			t.Errorf("the page holds %s", word)
		}
	}
	for _, word := range []string{`lang="en"`, "<caption>", `scope="row"`, n.log.VerifierKey(), "counterfoil-verify pack", "The registry: this node has none."} {
		if !strings.Contains(page, word) {
			t.Errorf("the page lacks %s", word)
		}
	}
}

// TestPackAcrossRotation: once the log signs with another key, a pack of the time
// before lies under a head of that key, so that one key verifies all of it.
func TestPackAcrossRotation(t *testing.T) {
	n := newNode(t)
	n.work(40)
	end := int(n.log.Size())
	for _, turn := range []func(context.Context) (counterfoil.KeyEvent, error){n.log.RotateKey, n.log.RetireKey} {
		if _, err := turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		n.work(10)
		raw, _ := n.mustCreate(n.config(0, end))
		o := checkPack(t, raw, n.log.VerifierKey(), "")
		if o.number("log", "size") <= uint64(end) || o.number("range", "to") != uint64(end) {
			t.Errorf("a head of %d over %v", o.number("log", "size"), o.at("range"))
		}
	}
}

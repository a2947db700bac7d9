// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// TestOwnRegistryLeadsNowhere: whoever has a pack and no key of the log can sign it
// anew, and add a registry of his own that enrols the key he signed with. Only the
// log's key may say which other key counts.
func TestOwnRegistryLeadsNowhere(t *testing.T) {
	n := newNode(t)
	n.work(30)
	n.startRegistry()
	n.round(false)
	forger := n.openLedger(filepath.Join(n.dir, "forger"), "ledger", n.log.Origin())
	for _, event := range []counterfoil.KeyEvent{
		{Event: counterfoil.KeyEnrolled, Origin: n.log.Origin(), Key: forger.VerifierKey()},
		{Event: counterfoil.KeySucceeded, Origin: n.log.Origin(), Key: forger.VerifierKey(), Former: n.log.VerifierKey()},
	} {
		if err := forger.SignKeyEvent(&event); err != nil {
			t.Fatal(err)
		}
		n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
		c := n.config(0, 100)
		c.Signer = forger
		raw, _ := n.mustCreate(c)
		r := reportOn(t, raw, n.log.VerifierKey())
		if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemPack || r.Problems[0].Where != "manifest.json" {
			t.Errorf("%s: %s, %v", event.Event, r.Integrity, r.Problems)
		}
	}
}

// TestKeysAcrossRotation: the key an auditor was handed before a rotation, and the
// one handed out behind it, verify packs under heads of either.
func TestKeysAcrossRotation(t *testing.T) {
	n := newNode(t)
	n.work(40)
	former := n.log.VerifierKey()
	n.startRegistry()
	n.round(false)
	early := n.config(0, 20)
	for _, turn := range []func(context.Context) (counterfoil.KeyEvent, error){n.log.RotateKey, n.log.RetireKey} {
		event, err := turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
		n.work(10)
		n.round(false)
	}
	late := n.config(0, 0)
	late.Until = time.Now().Add(time.Hour) // rotations bear the time of the machine
	for name, c := range map[string]Config{"before": early, "behind": late} {
		raw, _ := n.mustCreate(c)
		if got := readPack(t, raw).at("log", "verifier") == former; got != (name == "before") {
			t.Errorf("the pack of the time %s lies under a head of the former key: %v", name, got)
		}
		for _, key := range []string{former, n.log.VerifierKey(), n.registryKey()} {
			if r := reportOn(t, raw, key); r.Integrity != verify.IntegrityOK {
				t.Errorf("%s, under %s: %v", name, key, r.Problems)
			}
		}
	}
}

// TestEntriesNameTheirPlace: a start, a rotation and a seal state the log before them,
// and the tiles of a pack show whether they are right.
func TestEntriesNameTheirPlace(t *testing.T) {
	n := newNode(t)
	n.work(300)
	if _, err := n.log.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	appendSeal := func(wrong bool) counterfoil.Index {
		r, err := n.log.AppendBuilt(t.Context(), counterfoil.KindSeal, func(before counterfoil.Checkpoint) (*counterfoil.Entry, error) {
			if wrong {
				before.Root[0] ^= 1
			}
			seal := counterfoil.Seal{Epoch: "2026q4", Size: before.Size, Root: before.Root}
			return &counterfoil.Entry{Kind: counterfoil.KindSeal, ID: counterfoil.NewID(), Time: n.now.UnixMicro(), Seal: &seal}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Index
	}
	c := n.config(0, 0)
	appendSeal(false)
	c.Until = time.Now().Add(time.Hour)
	raw, _ := n.mustCreate(c)
	verifyPack(t, raw, n.log.VerifierKey())
	at := appendSeal(true)
	raw, _ = n.mustCreate(c)
	r := reportOn(t, raw, n.log.VerifierKey())
	if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemSeal || r.Problems[0].Index == nil || *r.Problems[0].Index != uint64(at) {
		t.Errorf("%v", r.Problems)
	}
}

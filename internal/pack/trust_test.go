// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
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
	for _, step := range []func(context.Context) (counterfoil.KeyEvent, error){n.log.RotateKey, n.log.RetireKey} {
		n.rotate(step)
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

// TestARetiredKeySignsNothingNew: whoever holds a copy of the node from before a
// rotation, its key included, goes on with a history of his own. His registry leads
// from the new key to the stolen one, as the true one does, and leaves out that it
// was retired.
func TestARetiredKeySignsNothingNew(t *testing.T) {
	n := newNode(t)
	n.work(40)
	n.startRegistry()
	n.round(false)
	thief := &node{t: t, dir: n.copyOf(t), now: n.now, systems: n.systems}
	event, err := n.log.RotateKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	thief.open("")
	thief.lost = thief.vault
	thief.registry = thief.openLedger(thief.dir, "registry", n.log.Origin()+"/registry")
	thief.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
	old, _ := thief.mustCreate(thief.config(0, 20))
	thief.work(10)
	thief.round(false)
	forged, _ := thief.mustCreate(thief.config(40, 1000))
	if at := readPack(t, forged).at("log", "verifier"); at != event.Former {
		t.Fatalf("the forged head is signed by %s", at)
	}
	verifyPack(t, old, event.Key) // up to the rotation the former key counts
	r := reportOn(t, forged, event.Key)
	if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemHead || r.Problems[0].Where != "log/verifier" {
		t.Errorf("the forged pack: %s, %v", r.Integrity, r.Problems)
	}
	if got := inPython(t, old, "--key", event.Key); len(got) > 0 {
		t.Errorf("verify.py, the pack from before: %v", got)
	}
	if got := inPython(t, forged, "--key", event.Key); !slices.Equal(got, []string{"log/verifier"}) {
		t.Errorf("verify.py, the forged pack: %v", got)
	}
	// Nor does he sign a manifest over a true head of the new key.
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
	n.work(10)
	n.round(false)
	c := n.config(0, 0)
	c.Until, c.Signer = time.Now().Add(time.Hour), thief.log // rotations bear the time of the machine
	raw, _ := n.mustCreate(c)
	r = reportOn(t, raw, event.Key)
	if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemPack || r.Problems[0].Where != "manifest.json" {
		t.Errorf("the manifest signed by the former key: %s, %v", r.Integrity, r.Problems)
	}
	if got := inPython(t, raw, "--key", event.Key); !slices.Equal(got, []string{"manifest.json"}) {
		t.Errorf("verify.py, the manifest signed by the former key: %v", got)
	}
}

// TestHeadsOfTwoKeys: during a rotation both keys sign, and the pack names the newer.
func TestHeadsOfTwoKeys(t *testing.T) {
	n := newNode(t)
	n.work(20)
	former := n.log.VerifierKey()
	n.startRegistry()
	for range 2 { // rotated twice, so that neither key of the head is the present one
		n.rotate(n.log.RotateKey)
		n.work(10)
		n.round(false)
		n.rotate(n.log.RetireKey)
	}
	raw, _ := n.mustCreate(n.config(0, 15)) // covered by the head of the first overlap
	for _, key := range []string{former, n.log.VerifierKey(), n.registryKey()} {
		verifyPack(t, raw, key)
	}
}

// rotate does one step of a rotation and tells the registry.
func (n *node) rotate(step func(context.Context) (counterfoil.KeyEvent, error)) {
	n.t.Helper()
	event, err := step(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
}

// TestUnseenHeadsNeedTheLogsKey: the registry's key speaks for heads that it took in.
func TestUnseenHeadsNeedTheLogsKey(t *testing.T) {
	n := newNode(t)
	n.work(20)
	n.startRegistry() // and no round
	raw, _ := n.mustCreate(n.config(0, 1000))
	verifyPack(t, raw, n.log.VerifierKey())
	r := reportOn(t, raw, n.registryKey())
	if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemHead {
		t.Errorf("under the registry's key: %s, %v", r.Integrity, r.Problems)
	}
	if got := inPython(t, raw, "--registry-key", n.registryKey()); !slices.Equal(got, []string{"log/verifier"}) {
		t.Errorf("verify.py, under the registry's key: %v", got)
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

// TestPackBehindARotationOfTheRegistry: the head of the registry that a pack of an early
// range lies under is signed by a key that was retired since.
func TestPackBehindARotationOfTheRegistry(t *testing.T) {
	n := newNode(t)
	n.work(20)
	n.startRegistry()
	n.round(false)
	n.round(true)
	former, told := n.registryKey(), int(n.now.Sub(dawn).Seconds()) // the log names a head by the former key
	for _, step := range []func(context.Context) (counterfoil.KeyEvent, error){n.registry.RotateKey, n.registry.RetireKey} {
		if _, err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
		n.work(2)
		n.round(false)
	}
	for name, c := range map[string]Config{"before": n.config(0, 15), "behind": n.config(told, 1000)} {
		raw, _ := n.mustCreate(c)
		if names := slices.Collect(maps.Keys(readPack(t, raw).files)); name == "behind" && !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "log/entry/") }) {
			t.Error("the pack has no anchor of before its range")
		}
		for _, key := range []string{n.log.VerifierKey(), former, n.registryKey()} {
			if r := reportOn(t, raw, key); r.Integrity != verify.IntegrityOK {
				t.Errorf("%s, under %s: %v", name, key, r.Problems)
			}
			if got := inPython(t, raw, "--key", key); len(got) > 0 {
				t.Errorf("%s, verify.py under %s: %v", name, key, got)
			}
		}
	}
}

// TestPackBehindACompromise: the entry that says how far a former key counts bears that
// key's origin, and the new key only signs it. It does not make the new one a key of the
// former origin.
func TestPackBehindACompromise(t *testing.T) {
	n := newNode(t)
	n.work(20)
	n.startRegistry()
	n.round(false)
	former := n.openLedger(filepath.Join(n.dir, "former"), "ledger", "counterfoil/former")
	event := counterfoil.KeyEvent{Event: counterfoil.KeyCompromised, Origin: former.Origin(), Key: n.log.VerifierKey(), Former: former.VerifierKey(), Size: 5}
	if err := n.log.SignKeyEvent(&event); err != nil {
		t.Fatal(err)
	}
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
	n.work(10)
	n.round(false)
	raw, _ := n.mustCreate(n.config(0, 1000))
	for _, key := range []string{n.log.VerifierKey(), n.registryKey()} {
		if r := reportOn(t, raw, key); r.Integrity != verify.IntegrityOK {
			t.Errorf("under %s: %v", key, r.Problems)
		}
		if got := inPython(t, raw, "--key", key); len(got) > 0 {
			t.Errorf("verify.py under %s: %v", key, got)
		}
	}
}

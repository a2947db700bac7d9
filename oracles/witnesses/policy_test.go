// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package witnesses

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/tessera"
	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// members are four witnesses: a and b sign with our code, c and d with that of
// transparency.dev under keys that we made.
func members(t *testing.T) (signers map[byte]note.Signer, keys map[byte]string) {
	t.Helper()
	signers, keys = map[byte]note.Signer{}, map[byte]string{}
	for i := range byte(4) {
		id := 'a' + i
		private, key, err := counterfoil.GenerateCosignerKey(rand.Reader, fmt.Sprintf("%c.example/w", id))
		if err != nil {
			t.Fatal(err)
		}
		keys[id] = key
		if i < 2 {
			signers[id], err = counterfoil.NewCosigner(private, time.Now)
		} else {
			signers[id], err = fnote.NewSignerForCosignatureV1(private)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return signers, keys
}

// TestPoliciesAgree asks us, torchwood and Tessera about every subset of four
// witnesses under each policy. Tessera does not look at the log's signature.
func TestPoliciesAgree(t *testing.T) {
	log := newLog(t).grow(3, "main")
	signers, keys := members(t)
	var head strings.Builder
	fmt.Fprintf(&head, "# for every subset\nlog %s\n", log.key)
	for _, id := range []byte("abcd") {
		fmt.Fprintf(&head, "witness %c\t%s https://%c.example/w\n", id, keys[id], id)
	}
	for _, rule := range []string{
		"quorum none", "quorum a", "quorum d",
		"group g any a b\nquorum g", "group g all a b c d\nquorum g", "group g 2 a b c\nquorum g", "group g 3 d c b a\nquorum g", "group g 1 d\nquorum g",
		"group g 2 a b\ngroup h any c d\ngroup both all g h\nquorum both",
		"group g any a b\ngroup h any c d\ngroup either any g h\nquorum either",
		"group g all a b\ngroup some 2 g c d\nquorum some",
	} {
		text := []byte(head.String() + rule + "\n")
		policy, err := counterfoil.ParsePolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		torch, err := torchwood.ParsePolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		group, err := tessera.NewWitnessGroupFromPolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		for subset := range 1 << 4 {
			list := []note.Signer{log.signer}
			for i, id := range []byte("abcd") {
				if subset&(1<<i) != 0 {
					list = append(list, signers[id])
				}
			}
			text := counterfoil.Checkpoint{Origin: origin, Size: 3, Root: log.roots[3]}.Text()
			signed, err := note.Sign(&note.Note{Text: text}, list...)
			if err != nil {
				t.Fatal(err)
			}
			_, _, ours := policy.Check(signed)
			_, _, theirs := torchwood.VerifyCheckpoint(signed, torch)
			if (ours == nil) != (theirs == nil) || (ours == nil) != group.Satisfied(signed) {
				t.Errorf("%q, subset %04b: we say %v, torchwood %v, Tessera %v", rule, subset, ours, theirs, group.Satisfied(signed))
			}
			unsigned, err := note.Sign(&note.Note{Text: text}, list[1:]...)
			if err != nil {
				t.Fatal(err)
			}
			_, _, ours = policy.Check(unsigned)
			_, _, theirs = torchwood.VerifyCheckpoint(unsigned, torch)
			if ours == nil || theirs == nil {
				t.Errorf("%q, subset %04b, without the log: we say %v, torchwood %v", rule, subset, ours, theirs)
			}
		}
	}
}

// TestPolicyRefusals are policies that nobody reads.
func TestPolicyRefusals(t *testing.T) {
	log := newLog(t)
	_, keys := members(t)
	for _, rule := range []string{
		"", "quorum x", "quorum a b", "witness a %s\nquorum a", "group a any b\nquorum a", "group g 3 a b\nquorum g", "group g any x\nquorum g", "quorums a",
	} {
		text := []byte(fmt.Sprintf("log %s\nwitness a %s https://a.example\nwitness b %s https://b.example\n", log.key, keys['a'], keys['b']) +
			strings.ReplaceAll(rule, "%s", keys['c']) + "\n")
		_, ours := counterfoil.ParsePolicy(text)
		_, theirs := torchwood.ParsePolicy(text)
		if ours == nil || (theirs == nil && rule != "quorum a b") { // torchwood passes over the second name
			t.Errorf("%q: we say %v, torchwood %v", rule, ours, theirs)
		}
	}
}

// TestKeysAgree: keys are read by the others, and make the same verifier.
func TestKeysAgree(t *testing.T) {
	private, key, err := counterfoil.GenerateCosignerKey(rand.Reader, "w.example/1")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := fnote.NewSignerForCosignatureV1(private)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := counterfoil.NewCosignatureVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	torch, err := torchwood.NewCosignatureVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	formats, err := fnote.NewVerifierForCosignatureV1(key)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte(counterfoil.Checkpoint{Origin: origin, Size: 3}.Text())
	own, err := counterfoil.NewCosigner(private, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]note.Signer{"ours": own, "transparency.dev": signer} {
		sig, err := s.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		for other, v := range map[string]note.Verifier{"us": ours, "torchwood": torch, "transparency.dev": formats} {
			if v.KeyHash() != s.KeyHash() || v.Name() != s.Name() || !v.Verify(text, sig) {
				t.Errorf("signed by %s, not verified by %s", name, other)
			}
		}
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// signingKeys follows the keys of a log through its entries: rule 6 of section 4
// in docs/ledger-format.md.
type signingKeys struct {
	inForce map[string]bool
	ever    map[string]bool
	first   counterfoil.Index // of the boot that named the first
}

func (k *signingKeys) begin(key string, at counterfoil.Index) {
	k.inForce, k.ever, k.first = map[string]bool{key: true}, map[string]bool{key: true}, at
}

// bootKey checks the key a start names.
func (v *verification) bootKey(i counterfoil.Index, key string) {
	switch {
	case v.keys.ever == nil:
		v.keys.begin(key, i)
	case !v.keys.inForce[key]:
		v.problem(ProblemBoot, i, "the start names the key %q", key)
	}
}

// keyEvent takes in what an entry says about a key of this log. Before the first
// start no key is known, and an event about another log names none of this one's.
func (v *verification) keyEvent(i counterfoil.Index, e *counterfoil.Entry) {
	b := e.Key
	v.enrol(b)
	if b == nil || !v.keys.ever[b.Former] && !v.keys.ever[b.Key] && !strings.HasPrefix(b.Key+b.Former, v.report.Origin+"+") {
		return
	}
	begins := b.Event == counterfoil.KeyRotated || b.Event == counterfoil.KeySucceeded
	switch err := b.CheckSignatures(); {
	case err != nil:
		v.problem(ProblemKey, i, "%v", err)
	case begins && (b.Size != uint64(i) || b.Root != v.tree.Root()):
		v.problem(ProblemKey, i, "the key follows on a log of %d entries with another root than lies before it", b.Size)
	case begins && !v.keys.inForce[b.Former]:
		v.problem(ProblemKey, i, "the key follows one that is not in force")
	case begins:
		v.keys.inForce[b.Key], v.keys.ever[b.Key] = true, true
	case b.Event == counterfoil.KeyRetired:
		delete(v.keys.inForce, b.Former)
	}
}

// concludeKeys demands that the key heads were verified with is one of the log's.
func (v *verification) concludeKeys() {
	if v.keys.ever != nil && !v.keys.ever[v.VerifierKey] {
		v.problem(ProblemBoot, v.keys.first, "the start names another key than %q, and no entry leads from one to the other", v.VerifierKey)
	}
}

// check demands that a key in force here signed a head; nil was checked elsewhere.
// Before the first start, and in a log that never had the key the verification
// was given, that key must have signed.
func (k *signingKeys) check(signed []byte, given string) error {
	if signed == nil {
		return nil
	}
	keys := k.inForce
	if !k.ever[given] {
		keys = map[string]bool{given: true}
	}
	if err := signedByAny(signed, keys); err != nil {
		return fmt.Errorf("no key that is in force there signed it: %w", err)
	}
	return nil
}

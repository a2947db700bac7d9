// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"math"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// signingKeys follows the keys of a log through its entries: rule 6 of section 4
// in docs/ledger-format.md.
type signingKeys struct {
	spans    map[string]span
	ever     map[string]bool
	first    counterfoil.Index   // of the boot that named the first
	origin   string              // that began
	unlinked []counterfoil.Index // successions the former key did not sign
}

// span is the sizes, from and to included, whose heads count under a key. To is
// the largest number while the key is in force.
type span struct{ from, to uint64 }

const inForce = math.MaxUint64

func (k *signingKeys) begin(key string, at counterfoil.Index) {
	k.spans, k.ever, k.first, k.origin = map[string]span{key: {to: inForce}}, map[string]bool{key: true}, at, originOf(key)
}

// put puts a key in force behind entry i.
func (k *signingKeys) put(key string, i counterfoil.Index) {
	k.spans[key], k.ever[key] = span{uint64(i) + 1, inForce}, true
}

// counts tells whether heads of a size count under a key.
func (k *signingKeys) counts(key string, size uint64) bool {
	s, found := k.spans[key]
	return found && s.from <= size && size <= s.to
}

func (k *signingKeys) inForce(key string) bool { return k.spans[key].to == inForce }

// end says that heads above a size do not count under a key.
func (k *signingKeys) end(key string, size uint64) {
	if s, found := k.spans[key]; found {
		k.spans[key] = span{s.from, min(s.to, size)}
	}
}

// bootKey checks the key a start names.
func (v *verification) bootKey(i counterfoil.Index, key string) {
	switch {
	case v.keys.ever == nil:
		v.keys.begin(key, i)
	case !v.keys.inForce(key):
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
	case begins && !v.keys.inForce(b.Former):
		v.problem(ProblemKey, i, "the key follows one that is not in force")
	case b.Event == counterfoil.KeyRotated && originOf(b.Key) != originOf(b.Former):
		v.problem(ProblemKey, i, "the key is of another origin than the one it follows")
	case b.Event == counterfoil.KeySucceeded:
		v.succeed(i, b)
	case begins:
		v.keys.put(b.Key, i)
	case b.Event == counterfoil.KeyRetired:
		v.keys.end(b.Former, uint64(i))
	case b.Event == counterfoil.KeyCompromised:
		v.keys.end(b.Former, b.Size)
		v.reconsiderHeads(b)
		v.reconsiderAnchors(b)
	}
}

// reconsiderHeads looks again at heads the walk has passed, since a key may be
// known as compromised only behind them.
func (v *verification) reconsiderHeads(b *counterfoil.KeyEvent) {
	for _, h := range v.heads[:v.due] {
		if h.signed == nil || h.size <= b.Size || signedByAny(h.signed, map[string]bool{b.Former: true}) != nil {
			continue
		}
		if err := v.keys.check(h.signed, h.size, v.VerifierKey); err != nil {
			v.report.problem(ProblemHead, h.where, "%v", err)
		}
	}
}

// concludeKeys demands that the key the verification was given is one of the log's.
// In a log that never had it, it must have signed the heads all the same. Which of
// both it is shows only at the end: the key given may be one that is put in force
// behind heads kept from before.
func (v *verification) concludeKeys() {
	if v.keys.ever != nil && !v.keys.ever[v.VerifierKey] {
		v.report.Signed = 0 // what counts is what the key given has signed
		for i := range v.heads[:v.due] {
			h := &v.heads[i]
			if h.signed == nil {
				continue
			}
			if _, err := counterfoil.VerifyCheckpoint(h.signed, v.VerifierKey); err != nil {
				v.report.problem(ProblemHead, h.where, "the key that was given did not sign it: %v", err)
				continue
			}
			v.report.Signed = h.size
		}
		v.problem(ProblemBoot, v.keys.first, "the start names another key than %q, and no entry leads from one to the other", v.VerifierKey)
	}
}

// check demands that a key that counts for its size signed a head; nil was checked elsewhere.
// Before the first start the key the verification was given must have signed.
func (k *signingKeys) check(signed []byte, size uint64, given string) error {
	if signed == nil {
		return nil
	}
	keys := make(map[string]bool)
	for key := range k.spans {
		if k.counts(key, size) {
			keys[key] = true
		}
	}
	if len(k.spans) == 0 {
		keys = map[string]bool{given: true}
	}
	if err := signedByAny(signed, keys); err != nil {
		return fmt.Errorf("no key that is in force there signed it: %w", err)
	}
	return nil
}

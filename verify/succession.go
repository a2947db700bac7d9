// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// Succession is a place where a log went on under another origin.
type Succession struct {
	Entry  uint64 `json:"entry"`  // that says so
	Former string `json:"former"` // origin before it
	Origin string `json:"origin"` // origin from there on
	// Signed is the size of the largest head known of the former log. Where it is
	// above Entry, the entries from Entry on that it covers are not in this log.
	Signed uint64 `json:"signed"`
}

// originAt is the origin a head of a size must bear.
func (v *verification) originAt(size uint64) string {
	list := v.report.Successions
	for n := len(list) - 1; n >= 0; n-- {
		if size > list[n].Entry {
			return list[n].Origin
		}
	}
	switch {
	case len(list) > 0:
		return list[0].Former
	case v.keys.ever != nil:
		return v.keys.origin
	default:
		return originOf(v.VerifierKey)
	}
}

// newest is the origin of the log as far as it was read.
func (v *verification) newest() string { return v.originAt(inForce) }

// succeed takes in a succession whose signatures verified: every key of the former
// origin ends there.
func (v *verification) succeed(i counterfoil.Index, b *counterfoil.KeyEvent) {
	origin := originOf(b.Key)
	if origin == v.newest() || slices.ContainsFunc(v.report.Successions, func(s Succession) bool { return s.Former == origin }) {
		v.problem(ProblemKey, i, "the log goes on under the origin %q, which it has or had already", origin)
		return
	}
	v.report.Successions = append(v.report.Successions, Succession{Entry: uint64(i), Former: v.newest(), Origin: origin})
	for key := range v.keys.spans {
		v.keys.end(key, uint64(i))
	}
	v.keys.put(b.Key, i)
	if len(b.FormerSignature) == 0 {
		v.keys.unlinked = append(v.keys.unlinked, i)
	}
}

// outlived finds the succession that ended the origin of a head of more entries than
// were taken over.
func (v *verification) outlived(origin string, size uint64) *Succession {
	for n := range v.report.Successions {
		s := &v.report.Successions[n]
		if s.Former == origin && size > s.Entry {
			return s
		}
	}
	return nil
}

// lost judges a head that its own log signed and the log at hand did not take over. It
// reports whether it is one. What a registry took in is told and no fault: the log says
// itself that it left something behind. A head that somebody kept is one.
func (v *verification) lost(h *head) bool {
	origin, borne := h.origin, h.signed == nil
	if !borne {
		c, err := counterfoil.ParseCheckpoint(h.signed)
		if err != nil {
			return false
		}
		origin = c.Origin
	}
	s := v.outlived(origin, h.size)
	if s == nil {
		return false
	}
	if borne {
		s.Signed = max(s.Signed, h.size)
		return true
	}
	if signedByAny(h.signed, v.keys.ever) != nil {
		return false
	}
	if h.size == v.tree.Size() && h.root == v.tree.Root() {
		v.report.problem(ProblemHead, h.where, "the head of %d entries is signed under %s, which ended at entry %d", h.size, origin, s.Entry)
		return true
	}
	s.Signed = max(s.Signed, h.size)
	v.problem(ProblemMissing, counterfoil.Index(s.Entry), "a head (%s) of %s covers %d entries, and the log went on as %s with %d of them: entries %d to %d are lost",
		h.where, origin, h.size, s.Origin, s.Entry, s.Entry, h.size-1)
	return true
}

// bornOf finds what the segments say of their origin. Whether the entries lead to it
// shows at the end.
func (v *verification) bornOf() {
	v.bears = counterfoil.OriginDigest(v.report.Origin)
	f, err := os.Open(filepath.Join(v.LedgerDir, counterfoil.SegmentName(0)))
	if err != nil {
		return
	}
	defer f.Close()
	var b [counterfoil.SegmentHeaderBytes]byte
	n, _ := f.ReadAt(b[:], 0)
	if h, err := counterfoil.ParseSegmentHeader(b[:n]); err == nil && h.Kind == counterfoil.LedgerSegment {
		v.bears = h.Origin
	}
}

// concludeSuccessions compares where the entries lead with what the segments say, and
// with the key that was given.
func (v *verification) concludeSuccessions() {
	if !v.published && !v.stopped && v.bears != counterfoil.OriginDigest(v.newest()) {
		v.report.problem(ProblemSegment, counterfoil.Position{}.String(), "the segments belong to another log than %s, to which the entries lead", v.newest())
	}
	if v.keys.ever[v.VerifierKey] {
		v.report.Origin = v.newest()
	}
	for _, i := range v.keys.unlinked {
		if s := v.outlived(originOf(v.VerifierKey), inForce); s != nil && s.Entry <= uint64(i) {
			v.problem(ProblemKey, i, "the log goes on as %s, and the key that was given did not sign that: ask those who run it for the new verifier key, by a way you trust", v.originAt(uint64(i)+1))
		}
	}
	for _, s := range v.report.Successions {
		v.report.checked("A succession: from entry %d on the log %s goes on as %s.", s.Entry, s.Former, s.Origin)
		if s.Signed > s.Entry {
			v.report.unchecked("Entries %d to %d of %s are lost: heads of it cover %d entries, and %s went on with %d.", s.Entry, s.Signed-1, s.Former, s.Signed, s.Origin, s.Entry)
		}
	}
}

// cosigners follows, for each set of keys that signed former heads taken in, the
// largest of these heads: what a compromise found later must reach back over.
type cosigners map[string]cosignedHead

type cosignedHead struct {
	keys []string
	size uint64
	at   counterfoil.Index // of the anchor
}

func (c cosigners) take(keys []string, size uint64, at counterfoil.Index) {
	slices.Sort(keys)
	name := fmt.Sprintf("%q", keys)
	if known, found := c[name]; !found || known.size < size {
		c[name] = cosignedHead{keys, size, at}
	}
}

// reconsiderAnchors looks again at former heads with cosignatures, whose keys may be
// known as compromised only behind them. Of those under the same keys it names the
// largest; what witnesses saw counts no further than the compromise.
func (v *verification) reconsiderAnchors(b *counterfoil.KeyEvent) {
	for name, c := range v.anchors.cosigned {
		if c.size <= b.Size || !slices.Contains(c.keys, b.Former) || slices.ContainsFunc(c.keys, func(k string) bool { return v.keys.counts(k, c.size) }) {
			continue
		}
		v.problem(ProblemAnchor, c.at, "nothing its key signed above %d entries counts, as a later entry says, and it takes in a head of %d", b.Size, c.size)
		v.report.Witnessed = min(v.report.Witnessed, b.Size)
		delete(v.anchors.cosigned, name)
	}
}

// signers returns the keys in force for a size that signed a head.
func (k *signingKeys) signers(signed []byte, size uint64) []string {
	var list []string
	for key := range k.spans {
		if k.counts(key, size) && signedByAny(signed, map[string]bool{key: true}) == nil {
			list = append(list, key)
		}
	}
	return list
}

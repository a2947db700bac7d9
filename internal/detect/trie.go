// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// trie holds dictionary keys in level order: the children of a node lie side by
// side, so a node costs nine bytes and 100,000 names a few megabytes. It is
// walked from the start of a word, so no failure links are needed.
type trie struct {
	fold    bool
	label   []byte    // by node
	child   []uint32  // first child of a node; those of the next node end them
	entries []entry   // sorted by key
	first   []uint32  // by node: 1 + index of its first entry, 0 when none ends here
	root    [256]bool // bytes of text that a key may start with
	blanks  bool      // a key holds a blank
}

// newTrie builds a trie, or nil for no entries.
func newTrie(entries []entry, fold bool) *trie {
	if len(entries) == 0 {
		return nil
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	t := &trie{fold: fold, entries: entries, label: []byte{0}, first: []uint32{0}}
	type span struct{ low, high, depth int } // the entries below a node
	level := []span{{0, len(entries), 0}}
	for node := 0; node < len(level); node++ {
		s := level[node]
		t.child = append(t.child, uint32(len(t.label)))
		low := s.low
		for low < s.high && len(entries[low].key) == s.depth {
			low++
		}
		if low > s.low {
			t.first[node] = uint32(s.low) + 1
		}
		for low < s.high {
			c, high := entries[low].key[s.depth], low+1
			for high < s.high && entries[high].key[s.depth] == c {
				high++
			}
			level = append(level, span{low, high, s.depth + 1})
			t.label = append(t.label, c)
			t.first = append(t.first, 0)
			low = high
		}
	}
	t.child = append(t.child, uint32(len(t.label)))
	t.describe()
	return t
}

// describe fills what speeds up the walk.
func (t *trie) describe() {
	for _, e := range t.entries {
		t.blanks = t.blanks || strings.Contains(e.key, " ")
		first, _ := utf8.DecodeRuneInString(e.key)
		t.mark(first)
		if !t.fold {
			continue
		}
		for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
			t.mark(r)
		}
	}
}

func (t *trie) mark(r rune) {
	var buf [utf8.UTFMax]byte
	utf8.EncodeRune(buf[:], r)
	t.root[buf[0]] = true
}

// starts reports that a key may start at i: by its first byte, and because no
// word goes on there.
func (t *trie) starts(text string, i int) bool {
	if !t.root[text[i]] {
		return false
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	before, size := utf8.DecodeLastRuneInString(text[:i])
	return size == 0 || edge(before, r)
}

// at gives the entries that end at a node.
func (t *trie) at(node int) []entry {
	if t.first[node] == 0 {
		return nil
	}
	low := int(t.first[node]) - 1
	high := low + 1
	for high < len(t.entries) && t.entries[high].key == t.entries[low].key {
		high++
	}
	return t.entries[low:high]
}

// longest walks from i and gives the end and node of the longest key that ends
// with a word, node 0 when none does. Open says that the text ended on the way,
// so that more of it could change the answer.
func (t *trie) longest(text string, i int) (end, node int, open bool) {
	at, blank, limit := 0, false, i+maxTermMatch
	for i < len(text) && i < limit {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		space := unicode.IsSpace(r)
		if !space || !blank {
			if at = t.step(at, r, space, text[i:i+size]); at == 0 {
				return end, node, false
			}
		}
		blank = space
		i += size
		if t.first[at] != 0 && wordEnds(text, i, r) {
			end, node = i, at
		}
	}
	return end, node, i >= len(text)
}

// step goes on by one rune, or gives 0.
func (t *trie) step(at int, r rune, space bool, raw string) int {
	switch {
	case space:
		return t.next(at, ' ')
	case r < utf8.RuneSelf:
		if t.fold {
			r = lower(r)
		}
		return t.next(at, byte(r))
	}
	var buf [utf8.UTFMax]byte
	key := raw
	if t.fold {
		key = string(buf[:utf8.EncodeRune(buf[:], lower(r))])
	}
	for i := 0; i < len(key); i++ {
		if at = t.next(at, key[i]); at == 0 {
			return 0
		}
	}
	return at
}

// next gives the child of a node by its label, or 0.
func (t *trie) next(at int, c byte) int {
	low, high := t.child[at], t.child[at+1]
	if n, ok := slices.BinarySearch(t.label[low:high], c); ok {
		return int(low) + n
	}
	return 0
}

// wordEnds reports that no word goes on over i, whose rune before is last.
func wordEnds(text string, i int, last rune) bool {
	if i >= len(text) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return edge(last, r)
}

// openFrom gives the start of the first word in which a key with blanks starts
// that may reach beyond the end of text, or reaches over the hold.
func (t *trie) openFrom(text string, hold, low int) int {
	if t == nil || !t.blanks {
		return hold
	}
	for i := low; i < hold; i++ {
		if t.starts(text, i) {
			if end, _, open := t.longest(text, i); open || end > hold {
				return wordStart(text, i, low)
			}
		}
	}
	return hold
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of the dictionary.
const (
	maxTerms     = 100_000
	minTerm      = 2   // bytes
	maxTerm      = 160 // bytes
	maxTermMatch = 480 // bytes of text that a term may cover, white space included
)

// dictionaryType is a type that the dictionary adds.
type dictionaryType struct {
	TypeInfo
	detector string
}

// entry is one value of one term.
type entry struct {
	key   string // as the trie spells it
	typ   int32  // index in Scanner.dictionary
	score float64
}

// addDictionary checks the terms and builds the tries.
func (s *Scanner) addDictionary(terms []Term) error {
	var folded, exact []entry
	for _, t := range terms {
		typ, err := s.dictionaryType(t.Type)
		if err != nil {
			return err
		}
		if t.Score < 0 || t.Score > 1 {
			return fmt.Errorf("type %s: score %v: want 0 to 1", t.Type, t.Score)
		}
		for i, value := range t.Values {
			key, err := termKey(value, !t.CaseSensitive)
			if err != nil {
				return fmt.Errorf("type %s, value %d: %w", t.Type, i+1, err)
			}
			e := entry{key: key, typ: typ, score: cmp.Or(t.Score, 0.9)}
			if t.CaseSensitive {
				exact = append(exact, e)
			} else {
				folded = append(folded, e)
			}
		}
	}
	if len(folded)+len(exact) > maxTerms {
		return fmt.Errorf("%d values are more than %d", len(folded)+len(exact), maxTerms)
	}
	s.folded, s.exact = newTrie(folded, true), newTrie(exact, false)
	return nil
}

// dictionaryType gives the index of a type by its name, adding it when new.
func (s *Scanner) dictionaryType(name string) (int32, error) {
	if at := slices.IndexFunc(s.dictionary, func(d dictionaryType) bool { return d.Type == name }); at >= 0 {
		return int32(at), nil
	}
	if name == "" || len(name) > 40 || !isLower(name[0]) || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return 0, fmt.Errorf("type %q: want lower case letters, digits and '_'", name)
	}
	if slices.ContainsFunc(types, func(t TypeInfo) bool { return t.Type == name }) {
		return 0, fmt.Errorf("type %q: is built in", name)
	}
	label := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
	s.dictionary = append(s.dictionary, dictionaryType{
		TypeInfo: TypeInfo{Type: name, Class: ClassCustom, Label: label, Placeholder: strings.ToUpper(name)},
		detector: "dictionary." + name + "/1",
	})
	return int32(len(s.dictionary) - 1), nil
}

// termKey spells a value as the trie does: white space as one blank, and
// without case when it is ignored.
func termKey(value string, fold bool) (string, error) {
	if !utf8.ValidString(value) {
		return "", errors.New("is not valid UTF-8")
	}
	key := strings.Join(strings.Fields(value), " ")
	if fold {
		key = strings.Map(lower, key)
	}
	if len(key) < minTerm || len(key) > maxTerm {
		return "", fmt.Errorf("has %d bytes, want %d to %d", len(key), minTerm, maxTerm)
	}
	return key, nil
}

// lower folds a rune's case, so that all its forms give one.
func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r |= 0x20
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if 'A' <= least && least <= 'Z' {
		least |= 0x20
	}
	return least
}

// lookUp adds the dictionary's findings: whole words only, the longest that
// starts at a place.
func (s *Scanner) lookUp(p *pass, start int) {
	for _, t := range [...]*trie{s.folded, s.exact} {
		if t == nil {
			continue
		}
		for i := start; i < len(p.text); i++ {
			if t.starts(p.text, i) {
				s.lookUpAt(p, t, i)
			}
		}
	}
}

func (s *Scanner) lookUpAt(p *pass, t *trie, i int) {
	end, node, _ := t.longest(p.text, i)
	for _, e := range t.at(node) {
		d := &s.dictionary[e.typ]
		p.out = append(p.out, Finding{Type: d.Type, Start: i, End: end, Score: e.score, Detector: d.detector})
	}
}

// edge reports that a word may end before b and another start with it.
func edge(a, b rune) bool { return !spacedWord(a) || !spacedWord(b) }

// spacedWord reports a letter, mark or digit of a script that parts its words.
func spacedWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 0 && isAlnum(byte(r))
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !unspaced(r)
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package detect finds personal data and secrets in text.
//
// A [Scanner] reads a text once. A table of byte classes says where something
// could be (an '@', a digit, a key prefix); a small hand-written matcher looks
// around that place; a validator (Luhn, mod 97, issuer ranges, checksums) decides.
// There is no regular expression on the way, so the time is linear in the text
// whatever the text is. What it looks for stands in one table, detectors.go.
//
// A finding says what, where and how sure, never the value. The result depends
// only on the text nearby: at most 512 bytes before a finding and what follows
// it directly, which is what makes [Scanner.Hold] possible on streams.
//
// Detection is probabilistic: a text without findings is not thereby harmless.
package detect

import (
	"fmt"
)

// Finding is one place in a text. Start and End are byte offsets on rune
// boundaries. It never holds the value.
type Finding struct {
	Type       string
	Start, End int
	Score      float64 // 0 to 1: how sure the detector is
	Detector   string  // name and version, such as "card/1"
}

// Term is an entry of the dictionary: words the operator wants found.
type Term struct {
	Type          string   // lower case letters, digits and '_'; not one of the built-in types
	Values        []string // 2 to 160 bytes each; a space stands for any run of white space
	CaseSensitive bool
	Score         float64 // 0 means 0.9
}

// Config says what a Scanner looks for besides the built-in table.
type Config struct {
	Dictionary []Term
	// Regions are the countries (ISO 3166, two letters) whose national way to
	// write a phone number is understood without a '+' or a word such as
	// "phone" beside it. Empty means DefaultRegions.
	Regions []string
}

// Scanner finds what its table and dictionary describe. It is immutable and
// safe for concurrent use.
type Scanner struct {
	regions    []region
	folded     *trie // dictionary terms that ignore case
	exact      *trie // dictionary terms that do not
	dictionary []dictionaryType
	version    string
}

// New returns a ready Scanner, or an error that names the faulty term or region.
func New(cfg Config) (*Scanner, error) {
	s := new(Scanner)
	if err := s.addRegions(cfg.Regions); err != nil {
		return nil, fmt.Errorf("read phone regions: %w", err)
	}
	if err := s.addDictionary(cfg.Dictionary); err != nil {
		return nil, fmt.Errorf("read dictionary: %w", err)
	}
	s.version = tableVersion(s.regions, cfg.Dictionary)
	return s, nil
}

// Scan appends the findings in text to dst, sorted by Start and free of
// overlaps: of two that overlap the higher score stays, then the longer, then
// the earlier.
func (s *Scanner) Scan(dst []Finding, text string) []Finding {
	return s.ScanFrom(dst, text, 0)
}

// ScanFrom is Scan for the window of a stream whose text before from is
// settled, that is, lies before what Hold gave for it. It reads little more than
// what is new: findings that end at or before from may be missing.
func (s *Scanner) ScanFrom(dst []Finding, text string, from int) []Finding {
	p := pass{scanner: s, text: text, out: dst, base: len(dst)}
	p.run(runeStart(text, from-lookBack))
	s.lookUp(&p, runeStart(text, from))
	return resolve(p.out, p.base)
}

// lookBack is how far before a finding the mark that leads to it can stand: an
// access key id and what parts it from its secret.
const lookBack = idReach + 64

// Version names the state of the table and of this Scanner's dictionary, such
// as "2026.11-1a2b3c4d". Equal versions find the same things.
func (s *Scanner) Version() string { return s.version }

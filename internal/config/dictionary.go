// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

const (
	maxDictionaryBytes = 4 << 20 // of one file of words
	maxWords           = 100_000 // of one term
	minWordBytes       = 2
	maxWordBytes       = 160
)

var (
	typeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	classes  = []string{"personal", "identifier", "secret", "custom"}
)

// dictionary checks the terms and reads their files. Whether a name is already
// a built-in type is for the detectors to say.
func (k *checker) dictionary(c *Config) {
	first := map[string]string{}
	for i := range c.Dictionary {
		t, path := &c.Dictionary[i], strictyaml.Element("dictionary", i)
		switch taken, twice := first[t.Type]; {
		case !typeForm.MatchString(t.Type):
			k.Faultf(path+".type", "must be lower case letters, digits and underscores, at most 40, beginning with a letter")
		case twice:
			k.Faultf(path+".type", "%s is the type of %s already", t.Type, taken)
		default:
			first[t.Type] = path
		}
		if t.Score <= 0 || t.Score > 1 {
			k.Faultf(path+".score", "must be above 0 and at most 1")
		}
		if !slices.Contains(classes, t.Class) {
			k.Faultf(path+".class", "must be %s", strings.Join(classes, ", "))
		}
		k.words(c.dir, path, t)
	}
}

func (k *checker) words(dir, path string, t *Term) {
	switch {
	case t.File != "" && len(t.Values) > 0:
		k.Faultf(path, "has both values and file; give one of them")
	case t.File != "":
		k.wordFile(path+".file", inDir(dir, t.File), t)
	case len(t.Values) == 0 && !k.Faulty(path+".values"):
		k.Faultf(path, "needs values or file")
	}
	if len(t.Values) > maxWords {
		k.Faultf(path, "has %d words; at most %d are allowed", len(t.Values), maxWords)
	}
	if t.File != "" {
		return
	}
	for i, word := range t.Values {
		if !goodWord(word) {
			k.Faultf(strictyaml.Element(path+".values", i), "must have %d to %d bytes, without space around it", minWordBytes, maxWordBytes)
		}
	}
}

// wordFile reads the words of a file, one a line; empty lines are skipped.
func (k *checker) wordFile(path, name string, t *Term) {
	raw, _, err := readSmall(name, maxDictionaryBytes)
	if err != nil {
		k.Faultf(path, "%s", err)
		return
	}
	line := 0
	for text := range strings.Lines(string(raw)) {
		line++
		word := strings.TrimSpace(text)
		switch {
		case word == "":
		case !goodWord(word):
			k.Faultf(path, "%s:%d: a word must have %d to %d bytes of UTF-8", name, line, minWordBytes, maxWordBytes)
			return
		default:
			t.Values = append(t.Values, word)
		}
	}
	if len(t.Values) == 0 {
		k.Faultf(path, "%s holds no words", name)
	}
}

func goodWord(word string) bool {
	return len(word) >= minWordBytes && len(word) <= maxWordBytes && utf8.ValidString(word) && strings.TrimSpace(word) == word
}

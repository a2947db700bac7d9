// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "strings"

// contextReach is how far before a number a word can speak for it, in bytes.
const contextReach = 40

// words is a set of lower-case words for look-ups without allocation.
type words map[string]struct{}

func wordSet(list []string) words {
	set := make(words, len(list))
	for _, w := range list {
		set[w] = struct{}{}
	}
	return set
}

var ssnLookup = wordSet(ssnWords)

// context gives the last of the words that stands shortly before start, on the
// same line, or on the one before when nothing else is on this one.
func (p *pass) context(start int, set words) (word string, ok bool) {
	before := p.text[max(0, start-contextReach):start]
	before = strings.TrimRight(before, " \t\r\n")
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	for len(before) > 0 {
		before, word = lastWord(before)
		if set.has(word) {
			return word, true
		}
	}
	return "", false
}

// previousWord gives the last word before start, "" when there is none within
// reach, and what stands before it.
func (p *pass) previousWord(start int) (before, word string) {
	return lastWord(p.text[max(0, start-contextReach):start])
}

// has looks a word up regardless of the case of its ASCII letters.
func (set words) has(word string) bool {
	var lower [24]byte
	if word == "" || len(word) > len(lower) {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if isUpper(c) {
			c |= 0x20
		}
		lower[i] = c
	}
	_, ok := set[string(lower[:len(word)])]
	return ok
}

// lastWord cuts the last word off text; camelCase counts as several words.
func lastWord(text string) (rest, word string) {
	end := len(text)
	for end > 0 && !letterByte(text[end-1]) {
		end--
	}
	start := end
	for start > 0 && letterByte(text[start-1]) {
		start--
		if isUpper(text[start]) && start > 0 && isLower(text[start-1]) {
			break
		}
	}
	return text[:start], text[start:end]
}

// letterByte takes every byte outside ASCII for part of a letter.
func letterByte(c byte) bool { return isAlpha(c) || c >= 0x80 }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"fmt"
	"slices"
)

// The words of the enumerations, by value. An empty word is no value.
var (
	kindNames = []string{
		"", "boot", "intent", "outcome", "record", "transition", "signal", "drill",
		"access", "config", "key", "erasure", "gap", "anchor", "seal",
	}
	effectNames = []string{"none", "allow", "warn", "redact", "hold", "block"}
	resultNames = []string{"", "answered", "blocked", "refused", "stopped", "cancelled", "failed", "abandoned"}
	guardNames  = []string{"", "ran", "skipped", "failed"}

	verdictNames = []string{"none", "passed", "failed"}
)

// String returns the word of k, such as "intent".
func (k Kind) String() string { return wordOf(kindNames, uint8(k)) }

// MarshalText writes the word of k.
func (k Kind) MarshalText() ([]byte, error) { return textOf("kind", kindNames, uint8(k)) }

// UnmarshalText reads a word.
func (k *Kind) UnmarshalText(text []byte) (err error) { *k, err = ParseKind(string(text)); return err }

// ParseKind returns the kind a word names.
func ParseKind(s string) (Kind, error) { v, err := valueOf("kind", kindNames, s); return Kind(v), err }

// String returns the word of e, such as "redact".
func (e Effect) String() string { return wordOf(effectNames, uint8(e)) }

// MarshalText writes the word of e.
func (e Effect) MarshalText() ([]byte, error) { return textOf("effect", effectNames, uint8(e)) }

// UnmarshalText reads a word.
func (e *Effect) UnmarshalText(text []byte) (err error) {
	*e, err = ParseEffect(string(text))
	return err
}

// ParseEffect returns the effect a word names.
func ParseEffect(s string) (Effect, error) {
	v, err := valueOf("effect", effectNames, s)
	return Effect(v), err
}

// String returns the word of r, such as "answered".
func (r Result) String() string { return wordOf(resultNames, uint8(r)) }

// MarshalText writes the word of r.
func (r Result) MarshalText() ([]byte, error) { return textOf("result", resultNames, uint8(r)) }

// UnmarshalText reads a word.
func (r *Result) UnmarshalText(text []byte) (err error) {
	*r, err = ParseResult(string(text))
	return err
}

// ParseResult returns the result a word names.
func ParseResult(s string) (Result, error) {
	v, err := valueOf("result", resultNames, s)
	return Result(v), err
}

// String returns the word of g, such as "ran".
func (g GuardStatus) String() string { return wordOf(guardNames, uint8(g)) }

// MarshalText writes the word of g.
func (g GuardStatus) MarshalText() ([]byte, error) {
	return textOf("guard status", guardNames, uint8(g))
}

// UnmarshalText reads a word.
func (g *GuardStatus) UnmarshalText(text []byte) (err error) {
	*g, err = ParseGuardStatus(string(text))
	return err
}

// ParseGuardStatus returns the status a word names.
func ParseGuardStatus(s string) (GuardStatus, error) {
	v, err := valueOf("guard status", guardNames, s)
	return GuardStatus(v), err
}

// String returns the word of v, such as "passed".
func (v Verdict) String() string { return wordOf(verdictNames, uint8(v)) }

// MarshalText writes the word of v.
func (v Verdict) MarshalText() ([]byte, error) { return textOf("verdict", verdictNames, uint8(v)) }

// UnmarshalText reads a word.
func (v *Verdict) UnmarshalText(text []byte) error {
	parsed, err := valueOf("verdict", verdictNames, string(text))
	*v = Verdict(parsed)
	return err
}

func known(words []string, v uint64) bool { return v < uint64(len(words)) && words[v] != "" }

func wordOf(words []string, v uint8) string {
	if !known(words, uint64(v)) {
		return fmt.Sprintf("unknown(%d)", v)
	}
	return words[v]
}

func textOf(what string, words []string, v uint8) ([]byte, error) {
	if !known(words, uint64(v)) {
		return nil, fmt.Errorf("write %s: no word for %d", what, v)
	}
	return []byte(words[v]), nil
}

func valueOf(what string, words []string, s string) (uint8, error) {
	i := slices.Index(words, s)
	if i < 0 || s == "" {
		return 0, fmt.Errorf("parse %s: unknown word %q", what, clip(s))
	}
	return uint8(i), nil
}

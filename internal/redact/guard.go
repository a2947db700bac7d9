// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// Key names one logical text of an answer, such as the content of choice 0 or
// the arguments of its third tool call. The caller packs what it likes into it.
type Key uint64

// Guard inspects the provider's text of an answer before anything in it is
// restored. It is called by one stream at a time, for one text at a time.
type Guard interface {
	// Scan appends the findings in text to dst, sorted and without overlaps,
	// offsets in bytes of text. Text before from is decided already and there
	// for context only, up to 512 bytes of it: findings that end at or before
	// from are ignored, so Scan need look back no further than it must.
	Scan(dst []Found, text string, from int) []Found

	// Hold returns the offset from which a finding may still be growing at the
	// end of text, len(text) when none is; an offset before from means from.
	// The stream keeps that much back. A guard that holds too little sees its
	// findings in parts.
	Hold(text string, from int) int

	// Decide is called exactly once for each finding, in order, with offsets
	// in the whole logical text and the text itself. If the beginning was let
	// go before it was recognised, Start is where the rest begins.
	Decide(key Key, found Found, value string) Verdict
}

// Found is one finding of a guard. Index is the guard's own and comes back in
// Decide, for instance as an index into what Scan knew about its findings; the
// stream only carries it.
type Found struct {
	Start, End int
	Index      int
}

// Verdict says what becomes of a finding.
type Verdict struct {
	Action Action
	With   string // the replacement, for Replace
}

// Action is what a stream does with a finding.
type Action uint8

// The actions of a verdict.
const (
	Keep    Action = iota // leave the text; live placeholders in it are restored
	Replace               // put Verdict.With in its place, whole placeholders it touches included
	Stop                  // end the stream before the event in which the finding begins
)

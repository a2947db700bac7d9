// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Integrity is the verdict of a verification.
type Integrity string

// The verdicts. What could not be checked stands in Report.Unchecked.
const (
	IntegrityOK     Integrity = "ok"
	IntegrityBroken Integrity = "broken"
	// IntegrityHashes is the verdict when only hashes were to be checked and they are
	// right: it says nothing of what the entries mean, nor of payloads.
	IntegrityHashes Integrity = "hashes_ok"
)

// maxProblems is how many problems a report lists one by one.
const maxProblems = 100

// Report is what a verification found. An intent entry that carries its outcome
// counts as one intent and one outcome.
type Report struct {
	Integrity Integrity        `json:"integrity"`
	Origin    string           `json:"origin"`
	Entries   uint64           `json:"entries"`
	Intents   uint64           `json:"intents"`
	Outcomes  uint64           `json:"outcomes"`
	Abandoned uint64           `json:"abandoned"`
	Open      uint64           `json:"open"`      // intents without outcome at the end
	Payloads  uint64           `json:"payloads"`  // found where their entries say
	Erased    uint64           `json:"erased"`    // of them, those whose key is gone
	Gaps      uint64           `json:"gaps"`      // requests that went out unrecorded, as configured
	Root      counterfoil.Hash `json:"root"`      // over Entries
	Signed    uint64           `json:"signed"`    // entries the newest valid head covers
	Witnessed uint64           `json:"witnessed"` // entries under a head that meets the trust policy
	Registry  *RegistryReport  `json:"registry,omitempty"`
	// Successions are the places where the log went on under another origin.
	Successions []Succession `json:"successions,omitempty"`
	Problems    []Problem    `json:"problems"`
	Checked     []string     `json:"checked"`
	Unchecked   []string     `json:"unchecked"`
}

// RegistryReport is what was found in the registry's log.
type RegistryReport struct {
	Origin  string           `json:"origin"`
	Entries uint64           `json:"entries"`
	Root    counterfoil.Hash `json:"root"`
	Heads   uint64           `json:"heads"`             // of the node's log, taken in
	Stamps  uint64           `json:"stamps"`            // time-stamps verified
	Stamped string           `json:"stamped,omitempty"` // time of the newest of them, RFC 3339
}

// Classes of problems.
const (
	ProblemSegment     = "segment"     // bytes no writer and no crash leaves behind
	ProblemEncoding    = "encoding"    // an entry that is not in its one encoding
	ProblemRoot        = "root"        // a batch whose root is not that of its entries
	ProblemHead        = "head"        // a signed head that is missing, forged or contradicted
	ProblemMissing     = "missing"     // entries a signed head covers and the log does not hold
	ProblemOutcome     = "outcome"     // an outcome without its intent, or a second one
	ProblemBoot        = "boot"        // a start that does not follow on the log before it
	ProblemKey         = "key"         // a change of the signing key that does not hold
	ProblemPayload     = "payload"     // a payload that is missing or was changed
	ProblemCommitment  = "commitment"  // a payload whose plaintext is not what the entry commits to
	ProblemErasure     = "erasure"     // an erasure nobody recorded, or a record of one that did not happen
	ProblemSeal        = "seal"        // a seal that does not count what lies in its epoch
	ProblemAnchor      = "anchor"      // something taken in from outside that does not hold
	ProblemTimestamp   = "timestamp"   // a time-stamp that does not verify
	ProblemCosignature = "cosignature" // witnesses the trust policy asks for are missing
	ProblemRegistry    = "registry"    // the registry took in a head that the log does not bear out
	ProblemPack        = "pack"        // a file of a pack that is missing, foreign, or not what the manifest says
	ProblemReceipt     = "receipt"     // a receipt the log does not bear out
)

// Problem is one thing that is wrong, and where.
type Problem struct {
	Class string  `json:"class"`
	Where string  `json:"where"`
	Log   string  `json:"log,omitempty"`   // "registry" when it is not the node's log
	Index *uint64 `json:"index,omitempty"` // of the entry, where it is about one
	Text  string  `json:"text"`
}

// String is the problem in one line.
func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Class, p.Where, p.Text) }

// problem adds one, and ends the list when it grows too long.
func (r *Report) problem(class, where, format string, args ...any) {
	r.Integrity = IntegrityBroken
	switch n := len(r.Problems); {
	case n < maxProblems:
		r.Problems = append(r.Problems, Problem{Class: class, Where: where, Text: fmt.Sprintf(format, args...)})
	case n == maxProblems:
		r.Problems = append(r.Problems, Problem{Class: class, Where: where, Text: "and further problems that are not listed"})
	}
}

func (r *Report) checked(format string, args ...any) {
	r.Checked = append(r.Checked, fmt.Sprintf(format, args...))
}

func (r *Report) unchecked(format string, args ...any) {
	r.Unchecked = append(r.Unchecked, fmt.Sprintf(format, args...))
}

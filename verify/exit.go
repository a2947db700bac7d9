// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

// Exit codes of programs that verify. A script that wants to know only whether
// something is broken compares with ExitBroken: every code from there on means so.
const (
	ExitSound    = 0
	ExitUnusable = 2 // the check could not be made
	ExitBroken   = 3 // problems of several classes
)

// exitCodes are those of a report whose problems are all of one class.
var exitCodes = map[string]int{
	ProblemSegment: 10, ProblemEncoding: 11, ProblemRoot: 12, ProblemHead: 13, ProblemMissing: 14, ProblemOutcome: 15, ProblemBoot: 16,
	ProblemKey: 17, ProblemPayload: 18, ProblemCommitment: 19, ProblemErasure: 20, ProblemSeal: 21, ProblemAnchor: 22,
	ProblemTimestamp: 23, ProblemCosignature: 24, ProblemRegistry: 25, ProblemPack: 26, ProblemReceipt: 27,
}

// ExitCode is what a program that made the check exits with. Sound means so of what was
// asked for: for hashes alone, that the hashes are.
func (r Report) ExitCode() int {
	if r.Integrity == IntegrityOK || r.Integrity == IntegrityHashes {
		return ExitSound
	}
	code := 0
	for _, p := range r.Problems {
		if code != 0 && exitCodes[p.Class] != code {
			return ExitBroken
		}
		code = exitCodes[p.Class]
	}
	if code == 0 {
		return ExitBroken
	}
	return code
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import "testing"

// Case is one way to tamper, or an honest variant.
type Case struct {
	Name    string
	Class   string                // of a problem that must be reported; empty for a sound record
	Index   int                   // entry that problem is about; -1 when it is about none
	Where   func(w *World) string // place of the problem; nil where the index is enough
	Log     string                // "registry" when it is about the registry's log
	Head    bool                  // a head kept elsewhere is given to the verifier
	Policy  bool                  // and a trust policy
	Stamps  bool                  // and the certificates of a time-stamp authority
	Receipt func(w *World) []byte // and a receipt, unless it is nil

	Change func(w *World)                 // of the logs before they are written
	Files  func(t testing.TB, dir string) // of the files, afterwards
}

// Cases are all of them. Names are unique.
func Cases() []Case {
	var all []Case
	for _, family := range [][]Case{honest(), flips(), moves(), encodings(), rules(), payloads(), files(), registry(), keys(), receipts(), stamps(), leftOut(), successions()} {
		all = append(all, family...)
	}
	return all
}

// kinds are the entries of the node's log that families go through, one a kind.
var kinds = []struct {
	name string
	at   int
}{
	{"boot", atBoot},
	{"intent", atIntent},
	{"outcome", atOutcome},
	{"record", atRecord},
	{"config", atConfig},
	{"access", atAccess},
	{"closed intent", atRefused},
	{"gap", atGap},
	{"erasure", atErasure},
	{"signal", atSignal},
	{"key", atKey},
	{"second boot", atSecondBoot},
	{"overwritten intent", atOverwritten},
	{"erasure by target", atTargets},
	{"anchor", atAnchor},
	{"seal", atSeal},
	{"transition", atTransition},
	{"drill", atDrill},
}

func honest() []Case {
	return []Case{
		{Name: "untouched", Index: -1},
		{Name: "untouched, with a kept head", Index: -1, Head: true},
		{Name: "untouched, with a policy", Index: -1, Policy: true},
		{Name: "untouched, with both", Index: -1, Head: true, Policy: true},
		{Name: "the same batches over again", Index: -1, Head: true, Change: func(w *World) { w.Node.Recompute() }},
		{Name: "an entry behind the newest head", Index: -1, Head: true, Change: func(w *World) { w.Node.entry(intent(90)) }},
		{Name: "zeros behind the log", Index: -1, Files: func(t testing.TB, dir string) { grow(t, dir, "ledger/0000000002.seg", 70_000) }},
	}
}

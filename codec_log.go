// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

// The bodies in which a ledger speaks of itself. Each names its fields once, as the
// tables of docs/ledger-format.md do, and is written and read by that.
// What requests are recorded in has both sides written out instead, in encode.go and
// decode.go: to go by a list of fields takes an allocation each way.

func (b *KeyEvent) fields(f fields) {
	f.text(1, &b.Event)
	f.text(2, &b.Origin)
	f.text(3, &b.Key)
	f.text(4, &b.Former)
	f.uint(5, &b.Size)
	f.fill(6, b.Root[:])
	f.bytes(7, &b.Signature)
	f.bytes(8, &b.FormerSignature)
}

func (b *Erasure) fields(f fields) {
	f.text(1, &b.Scope)
	f.text(2, &b.Basis)
	f.fill(3, b.Subject[:])
	f.text(4, &b.Class)
	f.uint(5, &b.Before)
	f.uint(6, &b.Payloads)
	f.fill(7, b.Request[:])
	f.fill(8, b.Approver[:])
	f.ids(9, &b.Keys)
	f.ids(10, &b.Targets)
	f.uints(11, &b.Segments)
}

func (b *Gap) fields(f fields) {
	f.text(1, &b.Provider)
	f.uint(2, &b.From)
	f.uint(3, &b.To)
	f.uint(4, &b.Requests)
	f.uint(5, &b.Limit)
	f.text(6, &b.Reason)
}

func (b *Anchor) fields(f fields) {
	f.text(1, &b.Type)
	f.text(2, &b.Origin)
	f.uint(3, &b.Size)
	f.fill(4, b.Root[:])
	f.uint(5, &b.Time)
	f.bytes(6, &b.Data)
}

func (b *Seal) fields(f fields) {
	f.text(1, &b.Epoch)
	f.uint(2, &b.Size)
	f.fill(3, b.Root[:])
	f.uint(4, &b.First)
	f.uint(5, &b.Intents)
	f.uint(6, &b.Outcomes)
	f.uint(7, &b.Gaps)
}

func (b *Signal) fields(f fields) {
	f.text(1, &b.Name)
	f.verdict(2, &b.Verdict)
	f.uint(3, &b.Count)
	f.uint(4, &b.Faults)
	f.uint(5, &b.Micros)
	f.fill(6, b.Digest[:])
}

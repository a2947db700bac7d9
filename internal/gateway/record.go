// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"context"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/interaction"
)

// recordIntent makes the intent durable. Cannot record means cannot send, unless
// the provider's fail mode says otherwise.
func (x *exchange) recordIntent() *refusal {
	err := x.record(&counterfoil.Entry{Kind: counterfoil.KindIntent, Intent: &x.intent}, &x.request)
	if err == nil {
		x.open = true
		return nil
	}
	x.g.log.Error("intent not recorded", "interaction", x.id, "err", err)
	if no := x.passUnrecorded(err); no != nil {
		x.reply(no)
		return silent
	}
	return nil
}

// recordOutcome closes the intent, before the last byte of the answer.
func (x *exchange) recordOutcome() error {
	x.outcome.Duration = micros(x.began)
	err := x.record(&counterfoil.Entry{Kind: counterfoil.KindOutcome, Outcome: &x.outcome}, &x.answer)
	if err == nil {
		x.open = false
	}
	return err
}

// recordAtOnce writes intent and outcome of something that never left.
func (x *exchange) recordAtOnce() error {
	return x.record(&counterfoil.Entry{Kind: counterfoil.KindIntent, Intent: &x.intent, Outcome: &x.outcome}, &x.request)
}

// record writes one entry of this interaction. It does not follow the client's
// context: a record is owed even to a client that has left. What left unrecorded
// has no later entry either: the ledger states it as part of a gap.
func (x *exchange) record(e *counterfoil.Entry, payload any) error {
	if x.unrecorded != "" {
		return nil
	}
	raw := payloads.Get().(*bytes.Buffer)
	defer release(raw)
	if err := interaction.EncodeTo(raw, payload); err != nil {
		return err
	}
	person := counterfoil.ID(x.principal.Person)
	e.ID, e.Time, e.Actor = x.id, x.g.clock.Now().UnixMicro(), person
	subject := person
	if x.principal.ForOwner {
		subject = counterfoil.ID{} // who answers for a program now is no subject of what it says: it stays when they are erased
	}
	at, err := x.g.journal.Record(context.WithoutCancel(x.r.Context()), e, subject, raw.Bytes())
	if err == nil && e.Intent != nil {
		x.takeReceipt(e, at)
	}
	return err
}

// payloads are buffers for bodies on their way to the journal, which keeps
// none of them.
var payloads = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func release(b *bytes.Buffer) {
	if b.Cap() <= keepBytes {
		b.Reset()
		payloads.Put(b)
	}
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/interaction"
)

// recordIntent makes the intent durable. Cannot record means cannot send.
func (x *exchange) recordIntent() *refusal {
	if err := x.record(&counterfoil.Entry{Kind: counterfoil.KindIntent, Intent: &x.intent}, &x.request); err != nil {
		x.g.log.Error("intent not recorded", "interaction", x.id, "err", err)
		no := unrecorded(err)
		x.reply(no)
		return silent
	}
	x.open = true
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
// context: a record is owed even to a client that has left.
func (x *exchange) record(e *counterfoil.Entry, payload any) error {
	raw, err := interaction.Encode(payload)
	if err != nil {
		return err
	}
	person := counterfoil.ID(x.principal.Person)
	e.ID, e.Time, e.Actor = x.id, x.g.clock.Now().UnixMicro(), person
	_, err = x.g.journal.Record(context.WithoutCancel(x.r.Context()), e, person, raw)
	return err
}

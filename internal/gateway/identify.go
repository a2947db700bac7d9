// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// identify finds the principal and the AI system the key belongs to.
func (x *exchange) identify() *refusal {
	start := time.Now()
	p, err := x.state.Snapshot.Resolve(dialect.Key(x.r.Header), x.g.clock.Now())
	if err != nil {
		no := unidentified(err)
		guard(&x.intent.Guards, "identity", counterfoil.GuardRan, "", no.reason, start)
		return no
	}
	x.principal = p
	x.intent.Key, x.intent.System = counterfoil.ID(p.Key), counterfoil.ID(p.System.ID)
	x.intent.Workload, x.intent.Assurance = p.Workload, p.Assurance
	guard(&x.intent.Guards, "identity", counterfoil.GuardRan, "", "", start)
	return nil
}

func unidentified(err error) *refusal {
	no := &refusal{status: http.StatusUnauthorized}
	switch {
	case errors.Is(err, identity.ErrExpiredKey):
		no.reason, no.message = "expired_key", "This Counterfoil key has expired. Ask the owner of the AI system for a new one."
	case errors.Is(err, identity.ErrRevokedKey):
		no.reason, no.message = "revoked_key", "This Counterfoil key was revoked. Ask the owner of the AI system for a new one."
	default:
		no.reason, no.message = "unknown_key", "This key is not known to Counterfoil. A provider's own key does not work here; ask for a Counterfoil key of a registered AI system."
	}
	return no
}

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/gap"
)

// headerUnrecorded stands, with the reason, in the answer of an interaction that
// has no record, in place of the header that names one.
const headerUnrecorded = "Counterfoil-Unrecorded"

// Gaps counts what leaves without a record; *gap.Counter implements it.
type Gaps interface {
	// Pass counts one request that is about to leave. An error means that it must not.
	Pass(provider string, b gap.Bounds, reason string) error
}

// passUnrecorded lets an interaction whose intent could not be recorded go on when
// its provider is bounded-open, the ledger is full or busy, and the bounds are not
// used up. Everything was decided and masked before, and its answer is watched like
// any other; only the record is missing. Nothing a client sends has a part in this.
func (x *exchange) passUnrecorded(cause error) *refusal {
	no := unrecorded(cause)
	reason := gapReason(cause)
	if reason == "" || !x.provider.Unrecorded.Allow() || x.g.gaps == nil {
		return no
	}
	if err := x.g.gaps.Pass(x.provider.Name, x.provider.Unrecorded, reason); err != nil {
		x.g.log.Error("not passed unrecorded", "interaction", x.id, "provider", x.provider.Name, "err", err)
		no.message = usedUp(x.provider, err)
		return no
	}
	x.unrecorded = reason
	x.g.log.Warn("request leaves unrecorded, as configured", "interaction", x.id, "provider", x.provider.Name, "reason", reason)
	return nil
}

// gapReason is the code of a gap entry for what the journal reported, "" for what
// no configuration lets pass.
func gapReason(err error) string {
	switch {
	case errors.Is(err, ErrFull):
		return "ledger_full"
	case errors.Is(err, ErrBusy):
		return "ledger_busy"
	default:
		return ""
	}
}

// usedUp tells which bound of a bounded-open provider holds a request back.
func usedUp(p *Provider, err error) string {
	const begin = "Nothing was forwarded: the record cannot be written, and "
	const end = " Tell whoever runs this gateway."
	switch {
	case errors.Is(err, gap.ErrRequests):
		return begin + fmt.Sprintf("the %d requests that may leave for %s without one (fail.requests) have left.", p.Unrecorded.Requests, p.Name) + end
	case errors.Is(err, gap.ErrTime):
		return begin + fmt.Sprintf("the %d seconds within which requests may leave for %s without one (fail.seconds) are over.", p.Unrecorded.Within/time.Second, p.Name) + end
	default:
		return begin + "requests that leave without one cannot be counted." + end
	}
}

// nameRecord puts into the head of an answer which record it has, or that it has none.
func (x *exchange) nameRecord(h http.Header) {
	if x.unrecorded != "" {
		h.Set(headerUnrecorded, x.unrecorded)
		return
	}
	h.Set(headerInteraction, x.id.String())
	x.handReceipt()
}

// withRecord ends a message for the caller by naming the record.
func (x *exchange) withRecord(message string) string {
	if x.unrecorded != "" {
		return message + " (Counterfoil has no record of this interaction)"
	}
	return fmt.Sprintf("%s (Counterfoil interaction %s)", message, x.id)
}

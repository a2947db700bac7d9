// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// refusal ends an interaction before an answer. It carries what the caller is
// told and what the record says.
type refusal struct {
	status  int
	reason  string             // code of docs/ledger-format.md
	message string             // for the caller: what, why, what next
	aside   string             // for the caller and not for the record
	result  counterfoil.Result // ResultRefused when zero
	retry   int                // seconds after which a retry may work; 0 for never
	quiet   bool               // recorded only when the caller is known
}

// clientLeft ends an exchange whose client closed the connection.
var clientLeft = &refusal{status: 499, reason: "client_left", result: counterfoil.ResultCancelled, message: "The client closed the connection."}

// headerInteraction names the record of an interaction in every governed answer.
const headerInteraction = "Counterfoil-Interaction"

// refuse records and answers a refusal. Before the intent it writes one entry
// that is intent and outcome at once; afterwards it closes the intent.
func (x *exchange) refuse(no *refusal) {
	if no.quiet && x.identify() != nil {
		x.reply(no) // neither route nor caller is known: nothing was accepted
		return
	}
	x.outcome.Result, x.outcome.Reason, x.outcome.Status = no.ends(), no.reason, uint64(no.status)
	if err := x.recordRefusal(no); err != nil {
		x.g.log.Error("refusal not recorded", "interaction", x.id, "reason", no.reason, "err", err)
		no = unrecorded(err)
	}
	x.reply(no)
}

// ends is the result the refusal stands for.
func (no *refusal) ends() counterfoil.Result {
	if no.result == 0 {
		return counterfoil.ResultRefused
	}
	return no.result
}

func (x *exchange) recordRefusal(no *refusal) error {
	if x.open {
		x.answer.Message = no.message
		return x.recordOutcome()
	}
	x.request.Message = no.message
	x.outcome.Duration = micros(x.began)
	return x.recordAtOnce()
}

// reply answers in the provider's form. Clients of every provider are told not
// to try again unless a retry can help.
func (x *exchange) reply(no *refusal) {
	if no == clientLeft {
		return
	}
	if no.status == http.StatusRequestEntityTooLarge {
		x.skipBody()
	}
	x.nameRecord(x.w.Header())
	respond(x.w, no, x.provider.Dialect.Error(no.status, x.withRecord(no.told()), x.id.String()))
}

// told is the message as the caller reads it.
func (no *refusal) told() string {
	if no.aside == "" {
		return no.message
	}
	return no.message + " " + no.aside
}

// skipBody reads a body that is too large to its end, up to a bound, and throws
// it away: most clients read no answer before they have sent everything. Only
// known callers come here.
func (x *exchange) skipBody() {
	_, _ = io.CopyN(io.Discard, x.r.Body, 2*x.state.Limits.RequestBytes) // a courtesy; the answer is the same
}

func respond(w http.ResponseWriter, no *refusal, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	if no.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(no.retry))
	} else {
		h.Set("X-Should-Retry", "false")
	}
	w.WriteHeader(no.status)
	_, _ = w.Write(body) // a client that has left is no longer owed an answer
}

// unrecorded is the refusal when the record cannot be written: then nothing
// leaves and no answer is given.
func unrecorded(err error) *refusal {
	no := &refusal{
		status: http.StatusServiceUnavailable, reason: "ledger_unavailable", retry: 5,
		message: "Nothing was forwarded: the record cannot be written, and without a record nothing leaves. Tell whoever runs this gateway.",
	}
	switch {
	case errors.Is(err, ErrFull):
		no.retry, no.message = 30, "Nothing was forwarded: the record cannot be written because the disk of the gateway is full, and without a record nothing leaves. Tell whoever runs this gateway."
	case errors.Is(err, ErrBusy):
		no.retry, no.message = 1, "Nothing was forwarded: too many interactions wait to be recorded. Try again in a moment."
	}
	return no
}

// unknownProvider answers a path that names no provider; nobody is served and
// nothing is recorded.
func (g *Gateway) unknownProvider(w http.ResponseWriter, name string, state *State) {
	names := make([]string, 0, len(state.Providers))
	for n := range state.Providers {
		names = append(names, "/"+n)
	}
	slices.Sort(names)
	body, err := json.Marshal(map[string]any{"error": map[string]any{
		"type": "invalid_request_error", "code": "not_found",
		"message": fmt.Sprintf("No provider is named %q. A path begins with one of: %s.", cut(name, 40), strings.Join(names, ", ")),
	}})
	if err != nil {
		body = []byte(`{"error":{"message":"no such provider"}}`)
	}
	respond(w, &refusal{status: http.StatusNotFound}, body)
}

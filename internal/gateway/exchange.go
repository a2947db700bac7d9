// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/gateway/body"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/interaction"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// exchange is one interaction on its way. It lives in a pool: everything it
// hands out is copied or given up before finish.
type exchange struct {
	g     *Gateway
	state *State
	w     http.ResponseWriter
	r     *http.Request

	id       counterfoil.ID
	began    time.Time
	provider *Provider
	path     string // below the provider's name, with a leading slash
	op       dialect.Operation

	principal identity.Principal
	raw       []byte // the body as accepted
	doc       body.Doc
	found     []found
	facts     policy.ResponseFacts
	decision  policy.Decision
	values    *redact.Map // placeholders of this interaction
	types     []string    // type of each placeholder, in the order of values
	outgoing  []byte      // the body as it leaves

	intent  counterfoil.Intent
	request interaction.Request
	open    bool   // the intent is durable, the outcome is not
	receipt string // of the intent, for a client that asked; "" otherwise

	unrecorded string // why it left without a record; "" for all that have one

	outcome counterfoil.Outcome
	answer  interaction.Answer

	large  bool      // holds a token of the gateway
	renew  time.Time // when the deadline of the client's next write is set anew
	guards [8]counterfoil.GuardRun
	buffers
}

// buffers are the memory an exchange keeps from one interaction to the next.
// The request's bytes are not among them: the transport may still read them
// after the answer has begun.
type buffers struct {
	came      []byte // the answer as it came
	delivered []byte // the answer as it is delivered
	hits      []detect.Finding
	edits     []redact.Edit
	follower  follower
}

// keepBytes bounds each buffer that is kept.
const keepBytes = 256 << 10

// begin readies a pooled exchange for one request.
func (x *exchange) begin(g *Gateway, state *State, p *Provider, path string, w http.ResponseWriter, r *http.Request) {
	*x = exchange{
		g: g, state: state, w: w, r: r, provider: p, path: path, began: time.Now(),
		doc: x.doc, found: x.found[:0], buffers: x.buffers,
	}
	x.intent.Guards = x.guards[:0]
	x.id = counterfoil.NewTimeID(g.clock.Now())
	x.intent.Provider, x.intent.Dialect = p.Name, p.Dialect.Name()
	x.intent.Config, x.intent.Policy, x.intent.Snapshot = state.Config, state.Policy.Digest(), state.Snapshot.Digest()
}

// run is the way of one interaction. No step is left out, and each writes down
// what it did. A refusal ends the way; it is recorded and answered in refuse.
func (x *exchange) run() {
	steps := [...]func() *refusal{
		x.accept,       // 1 route
		x.identify,     // 2 key → principal and registered system
		x.permit,       // 3 state of the system → route or none
		x.read,         // 4 size, strict JSON → texts
		x.detect,       // 5 texts → findings
		x.decide,       // 6 findings and facts → decision
		x.apply,        // 7 decision → bytes that may leave
		x.recordIntent, // 8 durable, before the first byte leaves; at the least counted
		x.forward,      // 9 to 11: send, watch the answer, record the outcome before its last byte
	}
	for _, step := range steps {
		if no := step(); no != nil {
			if no != silent {
				x.refuse(no)
			}
			return
		}
	}
}

// finish releases what the exchange holds of the gateway. An intent that is
// still open here was interrupted by a fault of ours; it is closed as failed.
func (x *exchange) finish() {
	if x.open {
		x.outcome.Result, x.outcome.Reason = counterfoil.ResultFailed, "internal"
		if err := x.recordOutcome(); err != nil {
			x.g.log.Error("outcome not recorded", "interaction", x.id, "err", err)
		}
	}
	if x.large {
		<-x.g.large
	}
	x.endDelivery()
}

// reusable tells whether the exchange is small enough to keep.
func (x *exchange) reusable() bool {
	return cap(x.came) <= keepBytes && cap(x.delivered) <= keepBytes && x.doc.Small()
}

// guard notes what a guard did, from its own run.
func guard(to *[]counterfoil.GuardRun, name string, status counterfoil.GuardStatus, version, reason string, since time.Time) {
	*to = append(*to, counterfoil.GuardRun{Name: name, Status: status, Version: version, Reason: reason, Micros: micros(since)})
}

func micros(since time.Time) uint64 { return uint64(max(time.Since(since), 0) / time.Microsecond) }

// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package gateway is the live path: every AI interaction passes it, is decided,
// recorded before it leaves and recorded before its answer is complete.
//
// exchange.go is the way of one interaction in its order; each step has a file
// of its own (accept, identify, permit, read, detect, decide, apply, record, forward,
// watch). What is refused on the way is answered in the provider's own error
// form (refuse.go) and recorded where it was accepted. Only where a provider's fail
// mode allows it does a bounded number leave unrecorded (unrecorded.go). The gateway
// never asks a database: a State holds everything that decides and is swapped as a
// whole; an interaction keeps the State it began with.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/gap"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/policy"
)

// State is everything that decides an interaction. It is immutable.
type State struct {
	Snapshot  *identity.Snapshot
	Policy    *policy.Set
	Scanner   *detect.Scanner
	Types     map[string]detect.TypeInfo // by name, those of the dictionary included
	Providers map[string]*Provider       // by name
	Config    counterfoil.Hash           // digest of the configuration
	Limits    Limits
}

// Limits bound one interaction.
type Limits struct {
	RequestBytes int64
	AnswerBytes  int64
}

// Provider is one place an interaction may be sent to.
type Provider struct {
	Name      string
	Dialect   dialect.Dialect
	Origin    *url.URL // scheme, host and optional path prefix, without a slash at the end
	Secret    string   // "" forwards no credential
	Transport http.RoundTripper
	FirstByte time.Duration // longest wait for the answer's head
	Idle      time.Duration // longest silence inside an answer
	Total     time.Duration // longest answer

	Unrecorded gap.Bounds // what may leave while the ledger is full or busy; zero: nothing
}

// Journal writes entries. Record seals the payload for subject, appends entry
// and payload to the ledger and returns when both are durable.
//
// An error means that nothing may leave: the record MUST exist before the act. Only
// for ErrFull and ErrBusy may a provider's fail mode say otherwise.
type Journal interface {
	Record(ctx context.Context, e *counterfoil.Entry, subject counterfoil.ID, payload []byte) (counterfoil.Index, error)
}

// Errors a Journal tells the gateway apart by.
var (
	ErrFull = errors.New("the record cannot be written: the disk is full")
	ErrBusy = errors.New("the record cannot be written in time: too many interactions at once")
)

// Receipts signs the receipt of an intent that Journal.Record wrote at an index;
// e is the entry as it was recorded.
type Receipts interface {
	Receipt(e *counterfoil.Entry, at counterfoil.Index) ([]byte, error)
}

// Config is what a Gateway needs.
type Config struct {
	State    func() *State // the State in force; cheap, called once an interaction
	Journal  Journal
	Receipts Receipts // nil gives none
	Gaps     Gaps     // nil: nothing leaves unrecorded
	Usage    Usage    // nil: no system whose requests or people are bounded has a route
	Clock    clock.Clock
	Log      *slog.Logger
}

// Gateway serves the live path. It is safe for concurrent use.
type Gateway struct {
	state    func() *State
	journal  Journal
	receipts Receipts
	gaps     Gaps
	usage    Usage
	clock    clock.Clock
	log      *slog.Logger
	pool     sync.Pool     // of *exchange
	large    chan struct{} // one token per large body in memory
}

// largeBodies is how many bodies above largeBody may be in memory at once.
const (
	largeBody   = 1 << 20
	largeBodies = 8
)

// New returns a Gateway.
func New(c Config) *Gateway {
	g := &Gateway{state: c.State, journal: c.Journal, receipts: c.Receipts, gaps: c.Gaps, usage: c.Usage, clock: c.Clock, log: c.Log, large: make(chan struct{}, largeBodies)}
	g.pool.New = func() any { return new(exchange) }
	return g
}

// ServeHTTP implements http.Handler: /NAME/REST goes to REST of provider NAME.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state := g.state()
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	provider, ok := state.Providers[name]
	if !ok {
		g.unknownProvider(w, name, state)
		return
	}
	x := g.pool.Get().(*exchange)
	x.begin(g, state, provider, "/"+rest, w, r)
	defer g.end(x)
	x.run()
}

// end gives the exchange back, unless it grew large.
func (g *Gateway) end(x *exchange) {
	x.finish()
	if x.reusable() {
		g.pool.Put(x)
	}
}

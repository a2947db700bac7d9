// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/httpx"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/registry"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Index answers the lists and keeps the sessions; *index.Index implements it.
type Index interface {
	Interactions(context.Context, index.Filter) (rows []index.Row, next counterfoil.ID, err error)
	Count(context.Context, index.Filter) (uint64, error)
	Tally(context.Context, index.Filter) ([]index.Tally, error)
	CountBySystem(ctx context.Context, asOf time.Time) (map[counterfoil.ID]uint64, error)
	Events(context.Context, index.EventFilter) ([]index.Event, error)
	Used(ctx context.Context, from, to time.Time) ([]index.Use, error)
	Refused(ctx context.Context, reasons []string, from, asOf time.Time) ([]index.Refusals, error)
	FirstInteraction(ctx context.Context, system counterfoil.ID) (index.First, error) // index.ErrNotFound
	Position() index.Position
	Sessions
}

// Sessions keeps signed-in browsers and counts failed sign-ins.
type Sessions interface {
	PutSession(context.Context, index.Session) error
	Session(ctx context.Context, token counterfoil.Hash) (*index.Session, error) // index.ErrNotFound
	TouchSession(ctx context.Context, token counterfoil.Hash, seen int64) error
	EndSession(ctx context.Context, token counterfoil.Hash) error
	AddAttempt(ctx context.Context, who counterfoil.Hash, now, keep int64) error
	Attempts(ctx context.Context, who counterfoil.Hash, since int64) (n int, oldest int64, err error)
	ClearAttempts(ctx context.Context, who counterfoil.Hash) error
}

// Directory is who and what is registered. A snapshot holds every change that
// has returned.
type Directory interface {
	Snapshot() *identity.Snapshot
}

// Accounts changes systems, people and keys; *accounts.Accounts implements it.
type Accounts interface {
	AddSystem(context.Context, identity.PersonID, accounts.NewSystem) (identity.System, error)
	ChangeSystem(context.Context, identity.PersonID, identity.SystemID, accounts.SystemChange) (identity.System, error)
	CreateKey(context.Context, identity.PersonID, accounts.NewKey) (made identity.Key, secret string, err error)
	RevokeKey(ctx context.Context, actor identity.PersonID, key string) (identity.Key, error)
	CreateAdministrator(context.Context, identity.PersonID, accounts.NewAdministrator) (identity.Person, error)
	HasAdministrator() bool
	Invite(ctx context.Context, actor, person identity.PersonID) (token string, until time.Time, err error)
	Invitation(token string) (identity.Person, error) // fault of kind not found
	AcceptInvitation(ctx context.Context, token, password string) (identity.Person, error)
	AccessOf(identity.PersonID) accounts.Access
	// Authenticate takes the same time whether the address or the password is
	// wrong; both are a fault of kind forbidden.
	Authenticate(ctx context.Context, email, password string) (identity.Person, error)
}

// Evidence shows one interaction with everything recomputed.
type Evidence interface {
	Interaction(context.Context, counterfoil.ID) (*evidence.View, error) // fault of kind not found
	// Text opens what left and what came back, masked.
	Text(context.Context, counterfoil.ID) (*evidence.Text, error)
	// Raw is the encoded entry, byte for byte as its leaf hash covers it.
	Raw(context.Context, counterfoil.Index) ([]byte, error)
	// LedgerEntry is any entry with its proof checked anew; fault of kind not found.
	LedgerEntry(context.Context, counterfoil.Index) (*evidence.LedgerEntry, error)
	// Entries is how many of the first size entries were recorded by a moment.
	Entries(size uint64, at time.Time) (uint64, error)
}

// Recorder writes to the ledger that somebody used a right. It returns when the
// entry is durable; without it the right must not be used.
type Recorder interface {
	Access(ctx context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error
}

// Prover checks passwords; *accounts.Prover implements it.
type Prover interface {
	// Prove fails with a fault of kind forbidden, or a *accounts.TooManyError.
	Prove(ctx context.Context, action, email, password, address string) (identity.Person, error)
}

// Eraser takes and decides requests for erasure; its faults say what people may know.
type Eraser interface {
	Cases(context.Context) ([]erasure.Case, error)
	Case(context.Context, counterfoil.ID) (*erasure.Case, error) // fault of kind not found
	Holds(context.Context) ([]erasure.Hold, error)
	PlaceHold(context.Context, identity.PersonID, erasure.NewHold) (*erasure.Hold, error)
	ReleaseHold(context.Context, identity.PersonID, counterfoil.ID) (*erasure.Hold, error)
	Preview(context.Context, counterfoil.ID, erasure.Progress) (erasure.Preview, error)
	Request(context.Context, identity.PersonID, erasure.NewRequest, erasure.Progress) (*erasure.Case, erasure.Preview, error)
	Reject(context.Context, identity.PersonID, counterfoil.ID) (*erasure.Case, error)
	// ApproveAndErase returns when everything is erased.
	ApproveAndErase(context.Context, identity.PersonID, counterfoil.ID, erasure.Progress) (*erasure.Case, error)
}

// Ledger tells how the ledger stands.
type Ledger interface {
	Size() uint64
	Origin() string
	Health() error
	VerifierKeys() []string // in force, the newest first
	Published() []byte      // the newest signed head; nil before the first
}

// Retention is how long what is kept; 0 means for ever.
type Retention struct{ Interactions, Records time.Duration }

// Config is what a console needs. The interfaces, the clock and the log must be set.
type Config struct {
	Index      Index
	Directory  Directory
	Accounts   Accounts
	Evidence   Evidence
	Recorder   Recorder
	Prover     Prover // nil: one of its own
	Erasures   Eraser
	Records    Records
	Kinds      *kind.Set
	Frameworks []*standard.Framework // what else the requirements serve
	Ledger     Ledger
	Clock      clock.Clock
	Log        *slog.Logger

	Findings     []detect.TypeInfo          // built-in types and those of the dictionary
	Address      func(*http.Request) string // whom to count sign-ins against; the connection's address when nil
	Gateway      string                     // where clients send, such as http://127.0.0.1:8400
	Providers    []Provider                 // what a client may put behind it
	Organisation string                     // may be empty
	Invented     bool                       // a demonstration: every page says so
	Version      string
	Retention    Retention
	Registry     func(context.Context) (registry.Status, error) // nil: there is none
	Unrecorded   func() []counterfoil.Gap                       // what left and is not stated in the ledger yet; nil: nothing ever
	SetupToken   counterfoil.Hash                               // identity.HashToken of the set-up link's token; zero: no link
	TLS          bool                                           // browsers reach the console by HTTPS, directly or through a proxy
}

// Provider is one base URL for the page that hands out a key.
type Provider struct{ Name, Dialect string }

// Console serves the pages.
type Console struct {
	index      Index
	directory  Directory
	accounts   Accounts
	evidence   Evidence
	recorder   Recorder
	prover     Prover
	erasures   Eraser
	records    Records
	kinds      *kind.Set
	frameworks []*standard.Framework
	roles      func(counterfoil.ID) []string // of a person, now
	ledger     Ledger
	clock      clock.Clock
	log        *slog.Logger

	findingTypes []detect.TypeInfo
	address      func(*http.Request) string
	gateway      string
	providers    []Provider
	organisation string
	invented     bool
	version      string
	retention    Retention
	registry     func(context.Context) (registry.Status, error)
	unrecorded   func() []counterfoil.Gap
	setupToken   counterfoil.Hash
	cookie       string
	tls          bool

	pages     *template.Template
	settingUp sync.Mutex // the link works once
}

// New returns a console.
func New(config Config) (*Console, error) {
	pages, err := parseTemplates()
	if err != nil {
		return nil, err
	}
	c := &Console{
		index: config.Index, directory: config.Directory, accounts: config.Accounts, evidence: config.Evidence, recorder: config.Recorder, erasures: config.Erasures, records: config.Records, kinds: config.Kinds, frameworks: config.Frameworks,
		ledger: config.Ledger, retention: config.Retention, registry: config.Registry, unrecorded: config.Unrecorded, setupToken: config.SetupToken, clock: config.Clock, log: config.Log,
		findingTypes: config.Findings, address: config.Address, gateway: config.Gateway, providers: config.Providers,
		organisation: config.Organisation, invented: config.Invented, version: cmp.Or(config.Version, "unknown"),
		cookie: "counterfoil", tls: config.TLS, pages: pages,
	}
	c.roles = c.rolesNow
	if c.tls {
		c.cookie = "__Host-counterfoil"
	}
	if c.address == nil {
		c.address = connectionAddress
	}
	if c.index == nil || c.directory == nil || c.accounts == nil || c.evidence == nil || c.recorder == nil || c.erasures == nil || c.records == nil || c.kinds == nil || c.ledger == nil || c.clock == nil || c.log == nil {
		return nil, errors.New("console: configuration is incomplete")
	}
	if c.prover = config.Prover; c.prover == nil {
		c.prover = accounts.NewProver(accounts.ProverConfig{
			Accounts: c.accounts, Directory: c.directory, Attempts: c.index, Recorder: c.recorder, Clock: c.clock,
		})
	}
	return c, nil
}

// access says who may ask for a route.
type access bool

const (
	anybody     access = false
	needsPerson access = true // with a session; others are sent to the sign-in page
)

type route struct {
	pattern string
	access  access
	handler httpx.Handler
}

// routes is the whole console.
func (c *Console) routes() []route {
	return []route{
		{"GET /healthz", anybody, c.health},
		{"GET /static/{file}", anybody, c.static},
		{"GET /setup", anybody, c.showSetup},
		{"POST /setup", anybody, c.createAdministrator},
		{"GET /invitation", anybody, c.showInvitation},
		{"POST /invitation", anybody, c.acceptInvitation},
		{"GET /login", anybody, c.showLogin},
		{"POST /login", anybody, c.signIn},
		{"POST /logout", needsPerson, c.signOut},

		{"GET /{$}", needsPerson, c.home},
		{"GET /interactions", needsPerson, c.listInteractions},
		{"GET /interactions.csv", needsPerson, c.exportInteractions},
		{"GET /interactions/{id}", needsPerson, c.showInteraction},
		{"POST /interactions/{id}/name", needsPerson, c.showName},
		{"GET /interactions/{id}/verify", needsPerson, c.verifyInteraction},
		{"GET /interactions/{id}/proof/{file}", needsPerson, c.downloadProof},
		{"GET /interactions/{id}/entry/{file}", needsPerson, c.downloadEntry},

		{"GET /ledger", needsPerson, c.showLedger},
		{"GET /ledger/checkpoint", needsPerson, c.downloadHead},
		{"GET /ledger/events", needsPerson, c.listEvents},
		{"GET /ledger/events.csv", needsPerson, c.exportEvents},
		{"GET /ledger/entries/{index}", needsPerson, c.showEntry},
		{"GET /ledger/entries/{index}/raw", needsPerson, c.downloadLedgerEntry},
		{"GET /ledger/entries/{index}/proof", needsPerson, c.downloadLedgerProof},

		{"GET /erasures", needsPerson, c.listErasures},
		{"GET /erasures.csv", needsPerson, c.exportErasures},
		{"GET /erasures/new", needsPerson, c.newErasure},
		{"POST /erasures", needsPerson, c.requestErasure},
		{"GET /erasures/{id}", needsPerson, c.showErasure},
		{"POST /erasures/{id}/name", needsPerson, c.showErased},
		{"POST /erasures/{id}/approve", needsPerson, c.approveErasure},
		{"POST /erasures/{id}/reject", needsPerson, c.rejectErasure},
		{"GET /holds/new", needsPerson, c.newHold},
		{"POST /holds", needsPerson, c.placeHold},
		{"GET /holds/{id}", needsPerson, c.showHold},
		{"POST /holds/{id}/release", needsPerson, c.releaseHold},

		{"GET /go", needsPerson, c.goTo},
		{"GET /palette", needsPerson, c.showPalette},
		{"GET /asof", needsPerson, c.chooseMoment},
		{"GET /views", needsPerson, c.listSaved},
		{"POST /views", needsPerson, c.saveView},
		{"GET /views/export", needsPerson, c.exportSaved},
		{"GET /views/{number}", needsPerson, c.openSaved},
		{"POST /views/{number}/{act}", needsPerson, c.changeSaved},
		{"GET /_style", needsPerson, c.showStyle},
		{"GET /scope", needsPerson, c.showScope},
		{"GET /scope/statement", needsPerson, c.showScopeStatement},
		{"GET /scope/context", needsPerson, c.showScopeContext},
		{"GET /scope/findings", needsPerson, c.showScopeFindings},
		{"GET /scope/versions", needsPerson, c.showScopeVersions},
		{"GET /scope/compare", needsPerson, c.compareScopes},
		{"GET /scope/export", needsPerson, c.exportScope},
		{"GET /risk", needsPerson, c.showRisk},
		{"GET /risk/trend", needsPerson, c.showTrend},
		{"GET /risk/sources", needsPerson, c.showSources},
		{"GET /risk/library", needsPerson, c.showLibrary},
		{"POST /risk/library/{id}", needsPerson, c.copyRisk},
		{"GET /controls", needsPerson, c.showStatement},
		{"GET /controls/compare", needsPerson, c.compareStatements},
		{"GET /controls/export", needsPerson, c.exportStatement},
		{"GET /documents", needsPerson, c.entry("documents")},
		{"GET /audits", needsPerson, c.entry("audits")},
		{"GET /settings", needsPerson, c.entry("settings")},
		{"GET /settings/rights", needsPerson, c.showRights},
		{"GET /people", needsPerson, c.listPeople},
		{"GET /people.csv", needsPerson, c.exportPeople},
		{"POST /people/{number}/invitation", needsPerson, c.invite},
		{"GET /requirements", needsPerson, c.listRequirements},
		{"GET /requirements/export", needsPerson, c.exportRequirements},
		{"GET /requirements/{id}", needsPerson, c.showRequirement},
		{"GET /frameworks/{framework}", needsPerson, c.showFramework},
		{"POST /decisions", needsPerson, c.beginDecisions},
		{"GET /kinds/{kind}", needsPerson, c.listRecords},
		{"GET /kinds/{kind}/new", needsPerson, c.newRecord},
		{"POST /kinds/{kind}", needsPerson, c.createRecord},
		{"GET /kinds/{kind}/export", needsPerson, c.exportRecords},
		{"GET /records/late", needsPerson, c.showDepartures},
		{"GET /records/late.csv", needsPerson, c.exportLate},
		{"GET /records/{number}", needsPerson, c.showRecord},
		{"POST /records/{number}", needsPerson, c.changeRecord},
		{"GET /records/{number}/edit", needsPerson, c.editRecord},
		{"GET /records/{number}/compare", needsPerson, c.compareVersions},
		{"GET /records/{number}/versions/{version}", needsPerson, c.showVersion},
		{"POST /records/{number}/comments", needsPerson, c.say},
		{attachPattern, needsPerson, c.attach},
		{"GET /records/{number}/attachments/{attachment}", needsPerson, c.downloadAttachment},
		{"POST /records/{number}/offer", needsPerson, c.offer},
		{"POST /records/{number}/offer/{answer}", needsPerson, c.answerOffer},
		{"GET /records/{number}/moves/{move}", needsPerson, c.moveForm},
		{"POST /records/{number}/moves/{move}", needsPerson, c.makeMove},

		{"GET /systems", needsPerson, c.listSystems},
		{"GET /systems.csv", needsPerson, c.exportSystems},
		{"GET /systems/new", needsPerson, c.newSystem},
		{"POST /systems", needsPerson, c.addSystem},
		{"GET /systems/{slug}", needsPerson, c.showSystem},
		{"POST /systems/{slug}/models", needsPerson, c.changeModels},
		{"POST /systems/{slug}/keys", needsPerson, c.createKey},
		{"POST /systems/{slug}/keys/{id}/revoke", needsPerson, c.revokeKey},
	}
}

// formBytes is more than any form of the console holds, but for attachments.
const formBytes = 256 << 10

// Handler returns the console with everything that stands around its routes:
// headers, the refusal of foreign forms, body limits, errors as pages.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range c.routes() {
		handler := r.handler
		if r.access == needsPerson {
			handler = c.signedIn(handler)
		}
		limit := int64(formBytes)
		if r.pattern == attachPattern {
			limit = uploadBytes
		}
		mux.Handle(r.pattern, http.MaxBytesHandler(httpx.Serve(handler, c.log, c.fail), limit))
	}
	mux.Handle("/", http.MaxBytesHandler(httpx.Serve(c.nowhere, c.log, c.fail), formBytes))

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(httpx.Serve(foreignForm, c.log, c.fail))
	return httpx.Careful(origin.Handler(mux), c.tls)
}

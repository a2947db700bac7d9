// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package control is the surface of the command line: JSON over HTTP on the
// Unix socket in the data directory. The socket is 0600 and the kernel tells who
// connects; only the server's own user and root are served. Whoever may open it
// could read the keys of the directory anyway, so there is no login.
package control

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// Service is what the command line may ask for; the app implements it.
type Service interface {
	AddSystem(ctx context.Context, q NewSystem) (System, error)
	Systems(ctx context.Context) ([]System, error)
	ChangeModels(ctx context.Context, slug string, models []string) (System, error)
	// TrySystem allows a system that is not approved a trial.
	TrySystem(ctx context.Context, slug string, q Trial) (System, error)
	// StopSystem takes a system its route.
	StopSystem(ctx context.Context, slug string, q Stop) (System, error)
	CreateKey(ctx context.Context, q NewKey) (Key, error)
	Keys(ctx context.Context) ([]Key, error)
	RevokeKey(ctx context.Context, id string) (Key, error)
	// Interactions calls each with the newest first, at most limit (0 for all).
	Interactions(ctx context.Context, limit int, since time.Time, each func(Interaction) error) error
	// Interaction returns a value that marshals to the full view of one.
	Interaction(ctx context.Context, id counterfoil.ID) (any, error)
	Reload(ctx context.Context) (Reloaded, error)
	// Reindex rebuilds the projection and calls progress as it goes.
	Reindex(ctx context.Context, progress func(done, total uint64)) error
	// CompareIndex builds the projection beside, tells where the one in use differs,
	// and leaves it as it is.
	CompareIndex(ctx context.Context, progress func(done, total uint64), each func(Difference) error) error
	Status(ctx context.Context) (Status, error)
	Publisher
	Keeper
	Eraser
}

// NewSystem registers an AI system.
type NewSystem struct {
	Name   string   `json:"name"`
	Owner  string   `json:"owner"`
	Models []string `json:"models,omitempty"`
}

// Trial bounds the use of a system before it is approved.
type Trial struct {
	Days     int `json:"days"`
	Requests int `json:"requests"` // a day
	People   int `json:"people"`
}

// Stop says why a system is stopped.
type Stop struct {
	Reason string `json:"reason"`
}

// System is a registered AI system as the command line prints it.
type System struct {
	ID      string    `json:"id"`
	Slug    string    `json:"slug"`
	Number  string    `json:"number"`
	Name    string    `json:"name"`
	Owner   string    `json:"owner"` // e-mail address
	State   string    `json:"state"`
	Route   string    `json:"route"` // "open", "pilot", or the code of why there is none
	Models  []string  `json:"models"`
	Builtin bool      `json:"builtin,omitempty"`
	Created time.Time `json:"created"`
}

// NewKey asks for a key of a system.
type NewKey struct {
	System   string        `json:"system"` // slug
	Person   string        `json:"person"` // e-mail address
	Workload bool          `json:"workload,omitempty"`
	Valid    time.Duration `json:"valid,omitempty"` // 0 for the default
}

// Key is a virtual key; Secret is set only in the answer that made it.
type Key struct {
	ID       string    `json:"id"`
	Secret   string    `json:"key,omitempty"`
	System   string    `json:"system"`
	Person   string    `json:"person"`
	Workload bool      `json:"workload"`
	Hint     string    `json:"hint"`
	State    string    `json:"state"` // "valid", "expired", "revoked"
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires,omitzero"`
	Revoked  time.Time `json:"revoked,omitzero"`
}

// Interaction is one line of `counterfoil interactions --json`.
type Interaction struct {
	ID             string            `json:"id"`
	Opened         time.Time         `json:"opened"`
	Closed         time.Time         `json:"closed,omitzero"`
	System         string            `json:"system"` // slug, empty when unknown
	Person         string            `json:"person"` // opaque id
	Key            string            `json:"key"`
	Workload       bool              `json:"workload"`
	Provider       string            `json:"provider"`
	Dialect        string            `json:"dialect"`
	Operation      string            `json:"operation"`
	Model          string            `json:"model"`
	Stream         bool              `json:"stream"`
	Effect         string            `json:"effect"`
	Rule           string            `json:"rule"`
	Result         string            `json:"result"` // "open" until closed
	Reason         string            `json:"reason,omitempty"`
	Status         uint64            `json:"status"`
	Findings       map[string]uint64 `json:"findings"`
	AnswerFindings map[string]uint64 `json:"answer_findings"`
	Redactions     uint64            `json:"redactions"`
	InputTokens    uint64            `json:"input_tokens"`
	OutputTokens   uint64            `json:"output_tokens"`
	DurationMicros uint64            `json:"duration_us"`
	IntentIndex    uint64            `json:"intent_index"`
	OutcomeIndex   *uint64           `json:"outcome_index"` // null until closed
}

// Reloaded tells what a reload changed.
type Reloaded struct {
	Config  string   `json:"config"` // digests now in force
	Policy  string   `json:"policy"`
	Changed bool     `json:"changed"`
	Notes   []string `json:"notes,omitempty"` // what needs a restart
}

// Status is the state of the running server.
type Status struct {
	Version   string `json:"version"`
	Origin    string `json:"origin"`
	Entries   uint64 `json:"entries"`
	Projected uint64 `json:"projected"`
	Healthy   bool   `json:"healthy"`
	Problem   string `json:"problem,omitempty"`

	Retention Retention `json:"retention"`
}

// Retention is the last run of the retention schedule.
type Retention struct {
	At       time.Time `json:"at,omitzero"` // zero: none in this process
	Deleted  int       `json:"deleted"`     // wrapping keys
	Payloads uint64    `json:"payloads"`    // erased with them
	Held     int       `json:"held"`        // keys whose time is over and on which a hold is
	InUse    int       `json:"in_use"`      // keys whose time is over and under which a record in force lies
}

// Problem is the body of an error.
type Problem struct {
	Kind    string            `json:"kind"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// Handler serves the routes of the command line.
func Handler(s Service, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	route := func(pattern string, h func(*http.Request) (any, error)) {
		mux.Handle(pattern, answer(h, log))
	}
	route("GET /v1/status", func(r *http.Request) (any, error) { return s.Status(r.Context()) })
	route("GET /v1/systems", func(r *http.Request) (any, error) { return s.Systems(r.Context()) })
	route("POST /v1/systems", func(r *http.Request) (any, error) {
		q, err := read[NewSystem](r)
		if err != nil {
			return nil, err
		}
		return s.AddSystem(r.Context(), q)
	})
	route("PUT /v1/systems/{slug}/models", func(r *http.Request) (any, error) {
		q, err := read[NewSystem](r)
		if err != nil {
			return nil, err
		}
		return s.ChangeModels(r.Context(), r.PathValue("slug"), q.Models)
	})
	route("POST /v1/systems/{slug}/trial", func(r *http.Request) (any, error) {
		q, err := read[Trial](r)
		if err != nil {
			return nil, err
		}
		return s.TrySystem(r.Context(), r.PathValue("slug"), q)
	})
	route("POST /v1/systems/{slug}/stop", func(r *http.Request) (any, error) {
		q, err := read[Stop](r)
		if err != nil {
			return nil, err
		}
		return s.StopSystem(r.Context(), r.PathValue("slug"), q)
	})
	route("GET /v1/keys", func(r *http.Request) (any, error) { return s.Keys(r.Context()) })
	route("POST /v1/keys", func(r *http.Request) (any, error) {
		q, err := read[NewKey](r)
		if err != nil {
			return nil, err
		}
		return s.CreateKey(r.Context(), q)
	})
	route("POST /v1/keys/{id}/revoke", func(r *http.Request) (any, error) { return s.RevokeKey(r.Context(), r.PathValue("id")) })
	route("GET /v1/interactions/{id}", func(r *http.Request) (any, error) {
		id, err := counterfoil.ParseID(r.PathValue("id"))
		if err != nil {
			return nil, invalid("This is not the id of an interaction.", "id", "an id looks like 019ab3c0-7e52-7b41-9c1d-3f0a5b2e8d64")
		}
		return s.Interaction(r.Context(), id)
	})
	route("POST /v1/reload", func(r *http.Request) (any, error) { return s.Reload(r.Context()) })
	mux.Handle("GET /v1/interactions", lines(s, log))
	mux.Handle("POST /v1/reindex", reindex(s, log))
	mux.Handle("POST /v1/reindex/diff", compareIndex(s, log))
	publish(mux, s, log)
	keeper(mux, s, log)
	eraser(mux, s, log)
	return mux
}

// maxBody bounds what the command line sends.
const maxBody = 1 << 20

func read[T any](r *http.Request) (T, error) {
	var v T
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, invalid("The command line and the server do not understand each other. Are both of the same version?", "", "")
	}
	return v, nil
}

func answer(h func(*http.Request) (any, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := h(r)
		if err != nil {
			fail(w, r, err, log)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			log.Warn("control answer not written", "path", r.URL.Path, "err", err)
		}
	})
}

func invalid(public, field, text string) error {
	e := &fault.Error{Kind: fault.KindInvalid, Public: public}
	if field != "" {
		e.Fields = map[string]string{field: text}
	}
	return e
}

// kinds maps what went wrong to a word and a status.
var kinds = map[fault.Kind]struct {
	word   string
	status int
}{
	fault.KindNotFound:    {"not_found", http.StatusNotFound},
	fault.KindConflict:    {"conflict", http.StatusConflict},
	fault.KindInvalid:     {"invalid", http.StatusUnprocessableEntity},
	fault.KindForbidden:   {"forbidden", http.StatusForbidden},
	fault.KindUnavailable: {"unavailable", http.StatusServiceUnavailable},
	fault.KindInternal:    {"internal", http.StatusInternalServerError},
}

// problem is what the command line is told of an error; texts of internal
// errors stay in the log.
func problem(err error) (Problem, int) {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.KindInternal {
		return Problem{Kind: "internal", Message: "Internal error; the server's log has the cause."}, http.StatusInternalServerError
	}
	k := kinds[f.Kind]
	return Problem{Kind: k.word, Message: f.Public, Fields: f.Fields}, k.status
}

// report makes an error a problem, and logs it when it is the server's.
func report(r *http.Request, err error, log *slog.Logger) (Problem, int) {
	p, status := problem(err)
	if status >= http.StatusInternalServerError {
		log.Error("control request failed", "path", r.URL.Path, "err", err)
	}
	return p, status
}

func fail(w http.ResponseWriter, r *http.Request, err error, log *slog.Logger) {
	p, status := report(r, err, log)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p) // the command line reports a cut answer itself
}

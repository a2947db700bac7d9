// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Eraser is the part of Service that erases. Who calls is the user of the
// operating system, as for everything here; who acts is the person who proves it
// with their password.
type Eraser interface {
	RequestErasure(ctx context.Context, q NewErasure, progress func(done, total uint64)) (Erasure, error)
	Erasures(ctx context.Context) ([]Erasure, error)
	// Erasure shows one request; of one that waits with what it would erase.
	Erasure(ctx context.Context, id string, progress func(done, total uint64)) (Erasure, error)
	ApproveErasure(ctx context.Context, id string, p Proof, progress func(done, total uint64)) (Erasure, error)
	RejectErasure(ctx context.Context, id string, p Proof) (Erasure, error)
	PlaceHold(ctx context.Context, q NewHold) (Hold, error)
	Holds(ctx context.Context) ([]Hold, error)
	ReleaseHold(ctx context.Context, id string, p Proof) (Hold, error)
	// RotateRoot replaces the root key of the stored text.
	RotateRoot(ctx context.Context) (RootRotated, error)
	// AddAdministrator makes somebody an administrator, so that there is a second
	// person to approve.
	AddAdministrator(ctx context.Context, q NewAdministrator) (Administrator, error)
}

// Proof is who acts.
type Proof struct {
	As       string `json:"as"` // e-mail address
	Password string `json:"password"`
}

// NewErasure requests an erasure of one person, one interaction, or of all
// interactions before a date.
type NewErasure struct {
	Proof
	Person      string    `json:"person,omitempty"` // e-mail address or id
	Interaction string    `json:"interaction,omitempty"`
	Before      time.Time `json:"before,omitzero"`
	Basis       string    `json:"basis"` // code
	Reason      string    `json:"reason"`
}

// Erasure is a request with what became of it.
type Erasure struct {
	ID          string    `json:"id"`
	State       string    `json:"state"` // "waiting", "rejected", "approved", "done", "void"
	Scope       string    `json:"scope"`
	Person      string    `json:"person,omitempty"` // id
	Email       string    `json:"email,omitempty"`  // while the person is known
	Interaction string    `json:"interaction,omitempty"`
	Before      time.Time `json:"before,omitzero"`
	Basis       string    `json:"basis"`
	Reason      string    `json:"reason,omitempty"`
	RequestedBy string    `json:"requested_by"` // e-mail address, or id of somebody not known any more
	Requested   time.Time `json:"requested"`
	DecidedBy   string    `json:"decided_by,omitempty"`
	Decided     time.Time `json:"decided,omitzero"`
	Payloads    uint64    `json:"payloads"` // erased, or that would be
	Entries     []uint64  `json:"entries"`  // indexes of the erasure entries

	// What would be erased; null for a request that does not wait.
	Preview *ErasurePreview `json:"preview"`
}

// ErasurePreview says what an erasure would take.
type ErasurePreview struct {
	Payloads     uint64 `json:"payloads"`
	WrappingKeys int    `json:"wrapping_keys"`
	VirtualKeys  int    `json:"virtual_keys"`
	Workloads    int    `json:"workloads"`
	Systems      int    `json:"systems"`
}

// NewHold places a hold on one person, one interaction or everything.
type NewHold struct {
	Proof
	Person      string    `json:"person,omitempty"` // e-mail address or id
	Interaction string    `json:"interaction,omitempty"`
	Everything  bool      `json:"everything,omitempty"`
	Reason      string    `json:"reason"`
	Until       time.Time `json:"until,omitzero"`
}

// Hold is a hold as the command line prints it.
type Hold struct {
	ID         string    `json:"id"`
	On         string    `json:"on"`
	Reason     string    `json:"reason"`
	PlacedBy   string    `json:"placed_by"`
	Placed     time.Time `json:"placed"`
	Until      time.Time `json:"until,omitzero"`
	ReleasedBy string    `json:"released_by,omitempty"`
	Released   time.Time `json:"released,omitzero"`
	InForce    bool      `json:"in_force"`
}

// RootRotated says how many keys the new root key wraps.
type RootRotated struct {
	Keys uint64 `json:"keys"`
}

// NewAdministrator is somebody an administrator adds.
type NewAdministrator struct {
	Proof
	Email       string `json:"email"`
	Name        string `json:"name,omitempty"`
	NewPassword string `json:"new_password"`
}

// Administrator is somebody who may approve.
type Administrator struct {
	ID    string `json:"id"`
	Email string `json:"email"`
}

// named is a question about the object its path names.
type named[Q any] struct {
	id   string
	body Q
}

// eraser adds the routes of an Eraser.
func eraser(mux *http.ServeMux, e Eraser, log *slog.Logger) {
	mux.Handle("POST /v1/erasures", work(e.RequestErasure, log))
	mux.Handle("GET /v1/erasures", answer(func(r *http.Request) (any, error) { return e.Erasures(r.Context()) }, log))
	mux.Handle("POST /v1/erasures/{id}", workOn(func(ctx context.Context, q named[struct{}], progress func(done, total uint64)) (Erasure, error) {
		return e.Erasure(ctx, q.id, progress)
	}, log))
	mux.Handle("POST /v1/erasures/{id}/approve", workOn(func(ctx context.Context, q named[Proof], progress func(done, total uint64)) (Erasure, error) {
		return e.ApproveErasure(ctx, q.id, q.body, progress)
	}, log))
	mux.Handle("POST /v1/erasures/{id}/reject", proved(e.RejectErasure, log))
	mux.Handle("POST /v1/holds", asked(e.PlaceHold, log))
	mux.Handle("GET /v1/holds", answer(func(r *http.Request) (any, error) { return e.Holds(r.Context()) }, log))
	mux.Handle("POST /v1/holds/{id}/release", proved(e.ReleaseHold, log))
	mux.Handle("POST /v1/root/rotate", answer(func(r *http.Request) (any, error) { return e.RotateRoot(r.Context()) }, log))
	mux.Handle("POST /v1/administrators", asked(e.AddAdministrator, log))
}

// asked answers a question that has a body.
func asked[Q, A any](do func(context.Context, Q) (A, error), log *slog.Logger) http.Handler {
	return answer(func(r *http.Request) (any, error) {
		q, err := read[Q](r)
		if err != nil {
			return nil, err
		}
		return do(r.Context(), q)
	}, log)
}

// proved answers what somebody who proves who they are does to one object.
func proved[A any](do func(context.Context, string, Proof) (A, error), log *slog.Logger) http.Handler {
	return answer(func(r *http.Request) (any, error) {
		p, err := read[Proof](r)
		if err != nil {
			return nil, err
		}
		return do(r.Context(), r.PathValue("id"), p)
	}, log)
}

// workOn is work on the object the path names.
func workOn[Q, A any](do func(context.Context, named[Q], func(done, total uint64)) (A, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		work(func(ctx context.Context, q Q, progress func(done, total uint64)) (A, error) {
			return do(ctx, named[Q]{id, q}, progress)
		}, log).ServeHTTP(w, r)
	})
}

// ParseID reads the id of an object that a person typed.
func ParseID(text, what string) (counterfoil.ID, error) {
	id, err := counterfoil.ParseID(text)
	if err != nil {
		return id, invalid("This is not the id of "+what+".", "id", "an id looks like 019ab3c0-7e52-7b41-9c1d-3f0a5b2e8d64")
	}
	return id, nil
}
